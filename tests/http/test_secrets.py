"""What identifies somebody stays out of logs and answers (SEC-U-10)."""

from base64 import b64encode

import pytest

from atompub.names import new_token
from tests import sites
from tests.documents import DRAFT, ENTRY, entry

SECRET = "correct-horse-battery"
TOKEN = new_token()
DIGEST = b64encode(b"digest of a secret").decode()
X_WSSE = (
    f'UsernameToken Username="alice", PasswordDigest="{DIGEST}", Nonce="bm9uY2U=",'
    ' Created="2003-12-15T14:43:07Z"'
)
CREDENTIALS = [
    f"Basic {b64encode(f'alice:{SECRET}'.encode()).decode()}",
    f"Basic {b64encode(f'alice:{TOKEN}'.encode()).decode()}",
    f"Basic {SECRET}",
    f"Bearer {TOKEN}",
    f"Bearer {SECRET}",
    'WSSE profile="UsernameToken"',
    f'WSSE profile="UsernameToken", {SECRET}',
    f"{SECRET}",
    f"{SECRET} {TOKEN}",
]
SHOWN = {
    SECRET,
    TOKEN,
    DIGEST,
    "alice-secret",
    *(one.rpartition(" ")[2] for one in CREDENTIALS[:3]),
}


@pytest.fixture(scope="module", params=["yes", "no"])
def running(request, tmp_path_factory):
    """A live server of its own, with WSSE on and off."""
    folder = tmp_path_factory.mktemp("secrets") / "data"
    folder.mkdir()
    sites.renew(folder).close()
    server = sites.Server(folder, env={"ATOMPUB_WSSE": request.param})
    yield server
    server.stop()


@pytest.mark.covers("SEC-U-10")
def test_credentials_are_told_to_nobody(running):
    """Neither an answer nor the log repeats a credential, a cookie or a body, whatever fails."""
    site = sites.Site(sites.renew(running.folder), base=running.base)
    told = []
    for credentials in CREDENTIALS * 3:
        headers = {"Authorization": credentials, "X-WSSE": X_WSSE, "Cookie": f"me={SECRET}"}
        headers |= {"Content-Type": ENTRY, "Expect": "100-continue"}
        for method, url in (("GET", "/atom/"), ("POST", "/atom/blog/"), ("GET", "/nothing")):
            answer = site.anon.request(method, url, headers=headers, content=f"<a>{SECRET}")
            told.append(f"{answer.headers.raw} {answer.text}")
    draft = entry(SECRET, SECRET, extra=DRAFT)
    answers = [site.post(body) for body in (draft, draft[:-20], draft.replace(b"yes", b"maybe"))]
    assert [201, 400, 422] == [answer.status_code for answer in answers]
    told += [answer.text for answer in answers[1:]]
    # The store goes, so that each request fails and is logged.
    (running.folder / "atompub.db").rename(running.folder / "gone")
    for credentials in CREDENTIALS:
        headers = {"Authorization": credentials, "X-WSSE": X_WSSE, "Cookie": f"me={SECRET}"}
        answer = site.anon.get("/atom/", headers=headers)
        told.append(f"{answer.headers.raw} {answer.text}")
    site.close()
    site.store.close()
    log = running.log.read_text()
    assert "store unavailable" in log
    assert {} == {secret: text for text in (*told, log) for secret in SHOWN if secret in text}
