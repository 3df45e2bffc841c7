"""A worker whose clients have less time, so that tests need not wait: `gunicorn -k …Worker`."""

from atompub.web import worker


class Worker(worker.Worker):
    """See `atompub.web.worker.Worker`."""

    patience = 1.5
    linger = 0.5
