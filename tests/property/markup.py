"""Strategies for entries: valid ones with all that XML allows in them, and nearly valid ones."""

import base64
from xml.sax.saxutils import escape

from hypothesis import strategies as st

from tests.documents import APP, ATOM

XHTML = "http://www.w3.org/1999/xhtml"
HERE = "\0"
"""Stands for the prefix of the Atom namespace, which is chosen last."""

LETTERS = st.characters(
    exclude_categories=["Cs"],
    exclude_characters=[
        *(chr(code) for code in range(32) if chr(code) not in "\t\n\r"),
        *("\ufffe", "\uffff"),
    ],
)
ODD = st.sampled_from(
    ["]]>", "</entry>", "<!--", "&amp;", "\r\n", "\t", "  ", "😀", "\u202e", '"', "'"]
)
TEXT = st.lists(st.one_of(ODD, st.text(LETTERS, max_size=8)), max_size=4).map("".join)
NAMES = st.sampled_from(["a", "é", "_", "x-1.2", "entry", "link", "id", "edited", "div", "xmlish"])
SAFE = st.sampled_from(["p", "q", "atom", "_", "ns0"])
"""Prefixes that no root has: an Atom element may declare them."""
UNKNOWN = st.sampled_from(["a", "é", "_", "x-1.2"])
"""Names that mean nothing in whatever namespace is the default."""
PREFIXES = st.sampled_from(["p", "q", "atom", "_", "ns0", "app", "entry", "é", "a"])
NAMESPACES = st.sampled_from(["urn:x", "urn:y", "http://example.org/ns#", XHTML, ATOM, APP])
FOREIGN = st.sampled_from(["urn:x", "urn:y", "http://example.org/ns#", "http://purl.org/dc/terms/"])
SPACES = ["", " ", "\n"]
BASES = ["", "a/", "?b", "//example.com/", "http://example.org/é/", "HTTPS://example.org"]
LANGUAGES = ["", "de", "zh-Hant-TW", "x-private"]
ADDRESSES = ["http://example.org/é?a=b&amp;c#d", "a/b", "", "?", "#f", "urn:x:y", "mailto:a@b.c"]
DATES = ["2003-12-13T18:30:02Z", "2003-12-13T18:30:02.123456789-03:30", "1998-12-31T23:59:60Z"]


def in_attribute(text):
    """A text as the value of an attribute, in quotes; white space by reference."""
    spaces = {"\t": "&#9;", "\n": "&#xA;", "\r": "&#13;", '"': "&quot;"}
    return f'"{escape(text, spaces)}"'


@st.composite
def text(draw, words=TEXT):
    """A text, written with escapes, references or CDATA sections."""
    value = draw(words)
    form = draw(st.sampled_from(["escaped", "section", "references"]))
    if form == "section" and "]]>" not in value and "\r" not in value:
        return f"<![CDATA[{value}]]>"
    if form == "references":
        return "".join(f"&#{ord(letter)};" for letter in value)
    return escape(value, {"\r": "&#xD;"})


COMMENTS = TEXT.map(lambda words: f"<!--{words.replace('-', '~')}-->")
INSTRUCTIONS = st.tuples(NAMES, TEXT).map(
    lambda pair: f"<?{pair[0]} {pair[1].replace('?>', '??').lstrip()}?>"
)


@st.composite
def attributes(draw, prefixes=SAFE):
    """Attributes of others: with prefixes, in no namespace, and those of XML itself."""
    found = []
    if draw(st.booleans()):
        name, value = draw(NAMES), draw(TEXT)
        found.append(f"{name}-x={in_attribute(value)}")
    if draw(st.booleans()):
        prefix, name = draw(prefixes), draw(NAMES)
        uri, value = draw(FOREIGN), draw(st.one_of(TEXT, st.just(f"{prefix}:T")))
        found.append(f'xmlns:{prefix}="{uri}" {prefix}:{name}={in_attribute(value)}')
    for name, values in (("lang", LANGUAGES), ("base", BASES), ("space", ["preserve"])):
        if draw(st.integers(0, 5)) == 0:
            found.append(f'xml:{name}="{draw(st.sampled_from(values))}"')
    return "".join(f" {one}" for one in found)


