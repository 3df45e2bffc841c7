"""What every RSS and JSON feed of this server is held against, wherever a test meets one."""

import json
import re
from functools import cache
from pathlib import Path

import jsonschema
from lxml import etree

ATOM_LINK = "{http://www.w3.org/2005/Atom}link"
DATE = re.compile(
    r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d"
    r" (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d\d:\d\d:\d\d GMT"
)
ADDRESS = re.compile(r"https?://\S+")
CHANNEL = {"title", "link", "description", "language", "lastBuildDate", "docs", "generator"}
ITEM = {"title", "link", "description", "category", "enclosure", "guid", "pubDate"}
REPEATED = {"category", "item"}


@cache
def json_feed():
    """The checker of JSON Feed."""
    text = (Path(__file__).parent / "jsonfeed.schema.json").read_text("utf-8")
    return jsonschema.Draft202012Validator(json.loads(text))


def check_json(body):
    """Assert that a document is a JSON Feed 1.1, and none that repeats a name."""
    json_feed().validate(json.loads(body.decode(), object_pairs_hook=_once))


def _once(pairs):
    assert len({name for name, _ in pairs}) == len(pairs)
    return dict(pairs)


def check_rss(body):
    """Assert that a document is RSS 2.0, by its specification and that of its board's profile."""
    root = etree.fromstring(body)
    assert ("rss", "2.0") == (root.tag, root.get("version"))
    (channel,) = root
    assert "channel" == channel.tag
    _check_children(channel, CHANNEL | {"item"})
    for name in ("title", "link", "description"):
        assert channel.findtext(name).strip()
    assert ADDRESS.fullmatch(channel.findtext("link"))
    assert DATE.fullmatch(channel.findtext("lastBuildDate"))
    assert 1 == len([link for link in channel.iter(ATOM_LINK) if "self" == link.get("rel")])
    for link in channel.iter(ATOM_LINK):
        assert ADDRESS.fullmatch(link.get("href"))
    for item in channel.iterchildren("item"):
        _check_item(item)


def _check_children(parent, known):
    """Nothing but known elements and those of a namespace; what stands once stands once."""
    plain = [child.tag for child in parent if "}" not in child.tag]
    assert set(plain) <= known
    single = [name for name in plain if name not in REPEATED]
    assert len(set(single)) == len(single)


def _check_item(item):
    _check_children(item, ITEM)
    texts = [item.findtext(name) for name in ("title", "description")]
    assert any(texts)
    assert "" not in texts
    assert ADDRESS.fullmatch(item.findtext("link"))
    assert DATE.fullmatch(item.findtext("pubDate"))
    guid = item.find("guid")
    is_address = guid.text == item.findtext("link")
    assert str(is_address).lower() == guid.get("isPermaLink")
    for enclosure in item.iterchildren("enclosure"):
        assert ADDRESS.fullmatch(enclosure.get("url"))
        assert enclosure.get("length").isdigit()
        assert "/" in enclosure.get("type")
