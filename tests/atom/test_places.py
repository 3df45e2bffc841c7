"""Where the elements that RFC 4287 defines may stand; anywhere else they are refused by name."""

import pytest

from atompub.atom.parse import parse
from atompub.atom.validate import validate
from atompub.errors import InvalidEntry
from tests.atom.entries import made, shown
from tests.documents import ENTRY, bare, check_strict

SOUND = {
    "author": "<author><name>A</name></author>",
    "category": '<category term="a"/>',
    "content": "<content>a</content>",
    "contributor": "<contributor><name>A</name></contributor>",
    "email": "<email>a@example.org</email>",
    "entry": "<entry><title>T</title></entry>",
    "feed": "<feed><title>T</title></feed>",
    "generator": "<generator>G</generator>",
    "icon": "<icon>a</icon>",
    "id": "<id>urn:x</id>",
    "link": '<link rel="related" href="a"/>',
    "logo": "<logo>a</logo>",
    "name": "<name>A</name>",
    "published": "<published>2003-12-13T18:30:02Z</published>",
    "rights": "<rights>R</rights>",
    "source": "<source><title>T</title></source>",
    "subtitle": "<subtitle>S</subtitle>",
    "summary": "<summary>S</summary>",
    "title": "<title>T</title>",
    "updated": "<updated>2003-12-13T18:30:02Z</updated>",
    "uri": "<uri>a</uri>",
    "future": "<future>F</future>",
}
"""Each element as it may stand where it may stand, and one that nobody knows yet."""

BOTH = {"author", "category", "contributor", "id", "link", "rights", "title", "updated", "future"}
PLACES = {
    "entry": ("{}", BOTH | {"content", "published", "source", "summary"}),
    "source": ("<source>{}</source>", BOTH | {"generator", "icon", "logo", "subtitle"}),
    "person": ("<contributor>{}<name>A</name></contributor>", {"uri", "email", "future"}),
    "link": ('<link rel="related" href="a">{}</link>', {"future"}),
    "category": ('<category term="a">{}</category>', {"future"}),
    "control": ("<app:control>{}</app:control>", {"future"}),
    "extension": ('<x:a xmlns:x="urn:x">{}</x:a>', set(SOUND)),
    "content": ('<content type="application/xml">{}</content>', set(SOUND)),
    "unknown element of Atom": ("<future>{}</future>", set(SOUND)),
}
"""Around each place, and the elements that may stand there."""

ALLOWED = [(name, place) for place, (_, names) in PLACES.items() for name in sorted(names)]
REFUSED = [
    (name, place)
    for place, (_, names) in PLACES.items()
    for name in SOUND
    if name not in names and (name, place) != ("name", "person")
]


@pytest.mark.covers("ATOM-4.1.2-6", "ATOM-6.2-1", "ATOM-6.4-1", "ATOM-4.2.11-1")
@pytest.mark.parametrize(("name", "place"), ALLOWED)
def test_in_place(name, place):
    """An element is taken where it may stand, and shown there."""
    body = bare(PLACES[place][0].format(SOUND[name]))
    check_strict(ENTRY, shown(made(body)))


@pytest.mark.covers("ATOM-4.1.2-6", "ATOM-4.2.11-1", "APP-13.1-2")
@pytest.mark.parametrize(("name", "place"), REFUSED)
def test_out_of_place(name, place):
    """An element is refused by its name where it may not stand."""
    with pytest.raises(InvalidEntry) as caught:
        validate(parse(bare(PLACES[place][0].format(SOUND[name]))))
    named = [fault for fault in caught.value.faults if fault.element == f"atom:{name}"]
    assert ["ATOM-4.1.2-6"] == [fault.rule for fault in named]
