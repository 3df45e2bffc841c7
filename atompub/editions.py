"""What a write makes of a document: what is accepted, and the edition that is stored of it."""

from dataclasses import fields, replace
from typing import Any

from atompub.atom.content import media_summary
from atompub.atom.entry import complete, redated
from atompub.atom.namespaces import Element
from atompub.atom.submission import Ownership, Submitted, take_apart
from atompub.atom.validate import validate
from atompub.errors import Fault, InvalidEntry
from atompub.model import Collection, Edition, Headings, Media, Member

SHOWN_TERMS = 20


def ownership_in(collection: Collection, author: str, **known: Any) -> Ownership:
    """What the collection leaves to its clients; `known` are more fields of Ownership."""
    settings = collection.settings
    keep_authors = settings.author == "client"
    return Ownership(author, keep_authors=keep_authors, drafts=settings.drafts, **known)


def accepted(root: Element, collection: Collection, ownership: Ownership) -> Submitted:
    """A document taken apart. Raises InvalidEntry, also for a category that is not offered."""
    validate(root)
    submitted = take_apart(root, ownership)
    _check_categories(submitted, collection)
    return submitted


def _check_categories(submitted: Submitted, collection: Collection) -> None:
    offered = collection.settings.categories
    if offered is None or not offered.fixed:
        return
    allowed = {(term.scheme or offered.scheme, term.term) for term in offered.terms}
    shown = [term for _, term in sorted(allowed)]
    listed = ", ".join(shown[:SHOWN_TERMS]) + (", …" if len(shown) > SHOWN_TERMS else "")
    faults = tuple(
        Fault(
            "atom:category", "APP-8.3.6-1", 0, _not_offered(category.term, offered.scheme, listed)
        )
        for category in submitted.categories
        if category.identity not in allowed
    )
    if faults:
        raise InvalidEntry(faults)


def _not_offered(term: str, scheme: str, listed: str) -> str:
    where = f" with the scheme {scheme}" if scheme else ""
    return f"{term[:60]!r} is not offered; this collection takes{where}: {listed or 'none'}"


def edition_of(member: Member) -> Edition:
    """What the last write gave a member."""
    kept = [field.name for field in fields(Edition) if field.name != "headings"]
    return Edition(**{name: getattr(member, name) for name in kept})


def with_media(edition: Edition, media: Media | None) -> Edition:
    """An edition of a media link entry keeps the media, and a summary of ours tells of it."""
    if media is None:
        return edition
    return replace(edition, media=media, summary=media_summary(media) if edition.summary else "")


def republished(edition: Edition, current: Member, now: int) -> Edition:
    """An edition that brings a withdrawn entry back to readers, made newer than its removal.

    Who has seen the tombstone ignores an entry whose `updated` is not after it (RFC 6721
    section 3), whatever the client calls the date of its last significant change.
    """
    is_back = current.ordinal is not None and not current.visible and not edition.draft
    if not is_back or edition.updated > current.edited:
        return edition
    updated = max(now, current.edited + 1)
    return replace(edition, updated=updated, xml=redated(edition.xml, updated))


def edition_from(
    submitted: Submitted, now: int, author: str, *, updated: int, published: int | None
) -> Edition:
    """What is stored of a submission; the two dates stand in where the client sent none."""
    dated = submitted.published if submitted.published is not None else published
    ahead = dated is not None and dated > now and not submitted.draft
    return Edition(
        xml=complete(submitted, updated, published),
        control=submitted.control,
        based=submitted.based,
        title=submitted.title,
        summary=submitted.summary,
        author="" if submitted.authors else author,
        updated=updated if submitted.updated is None else submitted.updated,
        published=dated,
        draft=submitted.draft,
        release=dated if ahead else None,
        visible=not submitted.draft and not ahead,
        headings=Headings(
            categories=tuple(category.term for category in submitted.categories),
            authors=submitted.authors or (author,),
            answers=submitted.answers,
            text=submitted.text,
        ),
    )
