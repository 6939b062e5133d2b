"""The pages of a site's exports: all its events at once, or made in the background and kept for some days."""

from collections.abc import Iterator
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.accounts.models import User
from trailhouse.core.errors import UserError
from trailhouse.core.periods import Period, between
from trailhouse.dashboard import reports
from trailhouse.dashboard.export_page import shown
from trailhouse.dashboard.export_words import columns
from trailhouse.dashboard.exporting import encoding_for
from trailhouse.dashboard.views_profile import me
from trailhouse.events import current
from trailhouse.exports import access, files, services
from trailhouse.exports.downloads import Download, content
from trailhouse.exports.models import Export
from trailhouse.exports.values import media_type
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Site
from trailhouse.stats.export import scratch
from trailhouse.stats.reports import raw_events

PAGE, PROGRESS = "exports/site.html", "exports/progress.html"
ROWS = 50
MOST_AT_ONCE = 2_000_000  # events of one file of Parquet that somebody waits for


@require_http_methods(["GET", "POST"])
@site_access(Privilege.VIEW_STATS)
def exports(request: HttpRequest, site: Site) -> HttpResponseBase:
    """The form, and the files that there are; with `export` in the address all events at once."""
    user = _member(request, site)
    if request.method == "POST":
        return _asked(request, site, user)
    scope = reports.scope_for(site, reports.read_state(request, site))
    if (form := request.GET.get("export", "")) in raw_events.FORMATS:
        return _events(request, site, scope.span.period, form, user)
    period = scope.span.period
    return render(request, PAGE, _page(site) | {"first": str(period.first_day), "last": str(period.last_day)})


def _page(site: Site, **values: Any) -> dict[str, Any]:
    made = site.exports.filter(through=Export.Through.STATISTICS).select_related("by")[:ROWS]
    return {
        "site": site,
        "nav": "export",
        "forms": [(form, raw_events.FORMATS[form][1]) for form in raw_events.FORMATS],
        "columns": columns(),
        "tells": access.tells_events(site),
        "made": [shown(one) for one in made],
        **values,
    }


def _asked(request: HttpRequest, site: Site, user: User) -> HttpResponse:
    """What the form asks for: the file at once, which has an address of its own, or one that is made meanwhile."""
    form, first, last = request.POST.get("form", ""), _day(request, "from"), _day(request, "to")
    try:
        if first is None or last is None or form not in raw_events.FORMATS:
            raise UserError("wrong_export", _("A day or the format is missing."), _("Choose both days and a format."))
        if request.POST.get("do") == "now":
            query = urlencode({"export": form, "from": str(first), "to": str(last)})
            return redirect(f"{reverse('site_export', args=[site.key])}?{query}")
        through = Export.Through.STATISTICS
        made = services.ask(site, Export.What.EVENTS, form, first, last, through=through, by=user)
    except UserError as error:
        given = {"first": request.POST.get("from", ""), "last": request.POST.get("to", ""), "error": error}
        return render(request, PAGE, _page(site, form=form, **given), status=422)
    return redirect("site_export_progress", key=site.key, export=made.pk)


def _day(request: HttpRequest, name: str) -> date | None:
    try:
        return date.fromisoformat(request.POST.get(name, ""))
    except ValueError:
        return None


def _member(request: HttpRequest, site: Site) -> User:
    """Whoever asks, where they may have all of the statistics. Raises Http404 for anybody else."""
    if not access.may_export(request.user, site):
        raise Http404
    return me(request)


def _events(request: HttpRequest, site: Site, period: Period, form: str, by: User) -> HttpResponseBase:
    """All events of a period, straight from the store."""
    if not access.tells_events(site):
        raise services.strict()
    store, first, last = current.store(), period.first_day, period.last_day
    whole = between(first, last, ZoneInfo(site.timezone))
    is_text = form != "parquet"
    made = raw_events.stream(store, site.pk, site.currency, whole, form) if is_text else _parquet(site, whole)
    media, ending = raw_events.FORMATS[form]
    services.record_stream(site, form, first, last, by=by)
    encoding = encoding_for(request) if is_text else ""
    return Download(made, f"{site.domain}-events-{first}-{last}.{ending}", media, encoding=encoding)


def _parquet(site: Site, period: Period) -> Iterator[bytes]:
    """One file of Parquet, which is written whole before its first piece."""
    store = current.store()
    rows = sum(part.rows for part in raw_events.parts(store, site.pk, period))
    if rows > MOST_AT_ONCE:
        raise UserError(
            "too_many_events",
            _("These are too many events to wait for."),
            _("Have the file prepared instead, or choose a shorter period."),
        )
    files.check_room()
    with scratch() as directory:
        target = directory / "events.parquet"
        raw_events.save(store, site.pk, site.currency, raw_events.whole(period, rows), target)
        yield from content(target)


@require_http_methods(["GET", "POST"])
@site_access(Privilege.VIEW_STATS)
def progress(request: HttpRequest, site: Site, export: int) -> HttpResponseBase:
    """How far an export is, and at the end its file; a POST deletes it."""
    _member(request, site)
    found = export_of(site, export, Export.Through.STATISTICS)
    if request.method == "POST":
        services.delete(found)
        messages.success(request, _("The export was deleted."))
        return redirect("site_export", key=site.key)
    part = "#progress" if request.headers.get("HX-Target") == "progress" else ""
    here = reverse("site_export_progress", args=[site.key, found.pk])
    links = {"here": here, "file": f"{here}/file", "back": reverse("site_export", args=[site.key])}
    context = {"site": site, "nav": "export", "one": shown(found), "links": links}
    return render(request, f"{PROGRESS}{part}", context)


@require_GET
@site_access(Privilege.VIEW_STATS)
def file(request: HttpRequest, site: Site, export: int) -> HttpResponseBase:
    """The file of an export."""
    _member(request, site)
    return sent(request, export_of(site, export, Export.Through.STATISTICS), "site_export_progress", site.key, export)


def export_of(site: Site, number: int, through: str) -> Export:
    """The site's export with this number that was asked for by this right; Http404 where there is none."""
    return get_object_or_404(
        Export.objects.select_related("site__account", "by"), pk=number, site=site, through=through
    )


def sent(request: HttpRequest, found: Export, page: str, *parts: str | int) -> HttpResponseBase:
    """The file of an export; where it is not ready the way to its page, the route `page` of these parts."""
    if found.state != Export.State.READY:
        return redirect(page, *parts)
    try:
        path = files.file_of(found.pk)
    except UserError as error:
        messages.error(request, f"{error.message} {error.hint}")
        return redirect(page, *parts)
    return Download(content(path), found.name, media_type(found.name), length=path.stat().st_size)
