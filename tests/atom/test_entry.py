"""What is the client's and what is the server's in an entry (design idea 1)."""

import pytest
from lxml import etree

from atompub.urls import Urls
from tests.atom.entries import PERMALINK, URLS, clients_part, made, shown
from tests.documents import APP, ATOM, DRAFT, SAMPLES, canonical, link, one, xpath

EDIT = URLS.member("blog", "name")
IANA = "http://www.iana.org/assignments/relation/"
KEPT = '<x:kept xmlns:x="urn:x">\n  as is <!-- too --></x:kept>'


def entry(inside="", attributes=""):
    """An entry with this inside, and markup that no server owns at its end."""
    return f'<entry xmlns="{ATOM}" xmlns:app="{APP}"{attributes}>{inside}{KEPT}</entry>'.encode()


STARTS = {
    "plain": f'<entry xmlns="{ATOM}"',
    "declared late": f'<entry\n a="b"\txmlns="{ATOM}"',
    "prefix": f'<a:entry xmlns:a="{ATOM}"',
    "prefix entry": f'<entry:entry xmlns:entry="{ATOM}"',
    "default namespace of others": f'<a:entry xmlns:a="{ATOM}" xmlns="urn:evil"',
    "prefixes of others": f'<entry xmlns="{ATOM}" xmlns:app="urn:evil" xmlns:atom="urn:evil"',
    "unusual name": f'<é.-_1:entry xmlns:é.-_1="{ATOM}" xmlns:app="urn:evil"',
}


def started(start, inside=""):
    """An entry that starts like this."""
    name = start.split()[0][1:]
    return f"{start}>{inside}</{name}>".encode()


OWNED = [
    "<id>urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6</id>",
    "<app:edited>1999-01-01T00:00:00Z</app:edited>",
    '<e:edited xmlns:e="http://purl.org/atom/app#">never</e:edited>',
    '<link rel="edit" href="http://example.com/"/>',
    '<link rel="edit" type="application/atom+xml" hreflang="de" href="http://example.com/"/>',
    '<link rel="edit-media" type="image/png" href="http://example.com/"/>',
    '<link rel="self" href="http://example.com/"/>',
    '<link rel="replies" type="application/atom+xml" href="http://example.com/"/>',
    '<link rel="alternate" type="text/html" href="http://example.com/"/>',
    '<link rel="alternate" type="Text/HTML" href="http://example.com/"/>',
    '<link type="text/html" href="http://example.com/"/>',
    '<link rel="alternate" href="http://example.com/"/>',
    '<link href="http://example.com/"/>',
    f'<link rel="{IANA}edit" href="http://example.com/"/>',
    f'<link rel="{IANA}self" href="http://example.com/"/>',
    f'<link rel="{IANA}alternate" href="http://example.com/"/>',
    '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignatureValue/></Signature>',
    "<author><name>Client</name></author>",
    "<?instruction?>",
]


@pytest.mark.covers("APP-9.2-10", "ATOM-4.2.7-2", "APP-15.5-1", "SEC-X-14")
@pytest.mark.parametrize("node", OWNED)
def test_owned_node_is_dropped(node):
    """What the server owns is not stored; what stands around it is, to the octet."""
    assert entry() == made(entry(node)).xml.replace(TITLES, b"")
    assert shown(made(entry())) == shown(made(entry(node))).replace(
        b"urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6", made(entry()).atom_id.encode()
    )


TITLES = b"\n  <title/>\n  <updated>2023-11-14T22:13:20Z</updated>\n"
"""What the server fills in and, from then on, is the client's."""

