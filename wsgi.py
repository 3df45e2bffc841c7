"""For WSGI servers: `gunicorn wsgi:application`, with settings from the environment."""

import os
import sys

from atompub.app import create_app
from atompub.config import load
from atompub.errors import AtomPubError

APP_LOAD_ERROR = 4
"""The exit code at which gunicorn stops in place of starting the worker again."""

try:
    application = create_app(load(os.environ))
except AtomPubError as error:
    print(f"atompub: {error}", file=sys.stderr)
    sys.exit(APP_LOAD_ERROR)
