"""Documents by which programs find their way from the site's address."""

import pytest
from lxml import etree

RSD = {"r": "http://archipelago.phrasewise.com/rsd"}
OPENSEARCH = {"o": "http://a9.com/-/spec/opensearch/1.1/"}


def fetched(site, address, content_type):
    """A document as its root element."""
    answer = site.anon.get(address)
    assert (200, f"{content_type};charset=utf-8") == (
        answer.status_code,
        answer.headers["Content-Type"],
    )
    assert "public, max-age=60" == answer.headers["Cache-Control"]
    return etree.fromstring(answer.content)


@pytest.mark.covers("RSD-1")
def test_rsd(site):
    """The RSD document names one interface, Atom, whose address is the service document's."""
    root = fetched(site, "/rsd.xml", "application/rsd+xml")
    assert ("{http://archipelago.phrasewise.com/rsd}rsd", "1.0") == (root.tag, root.get("version"))
    (api,) = root.findall(".//r:api", RSD)
    assert ("Atom", "true") == (api.get("name"), api.get("preferred"))
    answer = site.alice.get(api.get("apiLink"))
    assert answer.headers["Content-Type"].startswith("application/atomsvc+xml")
    assert f"{site.base}/" == root.findtext(".//r:homePageLink", None, RSD)
    assert root.findtext(".//r:engineName", None, RSD)


@pytest.mark.covers("OS-1")
def test_opensearch_description(site):
    """The OpenSearch description has a short name, a description, and a template for each form."""
    root = fetched(site, "/opensearch.xml", "application/opensearchdescription+xml")
    assert f"{{{OPENSEARCH['o']}}}OpenSearchDescription" == root.tag
    assert 1 <= len(root.findtext("o:ShortName", None, OPENSEARCH)) <= 16
    assert 1 <= len(root.findtext("o:Description", None, OPENSEARCH)) <= 1024
    templates = {
        url.get("type"): url.get("template")
        for url in root.findall("o:Url", OPENSEARCH)
        if url.get("rel") is None
    }
    at = f"{site.base}/-/search"
    query = "?q={searchTerms}&page={startPage?}"
    assert {
        "text/html": at + query,
        "application/atom+xml": f"{at}.atom{query}",
        "application/rss+xml": f"{at}.rss{query}",
        "application/feed+json": f"{at}.json{query}",
    } == templates


@pytest.mark.covers("OS-1")
def test_short_name_of_a_long_host(make_site):
    """However long the host's name is, the short name keeps to 16 characters."""
    base = "https://a-rather-long-name.example.org"
    site = make_site(base=base, base_url=base)
    root = fetched(site, "/opensearch.xml", "application/opensearchdescription+xml")
    assert "a-rather-long-na" == root.findtext("o:ShortName", None, OPENSEARCH)
