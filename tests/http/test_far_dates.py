"""Entries of any date that RFC 3339 has are shown on every page and in every feed."""

import pytest

from tests.documents import bare
from tests.http.test_hidden import walk

DATES = {
    "0001-01-01T00:00:00+14:00": "1 January 1",
    "0001-01-01T00:00:00Z": "1 January 1",
    "0999-02-28T12:00:00Z": "28 February 999",
    "1969-12-31T23:59:59.5Z": "31 December 1969",
    "9999-12-31T23:59:59.999999Z": None,
    "9999-12-31T23:59:59-14:00": None,
}
"""With the day that pages show; those ahead are not shown yet."""


@pytest.mark.parametrize("date", DATES)
@pytest.mark.covers("ATOM-3.3-1")
def test_far_dates(make_site, date):
    """Wherever links lead, from the home page on, nothing breaks on a date."""
    site = make_site()
    dates = f"<published>{date}</published><updated>{date}</updated>"
    made = site.post(bare(f"<title>Far</title>{dates}"))
    assert 201 == made.status_code
    found = walk(site)
    assert [] == [url for url, answer in found.items() if answer.status_code >= 500]
    shown = DATES[date]
    page = site.anon.get("/blog/")
    assert 200 == page.status_code
    assert shown is None or shown in page.text
    if shown:
        year = f"{int(shown.rpartition(' ')[2]):04}"
        assert f'datetime="{year}-' in page.text
        assert 200 == site.anon.get(f"/blog/-/{year}/").status_code
