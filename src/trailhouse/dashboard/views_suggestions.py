"""Suggestions for the forms of filters, as JSON."""

from dataclasses import asdict, replace

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from trailhouse.dashboard import formats, grammar, reports, suggestions
from trailhouse.dashboard.readers import may_see
from trailhouse.dashboard.vocabulary import field
from trailhouse.events import current
from trailhouse.sites.access import Privilege, sections_of, site_access, viewer
from trailhouse.sites.models import Section, Site
from trailhouse.stats.segments import SEGMENT


@require_GET
@site_access(Privilege.VIEW_STATS, narrows=True)
def suggest(request: HttpRequest, site: Site) -> HttpResponse:
    """At most 20 values of `field` that contain `q`, in the period and with the other filters of the address.

    `field` is a field's short name, or `property` for the names of properties; `edit` is the filter that is changed. A
    field that the reader may not see has no values.
    """
    found = _found(request, site)
    count = len(found)
    status = ngettext("%(n)s suggestion", "%(n)s suggestions", count) % {"n": formats.count(count)}
    return JsonResponse({"options": [asdict(one) for one in found], "status": status})


def _found(request: HttpRequest, site: Site) -> list[suggestions.Suggestion]:
    short, text = request.GET.get("field", ""), grammar.clean(request.GET.get("q", "")).strip()[: grammar.LONGEST]
    seen = sections_of(viewer(request), site)
    of_properties = short == "property" and Section.EVENTS in seen
    if not (of_properties or short == SEGMENT or may_see(short, seen, strict=reports.is_strict(site))):
        return []
    state = replace(reports.read_state(request, site), search="", page=1)
    if edited := grammar.part(request.GET.get("edit", "")):
        state = state.without(edited)
    scope = reports.scope_for(site, state)
    if short == SEGMENT:
        return suggestions.segments(scope, text)
    if not reports.has_events(site):
        return []
    if of_properties:
        return suggestions.properties(current.store(), scope, text)
    found = field(short)
    return suggestions.values(current.store(), scope, found, text) if found else []
