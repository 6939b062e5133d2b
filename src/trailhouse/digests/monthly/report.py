"""The monthly report as plain values in one language, for the page, its PDF and its mail alike."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.translation import gettext as _

from trailhouse.digests import words
from trailhouse.digests.monthly import rules, sentences
from trailhouse.digests.monthly.asking import facts, month_of
from trailhouse.digests.monthly.facts import TOTALS, Entry, Missing, Month, Reached, first_of
from trailhouse.digests.monthly.rules import Fallen, Finding
from trailhouse.digests.reports import Content, box_of, chart_of, query_of
from trailhouse.events.store import Store
from trailhouse.sites.models import Section, Site
from trailhouse.stats.metrics import Unit

KIND = "month"
MOST_GOALS = 8
MOST_WORK = 40


def months_of(site: Site, now: datetime, most: int) -> list[date]:
    """The first days of the months that a report can be of, the newest first: whole, and not before the first visit."""
    zone = ZoneInfo(site.timezone)
    if site.first_event_at is None:
        return []
    first = first_of(site.first_event_at.astimezone(zone).date())
    newest = first_of(now.astimezone(zone).date(), -1)
    found = (first_of(newest, -back) for back in range(most))
    return [month for month in found if month >= first]


def of_month(store: Store, site: Site, first: date, sections: Collection[str], language: str) -> Content:
    """The report on the month that begins on `first`, of what is in `sections` (empty: all), which see the overview.

    Addresses in it come after the site's own, `base`. Raises UserError while the store is away.
    """
    with translation.override(language):
        return _content(site, facts(store, site, first, sections))


def _content(site: Site, month: Month) -> Content:
    zone = ZoneInfo(site.timezone)
    query = query_of(month_of(month.first, zone), month_of(month.before, zone))
    base = f"/sites/{site.key}"
    return {
        "kind": KIND,
        "language": translation.get_language(),
        "domain": site.domain,
        "name": site.name or site.domain,
        "days": sentences.month_name(month.first),
        "before_days": sentences.month_name(month.before),
        "base": base,
        "url": f"{base}/month?m={month.first:%Y-%m}",
        "empty": month.empty,
        "paused": month.paused,
        "lead": sentences.lead(month),
        "figures": [] if month.empty else _figures(month),
        "chart": None if month.empty else _chart(month),
        "lists": [],
        "parts": [part for part in _parts(month, query) if part["paragraphs"] or part["items"]],
    }


def _figures(month: Month) -> list[dict[str, Any]]:
    labels = {"visitors": _("Visitors"), "visits": _("Visits"), "pageviews": _("Pageviews")}
    return [_figure(labels[name], name, month) for name in TOTALS]


def _figure(label: str, name: str, month: Month) -> dict[str, Any]:
    three = month.totals[name]
    compared = []
    for then, first in ((three.before, month.before), (three.year, month.year_before)):
        box = box_of(label, three.now, then, Unit.COUNT)
        if month.knows(first) and box["change"]:
            compared.append({"change": box["change"], "mood": box["mood"], "month": sentences.month_name(first)})
    return {"label": label, "text": words.count(three.now), "compared": compared}


def _chart(month: Month) -> dict[str, Any]:
    moments = [datetime.combine(day, time()) for day, _value in month.days]
    return chart_of(moments, [value for _day, value in month.days], hours=False)


def _parts(month: Month, query: str) -> list[dict[str, Any]]:
    """The parts of the report; one without a word is left out."""
    found = [_part("happened", _("What happened"), sentences.happened(month), notes=sentences.notes(month))]
    if not month.strict and not month.empty:
        found += [_why(month), _goals(month, query)]
    found.append(_work(month))
    if not month.strict and not month.empty:
        found.append(_look(month, query))
    return found


def _part(
    key: str,
    title: str,
    paragraphs: Sequence[str] = (),
    items: Sequence[dict[str, str]] = (),
    notes: Sequence[str] = (),
) -> dict[str, Any]:
    found = {"paragraphs": list(paragraphs), "items": list(items), "notes": list(notes)}
    return {"key": key, "title": title, **found}


def _item(text: str, path: str = "", label: str = "") -> dict[str, str]:
    """A line: `path` is where it can be looked at, after the site's address; `label` stands before it."""
    return {"text": text, "path": path, "label": label}


def _why(month: Month) -> dict[str, Any]:
    if not month.shares:  # its reader sees neither sources nor pages
        return _part("why", _("Why"))
    found = rules.reasons(month)
    items = [_item(sentences.reason(one, month)) for one in found.reasons]
    return _part("why", _("Why"), [sentences.why(month, found.why)], items)


def _goals(month: Month, query: str) -> dict[str, Any]:
    items = [_item(sentences.goal(one, month), f"/goals/{one.number}{query}") for one in month.goals[:MOST_GOALS]]
    return _part("goals", _("Goals"), items=items)


def _work(month: Month) -> dict[str, Any]:
    items = [_item(text, label=words.day_tick(day)) for day, text in month.work[:MOST_WORK]]
    return _part("work", _("What was done"), items=items)


def _look(month: Month, query: str) -> dict[str, Any]:
    found = rules.findings(month)
    items = [_item(sentences.finding(one, month), _path(one) + query) for one in found]
    nothing = [] if found or month.totals["visits"].now < rules.LEAST_VISITS else [_("Nothing stands out.")]
    return _part("look", _("What to look at"), nothing, items)


def _path(finding: Finding) -> str:
    """Where a finding can be looked at, after the site's address."""
    if isinstance(finding, Missing):
        return "/not-found"
    if isinstance(finding, Reached):
        return f"/goals/{finding.number}"
    if isinstance(finding, Fallen):
        return "/sources"
    return "/pages/entry" if isinstance(finding, Entry) else "/trends"


def sees(sections: Collection[str]) -> bool:
    """Whether somebody who sees these sections (empty: all) may read the report."""
    return not sections or Section.OVERVIEW in sections
