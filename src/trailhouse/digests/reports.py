"""What a report says: the figures of some days, as plain values in one language, for mail and PDF alike."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trailhouse.core import clock
from trailhouse.core.periods import Period
from trailhouse.digests import words
from trailhouse.digests.schedule import Due
from trailhouse.events.store import Store
from trailhouse.sites.models import Section, Site
from trailhouse.sites.selectors import context
from trailhouse.stats.answer import Answer, Value, ask_all, change
from trailhouse.stats.metrics import Unit
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.reports import windows
from trailhouse.stats.reports.windows import Asked

ROWS = 5
MOST_SITES = 100  # of an account, in one report
TALLEST = 56  # pixels of a bar in mail

Content = dict[str, Any]
Text = str | Promise


@dataclass(frozen=True, slots=True)
class Figure:
    """One of the six figures; more of it is better (`sign` 1) or worse (-1)."""

    metric: str
    label: Text
    sign: int = 1


FIGURES = (
    Figure("visitors", gettext_lazy("Visitors")),
    Figure("visits", gettext_lazy("Visits")),
    Figure("pageviews", gettext_lazy("Pageviews")),
    Figure("bounce_rate", gettext_lazy("Bounce rate"), -1),
    Figure("visit_duration", gettext_lazy("Visit duration")),
    Figure("goals_reached", gettext_lazy("Goals reached")),
)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list of a report: in which section it is seen, what it is split by and what is counted, how rows are called."""

    section: Section
    title: Text
    path: str  # of the whole list, after the site's
    dimension: str
    metric: str
    name: Callable[[str], str]
    empty: Text


NOTHING = gettext_lazy("Nothing in this period.")
LISTS = (
    Listed(Section.SOURCES, gettext_lazy("Sources"), "sources", "visit:source", "visitors", words.source, NOTHING),
    Listed(Section.PAGES, gettext_lazy("Pages"), "pages", "event:page", "visitors", words.plain, NOTHING),
    Listed(Section.PLACES, gettext_lazy("Countries"), "places", "visit:country", "visitors", words.country, NOTHING),
    Listed(
        Section.EVENTS,
        gettext_lazy("Goals"),
        "events/goals",
        "event:goal",
        "goals_reached",
        words.plain,
        gettext_lazy("No goal was reached in this period."),
    ),
)


# -- one site


def of_site(store: Store, site: Site, due: Due, sections: Collection[str], language: str) -> Content:
    """The report on one site, of what is in `sections` (empty: all). Raises UserError while the store is away."""
    with translation.override(language):
        return _of_site(store, site, due, sections)


def _of_site(store: Store, site: Site, due: Due, sections: Collection[str]) -> Content:
    values = context(site)
    period = due.period(ZoneInfo(site.timezone))
    before = period.previous()
    lists = [one for one in LISTS if _seen(one.section, sections) and (one.dimension != "event:goal" or values.goals)]
    own = SiteContext.of(values)
    asked = [_figures(own, period, before), _by_time(own, period), *(_list(own, period, one) for one in lists)]
    figures, chart, *found = ask_all(store, asked)
    query = query_of(period, before)
    empty = not any(figures.first.metrics[:3])
    shows = _seen(Section.OVERVIEW, sections)
    return {
        "kind": "site",
        "language": translation.get_language(),
        "domain": site.domain,
        "name": site.name or site.domain,
        "days": words.days(due.first, due.last),
        "before_days": words.days(before.first_day, before.last_day),
        "url": f"/sites/{site.key}{query}" if shows else f"/sites/{site.key}/{lists[0].path}{query}" if lists else "",
        "empty": empty,
        "paused": not site.counts,
        "figures": _boxes(figures) if shows else [],
        "chart": _bars(chart) if shows and not empty else None,
        "lists": [] if empty else _all_told(lists, found, site, query),
    }  # fmt: skip


def _seen(section: Section, sections: Collection[str]) -> bool:
    return not sections or section in sections


def _figures(site: SiteContext, period: Period, before: Period) -> Question:
    return Question(site, period, tuple(figure.metric for figure in FIGURES), comparison=before)


