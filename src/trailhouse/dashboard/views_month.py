"""The monthly report of a site in plain words: as a page to read and to print, and as a PDF."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from trailhouse.core import clock
from trailhouse.dashboard import addresses, formats, reports
from trailhouse.digests import documents
from trailhouse.digests.monthly.facts import first_of
from trailhouse.digests.monthly.report import months_of, of_month
from trailhouse.digests.monthly.sentences import month_name
from trailhouse.events import current
from trailhouse.sites import looks
from trailhouse.sites.access import Guest, Privilege, allowed, sections_of, site_access, viewer
from trailhouse.sites.models import Section, Site

MOST_MONTHS = 36
BAR, TALL = 10, 56  # of the picture of the days: the width of one, and its height


@require_GET
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW)
def show(request: HttpRequest, site: Site) -> HttpResponse:
    """The report on the month that the address asks for, else on the last one that is over."""
    if not reports.has_events(site):
        return render(request, "share/nothing.html", {"site": site, "nav": "month"})
    months = months_of(site, clock.now(), MOST_MONTHS)
    context: dict[str, Any] = {"site": site, "nav": "month", "path": request.path}
    if not months:
        return render(request, "trends/month.html", context | {"ready_on": _ready_on(site)})
    month = _chosen(request, months)
    content = _content(request, site, month)
    place = months.index(month)
    context |= {
        "report": content,
        "bars": _bars(content),
        "width": BAR * len((content["chart"] or {"bars": ()})["bars"]),
        "base": addresses.of(request, site, "overview"),
        "months": [(f"{one:%Y-%m}", month_name(one), one == month) for one in months],
        "earlier": f"?m={months[place + 1]:%Y-%m}" if place + 1 < len(months) else "",
        "later": f"?m={months[place - 1]:%Y-%m}" if place else "",
        "pdf": f"{addresses.of(request, site, 'month_pdf')}?m={month:%Y-%m}",
        "agency": looks.of_site(site).name,
        "may_write": allowed(viewer(request), site, Privilege.CHANGE_SITE),
        "mail": "" if isinstance(viewer(request), Guest) else reverse("site_digest_schedule", args=[site.key]),
    }
    return render(request, "trends/month.html", context)


@require_GET
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW)
def pdf(request: HttpRequest, site: Site) -> HttpResponse:
    """The same as a PDF; back to the page where there is none yet."""
    months = months_of(site, clock.now(), MOST_MONTHS)
    if not months:
        return redirect(addresses.of(request, site, "month"))
    month = _chosen(request, months)
    content = _content(request, site, month)
    if isinstance(viewer(request), Guest):
        content["url"] = f"{addresses.of(request, site, 'month')}?m={month:%Y-%m}"
    made = documents.month_pdf(content, looks.of_site(site), first_of(month, 1))
    answer = HttpResponse(made, content_type="application/pdf")
    named = f"{documents.safe(site.domain)}-{month:%Y-%m}.pdf"
    answer["Content-Disposition"] = content_disposition_header(True, named)
    return answer


def _chosen(request: HttpRequest, months: Sequence[date]) -> date:
    """The month in the address, if there is a report on it; else the newest."""
    wanted = request.GET.get("m", "")
    return next((month for month in months if f"{month:%Y-%m}" == wanted), months[0])


def _content(request: HttpRequest, site: Site, month: date) -> dict[str, Any]:
    sections = sorted(sections_of(viewer(request), site))
    return of_month(current.store(), site, month, sections, translation.get_language() or "en")


def _bars(content: Mapping[str, Any]) -> list[dict[str, int]]:
    """The bars of the picture of the days; a day without anybody is a line."""
    bars = content["chart"]["bars"] if content["chart"] else []
    heights = [max(1, bar["height"]) for bar in bars]
    return [
        {"x": BAR * place + 1, "y": TALL - height, "height": height, "value": bar["value"]}
        for place, (bar, height) in enumerate(zip(bars, heights, strict=True))
    ]


def _ready_on(site: Site) -> str:
    """The day on which the first report can be read."""
    today = clock.now().astimezone(ZoneInfo(site.timezone)).date()
    return formats.short_day(first_of(today, 1))