NOT_OWNED = [
    '<link rel="alternate" type="application/pdf" href="http://example.com/"/>',
    '<link rel="alternate" hreflang="fr" href="http://example.com/"/>',
    '<link type="text/html" hreflang="fr" href="http://example.com/"/>',
    '<link rel="related" type="text/html" href="http://example.com/"/>',
    '<link rel="Edit" href="http://example.com/"/>',
    '<link rel="http://example.com/edit" href="http://example.com/"/>',
    f'<link rel="{IANA}related" href="http://example.com/"/>',
    '<source><link rel="edit" href="a"/><link rel="self" href="b"/><id>urn:s</id></source>',
    '<x:link xmlns:x="urn:x" rel="edit" href="http://example.com/"/>',
    '<link xmlns="" rel="edit" href="http://example.com/"/>',
    '<x:a xmlns:x="urn:x"><link rel="edit" href="a"/><id>urn:a</id><app:edited/></x:a>',
    '<future><link rel="self" href="a"/><?instruction?></future>',
    "<contributor><name>Client</name></contributor>",
    '<x:Signature xmlns:x="urn:x"/>',
    "<app:unknown><app:edited>never</app:edited></app:unknown>",
    "<!-- a comment -->",
    '<category xmlns:x="urn:x" term="a" scheme="urn:s" label="A" x:b="c">d<x:e/></category>',
    "<published>2003-12-13T18:30:02.1234567+01:00</published>",
    '<rights type="html">&lt;b&gt;</rights>',
    '<summary xml:lang="de">S</summary>',
]


@pytest.mark.covers("APP-9.2-10", "ATOM-6.4-1", "ATOM-6.4-2", "ATOM-6.2-1")
@pytest.mark.parametrize("node", NOT_OWNED)
def test_other_node_is_stored(node):
    """What only resembles a node of the server's is the client's, and stored to the octet."""
    assert entry(node) == made(entry(node)).xml.replace(TITLES, b"")


@pytest.mark.covers("APP-9.1-1", "APP-10.2-1", "APP-11.1-2")
def test_nodes_of_the_server():
    """Each node of the server's stands in the entry once, after all that is the client's."""
    document = shown(made(entry("<id>urn:x:1</id><author><name>Client</name></author>")))
    assert ["kept", "title", "updated", "id", "author", "edited", "link", "link", "link"] == [
        etree.QName(child).localname for child in one(document, "/a:entry")
    ]
    assert ["urn:x:1"] == xpath(document, "/a:entry/a:id/text()")
    assert ["alice"] == xpath(document, "/a:entry/a:author/a:name/text()")
    assert ["2023-11-14T22:13:20.000000Z"] == xpath(document, "/a:entry/app:edited/text()")
    assert EDIT == link(document, "edit") == link(document, "self")
    assert PERMALINK == link(document, "alternate")
    assert ["text/html"] == xpath(document, "/a:entry/a:link[@rel='alternate']/@type")


@pytest.mark.covers("SEC-X-11")
@pytest.mark.parametrize("start", STARTS)
def test_prefixes_of_clients(start):
    """No prefix and no default namespace of a client's bends the server's own elements."""
    body = started(STARTS[start], '<app:edited xmlns:app="urn:evil"/><edited xmlns="urn:evil"/>')
    document = shown(made(body))
    for path in ("a:id", "a:author/a:name", "app:edited", "a:link[@rel='edit']"):
        assert 1 == len(xpath(document, f"/a:entry/{path}"))
    evil = xpath(document, "/a:entry/*[namespace-uri() = 'urn:evil']")
    assert ["edited", "edited"] == [etree.QName(child).localname for child in evil]
    assert 9 + 1 == len(one(document, "/a:entry"))


@pytest.mark.parametrize("start", STARTS)
@pytest.mark.parametrize(
    "inside",
    [
        "",
        " \n",
        "<!-- </entry> -->",
        "<x><![CDATA[</entry>]]></x>",
        "<x/>\n<!-- < / entry > -->\n",
        '<x a="&lt;/entry>"/> ',
    ],
)
def test_end_tag(start, inside):
    """The server's nodes come before the root's own end tag, whatever resembles one."""
    document = shown(made(started(STARTS[start], inside)))
    children = list(one(document, "/a:entry"))
    assert f"{{{ATOM}}}link" == children[-1].tag
    assert "alternate" == children[-1].get("rel")


