"""For gunicorn in tests: the application with a clock that a file puts forward or back."""

import os
from pathlib import Path

from atompub.app import create_app, micros
from atompub.config import load

OFFSET = Path(os.environ["CLOCK_OFFSET"])


def now():
    """The clock, moved by the seconds that the file says."""
    return micros() + int(OFFSET.read_text()) * 1_000_000


application = create_app(load(os.environ), now=now)
