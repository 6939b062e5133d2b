"""Beginning and ending to look as another person."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_POST

from trailhouse.dashboard import view_as
from trailhouse.dashboard.people_rows import Place
from trailhouse.dashboard.views_people import member_of
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Site


@require_POST
@site_access(Privilege.INVITE)
def start(request: HttpRequest, site: Site, member: int) -> HttpResponse:
    """Look as somebody who has access to the site; from a list of the whole account, begin where they begin."""
    one = member_of(request, Place(site.account, site=site), member)
    back = request.POST.get("back", "")
    wide = _is_wide(back)
    view_as.begin(request, one, site, back if wide else reverse("site_people", args=[site.key]))
    return redirect("home") if wide else redirect("overview", key=site.key)


def _is_wide(back: str) -> bool:
    """Whether `back` is one of our lists of people of more than a site; it comes from the form, and may be anything."""
    try:
        return resolve(back).url_name in ("people", "client", "client_people")
    except Resolver404:
        return False


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Look as oneself again."""
    if not request.user.is_authenticated:
        raise Http404
    return redirect(view_as.end(request) or "home")
