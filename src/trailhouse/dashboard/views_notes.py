"""The notes on a site's days, a page of its settings; and the work log among them, for everybody who reads the site."""

from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.core import clock
from trailhouse.dashboard.forms_notes import NoteForm, note_values
from trailhouse.dashboard.forms_settings import OneForm
from trailhouse.dashboard.settings_actions import SAVED, Action, Asked, found
from trailhouse.dashboard.views_settings import carried_out, settings_page
from trailhouse.sites import annotations
from trailhouse.sites.access import Privilege, allowed, site_access
from trailhouse.sites.annotations import NoteText
from trailhouse.sites.models import Annotation, Section, Site

SHOWN = 200
A_PAGE = 100


def _save(asked: Asked) -> None:
    values = asked.values
    text = NoteText(values["day"], values["text"], values["internal"], values["kind"] or Annotation.Kind.NOTE)
    if values["note"]:
        note = note_of(asked.site, values["note"])
        annotations.change(note, text.day, text.text, internal=text.internal, kind=text.kind, by=asked.by)
        return
    others = annotations.fellows_of(asked.site, asked.by) if values.get("everywhere") else []
    annotations.add_everywhere(asked.site, others, text, by=asked.by)


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
    fellows = annotations.fellows_of(site, Asked(request, site, {}).by)
    outcome = carried_out(request, site, NOTES, save={"fellows": fellows})
    if isinstance(outcome, HttpResponse):
        return outcome
    number = request.GET.get("note", "")
    chosen = note_of(site, number) if number else None
    today = clock.now().astimezone(ZoneInfo(site.timezone)).date()
    first = {"day": today.isoformat(), "kind": "work" if request.GET.get("kind") == "work" else "note"}
    context = {
        "save": NoteForm(site, initial=note_values(chosen) if chosen else first, fellows=fellows),
        "chosen": chosen,
        "notes": site.annotations.select_related("by")[:SHOWN],
    }
    return settings_page(request, site, "site_notes", outcome, context)


@require_GET
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW, narrows=True)
def work_log(request: HttpRequest, site: Site) -> HttpResponse:
    """What the site's team did for it, newest first."""
    page = Paginator(annotations.work_of(site), A_PAGE).get_page(request.GET.get("page"))
    context = {
        "site": site,
        "nav": "work_log",
        "entries": page,
        "may_write": allowed(request.user, site, Privilege.CHANGE_SITE),
    }
    return render(request, "trends/work_log.html", context)
