"""What is worth a sentence, and how it is said: pure rules and words, in several languages' grammar or none."""

from datetime import date
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.digests.monthly import rules, sentences
from trailhouse.digests.monthly.facts import TOTALS, Entry, Missing, Month, Reached, Share, Three, first_of
from trailhouse.digests.monthly.rules import Fallen, Quiet

OCTOBER = date(2026, 10, 1)
LONG_AGO = date(2025, 1, 5)


def month(now: int = 1000, before: int = 800, year: int = 0, **values: Any) -> Month:
    totals = dict.fromkeys(TOTALS, Three(now, before, year))
    return Month(OCTOBER, totals, **{"began": LONG_AGO, "recognised": True, **values})


def source(name: str, now: int, before: int) -> Share:
    return Share("source", name, now, before)


@pytest.fixture(autouse=True)
def english() -> Any:
    with translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("now", "before", "verdict"),
    [
        pytest.param(1000, 800, "more", id="two hundred in a thousand"),
        pytest.param(800, 1000, "fewer", id="the other way round"),
        pytest.param(13, 9, "same", id="half as many again, of a dozen, is chance"),
        pytest.param(0, 0, "same", id="nothing and nothing"),
        pytest.param(1040, 1000, "same", id="four per cent of a thousand is chance"),
    ],
)
def test_two_counts_differ_where_they_differ_by_more_than_they_scatter(now: int, before: int, verdict: str) -> None:
    assert rules.verdict(now, before) == verdict


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_the_verdict_is_the_opposite_the_other_way_round(now: int, before: int) -> None:
    opposite = {"more": "fewer", "fewer": "more", "same": "same"}
    assert rules.verdict(before, now) == opposite[rules.verdict(now, before)]


@pytest.mark.parametrize(
    ("now", "then", "said"),
    [
        (1204, 1071, "12% more than in September 2026 (1,071)"),
        (900, 1000, "10% fewer than in September 2026 (1,000)"),
        (1001, 1000, "as many as in September 2026 (1,000)"),
        (7, 5, "2 more than in September 2026 (5)"),
        (5, 5, "as many as in September 2026 (5)"),
        (5, 0, "5 more than in September 2026 (0)"),
    ],
)
def test_a_figure_is_compared_in_per_cent_where_there_are_enough(now: int, then: int, said: str) -> None:
    assert sentences.against(now, then, date(2026, 9, 1)) == said


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_every_month_has_a_lead_and_sentences(now: int, before: int, year: int) -> None:
    with translation.override("en"):
        one = month(now, before, year)
        assert sentences.lead(one).endswith(".")
        assert all(said.endswith(".") for said in (*sentences.happened(one), *sentences.notes(one)))


def test_one_is_said_as_one() -> None:
    assert sentences.happened(month(1, 0, began=None))[:3] == ["1 visitor.", "1 visit.", "1 pageview."]


def test_what_is_not_known_is_said() -> None:
    assert sentences.notes(month(began=date(2026, 9, 12))) == [
        "Counting began on Saturday, 12 September 2026, so September 2026 is not a whole month.",
        "There are no figures of October 2025 to compare with.",
    ]
    assert sentences.notes(month(began=OCTOBER)) == ["There are no figures of earlier months to compare with yet."]
    assert sentences.notes(month(recognised=False))[-1].startswith("Visitors are counted by the day")


def test_a_paused_month_does_not_send_anybody_to_look_for_the_script() -> None:
    said = sentences.happened(month(0, 30, paused=True))
    assert said == ["Counting is paused.", "There were 30 visitors in September 2026."]


def test_reasons_are_the_largest_contributions_with_their_part_of_the_change() -> None:
    shares = (
        source("Google", 640, 430), source("Instagram", 40, 130), source("Letter", 70, 20), source("Bing", 45, 40),
        Share("channel", "Organic search", 690, 470), Share("channel", "E-mail", 72, 20),
    )  # fmt: skip
    found = rules.reasons(month(1000, 800, shares=shares))
    assert found.why == "told"
    assert [one.share.name for one in found.reasons] == ["Google", "Letter", "Instagram"]
    assert [one.part for one in found.reasons] == [None, 0.25, None]


