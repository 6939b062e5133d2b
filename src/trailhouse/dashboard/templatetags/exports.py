"""The menu of a page's exports."""

from dataclasses import dataclass

from django import template
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from trailhouse.dashboard.exporting import PICTURES
from trailhouse.exports.access import may_export
from trailhouse.sites.access import viewer
from trailhouse.sites.models import Site
from trailhouse.stats.export import FORMATS

register = template.Library()
NOT_KEPT = ("export", "page")  # of an address: a file holds all rows


@dataclass(frozen=True)
class Item:
    """A file that the page can be."""

    label: str
    link: str


@dataclass(frozen=True)
class Menu:
    """What the menu shows; `page` leads to the export of all events, and is "" for whoever may not."""

    items: tuple[Item, ...]
    page: str


@register.simple_tag(takes_context=True)
def export_menu(context: template.Context) -> Menu:
    """The files that the page in `context` can be, with all that its address says."""
    request: HttpRequest = context["request"]
    forms = (*FORMATS, *PICTURES) if context.get("pictures") else FORMATS
    words = {"svg": _("Chart as SVG"), "png": _("Chart as PNG")}
    items = tuple(Item(words.get(form, _NAMES.get(form, form)), _link(request, form)) for form in forms)
    return Menu(items, _page(request, context.get("site")))


_NAMES = {"csv": "CSV", "xlsx": "Excel (XLSX)", "json": "JSON", "parquet": "Parquet"}


def _link(request: HttpRequest, form: str) -> str:
    query = request.GET.copy()
    for name in NOT_KEPT:
        query.pop(name, None)
    query["export"] = form
    return f"?{query.urlencode(safe='/:|,!*()@')}"


def _page(request: HttpRequest, site: Site | None) -> str:
    if not isinstance(site, Site) or not may_export(viewer(request), site):
        return ""
    return reverse("site_export", args=[site.key])
