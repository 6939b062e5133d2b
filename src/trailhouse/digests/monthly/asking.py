"""Finds what is known of a site's month: the questions to the store, and the work log."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from trailhouse.core.periods import DAY, Period, between
from trailhouse.digests.monthly.facts import (
    TOTALS,
    Entry,
    Missing,
    Month,
    Reached,
    Share,
    Split,
    Three,
    first_of,
)
from trailhouse.events.store import Store
from trailhouse.sites import annotations
from trailhouse.sites.models import Annotation, Privacy, Section, Site
from trailhouse.sites.selectors import context
from trailhouse.stats.answer import Answer, ask_all
from trailhouse.stats.question import Question, SiteContext

MOST_ROWS = 1000  # of a list; of what comes after them nothing is told
SPLITS: tuple[tuple[Split, str, str, Section], ...] = (
    ("channel", "visit:channel", "visits", Section.SOURCES),
    ("source", "visit:source", "visits", Section.SOURCES),
    ("campaign", "visit:utm_campaign", "visits", Section.SOURCES),
    ("page", "event:page", "pageviews", Section.PAGES),
)
GOALS = "goals"
ENTRIES = "entries"
MISSING = "missing"


def month_of(first: date, zone: ZoneInfo) -> Period:
    """The whole month that begins on `first`, where `zone` is."""
    return between(first, first_of(first, 1) - DAY, zone)


@dataclass(frozen=True)
class _Asked:
    """A question by its name and the month that it is about: now or before."""

    name: str
    now: bool
    question: Question


def facts(store: Store, site: Site, first: date, sections: Collection[str]) -> Month:
    """The month that begins on `first`, with what is in `sections` (empty: all); of a strict site totals alone.

    Raises UserError while the store is away.
    """
    values = SiteContext.of(context(site))
    zone = ZoneInfo(site.timezone)
    now, before, year = (month_of(first_of(first, back), zone) for back in (0, -1, -12))
    strict = site.privacy == Privacy.STRICT
    whole = (*TOTALS, "bounce_rate")
    asked = [] if strict else _parts(values, now, before, sections)
    answers = ask_all(
        store,
        [
            Question(values, now, whole, comparison=before),
            Question(values, year, TOTALS),
            Question(values, now, ("visitors",), ("time:day",)),
            *(one.question for one in asked),
        ],
    )
    totals, last_year, by_day = answers[:3]
    found = {(one.name, one.now): answer for one, answer in zip(asked, answers[3:], strict=True)}
    return Month(
        first,
        _totals(totals, last_year),
        began=site.first_event_at.astimezone(zone).date() if site.first_event_at else None,
        days=_days(by_day),
        shares=tuple(share for split, *_rest in SPLITS for share in _shares(split, found)),
        goals=_goals(values, found),
        entries=_entries(found.get((ENTRIES, True))),
        missing=_missing(found.get((MISSING, True))),
        bounce=totals.first.metrics[3],
        recognised=site.privacy == Privacy.RECOGNISED,
        strict=strict,
        paused=not site.counts,
        work=_work(site, first),
    )


def _parts(site: SiteContext, now: Period, before: Period, sections: Collection[str]) -> list[_Asked]:
    """The questions that split the figures, as far as the reader sees that section."""

    def seen(section: Section) -> bool:
        return not sections or section in sections

    asked = []
    for split, dimension, metric, section in SPLITS:
        if seen(section):
            asked += _both(split, site, now, before, (metric,), dimension)
    if site.goals and seen(Section.EVENTS):
        asked += _both(GOALS, site, now, before, ("goals_reached", "conversion_rate"), "event:goal")
    if seen(Section.PAGES):
        asked.append(_Asked(ENTRIES, True, _list(site, now, ("visits", "bounce_rate"), "visit:entry_page")))
        asked.append(_Asked(MISSING, True, _list(site, now, ("events",), "event:not_found")))
    return asked


def _both(
    name: str, site: SiteContext, now: Period, before: Period, metrics: tuple[str, ...], dimension: str
) -> list[_Asked]:
    """Each month by itself: a comparison would leave out what the month has no more."""
    return [_Asked(name, one is now, _list(site, one, metrics, dimension)) for one in (now, before)]


def _list(site: SiteContext, period: Period, metrics: tuple[str, ...], dimension: str) -> Question:
    return Question(site, period, metrics, (dimension,), limit=MOST_ROWS)


def _totals(totals: Answer, last_year: Answer) -> dict[str, Three]:
    now, then, year = totals.first.metrics, totals.first.comparison or (), last_year.first.metrics
    numbers = zip(TOTALS, now[:3], then[:3], year, strict=True)
    return {name: Three(int(a or 0), int(b or 0), int(c or 0)) for name, a, b, c in numbers}


def _days(answer: Answer) -> tuple[tuple[date, int], ...]:
    rows = [(row.bucket, row.metrics[0]) for row in answer.rows if row.bucket]
    return tuple((datetime.fromisoformat(bucket.label).date(), int(value or 0)) for bucket, value in rows)


Found = dict[tuple[str, bool], Answer]


def _shares(split: Split, found: Found) -> list[Share]:
    if (split, True) not in found:
        return []
    now, before = (_counted(found[split, which]) for which in (True, False))
    cut = max(len(now), len(before)) >= MOST_ROWS  # then what one of them lacks may just come later in it
    names = now.keys() & before.keys() if cut else now.keys() | before.keys()
    nameless = {""} if split == "campaign" else set()
    return [Share(split, name, now.get(name, 0), before.get(name, 0)) for name in sorted(names - nameless)]


def _counted(answer: Answer) -> dict[str, int]:
    return {row.dimensions[0]: int(row.metrics[0] or 0) for row in answer.rows}


def _goals(site: SiteContext, found: Found) -> tuple[Reached, ...]:
    """The goals, those reached most first; all of them, where the reader sees them."""
    if (GOALS, True) not in found:
        return ()
    now, before = ({row.dimensions[0]: row.metrics for row in found[GOALS, which].rows} for which in (True, False))
    nothing = (0, 0.0)
    reached = []
    for goal in site.goals:
        (times, rate), (times_before, rate_before) = now.get(goal.name, nothing), before.get(goal.name, nothing)
        reached.append(
            Reached(goal.id, goal.name, int(times or 0), int(times_before or 0), rate or 0.0, rate_before or 0.0)
        )
    return tuple(sorted(reached, key=lambda one: (-one.now, one.name)))


def _entries(answer: Answer | None) -> tuple[Entry, ...]:
    rows = answer.rows if answer else ()
    return tuple(Entry(row.dimensions[0], int(row.metrics[0] or 0), row.metrics[1] or 0.0) for row in rows)


def _missing(answer: Answer | None) -> Missing | None:
    if answer is None or not answer.rows:
        return None
    times = [int(row.metrics[0] or 0) for row in answer.rows]
    return Missing(sum(times), answer.rows[0].dimensions[0], times[0])


def _work(site: Site, first: date) -> tuple[tuple[date, str], ...]:
    last = month_of(first, ZoneInfo(site.timezone)).last_day
    notes: Sequence[Annotation] = annotations.notes_of(site, first, last, internal=False)
    return tuple((one.day, one.text) for one in notes if one.kind == Annotation.Kind.WORK)
