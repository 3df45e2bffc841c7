"""A WebSub hub for tests: it keeps what it is told, and fails when it should."""

import queue
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs


class Hub:
    """A hub on a port of its own. `told` is a queue of the topics it heard of; `status` is what it
    answers; while `open` is cleared it answers nothing at all."""

    def __init__(self):
        self.told, self.status, self.open = queue.Queue(), 204, threading.Event()
        self.open.set()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/hub"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def _handler(hub):  # noqa: N805 - the handler has a self of its own
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                fields = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                hub.told.put(fields)
                hub.open.wait(20)
                self.send_response(hub.status)
                self.send_header("Location", hub.url)
                self.end_headers()

            def log_message(self, *_):
                pass

        return Handler

    def topics(self):
        """The topics it heard of since it was last asked."""
        found = []
        while not self.told.empty():
            fields = self.told.get()
            assert ["publish"] == fields["hub.mode"]
            assert fields["hub.url"] == fields["hub.topic"]
            found += fields["hub.url"]
        return found

    def close(self):
        """Stop."""
        self.open.set()
        self._server.shutdown()
        self._server.server_close()
