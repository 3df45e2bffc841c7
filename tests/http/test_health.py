"""What supervisors ask: is the server alive, is it ready, what did it count."""

import pytest

from atompub.store.migrations import MIGRATIONS

PROBES = ("/-/live", "/-/ready", "/-/metrics")
FROM_ANYWHERE = {"base_url": "https://example.org/blog"}


def test_alive_and_ready(site):
    """`/-/live` and `/-/ready` are a word each, which no cache keeps."""
    for path, word in (("/-/live", "alive\n"), ("/-/ready", "ready\n")):
        answer = site.anon.get(path)
        assert (200, word) == (answer.status_code, answer.text)
        assert "no-store" == answer.headers["cache-control"]


@pytest.mark.parametrize("path", PROBES)
@pytest.mark.parametrize("prefix", ["", "/blog"])
def test_probes_by_address(make_site, path, prefix):
    """Supervisors know an address only: the site's host and prefix need not be in the request."""
    site = make_site(**FROM_ANYWHERE)
    for host in ("10.1.2.3:8000", "example.org"):
        answer = site.anon.get(f"{prefix}{path}", headers={"Host": host})
        assert 200 == answer.status_code
    assert 421 == site.anon.get("/blog/", headers={"Host": "10.1.2.3:8000"}).status_code


@pytest.mark.parametrize("path", PROBES)
def test_probes_are_read_only(site, path):
    """A probe can be read, and nothing else."""
    assert "GET, HEAD, OPTIONS" == site.anon.options(path).headers["allow"]
    assert 405 == site.admin.post(path, content=b"x").status_code
    assert b"" == site.anon.head(path).content


def version(engine, number):
    """Make the schema another version's."""
    engine.write(lambda t: t.rows("UPDATE site SET version = :number", number=number))


def test_not_ready_without_the_store(make_site, tmp_path):
    """While the store is away `/-/ready` is a 503 that says so; it comes back by itself."""
    site, folder = make_site(), tmp_path / "site-0"
    folder.rename(folder.with_name("away"))
    answer = site.anon.get("/-/ready")
    assert 503 == answer.status_code
    assert "retry-after" in answer.headers
    assert "atompub.db cannot be opened" in answer.json()["detail"]
    assert 200 == site.anon.get("/-/live").status_code
    folder.with_name("away").rename(folder)
    assert 200 == site.anon.get("/-/ready").status_code


@pytest.mark.parametrize(
    ("number", "reason"),
    [(len(MIGRATIONS) + 1, "newer version"), (len(MIGRATIONS) - 1, "store")],
)
def test_not_ready_with_another_schema(make_site, number, reason):
    """With the schema of another version `/-/ready` is a 503 that says so."""
    site = make_site()
    version(site.store, number)
    answer = site.anon.get("/-/ready")
    assert 503 == answer.status_code
    assert reason in answer.json()["detail"]


@pytest.mark.parametrize(
    ("peer", "fields", "settings", "status"),
    [
        ("127.0.0.1", {}, {}, 200),
        ("::1", {}, {}, 200),
        ("10.1.2.3", {}, {}, 404),
        ("", {}, {}, 404),
        ("127.0.0.1", {"X-Forwarded-For": "127.0.0.1"}, {}, 404),
        ("127.0.0.1", {"X-Forwarded-Proto": "https"}, {}, 404),
        ("127.0.0.1", {"Forwarded": "for=127.0.0.1"}, {}, 404),
        ("10.1.2.3", {}, {"metrics_readers": "10.0.0.0/8"}, 200),
        ("127.0.0.1", {}, {"metrics_readers": "10.0.0.0/8"}, 404),
    ],
)
def test_readers_of_metrics(make_site, peer, fields, settings, status):
    """Metrics are for who asks directly from loopback, or from where METRICS_READERS says."""
    site = make_site(peer=peer, **settings)
    assert status == site.anon.get("/-/metrics", headers=fields).status_code
