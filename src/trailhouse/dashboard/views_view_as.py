"""Beginning and ending to look as another person."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from trailhouse.dashboard import view_as
from trailhouse.dashboard.people_rows import Place
from trailhouse.dashboard.views_people import member_of
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Site


@require_POST
@site_access(Privilege.INVITE)
def start(request: HttpRequest, site: Site, member: int) -> HttpResponse:
    """Look as somebody who has access to the site."""
    one = member_of(request, Place(site.account, site=site), member)
    view_as.begin(request, one, site)
    return redirect("overview", key=site.key)


@require_POST
def stop(request: HttpRequest) -> HttpResponse:
    """Look as oneself again."""
    if not request.user.is_authenticated:
        raise Http404
    return redirect(view_as.end(request) or "home")
