"""The return of campaigns against a slow and obvious computation, and the shares of a sum day by day."""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import date, timedelta
from functools import cache
from itertools import count, pairwise
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from tests.events.makers import NOON
from tests.events.makers import event as made
from tests.stats import worlds
from tests.stats.reference import World
from tests.stats.reference_campaigns import lines, share
from tests.stats.test_answers import drawn, insert
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.periods import Period, between, start_of
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.stats.filters import And, Filter, HasDone, InSegment, Is, Matches
from trailhouse.stats.question import SiteContext
from trailhouse.stats.reports import campaigns
from trailhouse.stats.reports.campaigns import (
    BY_CAMPAIGN,
    BY_LINK,
    CampaignQuestion,
    Cost,
    Figures,
    allocated,
    campaign_return,
)

_numbers = count(700_000)
CAMPAIGNS = ("Spring", "spring", "Never")
SOURCES = ("google", "", "letter")
MEDIUMS = ("cpc", "")
ZONE = ZoneInfo("Europe/Amsterdam")


def costs(day: date, events: Sequence[Event]) -> st.SearchStrategy[Cost]:
    """Costs of days around `day`, mostly of campaigns that somebody came by."""
    came = sorted({e.utm_campaign for e in events} - {""})
    return st.builds(
        lambda start, more, **said: Cost(first=day + timedelta(start), last=day + timedelta(start + more), **said),
        st.sampled_from((-2, -1, -1, 0, 1)), st.sampled_from((2, 0, 1, 4)),
        campaign=st.sampled_from((*came, *came, *came, "Never")), amount=st.integers(1, 1_000), per_visit=st.booleans(),
        source=st.sampled_from(("", "", "google")), medium=st.sampled_from(("", "", "cpc")),
    )  # fmt: skip


@cache
def conditions() -> st.SearchStrategy[Filter]:
    """What a page asks for: conditions that a cost can answer, and others."""
    links = st.builds(
        Is,
        st.sampled_from(BY_LINK),
        st.lists(st.sampled_from((*CAMPAIGNS, "google", "cpc")), min_size=1, max_size=2, unique=True).map(tuple),
        st.booleans(),
        st.booleans(),
    )
    others = st.builds(Is, st.sampled_from(("visit:device", "event:page")), st.just(("Mobile", "/")))
    goal = st.just(Is("event:goal", ("Signup", "Blog")))
    return st.lists(st.one_of(links, links, others, goal), min_size=1, max_size=3).map(lambda parts: And(tuple(parts)))


def linked(data: st.DataObject, events: Sequence[Event]) -> list[Event]:
    """The same visits, each by a link that says more."""
    said = {e.visit_id: (data.draw(st.sampled_from(SOURCES)), data.draw(st.sampled_from(MEDIUMS))) for e in events}
    return [msgspec.structs.replace(e, utm_source=said[e.visit_id][0], utm_medium=said[e.visit_id][1]) for e in events]


@given(st.data())
@drawn()
def test_the_return_is_what_the_definitions_say(store: Store, data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(worlds.DAYS)))
    site = SiteContext(next(_numbers), zone, goals=worlds.GOALS)
    day, events = data.draw(worlds.histories(zone, site.site_id, 1_800_000))
    events = linked(data, events)
    insert(store, events)
    world = World.of(site, events)
    spent = tuple(data.draw(st.lists(costs(day, events), min_size=1, max_size=5)))
    now_ms = max((e.ts for e in events), default=NOON) + 10**7
    for _ in range(3):
        periods = worlds.periods(zone, day, events)
        period, compared = data.draw(periods), data.draw(st.none() | periods)
        filters, split = data.draw(st.none() | conditions()), data.draw(st.sampled_from((BY_CAMPAIGN, BY_LINK)))
        with clock.frozen(clock.from_ms(now_ms)):
            found = campaign_return(store, CampaignQuestion(site, period, spent, split, filters, compared))
        wanted = lines(world, period, split, filters, spent, now_ms)
        total = wanted.pop((), (0, 0, None, 0, 0))
        event(
            f"a cost: {bool(total[3])}; by visits: {any(cost.per_visit for cost in spent)}; a value: {bool(total[4])}"
        )
        assert {line.key: astuple(line.now) for line in found.lines} == {
            key: pytest.approx(line) if line[2] is not None else line for key, line in wanted.items()
        }
        assert len(found.lines) == len(wanted)
        assert astuple(found.total.now) == (pytest.approx(total) if total[2] is not None else total)
        if compared is None:
            assert found.total.before is None
            continue
        before = lines(world, compared, split, filters, spent, now_ms)
        for line in (*found.lines, found.total):
            assert line.before is not None
            then = before.get(line.key, (0, 0, None, 0, 0))
            assert astuple(line.before) == (pytest.approx(then) if then[2] is not None else then)


