"""The conversion rate over time is that of the question engine, and zero where visitors came and none converted."""

from itertools import count

from hypothesis import given
from hypothesis import strategies as st

from tests.stats import worlds
from tests.stats.test_answers import drawn, insert
from trailhouse.events.store import Store
from trailhouse.stats.answer import ask
from trailhouse.stats.filters import Is, both
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.reports.goals import rate_over_time

_numbers = count(70_000)


@given(st.data())
@drawn()
def test_the_rate_of_an_interval_is_of_its_own_visitors(store: Store, data: st.DataObject) -> None:
    zone = data.draw(st.sampled_from(sorted(worlds.DAYS)))
    site = SiteContext(next(_numbers), zone, goals=worlds.GOALS)
    day, events = data.draw(worlds.histories(zone, site.site_id, 1_800_000))
    insert(store, events)
    goal = Is("event:goal", (data.draw(st.sampled_from([goal.name for goal in worlds.GOALS])),))
    further = data.draw(st.none() | st.just(Is("visit:source", ("Google",))))
    periods = worlds.periods(zone, day, events)
    compared = data.draw(st.none() | periods)
    question = Question(site, data.draw(periods), ("visitors",), ("time:day",), both(further, goal), compared)
    told = rate_over_time(store, question)
    by_engine = ask(
        store, Question(site, question.period, ("group_conversion_rate",), ("time:day",), both(further, goal))
    )
    visitors = ask(store, Question(site, question.period, ("visitors",), ("time:day",), further))
    assert [row.bucket for row in told.rows] == [row.bucket for row in by_engine.rows]
    for own, engine, came in zip(told.rows, by_engine.rows, visitors.rows, strict=True):
        nobody = 0 if came.metrics[0] else None
        assert own.metrics[0] == (nobody if engine.metrics[0] is None else engine.metrics[0])
    if compared is not None:
        other = rate_over_time(store, Question(site, compared, ("visitors",), ("time:day",), both(further, goal)))
        for own in told.rows:
            if own.comparison_bucket is not None:
                label = own.comparison_bucket.label
                assert own.comparison == next(row.metrics for row in other.rows if row.dimensions == (label,))