def _by_time(site: SiteContext, period: Period) -> Question:
    return Question(site, period, ("visitors",), (f"time:{'hour' if period.days == 1 else 'day'}",))


def _list(site: SiteContext, period: Period, listed: Listed) -> Question:
    order = ((listed.metric, "desc"), (listed.dimension, "asc"))
    return Question(site, period, (listed.metric,), (listed.dimension,), order_by=order, limit=ROWS)  # type: ignore[arg-type]


def query_of(period: Period, before: Period) -> str:
    """What makes a page of the statistics show `period` against `before`."""
    days = {
        "period": "custom", "from": period.first_day, "to": period.last_day,
        "compare": "custom", "compare_from": before.first_day, "compare_to": before.last_day,
    }  # fmt: skip
    return "?" + "&".join(f"{name}={value}" for name, value in days.items())


def _boxes(answer: Answer) -> list[dict[str, str]]:
    row = answer.first
    before = row.comparison or (None,) * len(FIGURES)
    return [
        box_of(str(figure.label), now, then, answer.units[figure.metric], figure.sign)
        for figure, now, then in zip(FIGURES, row.metrics, before, strict=True)
    ]


def box_of(label: str, now: Value, then: Value, unit: Unit, sign: int = 1) -> dict[str, str]:
    """A figure with its change in words; more of it is better (`sign` 1) or worse (-1)."""
    moved = change(now, then, unit) if now or then else None
    amount = round(moved.amount, 1) * sign if moved else 0
    return {
        "label": label,
        "text": words.value(now, unit),
        "change": words.change(moved) if moved else "",
        "before": words.value(then, unit) if then else "",
        "mood": "up" if amount > 0 else "down" if amount < 0 else "flat",
    }


def _counted_box(label: str, counts: Sequence[int]) -> dict[str, str]:
    now, then = counts
    return box_of(label, now, then, Unit.COUNT)


def _bars(answer: Answer) -> dict[str, Any]:
    """Visitors by hour of one day, else by day."""
    rows = [(row.bucket, int(row.metrics[0] or 0)) for row in answer.rows if row.bucket]
    moments = [datetime.fromisoformat(bucket.label) for bucket, _value in rows]
    return chart_of(moments, [value for _bucket, value in rows], hours=answer.question.period.days == 1)


