"""Really Simple Discovery: where blog clients of its time look for the service document."""

from xml.sax.saxutils import escape, quoteattr

from atompub.urls import Urls

RSD_TYPE = "application/rsd+xml"
NAMESPACE = "http://archipelago.phrasewise.com/rsd"


def render_rsd(urls: Urls) -> bytes:
    """The document; its only interface is the Atom Publishing Protocol."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<rsd version="1.0" xmlns="{NAMESPACE}">',
        "  <service>",
        "    <engineName>atompub</engineName>",
        f"    <homePageLink>{escape(urls.home())}</homePageLink>",
        "    <apis>",
        f'      <api name="Atom" preferred="true" apiLink={quoteattr(urls.service())} blogID=""/>',
        "    </apis>",
        "  </service>",
        "</rsd>",
        "",
    ]
    return "\n".join(lines).encode()
