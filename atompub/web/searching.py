"""What a search asks for: words, and a page of what is found."""

import re

import falcon

from atompub.errors import NotFound
from atompub.text import UNFIT

LONGEST = 200
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")


def words_of(req: falcon.Request) -> str:
    """The words, with white space folded; what is too long for a search is cut off."""
    return " ".join(UNFIT.sub(" ", req.get_param("q", default=""))[:LONGEST].split())


def page_of(req: falcon.Request) -> int:
    """The number of the page, 1 where none is given. Raises NotFound for one that is none."""
    given = req.get_param("page", default="") or "1"
    if not PAGE_NUMBER.fullmatch(given):
        raise NotFound("there is no such page of results")
    return int(given)
