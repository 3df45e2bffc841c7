"""Reading XML: encodings, characters, declarations and the positions of faults."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from atompub.atom.parse import parse
from atompub.errors import NotWellFormed

TEXT = "Dé"
LATIN = '<?xml version="1.0" encoding="iso-8859-1"?>'
UTF8 = '<?xml version="1.0" encoding="utf-8"?>'
UTF8_MARK = b"\xef\xbb\xbf"


def document(encoding, declaration="", mark=b""):
    """A document in an encoding, whatever its declaration says."""
    return mark + f"{declaration}<a>{TEXT}</a>".encode(encoding)


def refused(body, charset=None):
    """The fault that a body is refused for, as line, column and message."""
    with pytest.raises(NotWellFormed) as caught:
        parse(body, charset)
    return caught.value.line, caught.value.column, str(caught.value)


@pytest.mark.covers("SEC-X-6")
@pytest.mark.parametrize(
    ("body", "charset"),
    [
        (document("utf-8", LATIN, UTF8_MARK), "iso-8859-1"),
        (document("utf-8", "", UTF8_MARK), "windows-1252"),
        (document("utf-16-le", UTF8, b"\xff\xfe"), "utf-8"),
        (document("utf-16-be", LATIN, b"\xfe\xff"), None),
        (document("latin-1", UTF8), "iso-8859-1"),
        (document("latin-1", UTF8), " ISO-8859-1 "),
        (document("utf-8", LATIN), "UTF-8"),
        (document("latin-1", LATIN), None),
        (document("latin-1", LATIN), ""),
        (document("utf-8", UTF8), None),
        (document("utf-8"), None),
        (document("latin-1", LATIN.replace(" ", " " * 200)), None),
    ],
)
def test_encoding_authority(body, charset):
    """A byte order mark beats the charset parameter, that the declaration, and that UTF-8."""
    assert TEXT == parse(body, charset).text


@pytest.mark.covers("SEC-X-7")
@pytest.mark.parametrize(
    ("charset", "codec"),
    [
        ("utf-8", "utf-8"),
        ("UTF-8", "utf-8"),
        ("us-ascii", "ascii"),
        ("iso-8859-1", "latin-1"),
        ("windows-1252", "cp1252"),
        ("Windows-1252", "cp1252"),
    ],
)
@pytest.mark.parametrize("declared", [False, True])
def test_accepted_encoding(charset, codec, declared):
    """The encodings that are taken can be named by the parameter and by the declaration."""
    text = {"ascii": "D", "latin-1": "Dé", "cp1252": "D€", "utf-8": "D題"}[codec]
    declaration = f'<?xml version="1.0" encoding="{charset}"?>' if declared else ""
    body = f"{declaration}<a>{text}</a>".encode(codec)
    assert text == parse(body, None if declared else charset).text


@pytest.mark.covers("SEC-X-7")
@pytest.mark.parametrize(
    "charset",
    [
        *("utf-7", "utf-16", "utf-16le", "utf-32", "ucs-4", "cp037", "ibm1047", "shift_jis"),
        *("euc-jp", "iso-2022-jp", "gb18030", "big5", "koi8-r", "iso-8859-15", "windows-1251"),
        *("rot13", "hex", "base64", "zlib", "idna", "punycode", "unicode_escape", "mbcs"),
        *("x-unknown", "?", "utf-8;x", "\u00fc", "a" * 5_000),
    ],
)
def test_refused_encoding(charset):
    """Any other encoding is 400 at the first character, and told which ones are taken."""
    line, column, message = refused(document("utf-8"), charset)
    assert (1, 1) == (line, column)
    assert "UTF-8, UTF-16 with a byte order mark, US-ASCII" in message
    assert 200 > len(message)


@pytest.mark.covers("SEC-X-7")
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(f"{UTF8}<a>D</a>".encode("cp037"), id="EBCDIC"),
        pytest.param("<a>D</a>".encode("utf-16-le"), id="UTF-16 without a mark"),
        pytest.param("<a>D</a>".encode("utf-32"), id="UTF-32 with a mark"),
        pytest.param(b"\x00\x00\xfe\xff" + "<a/>".encode("utf-32-be"), id="UTF-32, big end first"),
        pytest.param("<a>D</a>".encode("utf-32-le"), id="UTF-32 without a mark"),
        pytest.param(b"+ADw-a+AD4-D+ADw-/a+AD4-", id="UTF-7"),
        pytest.param(b"\x1f\x8b\x08\x00", id="gzip"),
        pytest.param("<a>\ud800</a>".encode("utf-16-le", "surrogatepass"), id="half a pair"),
        pytest.param(b"\xff\xfe" + "<a>D</a>".encode("utf-16-le")[:-1], id="half a character"),
        pytest.param(UTF8_MARK + b"\xff\xfe<a/>", id="two marks"),
        pytest.param(b"\xef\xbb<a/>", id="half a mark"),
        pytest.param(b"", id="nothing"),
        pytest.param(UTF8_MARK, id="nothing but a mark"),
        pytest.param(b" \n ", id="nothing but white space"),
    ],
)
def test_refused_octets(body):
    """Octets that are no text in the encoding they must be in are 400, with a position."""
    line, column, _ = refused(body)
    assert line >= 1
    assert column >= 1


CONTROLS = [chr(code) for code in range(32) if chr(code) not in "\t\n\r"]


@pytest.mark.covers("SEC-X-8")
@pytest.mark.parametrize("character", [*CONTROLS, "\ufffe", "\uffff"], ids=ascii)
def test_refused_character(character):
    """A character that XML does not allow is 400 where it stands, raw or as a reference."""
    line, column, message = refused(f"<a>\n é題{character}</a>".encode())
    assert (2, 4) == (line, column)
    assert message.startswith(f"U+{ord(character):04X} may not stand in XML")
    for reference in (f"&#{ord(character)};", f"&#x{ord(character):x};"):
        assert 2 == refused(f"<a>\n é{reference}</a>".encode())[0]
        assert 2 == refused(f"<a>\n <b c='é{reference}'/></a>".encode())[0]


@pytest.mark.covers("SEC-X-8")
@pytest.mark.parametrize("code", [0xD800, 0xDBFF, 0xDC00, 0xDFFF, 0x110000, 2**32, 10**30])
def test_refused_reference(code):
    """A reference to half a surrogate pair, or to what is beyond Unicode, is 400."""
    assert 1 == refused(f"<a>&#{code};</a>".encode())[0]


@pytest.mark.covers("SEC-X-9")
@pytest.mark.parametrize(
    "character",
    ["\t", "\n", " ", "\x7f", "\x80", "\x85", "\u2028", "\u202e", "\ufdd0", "\ufffd", "\U0001fffe"],
    ids=ascii,
)
def test_accepted_character(character):
    """Odd characters that XML allows are kept."""
    assert f"a{character}b" == parse(f"<a>a{character}b</a>".encode()).text
    assert f"a{character}b" == parse(f"<a>a&#{ord(character)};b</a>".encode()).text


def test_line_ends():
    """Line ends of all systems become line feeds; a carriage return by reference stays one."""
    assert "1\n2\n3\n\r4" == parse(b"<a>1\n2\r\n3\r&#13;4</a>").text


@pytest.mark.covers("SEC-X-9")
@pytest.mark.parametrize("version", ["1.1", "1.2", "2.0", "1.", "1.00", "0", "x"])
def test_other_version(version):
    """Only XML 1.0 is read."""
    found = refused(f'<?xml version="{version}"?><a/>'.encode())
    assert (1, 1, "only XML 1.0 is accepted (line 1, column 1)") == found


@pytest.mark.covers("ATOM-2-1")
@pytest.mark.parametrize(
    "declaration",
    [
        "<?xml?>",
        "<?xml ?>",
        "<?xml encoding='utf-8'?>",
        "<?xml encoding='utf-8' version='1.0'?>",
        "<?xml version='1.0'encoding='utf-8'?>",
        "<?xml version='1.0' standalone='maybe'?>",
        "<?xml version='1.0' standalone='yes' encoding='utf-8'?>",
        "<?xml version='1.0' encoding=''?>",
        "<?xml version='1.0' encoding='8'?>",
        "<?xml version=1.0?>",
        "<?xml version='1.0\"?>",
        "<?xml version='1.0' encoding='utf-8\"?>",
        "<?xml version='1.0' other='1'?>",
        "<?xml version='1.0'>",
        "<?xml version='1.0'",
        "<?XML version='1.0'?>",
        " <?xml version='1.0'?>",
        "\n<?xml version='1.0'?>",
        "<!-- --><?xml version='1.0'?>",
        "<?xml version='1.0'?><?xml version='1.0'?>",
    ],
)
def test_malformed_declaration(declaration):
    """A declaration that is not written as XML 1.0 has it, or not at the beginning, is 400."""
    line, column, _ = refused(f"{declaration}<a/>".encode())
    assert line >= 1
    assert column >= 1


NAMED = ("<{}/>", "<a {}=''/>", "<a xmlns:{}='urn:x'/>", "<a><?{} b?></a>", "<a><b{}/></a>")


@pytest.mark.covers("ATOM-2-1")
@pytest.mark.parametrize("document", NAMED)
@pytest.mark.parametrize("name", ["😀", "a😀", "a\ufeff", "\u2c00"], ids=ascii)
def test_name_of_a_later_edition(document, name):
    """A name that XML did not have when Atom was made is 400, for many parsers do not read it:
    in one entry it would make the feed unreadable for them."""
    line, column, _ = refused(document.format(name).encode())
    assert (1, True) == (line, column > 1)


@pytest.mark.parametrize("document", NAMED)
@pytest.mark.parametrize("name", ["é", "題", "한글", "Ω-1.2", "_"])
def test_name(document, name):
    """A name may be of any script that XML had when Atom was made."""
    parse(document.format(name).encode())


FAULT = "<b></c>"
"""A fault that is reported where it ends."""


@pytest.mark.covers("ATOM-2-1")
@pytest.mark.parametrize(
    ("body", "line", "column"),
    [
        (f"<a>{FAULT}".encode(), 1, 11),
        (f"{UTF8}<a>{FAULT}".encode(), 1, 49),
        (f"{UTF8}\n\n<a>{FAULT}".encode(), 3, 11),
        (f"<?xml\nversion='1.0'\n?>\n<a>{FAULT}".encode(), 4, 11),
        (UTF8_MARK + f"<a>{FAULT}".encode(), 1, 11),
        (f"<a>é題😀{FAULT}".encode(), 1, 14),
        (f"<a x='é題😀'>é題😀{FAULT}".encode(), 1, 22),
        (f"<!-- é題😀 --><a>{FAULT}".encode(), 1, 23),
        (f"<a>é{FAULT}".encode("utf-16"), 1, 12),
        (f"{LATIN}\n<a>é{FAULT}".encode("latin-1"), 2, 12),
        (f"<a>\r\n{FAULT}".encode(), 2, 8),
        (b"<a>" + b"\n" * 70_000 + FAULT.encode(), 70_001, 8),
        (b"<a>" + b"x" * 100_000 + FAULT.encode(), 1, 100_011),
        (f"<a>é題😀{chr(1)}".encode(), 1, 7),
        (f"{UTF8}\n<a>é題😀{chr(1)}".encode(), 2, 7),
        ("<a>é題😀".encode() + b"\xff", 1, 7),
        (UTF8_MARK + "<a>\né題😀".encode() + b"\xff", 2, 4),
        ("<!-- é <!DOCTYPE a> -->\n<?é?> <!DOCTYPE a>".encode(), 2, 7),
        (f"{UTF8} <!DOCTYPE a>".encode(), 1, 40),
    ],
)
def test_position(body, line, column):
    """A fault is told by its line and its column, in characters of the text that was sent."""
    assert (line, column) == refused(body)[:2]
    assert refused(body)[2].endswith(f" (line {line}, column {column})")


@pytest.mark.covers("ATOM-2-1")
def test_faults_of_threads():
    """Each thread is told of the fault in its own document, however many read at once."""

    def read(number):
        return refused(b"<a>" + b"\n" * number + FAULT.encode())[:2]

    numbers = [*range(1, 400)]
    with ThreadPoolExecutor(8) as pool:
        found = [*pool.map(read, numbers)]
    assert [(number + 1, 8) for number in numbers] == found


@pytest.mark.covers("SEC-X-1")
@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE a>",
        "<!DOCTYPE a []>",
        "<!DOCTYPE a SYSTEM 'file:///etc/passwd'>",
        "<!DOCTYPE a PUBLIC '-//W3C//DTD XHTML 1.0//EN' 'http://127.0.0.1:9/x'>",
        "<!DOCTYPE a [<!ENTITY b 'c'>]>",
        "<!DOCTYPE a [<!ENTITY % b SYSTEM 'http://127.0.0.1:9/x'> %b;]>",
        "<!DOCTYPE a [<!ATTLIST a b CDATA 'c'>]>",
        "<!DOCTYPE a [<!NOTATION b SYSTEM 'c'>]>",
        "<!DOCTYPE\na>",
        "<!DOCTYPE",
    ],
)
@pytest.mark.parametrize("before", ["", " \r\n\t", "<!-- > -->", "<?b ?> <!--?>-->", UTF8])
@pytest.mark.parametrize("codec", ["utf-8", "utf-16"])
def test_doctype(doctype, before, codec):
    """Any DOCTYPE is 400, whatever stands before it and however it is encoded."""
    message = refused(f"{before}{doctype}<a>&b;</a>".encode(codec))[2]
    assert message.startswith("a DOCTYPE is not accepted")
