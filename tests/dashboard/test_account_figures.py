"""The account page's figures where an account has many sites: remembered for a minute, renewed while they are read."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from tests.dashboard.account_page import many, page, text_of
from trailhouse.core import clock
from trailhouse.dashboard import account_figures
from trailhouse.events.store import Store
from trailhouse.stats.reports.all_sites import all_sites

pytestmark = pytest.mark.django_db


def test_figures_of_many_sites_are_remembered_for_a_minute_and_not_longer(reseller: Client, reading: Store) -> None:
    account_figures.forget()
    people.bakery()
    many(account_figures.MANY)
    start = clock.to_ms(visits.NOW)

    def visitors(query: str = "") -> int:
        html = text_of(page(reseller, query))
        assert "up to a minute old" in html
        return int(re.findall(r"Visitors in 30 days (\d+)", html)[0])

    def now() -> int:
        return int(re.findall(r"Visitors now (\d+)", text_of(page(reseller)))[0])

    assert (visitors(), now()) == (0, 0)
    visits.add(reading, list(visits.visit(people.bakery().pk, 1, start - 60_000, ("/",))))
    assert (visitors(), visitors("?q=bakery"), now()) == (0, 0, 1)
    with clock.frozen(visits.NOW + timedelta(seconds=61)):
        assert (visitors(), visitors("?q=bakery")) == (1, 1)


def test_figures_of_many_sites_are_asked_for_ahead_of_who_reads_them(
    reseller: Client, reading: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    account_figures.forget()
    monkeypatch.setattr(account_figures, "_begun", False)
    people.bakery()
    many(account_figures.MANY)
    asked: list[int] = []

    def counted(store: Store, zones: dict[int, str], *rest: Any) -> Any:
        asked.append(len(zones))
        return all_sites(store, zones, *rest)

    monkeypatch.setattr(account_figures, "all_sites", counted)
    account_figures.renew()  # after a start: the largest accounts
    assert asked == [account_figures.MANY + 1]
    visits.add(reading, list(visits.visit(people.bakery().pk, 1, clock.to_ms(visits.NOW) - 60_000, ("/",))))
    assert "Visitors in 30 days 0" in text_of(page(reseller))
    assert len(asked) == 1
    with clock.frozen(visits.NOW + timedelta(seconds=50)):
        account_figures.renew()
    with clock.frozen(visits.NOW + timedelta(seconds=70)):
        assert "Visitors in 30 days 1" in text_of(page(reseller))
        assert len(asked) == 2
    with clock.frozen(visits.NOW + timedelta(minutes=30)):
        account_figures.renew()
    assert len(asked) == 2  # nobody reads them any more