@pytest.mark.parametrize("sample", SAMPLES)
def test_stored_octets_are_spliced(sample):
    """An entry is shown as it is stored, with a base in its start tag and nodes before its end."""
    member = made(SAMPLES[sample])
    start, _, rest = member.xml.partition(b" ")
    body, _, end = rest.rpartition(b"</")
    document = shown(member)
    assert document.startswith(b'<?xml version="1.0" encoding="utf-8"?>\n' + start + b" ")
    shield = b"" if b' xmlns="' in member.xml.partition(b">")[0] else b'xmlns="" '
    base = shield if member.based else f'xml:base="{PERMALINK}" '.encode() + shield
    assert document.partition(start + b" ")[2].startswith(base + body.rstrip())
    assert document.endswith(b"\n</" + end + b"\n")


@pytest.mark.covers("APP-9.3-9")
@pytest.mark.parametrize("keep_authors", [False, True])
@pytest.mark.parametrize("sample", SAMPLES)
def test_fixpoint(sample, keep_authors):
    """What is served can be PUT back any number of times without another octet."""
    first = made(SAMPLES[sample], keep_authors=keep_authors)
    again = made(shown(first), before=first, keep_authors=keep_authors)
    assert shown(first) == shown(again)
    assert shown(first, editing=False) == shown(again, editing=False)


@pytest.mark.covers("ATOM-6.4-2")
@pytest.mark.parametrize("sample", SAMPLES)
def test_lossless(sample):
    """What a client owns is shown as it was sent, to the comment and the prefix."""
    body = SAMPLES[sample]
    sent = clients_part(body, without=("title", "updated", "summary"))
    served = clients_part(shown(made(body)), without=("title", "updated", "summary"))
    assert sent == served


@pytest.mark.parametrize("sample", SAMPLES)
def test_no_url_is_stored(sample):
    """After GET and PUT the store holds no URL of the server."""
    first = made(SAMPLES[sample])
    again = made(shown(first), before=first)
    for stored in (first, again):
        assert URLS.base.encode() not in stored.xml + (stored.control or b"")


@pytest.mark.covers("ATOM-4.2.6-2")
@pytest.mark.parametrize("sample", SAMPLES)
def test_other_host(sample):
    """At another host the same stored octets are shown with that host's links."""
    member = made(SAMPLES[sample])
    there = Urls("http://other.example:8080")
    document = shown(member, urls=there)
    assert shown(member).replace(URLS.base.encode(), there.base.encode()) == document


@pytest.mark.covers("SEC-X-13", "ATOM-2-6")
def test_base_is_added():
    """A root without a base gets the entry's page as its base, where readers read it."""
    member = made(entry())
    assert not member.based
    assert [PERMALINK] == xpath(shown(member), "/a:entry/@xml:base")
    assert b"xml:base" not in member.xml


@pytest.mark.covers("ATOM-2-5", "ATOM-2-6", "SEC-X-13")
@pytest.mark.parametrize("base", ["http://example.com/a", "a/b", "?c", "//example.com", "#"])
def test_base_of_a_client(base):
    """A root's own base is kept, and the server's links are absolute beside it."""
    document = shown(made(entry(attributes=f' xml:base="{base}"')))
    assert [base] == xpath(document, "/a:entry/@xml:base")
    assert EDIT == link(document, "edit")
    assert PERMALINK == link(document, "alternate")


@pytest.mark.covers("ATOM-2-6")
@pytest.mark.parametrize("base", [PERMALINK, ""])
def test_base_of_the_server(base):
    """A base that says what the server would say is dropped, so that it can move with the host."""
    first = made(entry())
    again = made(entry(attributes=f' xml:base="{base}"'), before=first)
    assert not again.based
    assert b"xml:base" not in again.xml
    assert shown(first) == shown(again)


@pytest.mark.covers("ATOM-2-5", "APP-2.1-1", "APP-2.1-2")
def test_inner_bases_and_languages():
    """Bases and languages inside an entry stay where they are, also empty ones."""
    inside = '<title xml:lang="ja" xml:base="a/">T</title><x xml:lang="" xml:base=""/>'
    document = shown(made(entry(inside, ' xml:lang="de"')))
    assert inside.encode() in document
    assert ["de"] == xpath(document, "/a:entry/@xml:lang")