def chart_of(moments: Sequence[datetime], values: Sequence[int], *, hours: bool) -> dict[str, Any]:
    """Visitors by hour or by day, as mail and PDF draw them."""
    most = max(values, default=0) or 1
    few = len(values) <= 7
    name: Callable[[datetime], str] = words.clock_time if hours else words.weekday if few else words.day_tick
    every = 1 if few else 6 if hours else max(1, -(-len(values) // 5))
    return {
        "title": _("Visitors by hour") if hours else _("Visitors by day"),
        "most": words.count(most),
        "bars": [
            {
                "title": words.clock_time(at) if hours else words.day_tick(at),
                "text": words.count(value),
                "value": value,
                "height": max(1, round(TALLEST * value / most)) if value else 0,
            }
            for at, value in zip(moments, values, strict=True)
        ],
        "ticks": [
            {
                "label": name(at) if len(values) - n > every // 2 else "",
                "span": min(every, len(values) - n),
                "middle": few,
            }
            for n, at in enumerate(moments)
            if n % every == 0
        ],
    }


def _all_told(lists: Sequence[Listed], found: Sequence[Answer], site: Site, query: str) -> list[dict[str, Any]]:
    return [
        _told(one, answer, f"/sites/{site.key}/{one.path}{query}") for one, answer in zip(lists, found, strict=True)
    ]


def _told(listed: Listed, answer: Answer, url: str) -> dict[str, Any]:
    values = [int(row.metrics[0] or 0) for row in answer.rows]
    most = max(values, default=0) or 1
    head = _("Reached") if listed.metric == "goals_reached" else _("Visitors")
    return {
        "title": str(listed.title),
        "head": head,
        "url": url,
        "empty": str(listed.empty),
        "rows": [
            {
                "name": listed.name(row.dimensions[0]),
                "figure": words.count(value),
                "width": max(1, round(100 * value / most)),
            }
            for row, value in zip(answer.rows, values, strict=True)
            if value
        ],
    }


# -- all sites of an account


def of_sites(store: Store, name: str, sites: Sequence[Site], due: Due, language: str) -> Content:
    """The report on several sites, those with most visitors first. Raises UserError while the store is away."""
    with translation.override(language):
        return _of_sites(store, name, sites, due)


def _of_sites(store: Store, name: str, sites: Sequence[Site], due: Due) -> Content:
    periods = {site.pk: due.period(ZoneInfo(site.timezone)) for site in sites}
    found = _counted(store, periods)
    before = next(iter(periods.values())).previous() if periods else due.period(ZoneInfo("UTC")).previous()
    ranked = sorted(sites, key=lambda site: (-found["visitors"][site.pk][0], site.domain))
    totals = {
        what: tuple(sum(found[what][site.pk][at] for site in sites) for at in (0, 1))
        for what in ("visitors", "pageviews")
    }
    empty = not totals["pageviews"][0] and not totals["visitors"][0]
    return {
        "kind": "account",
        "language": translation.get_language(),
        "name": name,
        "days": words.days(due.first, due.last),
        "before_days": words.days(before.first_day, before.last_day),
        "url": "/sites",
        "empty": empty,
        "chart": _by_day(store, periods) if due.first != due.last and not empty else None,
        "figures": [
            _counted_box(_("Visitors"), totals["visitors"]),
            _counted_box(_("Pageviews"), totals["pageviews"]),
        ],
        "sites": [_row(site, found, periods[site.pk]) for site in ranked[:MOST_SITES]],
        "more": max(0, len(ranked) - MOST_SITES),
    }


def _counted(store: Store, periods: Mapping[int, Period]) -> dict[str, dict[int, tuple[int, ...]]]:
    """Visitors and pageviews of each site, in its period and in the one before, by one statement."""
    together: dict[tuple[windows.Span, ...], list[int]] = {}
    for site_id, period in periods.items():
        spans = tuple((clock.to_ms(one.start), clock.to_ms(one.end)) for one in (period, period.previous()))
        together.setdefault(spans, []).append(site_id)
    whats: tuple[windows.What, ...] = ("visitors", "pageviews")
    asked = [Asked(tuple(ids), spans, what) for spans, ids in together.items() for what in whats]
    counts: dict[str, dict[int, tuple[int, ...]]] = {what: dict.fromkeys(periods, (0, 0)) for what in whats}
    for (place, site_id), numbers in windows.counts(store, asked).items():
        counts[str(asked[place].what)][site_id] = numbers
    return counts


def _by_day(store: Store, periods: Mapping[int, Period]) -> dict[str, Any]:
    """The visitors of all sites added up by day, of each site by its own days."""
    together: dict[tuple[windows.Span, ...], list[int]] = {}
    for site_id, period in periods.items():
        spans = tuple((clock.to_ms(day.start), clock.to_ms(day.end)) for day in period.buckets("day"))
        together.setdefault(spans, []).append(site_id)
    found = windows.counts(store, [Asked(tuple(ids), spans, "visitors") for spans, ids in together.items()])
    any_period = next(iter(periods.values()))
    days = [datetime.fromisoformat(day.label) for day in any_period.buckets("day")]
    return chart_of(days, [sum(numbers) for numbers in zip(*found.values(), strict=True)], hours=False)


def _row(site: Site, found: Mapping[str, Mapping[int, tuple[int, ...]]], period: Period) -> dict[str, str]:
    box = _counted_box("", found["visitors"][site.pk])
    return {
        "domain": site.domain,
        "url": f"/sites/{site.key}{query_of(period, period.previous())}",
        "visitors": box["text"],
        "change": box["change"],
        "mood": box["mood"],
        "pageviews": words.count(found["pageviews"][site.pk][0]),
    }
