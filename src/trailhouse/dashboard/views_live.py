"""The live count in the top bar."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trailhouse.dashboard import reports
from trailhouse.dashboard.state import State
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Section, Site


@require_GET
@site_access(Privilege.VIEW_STATS, Section.LIVE)
def live_count(request: HttpRequest, site: Site) -> HttpResponse:
    """How many visitors are on the site now, as the fragment that replaces itself."""
    (answer,) = reports.asked([reports.scope_for(site, State()).live()])
    return render(request, "dashboard/live_count.html", {"site": site, "live": answer.first.metrics[0]})
