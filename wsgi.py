"""For WSGI servers: `gunicorn wsgi:application`, with settings from the environment."""

import logging.config
import os
import sys

from atompub.app import check_store, create_app
from atompub.config import load
from atompub.errors import AtomPubError
from atompub.logs import settings_of_logging

APP_LOAD_ERROR = 4
"""The exit code at which gunicorn stops in place of starting the worker again."""

try:
    settings = load(os.environ)
    logging.config.dictConfig(settings_of_logging(access=settings.access_log))
    check_store(settings)
    application = create_app(settings)
except AtomPubError as error:
    print(f"atompub: {error}", file=sys.stderr)
    sys.exit(APP_LOAD_ERROR)
