"""The notes on a site's days: a page of its settings."""

from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from trailhouse.core import clock
from trailhouse.dashboard.forms_notes import NoteForm, note_values
from trailhouse.dashboard.forms_settings import OneForm
from trailhouse.dashboard.settings_actions import SAVED, Action, Asked, found
from trailhouse.dashboard.views_settings import carried_out, settings_page
from trailhouse.sites import annotations
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Annotation, Site

SHOWN = 200


def _save(asked: Asked) -> None:
    values = asked.values
    text = {"day": values["day"], "text": values["text"], "internal": values["internal"], "by": asked.by}
    if values["note"]:
        annotations.change(note_of(asked.site, values["note"]), **text)
    else:
        annotations.add(asked.site, **text)


def note_of(site: Site, number: object) -> Annotation:
    """The note of `site` with this number. Raises Http404 alike for another's and none."""
    return found(Annotation.objects.filter(site=site).select_related("site__account"), number)


NOTES = {
    "save": Action(_save, SAVED, NoteForm, {"wrong_note": "text", "note_exists": "text"}),
    "remove": Action(
        lambda a: annotations.remove(note_of(a.site, a.values["one"]), by=a.by), _("The note is removed."), OneForm
    ),
}


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE)
def notes(request: HttpRequest, site: Site) -> HttpResponse:
    """The newest notes, and the form for one of them."""
    outcome = carried_out(request, site, NOTES)
    if isinstance(outcome, HttpResponse):
        return outcome
    number = request.GET.get("note", "")
    chosen = note_of(site, number) if number else None
    today = clock.now().astimezone(ZoneInfo(site.timezone)).date()
    context = {
        "save": NoteForm(site, initial=note_values(chosen) if chosen else {"day": today.isoformat()}),
        "chosen": chosen,
        "notes": site.annotations.select_related("by")[:SHOWN],
    }
    return settings_page(request, site, "site_notes", outcome, context)