@pytest.mark.parametrize(
    ("cost", "paid"),
    [
        pytest.param({}, 3, id="of any link, on both days of the span"),
        pytest.param({"source": "google"}, 2, id="of a source"),
        pytest.param({"medium": "cpc"}, 2, id="of a medium"),
        pytest.param({"source": "google", "medium": "cpc"}, 1, id="of both"),
        pytest.param({"campaign": "spring"}, 0, id="another spelling is another campaign"),
        pytest.param({"first": date(2026, 3, 30)}, 1, id="a visit at the first midnight is within"),
        pytest.param({"last": date(2026, 3, 29)}, 2, id="a visit at the midnight after the last day is not"),
    ],
)
def test_a_visit_is_paid_for_where_its_link_and_its_start_say_so(
    cost: dict[str, object], paid: int, store: Store
) -> None:
    site = SiteContext(next(_numbers), "Europe/Amsterdam")
    midnight = clock.to_ms(between(date(2026, 3, 30), date(2026, 3, 30), ZONE).start)
    links = [("google", "cpc", -50_000_000), ("google", "", -1), ("", "cpc", 0)]
    links += [("google", "cpc", -(10**8))]  # the day before the span
    for number, (source, medium, after) in enumerate(links, 1):
        at = midnight + after
        ids = {"site_id": site.site_id, "visitor_id": number, "visit_id": number, "visit_started": at}
        tags = {"utm_campaign": "Spring", "utm_source": source, "utm_medium": medium}
        insert(store, [made(at, **ids, **tags), made(at + 1_000, **ids, **tags)])
    usual = {"campaign": "Spring", "first": date(2026, 3, 29), "last": date(2026, 3, 30), "amount": 25}
    spent = (Cost(**(usual | cost), per_visit=True),)  # type: ignore[arg-type]
    period = between(date(2026, 3, 1), date(2026, 3, 31), ZONE)
    found = campaign_return(store, CampaignQuestion(site, period, spent))
    assert [(line.key, line.now.visits, line.now.cost) for line in found.lines] == [(("Spring",), 4, 25 * paid)]
    assert found.total.now.cost == 25 * paid
    first_day = between(date(2026, 3, 29), date(2026, 3, 29), ZONE)
    second = between(date(2026, 3, 30), date(2026, 3, 30), ZONE)
    parts = [campaign_return(store, CampaignQuestion(site, day, spent)).total.now.cost for day in (first_day, second)]
    assert sum(parts) == 25 * paid


@given(st.data())
@settings(deadline=None)
def test_the_shares_of_adjacent_periods_add_up_to_the_whole(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from((*worlds.DAYS, "Pacific/Apia", "America/Havana")))
    zone = ZoneInfo(name)
    around = data.draw(st.sampled_from((*worlds.DAYS.get(name, ()), date(2011, 12, 30), date(2026, 3, 8))))
    first = around + timedelta(data.draw(st.integers(-40, 3)))
    cost = Cost("x", first, first + timedelta(data.draw(st.integers(0, 400))), data.draw(st.integers(0, 10**12)))
    whole = between(cost.first - timedelta(2), cost.last + timedelta(2), zone)
    inner = st.integers(clock.to_ms(whole.start) + 1, clock.to_ms(whole.end) - 1).map(clock.from_ms)
    midnights = st.integers(-1, (cost.last - first).days + 1).map(
        lambda day: start_of(first + timedelta(day), zone)  # a day that Apia skipped begins with the next one
    )
    cuts = sorted({whole.start, whole.end, *data.draw(st.lists(inner | midnights, max_size=6))})
    parts = [Period(start, end, zone) for start, end in pairwise(cuts)]
    shares = [allocated(cost, part) for part in parts]
    assert sum(shares) == cost.amount
    assert shares == [share(cost, part) for part in parts]
    assert min(shares) >= 0


def test_each_day_of_a_sum_has_the_same_share_to_the_cent() -> None:
    cost = Cost("x", date(2026, 3, 28), date(2026, 3, 30), 100)  # the second day has 23 hours
    days = [between(cost.first + timedelta(n), cost.first + timedelta(n), ZONE) for n in range(-1, 4)]
    assert [allocated(cost, day) for day in days] == [0, 33, 33, 34, 0]
    assert allocated(Cost("x", date(2026, 3, 1), date(2026, 3, 31), 31_00), between(cost.first, cost.last, ZONE)) == 300


