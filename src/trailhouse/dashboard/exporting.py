"""A report as a file: the same page with `export=csv` in its address."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from trailhouse.branding.looks import Look
from trailhouse.dashboard import chart_picture as chart_pictures
from trailhouse.dashboard import formats
from trailhouse.dashboard.chart import Chart
from trailhouse.dashboard.conditions import sentence
from trailhouse.dashboard.questions import Scope
from trailhouse.events import current
from trailhouse.exports.downloads import Download
from trailhouse.sites.models import Site
from trailhouse.stats.export import FORMATS, TYPES, Table, written

PICTURES = {"svg": "image/svg+xml", "png": "image/png"}


def wanted(request: HttpRequest) -> str:
    """The format of a table that the address asks for; "" for the page itself."""
    form = request.GET.get("export", "")
    return form if form in FORMATS else ""


def picture_wanted(request: HttpRequest) -> str:
    """The format of a picture of its chart that the address asks for; "" for the page itself."""
    form = request.GET.get("export", "")
    return form if form in PICTURES else ""


def response(form: str, site: Site | None, table: Table) -> HttpResponseBase:
    """The table as a file to keep; without a site it is one of all sites, and holds no money."""
    store = current.store() if form == "parquet" else None
    made = written(table, form, currency=site.currency if site else "EUR", store=store)
    named = f"{site.domain}-{table.name}.{form}" if site else f"{table.name}.{form}"
    return Download(made, named, TYPES[form])


def picture(form: str, site: Site, name: str, made: bytes) -> HttpResponse:
    """A picture as a file to keep."""
    answer = HttpResponse(made, content_type=PICTURES[form])
    answer["Content-Disposition"] = content_disposition_header(True, f"{site.domain}-{name}.{form}")
    return answer


def chart_picture(form: str, chart: Chart, figure: str, site: Site, scope: Scope, look: Look) -> bytes:
    """The chart of a page as a picture in the colour of `look`: with site, period, comparison, filters in words."""
    compared = scope.span.drawn if chart.compared else None
    words = chart_pictures.Words(
        figure,
        site.domain,
        formats.period(scope.span.period),
        _("Compared with %(days)s") % {"days": formats.period(compared)} if compared else "",
        [sentence(one, scope.state.segments) for one in scope.state.filters],
    )
    return {"svg": chart_pictures.svg, "png": chart_pictures.png}[form](chart, words, look)


def encoding_for(request: HttpRequest) -> str:
    """How a large file of text is packed on its way: brotli where the browser takes it, else not."""
    return "br" if "br" in request.headers.get("Accept-Encoding", "") else ""
