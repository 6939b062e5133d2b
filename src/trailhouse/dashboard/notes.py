"""The notes that stand in charts, for whoever looks."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest

from trailhouse.core.periods import Period, start_of
from trailhouse.dashboard.chart import Note
from trailhouse.sites import annotations
from trailhouse.sites.access import Privilege, allowed, viewer
from trailhouse.sites.models import Site


def notes_for(request: HttpRequest, site: Site, period: Period) -> tuple[Note, ...]:
    """The notes of the period: the internal ones only for whoever may change the site."""
    internal = allowed(viewer(request), site, Privilege.CHANGE_SITE)
    zone = ZoneInfo(site.timezone)
    found = annotations.notes_of(site, period.first_day, period.last_day, internal=internal)
    return tuple(Note(start_of(note.day, zone), note.text) for note in found)