@pytest.mark.parametrize(
    "values", [{"campaign": ""}, {"amount": -1}, {"last": date(2026, 3, 27)}], ids=["no campaign", "less", "swapped"]
)
def test_a_cost_that_cannot_be_is_refused(values: dict[str, object]) -> None:
    usual: dict[str, object] = {"campaign": "x", "first": date(2026, 3, 28), "last": date(2026, 3, 28), "amount": 1}
    with pytest.raises(ValueError, match="a cost has"):
        Cost(**(usual | values))  # type: ignore[arg-type]


def test_what_is_not_defined_is_not_a_number() -> None:
    free = Figures(visits=10, conversions=2, value=500)
    assert (free.gain, free.gain_percent, free.cost_per_visit, free.cost_per_conversion) == (500, None, None, None)
    lost = Figures(cost=500)
    assert (lost.gain, lost.gain_percent, lost.cost_per_visit, lost.cost_per_conversion) == (-500, -100.0, None, None)
    paid = Figures(visits=8, conversions=2, cost=400, value=1_000)
    assert (paid.gain, paid.gain_percent, paid.cost_per_visit, paid.cost_per_conversion) == (600, 150.0, 50.0, 200.0)


@pytest.mark.parametrize(
    ("condition", "kept", "undivided"),
    [
        pytest.param(None, ["Spring", "Summer"], False, id="no filter"),
        pytest.param(Is("visit:utm_campaign", ("Spring",)), ["Spring"], False, id="the campaign tells"),
        pytest.param(Matches("visit:utm_campaign", ("^Su",)), ["Summer"], False, id="also by a pattern"),
        pytest.param(Is("visit:device", ("Mobile",)), ["Spring", "Summer"], True, id="a device does not tell"),
        pytest.param(Is("visit:utm_source", ("letter",)), ["Summer"], True, id="one of any source stays whole"),
        pytest.param(InSegment((1,)), ["Spring"], False, id="a segment of campaigns"),
        pytest.param(
            HasDone(Is("visit:utm_campaign", ("Spring",))), ["Spring", "Summer"], True, id="what visits did is not told"
        ),
    ],
)
def test_a_sum_is_narrowed_by_what_it_says_of_its_links(
    condition: Filter | None, kept: list[str], undivided: bool, store: Store
) -> None:
    site = SiteContext(next(_numbers), segments={1: Is("visit:utm_campaign", ("Spring",))})
    day = date(2026, 3, 28)
    spent = (Cost("Spring", day, day, 5, source="google"), Cost("Summer", day, day, 7))
    found = campaign_return(store, CampaignQuestion(site, between(day, day, ZONE), spent, filters=condition))
    assert sorted(line.key[0] for line in found.lines) == kept
    assert found.undivided == undivided
    other = between(date(2026, 1, 1), date(2026, 1, 1), ZONE)
    assert not campaign_return(store, CampaignQuestion(site, other, spent, filters=condition)).undivided


def test_a_wrong_pattern_is_the_reader_s_to_mend(store: Store) -> None:
    site, day = SiteContext(next(_numbers)), date(2026, 3, 28)
    question = CampaignQuestion(
        site, between(day, day, ZONE), (Cost("x", day, day, 5),), filters=Matches("visit:utm_campaign", ("(",))
    )
    with pytest.raises(UserError) as error:
        campaign_return(store, question)
    assert error.value.code == "wrong_pattern"


def test_without_goals_nothing_is_said_of_conversions(store: Store) -> None:
    site, period = SiteContext(next(_numbers), "Europe/Amsterdam"), between(date(2026, 3, 1), date(2026, 3, 31), ZONE)
    insert(store, [made(site_id=site.site_id, visit_id=1, visit_started=NOON, utm_campaign="Spring")])
    found = campaign_return(store, CampaignQuestion(site, period))
    assert [astuple(line.now) for line in (*found.lines, found.total)] == [(1, 0, None, 0, 0)] * 2


def test_of_more_campaigns_than_are_listed_all_count_in_the_total(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "MOST_ROWS", 2)
    site, period = SiteContext(next(_numbers), "Europe/Amsterdam"), between(date(2026, 3, 1), date(2026, 3, 31), ZONE)
    for number in range(5):
        ids = {"site_id": site.site_id, "visitor_id": number + 1, "visit_id": number + 1, "visit_started": NOON}
        insert(store, [made(utm_campaign=f"c{number}", revenue=100, revenue_currency="EUR", **ids)])
    found = campaign_return(store, CampaignQuestion(site, period))
    assert len(found.lines) == 2
    assert (found.total.now.visits, found.total.now.value) == (5, 500)
