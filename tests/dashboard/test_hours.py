"""The hours of the week: each hour's cell, in the reader's week, with the figures of the engine."""

import re

import pytest
from babel import Locale
from django.test import Client

from tests import people
from tests.dashboard import visits
from tests.dashboard.test_overview import text_of
from trailhouse.core import clock
from trailhouse.dashboard import hours
from trailhouse.events.store import Store
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db
WEEK_CELLS = 7 * 24


def page(client: Client, site: Site, query: str = "") -> str:
    response = client.get(f"/sites/{site.key}/hours{query}")
    assert response.status_code == 200
    return str(response.content.decode())


def filled(site: Site, store: Store) -> None:
    """Three visitors on the last Monday at 9, one on its Tuesday before at 23:30; the site is in UTC."""
    monday = clock.to_ms(visits.NOW.replace(hour=9))
    for number in range(3):
        visits.add(store, list(visits.visit(site.pk, 50_000 + number, monday + number * 1000, ("/",))))
    late = clock.to_ms(visits.NOW.replace(hour=23, minute=30)) - 6 * visits.DAY
    visits.add(store, list(visits.visit(site.pk, 60_000, late, ("/",))))


@pytest.fixture
def counted(reading: Store, db: None) -> Site:
    site = people.bakery()
    Site.objects.filter(pk=site.pk).update(timezone="UTC", first_event_at=visits.NOW)
    site.refresh_from_db()
    filled(site, reading)
    return site


def test_each_hour_of_the_week_has_its_cell_and_the_fullest_is_said(counted: Site, reseller: Client) -> None:
    html = page(reseller, counted, "?period=7d")
    assert "Most: Monday, 09:00 to 10:00 (Visitors: 3)" in text_of(html)
    cells = re.findall(r'<td class="h(\d)" title="([^"]+): ([^"]+)">', html)
    assert len(cells) == 2 * WEEK_CELLS  # a line a day, and for narrow screens a line an hour
    told = {title: (step, text) for step, title, text in cells}
    assert len(told) == WEEK_CELLS
    assert told["Monday, 09:00 to 10:00"] == ("5", "3")
    assert told["Tuesday, 23:00 to 00:00"] == ("2", "1")
    assert told["Sunday, 00:00 to 01:00"] == ("0", "0")


def test_the_week_starts_as_the_readers_does(counted: Site, reseller: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def first() -> str:
        return str(re.findall(r'<th scope="row">(\w+day)</th>', page(reseller, counted))[0])

    assert first() == "Monday"
    monkeypatch.setattr(hours, "locale", lambda: Locale("en", "US"))
    assert first() == "Sunday"


def test_another_figure_and_a_filter_change_what_is_shown(counted: Site, reseller: Client) -> None:
    words = text_of(page(reseller, counted, "?period=7d&metric=pageviews"))
    assert "(Pageviews: 3)" in words
    words = text_of(page(reseller, counted, "?period=7d&f=is:page:/nowhere"))
    assert "Remove a filter" in words


def test_uneven_periods_are_said(counted: Site, reseller: Client) -> None:
    note = "no whole number of weeks"
    assert note in page(reseller, counted, "?period=30d")
    assert note not in page(reseller, counted, "?period=7d")


def test_the_file_holds_the_same_figures(counted: Site, reseller: Client) -> None:
    response = reseller.get(f"/sites/{counted.key}/hours?period=7d&export=csv")
    lines = b"".join(response).decode().splitlines()
    assert len(lines) == 1 + WEEK_CELLS
    assert lines[0] == "weekday,hour,visitors"
    assert "1,9,3" in lines
    assert "2,23,1" in lines
