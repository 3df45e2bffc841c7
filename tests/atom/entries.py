"""Entries taken through the server's steps without a server, and what of one is the client's."""

from dataclasses import replace

from lxml import etree

from atompub.atom.entry import complete, render
from atompub.atom.parse import parse
from atompub.atom.publication import render_publication
from atompub.atom.submission import Ownership, take_apart
from atompub.atom.validate import validate
from atompub.model import Collection, CollectionSettings, Member
from atompub.readers import ALONE, Head, Link, Listed
from atompub.urls import Urls
from tests.documents import APP, ATOM, NS
from tests.stores import START

URLS = Urls("https://example.org/site")
BLOG = Collection(
    *(1, "Main", "blog", "Blog", "urn:uuid:5b3bdc0e-9ea5-45be-8da3-0ae7f4d60ab0"),
    *(CollectionSettings(), "epoch", 1, 1, START, START, START),
    *(START // 10**6, START // 10**6, None),
)
PERMALINK = URLS.permalink("blog", "name")

GONE = {
    f"{{{APP}}}edited",
    f"{{{APP}}}control",
    "{http://purl.org/atom/app#}edited",
    "{http://purl.org/atom/app#}control",
    "{http://www.w3.org/2000/09/xmldsig#}Signature",
    f"{{{ATOM}}}id",
}
OWNED_RELS = {"edit", "edit-media", "self", "replies"}
IANA = "http://www.iana.org/assignments/relation/"
BASE = "{http://www.w3.org/XML/1998/namespace}base"
SINGLE_WORDS = "a:updated | a:published | .//a:uri | .//a:email | a:source/*[not(*)]"
XML_SPACE = " \t\r\n"
XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
ADDRESSES = ("href", "scheme", "src", BASE)


def made(body, *, charset=None, before=None, author="alice", keep_authors=False, drafts=True):
    """The member that a POST of these octets makes, or a PUT to the member `before`."""
    root = parse(body, charset)
    validate(root)
    permalink = PERMALINK if before else ""
    ownership = Ownership(author, permalink, keep_authors=keep_authors, drafts=drafts)
    sent = take_apart(root, ownership)
    updated = START if before is None else before.updated
    published = None if before is None else before.published
    member = before or Member(
        id="1",
        collection=1,
        name="name",
        atom_id=sent.atom_id or "urn:uuid:8c5b6c1c-32a5-4d53-b1ab-5e3c2a2c6a0d",
        number=1,
        created=START,
        edited=START,
        modified=START // 1_000_000,
        updated=START,
        published=None,
        release=None,
        draft=False,
        visible=True,
        account="1",
        author="",
        title="",
        summary="",
        based=False,
        control=None,
        xml=b"",
    )
    return replace(
        member,
        xml=complete(sent, updated, published),
        control=sent.control,
        based=sent.based,
        title=sent.title,
        summary=sent.summary,
        author="" if sent.authors else author,
        updated=updated if sent.updated is None else sent.updated,
        published=published if sent.published is None else sent.published,
        draft=sent.draft,
    )


def shown(member, *, editing=True, urls=URLS):
    """The member's entry document."""
    return render(member, BLOG, urls, editing=editing)


def listed(member, collection=BLOG, thread=ALONE):
    """A member as a listing has it."""
    posted = member.created if member.published is None else member.published
    return Listed(collection, member, posted, thread)


HEAD = Head(
    *("urn:uuid:5b3bdc0e-9ea5-45be-8da3-0ae7f4d60ab0", "Blog", "Blog", START),
    (
        Link("self", URLS.feed("blog"), "application/atom+xml"),
        Link("alternate", URLS.publication("blog"), "text/html"),
    ),
)


def public(*entries, head=HEAD, tombstones=()):
    """The public feed of what is listed."""
    return render_publication(head, entries, URLS, tombstones)


def clients_part(document, *, permalink=PERMALINK, keep_authors=False, without=()):
    """What the client owns of an entry, in canonical form: design idea 1, read backwards.

    Left out is what the server owns, the elements named in `without`, instructions outside
    content and extensions, xml:id, and white space between the children and around dates and
    addresses.
    """
    root = parse(document) if isinstance(document, bytes) else document
    _drop_instructions(root)
    for child in list(root):
        name = etree.QName(child).localname if isinstance(child.tag, str) else ""
        is_atom = child.tag == f"{{{ATOM}}}{name}"
        if (
            child.tag in GONE
            or (is_atom and name in without)
            or _is_owned_link(child)
            or (is_atom and name == "author" and not keep_authors)
        ):
            root.remove(child)
        elif child.tail and not child.tail.strip():
            child.tail = None
    if not (root.text or "").strip():
        root.text = None
    if root.get(BASE) in {"", permalink}:
        del root.attrib[BASE]
    _trim(root)
    # libxml2 gets the canonical form wrong where a comment stands before the root: hence a copy.
    return etree.tostring(etree.fromstring(etree.tostring(root, encoding="utf-8")), method="c14n")


def _is_owned_link(child):
    if child.tag != f"{{{ATOM}}}link":
        return False
    rel = child.get("rel", "alternate").removeprefix(IANA)
    is_page = child.get("type", "text/html").lower() == "text/html"
    return rel in OWNED_RELS or (rel == "alternate" and is_page and "hreflang" not in child.attrib)


def _drop_instructions(root):
    for node in list(root.iter(etree.PI)):
        around = [etree.QName(one) for one in node.iterancestors()]
        if all(one.namespace == ATOM and one.localname in PLAIN for one in around):
            # The text behind it goes with it, unless it is moved first.
            before = node.getprevious()
            holder, side = (node.getparent(), "text") if before is None else (before, "tail")
            setattr(holder, side, (getattr(holder, side) or "") + (node.tail or ""))
            node.getparent().remove(node)


PLAIN = {
    *("author", "category", "contributor", "email", "entry", "generator", "icon", "id", "link"),
    *("logo", "name", "published", "rights", "source", "subtitle", "summary", "title", "updated"),
    "uri",
}
"""The Atom elements that hold neither content nor markup of others as a whole."""


def _trim(root):
    for element in root.xpath(SINGLE_WORDS, namespaces=NS):
        if not any(isinstance(child.tag, str) for child in element):
            value = element.xpath("string()").strip(XML_SPACE)
            del element[:]
            element.text = value
    for element in root.iter(etree.Element):
        element.attrib.pop(XML_ID, None)
        if element.tag == f"{{{ATOM}}}category" and not element.get("scheme"):
            element.attrib.pop("scheme", None)
        for name in ADDRESSES:
            if name in element.attrib and (element.tag.startswith(f"{{{ATOM}}}") or name == BASE):
                element.set(name, element.get(name).strip(XML_SPACE))


def control_of(document):
    """The canonical form of an entry's app:control, "" when it has none."""
    found = etree.fromstring(document).find(f"{{{APP}}}control")
    if found is None:
        return b""
    found.tail = None
    return etree.tostring(found, method="c14n", exclusive=True)