def test_what_is_more_than_the_whole_change_is_no_part_of_it() -> None:
    (found,) = rules.reasons(month(1000, 800, shares=(source("Google", 640, 340),))).reasons
    assert found.part is None


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (month(40, 60), "too_little"),
        (month(60, 40), "too_little"),
        (month(600, 400, began=date(2026, 10, 3)), "nothing_before"),
        (month(600, 0), "nothing_before"),
        (month(600, 400, shares=(source("Google", 105, 100),)), "spread"),
    ],
)
def test_where_nothing_can_be_said_of_why_that_is_said(one: Month, why: rules.Why) -> None:
    found = rules.reasons(one)
    assert (found.why, found.reasons) == (why, ())
    assert sentences.why(one, found.why).endswith(".")


def test_a_page_or_a_source_that_is_new_or_gone_is_said_to_be() -> None:
    one = month()

    def said(share: Share) -> str:
        return sentences.reason(rules.Reason(share), one)

    assert said(source("Bing", 42, 0)) == "Bing brought 42 visits, and none in September 2026."
    assert said(source("Bing", 0, 42)) == "Bing brought no visit, after 42 in September 2026."
    assert said(Share("page", "/a", 0, 42)) == "The page /a was not opened, after 42 times in September 2026."
    assert said(Share("page", "/a", 42, 0)) == "The page /a was opened 42 times, and never in September 2026."
    assert said(Share("page", "/a", 1, 30)) == "The page /a was opened 1 time: 29 fewer than in September 2026 (30)."


def test_at_most_five_things_are_to_be_looked_at_the_most_pressing_first() -> None:
    days = tuple((date(2026, 10, day), 0 if day in (4, 5) else 30) for day in range(1, 32))
    one = month(
        days=days,
        missing=Missing(24, "/old", 16),
        goals=tuple(Reached(n, f"Goal {n}", 10, 60, 1.0, 7.0) for n in range(4)),
        shares=(source("Instagram", 40, 130), source("Bing", 10, 90)),
        entries=(Entry("/autumn", 90, 83.0), Entry("/b", 80, 90.0), Entry("/rare", 20, 99.0)),
        bounce=30.0,
    )
    found = rules.findings(one)
    assert [type(finding) for finding in found] == [Quiet, Missing, Reached, Reached, Fallen]
    assert sentences.finding(found[0], one).startswith("Nobody was counted on 2 days (4 Oct, 5 Oct).")
    assert all(sentences.finding(finding, one).endswith(".") for finding in found)


@pytest.mark.parametrize(
    "calm",
    [
        pytest.param({"missing": Missing(9, "/old", 9)}, id="a few lost pages"),
        pytest.param({"goals": (Reached(1, "Order", 9, 12, 1.0, 1.4),)}, id="a goal that fell by chance"),
        pytest.param({"goals": (Reached(1, "Order", 3, 30, 3.0, 3.0),)}, id="fewer orders of as many fewer visitors"),
        pytest.param({"shares": (source("Bing", 5, 20),)}, id="a small source"),
        pytest.param({"entries": (Entry("/", 900, 55.0),), "bounce": 50.0}, id="a usual bounce rate"),
        pytest.param({"days": ((OCTOBER, 0), (date(2026, 10, 2), 3))}, id="a quiet day of a quiet site"),
    ],
)
def test_what_is_usual_is_not_to_be_looked_at(calm: dict[str, Any]) -> None:
    assert rules.findings(month(**calm)) == []


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.integers(-40, 40))
def test_months_are_counted_over_years(day: date, back: int) -> None:
    moved = first_of(day, back)
    assert moved.day == 1
    assert first_of(moved, -back) == first_of(day)