@st.composite
def elements(draw, namespaces=NAMESPACES, depth=2):
    """An element with its own declarations, and mixed content down to some depth."""
    name, uri = draw(NAMES), draw(namespaces)
    form = draw(st.sampled_from(["prefix", "default", "none", "undeclared"]))
    if form == "undeclared":
        name = draw(UNKNOWN)
    prefix = f"{draw(PREFIXES)}" if form == "prefix" else ""
    tag = f"{prefix}:{name}" if prefix else name
    declared = {
        "prefix": f' xmlns:{prefix}="{uri}"',
        "default": f' xmlns="{uri}"',
        "none": ' xmlns=""',
        "undeclared": "",
    }
    more = draw(attributes(PREFIXES))
    if prefix and f"xmlns:{prefix}=" in more:
        more = ""
    start = f"<{tag}{declared[form]}{more}"
    inside = draw(mixed(depth - 1)) if depth else draw(text())
    if not inside and draw(st.booleans()):
        return f"{start}/>"
    return f"{start}>{inside}</{tag}{draw(st.sampled_from(SPACES))}>"


def mixed(depth=1):
    """Text, elements, comments and instructions in any order."""
    parts = st.one_of(text(), elements(depth=depth), COMMENTS, INSTRUCTIONS)
    return st.lists(parts, max_size=3).map("".join)


def plain(name, values):
    """An Atom element with one of these values."""
    return st.tuples(attributes(), st.sampled_from(values)).map(
        lambda pair: f"<{HERE}{name}{pair[0]}>{pair[1]}</{HERE}{name}>"
    )


@st.composite
def constructs(draw, name):
    """A text construct of any type."""
    kind, more = draw(st.sampled_from(["", "text", "html", "xhtml"])), draw(attributes())
    kind_of = f' type="{kind}"' if kind else ""
    if kind == "xhtml":
        inside = f'<div xmlns="{XHTML}">{draw(mixed())}</div>'
        inside = draw(st.sampled_from([inside, f"\n <!-- -->{inside} "]))
    else:
        inside = draw(text()) + draw(st.sampled_from(["", "<!-- a -->"]))
    return f"<{HERE}{name}{kind_of}{more}>{inside}</{HERE}{name}>"


@st.composite
def contents(draw):
    """Content of any type."""
    form = draw(st.sampled_from(["construct", "xml", "base64", "elsewhere", "text"]))
    if form == "construct":
        return draw(constructs("content"))
    more = draw(attributes())
    match form:
        case "xml":
            kind = draw(st.sampled_from(["application/xml", "Image/SVG+XML", "text/xml; a=b"]))
            inside = draw(elements()) if draw(st.booleans()) else draw(mixed())
        case "base64":
            kind = draw(st.sampled_from(["image/png", "application/octet-stream", "audio/x-a"]))
            letters = base64.encodebytes(draw(st.binary(max_size=80))).decode()
            inside = draw(st.sampled_from([letters, letters.replace("\n", ""), f"\n {letters}"]))
        case "elsewhere":
            kind, address = draw(st.sampled_from(["image/png", "text/html"])), ADDRESSES[0]
            return f'<{HERE}content type="{kind}" src="{address}"{more}/>'
        case _:
            kind = draw(st.sampled_from(["text/plain", "text/x-markdown; charset=utf-8"]))
            inside = draw(text())
    return f'<{HERE}content type="{kind}"{more}>{inside}</{HERE}content>'


