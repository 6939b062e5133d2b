"""Revenue against a slow and obvious computation over the same events."""

from dataclasses import replace
from datetime import date
from itertools import count
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events.makers import NOON
from tests.events.makers import event as made
from tests.stats import worlds
from tests.stats.reference import World
from tests.stats.reference_revenue import revenue
from tests.stats.test_answers import SEGMENTS, drawn, insert
from trailhouse.core.periods import between
from trailhouse.events.store import Store
from trailhouse.stats.dimensions import Level, dimension
from trailhouse.stats.filters import Is
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.reports.revenue import (
    UNITS_OF,
    InCurrency,
    Revenue,
    by_currency,
    over_time,
    properties,
    split,
    total,
)

_numbers = count(60_000)


@given(st.data())
@drawn()
def test_revenue_is_what_the_definition_says(store: Store, data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(worlds.DAYS)))
    site = SiteContext(next(_numbers), zone, goals=worlds.GOALS, segments=SEGMENTS)
    day, events = data.draw(worlds.histories(zone, site.site_id, 1_800_000))
    insert(store, events)
    world = World.of(site, events)
    periods = worlds.periods(zone, day, events)
    for _ in range(3):
        filters = data.draw(st.none() | worlds.filters())
        compared = data.draw(st.none() | periods)
        question = Question(site, data.draw(periods), ("visitors",), (), filters, compared, limit=10_000)
        row = total(store, question).first
        assert row.metrics == revenue(world, question, question.period).get("", Revenue()).figures
        if compared is not None:
            assert row.comparison == revenue(world, question, compared).get("", Revenue()).figures
        name = data.draw(st.sampled_from(("visit:source", "visit:exit_page", "event:page", "event:props:plan")))
        found, rows = split(store, replace(question, dimensions=(name,)))
        wanted = {v: told for v, told in revenue(world, question, question.period, name).items() if told.orders}
        assert rows == len(found) == len(wanted)
        assert [one.revenue.total for one in found] == sorted((one.revenue.total for one in found), reverse=True)
        of_visits = dimension(name).level is not Level.EVENT
        for one in found:
            told = wanted[one.value]
            assert (one.revenue.total, one.revenue.orders) == (told.total, told.orders)
            assert one.revenue.visitors == told.visitors or not of_visits
        figure = data.draw(st.sampled_from(tuple(UNITS_OF)))
        series = over_time(store, replace(question, dimensions=("time:day",)), figure)
        days = revenue(world, question, question.period, "time:day")
        place = list(UNITS_OF).index(figure)
        for one_day in series.rows:
            assert one_day.metrics == (days.get(one_day.dimensions[0], Revenue()).figures[place],)


QUESTION = Question(SiteContext(1), between(date(2026, 3, 14), date(2026, 3, 14), ZoneInfo("UTC")), ("visitors",))


def sold(store: Store, amount: int, currency: str = "EUR", **values: object) -> None:
    money = {"revenue": amount, "revenue_amount": amount, "revenue_currency": currency}
    insert(store, [made(NOON, name="Order", visit_id=7, visit_started=NOON, **money, **values)])


def test_a_refund_lowers_the_total_and_is_an_order(store: Store) -> None:
    sold(store, 1000)
    sold(store, -400, visitor_id=8)
    assert total(store, QUESTION).first.metrics == (600, 2, 300, 300)


def test_nothing_sold_is_nothing_and_no_average(store: Store) -> None:
    assert total(store, QUESTION).first.metrics == (0, 0, None, None)
    assert split(store, replace(QUESTION, dimensions=("visit:source",))) == ((), 0)
    assert (by_currency(store, QUESTION), properties(store, QUESTION)) == ((), ())


def test_amounts_are_told_in_the_currency_in_which_they_came(store: Store) -> None:
    sold(store, 1000)
    sold(store, 2000)
    sold(store, 500, "USD")
    assert by_currency(store, QUESTION) == (InCurrency("EUR", 3000, 2), InCurrency("USD", 500, 1))


def test_the_properties_of_what_was_sold_are_found(store: Store) -> None:
    sold(store, 1, props={"plan": "Gold", "size": "L"})
    sold(store, 2, props={"plan": "Silver"})
    insert(store, [made(NOON, name="Other", props={"colour": "red"})])
    assert properties(store, QUESTION, carried=True) == ("plan", "size")
    only = replace(QUESTION, filters=Is("event:name", ("Other",)))
    assert properties(store, only) == ("colour",)
    found, rows = split(store, replace(QUESTION, dimensions=("event:props:plan",)))
    assert ([(one.value, one.revenue.total) for one in found], rows) == ([("Silver", 2), ("Gold", 1)], 2)


def test_a_list_has_pages(store: Store) -> None:
    for number in range(5):
        sold(store, number + 1, props={"item": str(number)})
    found, rows = split(store, replace(QUESTION, dimensions=("event:props:item",), limit=2, offset=2))
    assert ([one.value for one in found], rows) == (["2", "1"], 5)


def test_nothing_of_another_site_is_told(store: Store) -> None:
    sold(store, 1000, props={"plan": "Gold"})
    other = replace(QUESTION, site=SiteContext(2))
    assert total(store, other).first.metrics == (0, 0, None, None)
    assert (properties(store, other), by_currency(store, other)) == ((), ())


@pytest.mark.parametrize("figure", UNITS_OF)
def test_each_interval_has_its_figure_and_the_other_period_s(figure: str, store: Store) -> None:
    sold(store, 1000)
    yesterday = QUESTION.period.previous()
    series = over_time(store, replace(QUESTION, dimensions=("time:hour",), comparison=yesterday), figure)
    assert len(series.rows) == 24
    expected = {"total_revenue": 1000, "orders": 1, "average_order": 1000, "revenue_per_visitor": 1000}[figure]
    assert [row.metrics[0] for row in series.rows if row.metrics[0]] == [expected]
    assert all(row.comparison is not None and row.comparison_bucket is not None for row in series.rows)
