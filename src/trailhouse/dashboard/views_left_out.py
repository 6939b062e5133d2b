"""What was left out at one site: why, on which days, and what its people can do about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from trailhouse.core import clock
from trailhouse.dashboard import exporting, formats, left_out_words, machine_rows, menus, reports
from trailhouse.events import current
from trailhouse.sites.access import Guest, Privilege, allowed, site_access, viewer
from trailhouse.sites.models import Section, Site
from trailhouse.stats.export import ExportColumn, Table
from trailhouse.stats.metrics import Unit
from trailhouse.stats.reports import instance as figures
from trailhouse.stats.reports.instance import LeftOut

PAGE = "left_out/page.html"
MOST_SAMPLES = 20
MOST_HOSTNAMES = 10


@require_GET
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW)
def left_out(request: HttpRequest, site: Site) -> HttpResponseBase:
    """What was left out in the period. Filters of reports do not apply: of what is not counted little is kept."""
    state = reports.read_state(request, site)
    if added := reports.form_redirect(request, state):
        return added
    scope = reports.scope_for(site, state)
    reason = request.GET.get("reason", "")
    reason = reason if reason in left_out_words.REASONS else ""
    span = figures.utc_days(scope.span.period, scope.now)
    found = figures.left_out(current.store(), span[0], span[-1], reason, site.pk)
    if form := exporting.wanted(request):
        return exporting.response(form, site, table_of(found))
    (live,) = reports.asked([scope.live()])
    context = reports.frame(request, site, state, "left_out") | {
        "head": menus.head_of(state, scope.span, compares=False, filters=False),
        "exports": True,
        "live": live.first.metrics[0],
        "reason": reason,
        "reason_words": left_out_words.words(reason) if reason else "",
        "chart": machine_rows.chart_of(span, {_("Left out"): found.days}),
        **_why(request, site, found, figures.stored(current.store(), site.pk, span[0], span[-1])),
        **_samples(request, site, scope.now, reason),
    }
    part = "#report" if request.headers.get("HX-Target") == "report" else ""
    return render(request, f"{PAGE}{part}", context)


def table_of(found: LeftOut) -> Table:
    """The reasons with how many events each left out, most first."""
    columns = (ExportColumn("reason"), ExportColumn("meaning"), ExportColumn("events", Unit.COUNT))
    return Table("left-out", columns, [(why, left_out_words.words(why), n) for why, n in found.reasons.items()])


def _why(request: HttpRequest, site: Site, found: LeftOut, stored: int) -> dict[str, Any]:
    """The reasons with what to do, and the share of all that came."""
    total = sum(found.reasons.values())
    may = allowed(viewer(request), site, Privilege.CHANGE_SITE)
    rows = [(left_out_words.words(why), "", n, why, why) for why, n in found.reasons.items()]
    return {
        "reasons": machine_rows.bars(rows, total),
        "hints": [_hint(site, why, may) for why in found.reasons if why in left_out_words.HINTS] if may else [],
        "total": formats.count(total),
        "share": formats.share(100 * total / (total + stored)) if total else "",
        "stored": formats.count(stored),
    }


def _hint(site: Site, reason: str, may: bool) -> Mapping[str, str]:
    text, route = left_out_words.HINTS[reason]
    link = reverse(route, args=[site.key]) if route and may else ""
    return {"why": left_out_words.words(reason), "text": str(text), "link": link}


def _samples(request: HttpRequest, site: Site, now: datetime, reason: str) -> dict[str, Any]:
    """A few of the events, for the site's own people."""
    if isinstance(viewer(request), Guest):
        return {}
    store = current.store()
    hosts = figures.foreign_hostnames(store, clock.now(), MOST_HOSTNAMES, site.pk)
    samples = figures.newest_left_out(store, now, MOST_SAMPLES, reason, site.pk)
    return {
        "hosts": [(host, formats.count(n)) for host, _site, n in hosts] if reason in ("", "foreign_hostname") else [],
        "samples": [
            {
                "at": one.at,
                "why": left_out_words.words(one.reason),
                "what": one.error or " · ".join(filter(None, (one.name, one.hostname, one.agent))),
            }
            for one in samples
        ],
    }
