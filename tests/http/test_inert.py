"""Markup that attacks readers is inert in whatever form they read it."""

import json
from xml.sax.saxutils import escape, quoteattr

import pytest
from lxml import etree, html

from tests.documents import bare, one, xpath

ATTACKS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "<script\n>alert(1)</script\n>",
    "<scr<script>ipt>alert(1)</scr</script>ipt>",
    "<img src=x onerror=alert(1)>",
    "<img src=x oneonerrorrror=alert(1)>",
    "<img/src=x/onerror=alert(1)>",
    '<img src="x` `<script>alert(1)</script>"` `>',
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<math><a xlink:href='javascript:alert(1)'>x</a></math>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href=' &#1; javascript:alert(1)'>x</a>",
    "<a href='java&#10;script:alert(1)'>x</a>",
    "<a href='java&Tab;script:alert(1)'>x</a>",
    "<a href='JAVASCRIPT&colon;alert(1)'>x</a>",
    "<a href='vbscript:msgbox(1)'>x</a>",
    "<a href='data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=='>x</a>",
    "<a href='feed:javascript:alert(1)'>x</a>",
    "<a href='view-source:javascript:alert(1)'>x</a>",
    "<img src='data:image/svg+xml,<svg onload=alert(1)>'>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<object data='data:text/html,<script>alert(1)</script>'></object>",
    "<embed src='//evil.example/x.swf'>",
    "<applet code=x></applet>",
    "<form action='//evil.example/'><input type=submit></form>",
    "<button formaction='javascript:alert(1)'>x</button>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(1)'>",
    "<link rel=stylesheet href='//evil.example/x.css'>",
    "<base href='javascript:alert(1)//'>",
    "<style>@import '//evil.example/x.css';</style>",
    "<p style='background:url(javascript:alert(1))'>x</p>",
    "<div style=width:expression(alert(1))>x</div>",
    "<body onload=alert(1)>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<audio src=x onerror=alert(1)>",
    "<input autofocus onfocus=alert(1)>",
    "<isindex action=javascript:alert(1) type=image>",
    "<xss id=x tabindex=1 onfocus=alert(1)></xss>",
    "<template><script>alert(1)</script></template>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?xml-stylesheet href='javascript:alert(1)'?>",
    "<plaintext><script>alert(1)</script>",
    "<x:script xmlns:x='http://www.w3.org/1999/xhtml'>alert(1)</x:script>",
)

FORBIDDEN = {
    *("script", "style", "iframe", "frame", "object", "embed", "applet", "form", "input", "base"),
    *("button", "meta", "link", "svg", "math", "template", "noscript", "title", "body", "isindex"),
}
ADDRESSES = ("href", "src", "cite", "action", "formaction", "poster", "background", "srcset")


def faults(markup):
    """What a browser could run, or load without being asked, in a fragment."""
    for element in html.fragment_fromstring(markup, create_parent="div").iter(etree.Element):
        name = str(element.tag).lower().rpartition("}")[2].rpartition(":")[2]
        if name in FORBIDDEN:
            yield name
        for attribute, value in element.attrib.items():
            if attribute.lower().startswith("on") or attribute.lower() in {"style", "srcdoc"}:
                yield f"{name}/@{attribute}"
            scheme = value.strip().partition(":")[0].lower()
            if attribute in ADDRESSES and scheme not in {"http", "https", "mailto"}:
                yield f"{name}/@{attribute}={value}"


@pytest.fixture(scope="module")
def attacked(shared_site):
    """A blog with an entry for each attack, in each of its texts; the permalinks."""
    found = {}
    for attack in ATTACKS:
        texts = "".join(
            f'<{name} type="html">{escape(attack)}</{name}>'
            for name in ("title", "summary", "content", "rights")
        )
        label = quoteattr(attack)
        extra = (
            f"<category term={label} label={label}/><author><name>{escape(attack)}</name></author>"
        )
        made = shared_site.post(bare(texts + extra))
        assert 201 == made.status_code, attack
        found[attack] = one(made.content, "a:link[@rel='alternate']/@href")
    return found


def got(site, path):
    """What readers get at a path."""
    answer = site.anon.get(path)
    assert 200 == answer.status_code
    return answer


@pytest.mark.covers("SEC-H-1", "SEC-H-2")
def test_public_feed(shared_site, attacked):
    """Each text construct of the public feed is inert; the author's own view is what was sent."""
    feed = got(shared_site, "/blog/feed.atom").content
    assert len(ATTACKS) == len(xpath(feed, "/a:feed/a:entry"))
    for text in xpath(feed, "/a:feed/a:entry/a:*[@type='html']"):
        assert [] == list(faults(text.text or " "))
    attack = ATTACKS[0]
    name = attacked[attack].rpartition("/")[2]
    own = shared_site.alice.get(f"/atom/blog/{name}").content
    assert attack == one(own, "/a:entry/a:content/text()")


@pytest.mark.covers("SEC-H-1")
def test_rss(shared_site, attacked):
    """Descriptions and full contents of RSS are inert."""
    feed = etree.fromstring(got(shared_site, "/blog/feed.rss").content)
    assert len(attacked) == len(feed.findall("channel/item"))
    texts = feed.xpath("//item/description | //item/*[local-name()='encoded']")
    assert texts
    for text in texts:
        assert [] == list(faults(text.text or " "))


@pytest.mark.covers("SEC-H-1")
def test_json(shared_site, attacked):
    """The HTML of JSON Feed is inert."""
    feed = json.loads(got(shared_site, "/blog/feed.json").content)
    assert len(attacked) == len(feed["items"])
    for item in feed["items"]:
        assert [] == list(faults(item.get("content_html") or " "))


@pytest.mark.covers("SEC-H-1")
@pytest.mark.parametrize("attack", ATTACKS)
def test_page(shared_site, attacked, attack):
    """The page of an entry holds nothing to run but what the template itself has."""
    page = html.fromstring(shared_site.anon.get(attacked[attack]).content)
    (main,) = page.xpath("//main")
    assert [] == list(faults(html.tostring(main, encoding="unicode")))
    assert [] == page.xpath("//script | //@*[starts-with(name(), 'on')]")


def test_the_faults_would_be_found():
    """The check above sees what it is for."""
    assert ["script"] == list(faults("<p><script>x</script></p>"))
    assert ["img/@onerror"] == list(faults("<img src='https://x' onerror=x>"))
    assert ["a/@href=javascript:x"] == list(faults("<a href='javascript:x'>x</a>"))
    assert [] == list(faults("<p><a href='https://example.org/'>x</a></p>"))
