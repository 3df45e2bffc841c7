"""For gunicorn in tests: a worker whose clients have less time, and an application that fails."""

from atompub.web import worker


class Worker(worker.Worker):
    """See `atompub.web.worker.Worker`."""

    patience = 1.5
    linger = 0.5


def failing(environ, start_response):
    """An application whose answer breaks off in the middle, save at "/"."""
    start_response("200 OK", [("Content-Length", "1000")])
    yield b"x" * (1000 if environ["PATH_INFO"] == "/" else 10)
    raise OSError(5, "Input/output error")
