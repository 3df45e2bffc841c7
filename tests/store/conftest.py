"""Fixtures of the store's contract."""

import pytest

from atompub.store.opening import open_engine
from tests.store.content import Store


@pytest.fixture
def store(engine, clock):
    """The parts of an empty store with the collection blog, made a minute ago, of short pages."""
    made = Store(engine, clock, page_size=3)
    clock.forward(60)
    return made


@pytest.fixture
def open_another(store_url):
    """Opens further engines of the same store, as other processes have them."""
    opened = []

    def another():
        opened.append(open_engine(store_url))
        return opened[-1]

    yield another
    for engine in opened:
        engine.close()