@pytest.mark.covers("SEC-X-14")
@pytest.mark.parametrize(
    ("inside", "left"),
    [
        ("<?a b?>", ""),
        ("<title>a<?b?>c<?d?>e</title>", "<title>ace</title>"),
        ("<title><!-- a --><?b?>c</title>", "<title><!-- a -->c</title>"),
        (
            "<contributor><?a?><name>b<?c?></name></contributor>",
            "<contributor><name>b</name></contributor>",
        ),
        ("<source><?a?><title>b</title></source>", "<source><title>b</title></source>"),
        ('<link rel="related" href="a"><?b?></link>', '<link rel="related" href="a"/>'),
    ],
)
def test_instruction_is_dropped(inside, left):
    """An instruction outside content and extensions goes, the text around it stays."""
    assert canonical(made(entry(left)).xml) == canonical(made(entry(inside)).xml)


@pytest.mark.covers("SEC-X-14", "ATOM-6.4-2")
@pytest.mark.parametrize(
    "inside",
    [
        '<content type="application/xml"><?a b?><c xmlns=""><?d?></c></content>',
        '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><?a?></div></content>',
        '<x:a xmlns:x="urn:x"><?b?><title><?c?></title></x:a>',
        '<link rel="related" href="a"><x xmlns=""><?b?></x></link>',
    ],
)
def test_instruction_is_kept(inside):
    """An instruction inside content or an extension is the client's."""
    assert inside.encode() in made(entry(inside)).xml


@pytest.mark.covers("SEC-X-14")
def test_around_the_root():
    """What stands before and after the root is dropped."""
    body = b"<!-- a -->\n<?xml-stylesheet href='b'?>" + entry() + b"<?c?><!-- d -->\n"
    assert shown(made(entry())) == shown(made(body))


@pytest.mark.covers("APP-13.1.1-5", "APP-13.1-2")
def test_control_is_held_apart():
    """The control stands in no stored XML; editors are shown it at the end, readers never."""
    inside = '<app:control x:a="b" xmlns:x="urn:x"><app:draft>yes</app:draft><x:c/></app:control>'
    member = made(entry(inside))
    assert member.draft
    assert b"control" not in member.xml
    document = shown(member)
    assert ["control"] == [etree.QName(c).localname for c in xpath(document, "/a:entry/*[last()]")]
    assert ["b"] == xpath(document, "/a:entry/app:control/@*")
    assert 2 == len(one(document, "/a:entry/app:control"))
    assert shown(made(entry())) == shown(member, editing=False)


@pytest.mark.covers("APP-13.1-2", "ATOM-4.1.3-7")
def test_control_keeps_its_prefixes():
    """Prefixes declared around the control stay bound for values inside it."""
    body = entry('<app:control a="q:b"/>', ' xmlns:q="urn:q"')
    member = made(body)
    assert "urn:q" == one(shown(member), "/a:entry/app:control").nsmap["q"]
    again = made(shown(member), before=member)
    assert member.control == again.control


@pytest.mark.covers("APP-13.1.1-4")
@pytest.mark.parametrize(
    ("control", "left"),
    [
        (DRAFT, []),
        ("<app:control><app:draft>no</app:draft><app:x/></app:control>", ["x"]),
        ("<app:control/>", []),
    ],
)
def test_drafts_off(control, left):
    """Where drafts are off, app:draft is left out and nothing else."""
    member = made(entry(control), drafts=False)
    assert not member.draft
    found = xpath(shown(member), "/a:entry/app:control/*")
    assert left == [etree.QName(child).localname for child in found]
    assert bool(left) == bool(xpath(shown(member), "/a:entry/app:control"))


@pytest.mark.covers("APP-6.1-3")
def test_old_control():
    """A control in the namespace of the RFC's drafts is answered in the RFC's own."""
    inside = '<p:control xmlns:p="http://purl.org/atom/app#"><p:draft>yes</p:draft></p:control>'
    member = made(entry(inside))
    assert member.draft
    assert ["yes"] == xpath(shown(member), "/a:entry/app:control/app:draft/text()")
    assert b"http://purl.org/atom/app#" not in etree.tostring(
        one(shown(member), "/a:entry/app:control"), method="c14n", exclusive=True
    )
