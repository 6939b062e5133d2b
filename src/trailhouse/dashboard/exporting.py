"""A report as a file: the same page with `export=csv` in its address."""

from django.http import HttpRequest, HttpResponseBase, StreamingHttpResponse

from trailhouse.sites.models import Site
from trailhouse.stats.export import FORMATS, Table, written


def wanted(request: HttpRequest) -> str:
    """The format that the address asks for; "" for the page itself."""
    form = request.GET.get("export", "")
    return form if form in FORMATS else ""


def response(form: str, site: Site, table: Table) -> HttpResponseBase:
    """The table as a file to keep."""
    name = f"{site.domain}-{table.name}.{form}"
    return StreamingHttpResponse(
        written(table, form), headers={"Content-Disposition": f'attachment; filename="{name}"'}
    )
