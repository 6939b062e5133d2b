"""Where the reports of a site are: under its key, and for guests under the link by which they came."""

from django.http import HttpRequest
from django.urls import reverse

from trailhouse.sites.access import Guest, viewer
from trailhouse.sites.models import Site


def of(request: HttpRequest, site: Site, name: str, *parts: str) -> str:
    """The address of the report that the route `name` shows, for whoever asks."""
    who = viewer(request)
    if isinstance(who, Guest):
        return reverse(f"shared_{name}", args=[who.slug, *parts])
    return reverse(name, args=[site.key, *parts])
