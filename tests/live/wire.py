"""Connections to the live server, for requests that no client library would send."""

import json
import re
import socket
from base64 import b64encode
from dataclasses import dataclass

from tests.documents import ENTRY, entry

ALICE = "Authorization: Basic " + b64encode(b"alice:alice-secret").decode()
TYPE = f"Content-Type: {ENTRY}"
BODY = entry("Sent")
LENGTH = f"Content-Length: {len(BODY)}"
CHUNKED = "Transfer-Encoding: chunked"
SMUGGLED = b"GET /atom/ HTTP/1.1\r\nHost: localhost\r\n\r\n"


@dataclass
class Answer:
    """What came back: the status, the header fields by lower-case name, and the content."""

    version: str
    status: int
    headers: dict
    content: bytes


class Wire:
    """A connection to the server. `host` is its Host field."""

    def __init__(self, server):
        self.host = f"Host: 127.0.0.1:{server.port}"
        self._socket = socket.create_connection(("127.0.0.1", server.port), timeout=20)
        self._received = b""

    def send(self, octets):
        """Send; a server that has answered and closed already is fine."""
        try:
            self._socket.sendall(octets)
        except OSError:
            return False
        return True

    def ask(self, line, *fields, body=b""):
        """Send a request and read its answer."""
        self.send(request(line, *fields, body=body))
        return self.answer(line.partition(" ")[0])

    def end(self):
        """Say that no more will be sent."""
        self._socket.shutdown(socket.SHUT_WR)

    def answer(self, method="GET"):
        """The next answer; None when the connection was closed before one came."""
        while b"\r\n\r\n" not in self._received:
            if not self._receive():
                assert b"" == self._received
                return None
        head, _, rest = self._received.partition(b"\r\n\r\n")
        first, *lines = head.decode("latin-1").split("\r\n")
        headers = {}
        for name, _, value in (line.partition(":") for line in lines):
            assert name.lower() not in headers
            headers[name.lower()] = value.strip()
        version, status, _ = first.split(" ", 2)
        assert "transfer-encoding" not in headers
        has_content = method != "HEAD" and status not in {"100", "204", "304"}
        length = int(headers["content-length"]) if has_content else 0
        while len(rest) < length and self._receive():
            rest = self._received.partition(b"\r\n\r\n")[2]
        self._received = rest[length:]
        return Answer(version, int(status), headers, rest[:length])

    def is_closed(self):
        """Whether the server closes the connection, without another octet."""
        return not self._received and not self._receive()

    def _receive(self):
        try:
            octets = self._socket.recv(65536)
        except ConnectionError:
            return False
        self._received += octets
        return bool(octets)

    def close(self):
        """Close it."""
        self._socket.close()


def request(line, *fields, body=b""):
    """A request's octets."""
    return "\r\n".join((line, *fields, "", "")).encode("latin-1") + body


def chunks(*parts):
    """A chunked body of these parts."""
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in parts) + b"0\r\n\r\n"


def post(wire, *fields, body=BODY, line="POST /atom/blog/ HTTP/1.1"):
    """POST to the blog as alice."""
    return wire.ask(line, wire.host, ALICE, TYPE, *fields, body=body)


def check_refusal(answer, *statuses):
    """Assert that an answer is a refusal as ours are, whoever wrote it."""
    assert answer.status in statuses
    problem = json.loads(answer.content)
    assert (answer.status, True) == (problem["status"], bool(problem["detail"]))
    assert re.fullmatch(r"\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT", answer.headers["date"])
    assert "no-store" == answer.headers["cache-control"]
    assert "nosniff" == answer.headers["x-content-type-options"]
    assert "default-src 'none'; sandbox" == answer.headers["content-security-policy"]