@st.composite
def people(draw, name):
    """An author or a contributor, extended."""
    parts = [f"<{HERE}name>{draw(text(st.sampled_from(['Ann', 'B & C', ' '])))}</{HERE}name>"]
    if draw(st.booleans()):
        parts.append(f"<{HERE}uri>{draw(st.sampled_from(ADDRESSES))}</{HERE}uri>")
    if draw(st.booleans()):
        parts.append(f"<{HERE}email>a@example.org</{HERE}email>")
    parts += draw(st.lists(st.one_of(elements(FOREIGN), COMMENTS), max_size=1))
    inside = "".join(draw(st.permutations(parts)))
    return f"<{HERE}{name}{draw(attributes())}>{inside}</{HERE}{name}>"


@st.composite
def links(draw):
    """A link that is the client's, or one of the server's that is dropped."""
    rel = draw(st.sampled_from(["related", "via", "enclosure", "edit", "self", "urn:x:rel"]))
    address = draw(st.sampled_from(ADDRESSES))
    inside = draw(st.one_of(st.just(""), text(), elements(FOREIGN)))
    more = draw(attributes()) + draw(st.sampled_from(["", ' title="&lt;&#10;"', ' length="5"']))
    return f'<{HERE}link rel="{rel}" href="{address}"{more}>{inside}</{HERE}link>'


CATEGORIES = st.tuples(TEXT, attributes(), st.one_of(st.just(""), elements(FOREIGN))).map(
    lambda parts: (
        f"<{HERE}category term={in_attribute(parts[0])}{parts[1]}>{parts[2]}</{HERE}category>"
    )
)
CONTROLS = st.tuples(st.sampled_from(["yes", "no"]), st.one_of(st.just(""), elements(FOREIGN))).map(
    lambda pair: f'<c:control xmlns:c="{APP}"><c:draft>{pair[0]}</c:draft>{pair[1]}</c:control>'
)
SOURCES = st.tuples(
    attributes(),
    st.lists(st.one_of(constructs("title"), constructs("subtitle"), links()), max_size=1),
    st.lists(st.one_of(elements(FOREIGN), people("author"), CATEGORIES, COMMENTS), max_size=2),
).map(lambda p: f"<{HERE}source{p[0]}>{''.join(p[1] + p[2])}</{HERE}source>")

ONCE = {
    "id": st.sampled_from(["urn:x:1", "", "relative"]).map(lambda i: f"<{HERE}id>{i}</{HERE}id>"),
    "title": constructs("title"),
    "updated": plain("updated", DATES),
    "published": plain("published", DATES),
    "summary": constructs("summary"),
    "rights": constructs("rights"),
    "content": contents(),
    "source": SOURCES,
    "control": CONTROLS,
}
REPEATED = st.one_of(
    CATEGORIES,
    people("author"),
    people("contributor"),
    links(),
    elements(FOREIGN),
    COMMENTS,
    INSTRUCTIONS,
)
ROOTS = {
    "": f'xmlns="{ATOM}"',
    "a:": f'xmlns:a="{ATOM}"',
    "é:": f'xmlns:é="{ATOM}" xmlns="urn:default"',
    "entry:": f'xmlns="" xmlns:entry="{ATOM}"',
    "app:": f'xmlns:app="{ATOM}" xmlns:b="urn:x"',
}


@st.composite
def entries(draw):
    """A valid entry, as octets."""
    names = draw(st.lists(st.sampled_from(sorted(ONCE)), unique=True))
    parts = [draw(ONCE[name]) for name in names] + draw(st.lists(REPEATED, max_size=4))
    inside = draw(st.sampled_from(["", "\n", "\r\n  "])).join(draw(st.permutations(parts)))
    prefix = draw(st.sampled_from(sorted(ROOTS)))
    body = f"<{HERE}entry {ROOTS[prefix]}{draw(attributes())}>{inside}</{HERE}entry>"
    around = draw(st.tuples(st.sampled_from(["", "<!-- a -->", "<?b?>"]), st.just("\n")))
    return body.replace(HERE, prefix).join(around).encode()
