"""One resource of each kind, for tests that look at all of them."""

import pytest

from tests.http.addresses import addresses


@pytest.fixture(scope="module")
def found(shared_site):
    """The addresses of one resource of each kind on `shared_site`."""
    return addresses(shared_site)
