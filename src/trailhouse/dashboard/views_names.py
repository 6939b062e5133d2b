"""What is done with one visitor: naming them, erasing them, taking their data along."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts.models import User
from trailhouse.events import current
from trailhouse.sites import visitors as services
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Section, Site
from trailhouse.sites.models.visitors import LONGEST_NAME


def _number(text: str) -> int:
    number = services.number_of(text)
    if number is None:
        raise Http404
    return number


def _by(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # site_access requires a sign-in: no shared link leads here
    return request.user


def _page_of(site: Site, *routes: tuple[str, list[str]]) -> str:
    """The first of these pages that there is."""
    for name, parts in routes:
        try:
            return reverse(name, args=[site.key, *parts])
        except NoReverseMatch:
            continue
    return reverse("overview", args=[site.key])


@require_POST
@site_access(Privilege.CHANGE_SITE, Section.VISITORS)
def rename(request: HttpRequest, site: Site, visitor: str) -> HttpResponse:
    """Give the visitor the name that was typed; none gives the site's own name back."""
    number = _number(visitor)
    services.rename(site, number, request.POST.get("name", "")[: 10 * LONGEST_NAME], current.store(), by=_by(request))
    messages.success(request, _("The name was saved."))
    return redirect(_page_of(site, ("visitor", [services.hex_of(number)])))


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE, Section.VISITORS)
def erase(request: HttpRequest, site: Site, visitor: str) -> HttpResponse:
    """Ask once more, then erase the visitor."""
    number = _number(visitor)
    text = services.hex_of(number)
    if request.method == "POST":
        services.erase(site, number, current.store(), by=_by(request))
        messages.success(request, _("The visitor was erased. Nothing that was counted of them is shown any more."))
        return redirect(_page_of(site, ("visitors", [])))
    context = {
        "site": site,
        "nav": "visitors",
        "visitor": text,
        "name": services.names_for(site, current.store(), [number]).get(number, ""),
        "back": _page_of(site, ("visitor", [text])),
    }
    return render(request, "returning/erase.html", context)


@require_GET
@site_access(Privilege.VIEW_STATS, Section.VISITORS)
def export(request: HttpRequest, site: Site, visitor: str) -> HttpResponseBase:
    """Everything that is kept of the visitor, as JSON; no event where that is nothing."""
    number = _number(visitor)
    return StreamingHttpResponse(
        services.data_of(site, number, current.store(), by=_by(request)),
        content_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{services.file_of(site, number)}"'},
    )
