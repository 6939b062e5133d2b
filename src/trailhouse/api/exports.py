"""Files of a site's events and totals by program: see docs/stats-api.md."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from ninja import Router

from trailhouse.accounts.models import ApiKey
from trailhouse.api.access import STATS, missing, rate_headers, stats_site
from trailhouse.api.answers import answer, fields
from trailhouse.api.bodies import read
from trailhouse.api.bodies_sites import ExportBody
from trailhouse.api.kept import day_of
from trailhouse.api.paging import rows_of
from trailhouse.api.schema import META, OF_FIGURES, PAGED, SITE_ID, body, doc, file_doc, typed
from trailhouse.core.errors import UserError
from trailhouse.exports import access, files, services
from trailhouse.exports.downloads import Download, content
from trailhouse.exports.models import Export
from trailhouse.exports.values import MEDIA_TYPES, media_type
from trailhouse.sites.models import Site

router = Router(tags=[STATS])

WANTED = {
    "site_id": "client.example", "what": "events", "format": "csv", "first": "2026-03-01", "last": "2026-03-31",
}  # fmt: skip
EXPORT = {
    "id": 8, "what": "events", "format": "csv", "first": "2026-03-01", "last": "2026-03-31", "state": "ready",
    "percent": 100, "name": "client.example-events-2026-03-01-2026-03-31.csv.gz", "size": 48210, "rows": 3100,
    "created_at": "2026-04-01T09:00:00+00:00", "kept_until": "2026-04-08T09:00:00+00:00",
}  # fmt: skip


@router.get(
    "/exports", summary="Exports of a site", openapi_extra=doc({"exports": [EXPORT], "meta": META}, SITE_ID, PAGED)
)
def list_exports(request: HttpRequest) -> HttpResponse:
    """Those that are there, also the ones that people asked for on the page."""
    given = fields(request)
    site, _ = _opened(request, given.get("site_id"))
    rows, meta = rows_of(_exports(site), given)
    return answer(request, {"exports": [_told(one) for one in rows], "meta": meta})


@router.post(
    "/exports", summary="Ask for an export", openapi_extra=doc(EXPORT, typed(ExportBody, WANTED), usual=OF_FIGURES)
)
def create_export(request: HttpRequest) -> HttpResponse:
    """A file of local days, both included; it is made meanwhile and kept for seven days. No mail is sent.

    Of strict sites there are no events.
    """
    given = read(request, ExportBody)
    site, key = _opened(request, given.site_id)
    first, last, through = day_of(given.first), day_of(given.last), Export.Through.STATISTICS
    by = key.account.owner
    made = services.ask(site, given.what, given.format, first, last, through=through, by=by, mail=False)
    return answer(request, _told(made))


@router.get(
    "/exports/{int:export}", summary="State of an export", openapi_extra=doc(EXPORT, SITE_ID, errors=[404, 503])
)
def get_export(request: HttpRequest, export: int) -> HttpResponse:
    """`state` is waiting, ready or failed."""
    site, _ = _opened(request, fields(request).get("site_id"))
    return answer(request, _told(_found(site, export)))


@router.get(
    "/exports/{int:export}/file",
    summary="File of an export",
    openapi_extra=file_doc(MEDIA_TYPES, SITE_ID, errors=[409, 503]),
)
def get_export_file(request: HttpRequest, export: int) -> HttpResponseBase:
    """409 as long as it is not ready."""
    site, _ = _opened(request, fields(request).get("site_id"))
    found = _found(site, export)
    if found.state != Export.State.READY:
        raise UserError("not_ready", "The export is not ready.", "Ask for its state first.", status=409)
    path = files.file_of(found.pk)
    sent = Download(content(path), found.name, media_type(found.name), length=path.stat().st_size)
    for name, value in rate_headers(request).items():
        sent.headers[name] = value
    return sent


@router.delete(
    "/exports/{int:export}",
    summary="Delete an export",
    openapi_extra=doc({"deleted": True}, body({"site_id": "client.example"}), errors=[503]),
)
def delete_export(request: HttpRequest, export: int) -> HttpResponse:
    """With its file; one that is being made stops."""
    site, _ = _opened(request, fields(request).get("site_id"))
    services.delete(_found(site, export))
    return answer(request, {"deleted": True})


def _opened(request: HttpRequest, domain: str | None) -> tuple[Site, ApiKey]:
    """The site, and the key whose account may have all that its statistics hold. Raises UserError as for figures."""
    site, key = stats_site(request, domain)
    if not access.may_export(key.account.owner, site):
        raise missing("no_site", "There is no such site.")
    return site, key


def _exports(site: Site) -> Any:
    return site.exports.filter(through=Export.Through.STATISTICS).select_related("site__account")


def _found(site: Site, number: int) -> Export:
    found: Export | None = _exports(site).filter(pk=number).first() if number < 2**63 else None
    if found is None:
        raise missing("no_export", "There is no such export.")
    return found


def _told(export: Export) -> dict[str, Any]:
    state, progress = services.state_of(export)
    return {
        "id": export.pk,
        "what": export.what,
        "format": export.form,
        "first": str(export.first_day),
        "last": str(export.last_day),
        "state": state,
        "percent": 100 if state == Export.State.READY else progress.percent if progress else 0,
        "name": export.name,
        "size": export.size,
        "rows": export.rows,
        "created_at": export.created_at.isoformat(timespec="seconds"),
        "kept_until": services.kept_until(export).isoformat(timespec="seconds"),
    }
