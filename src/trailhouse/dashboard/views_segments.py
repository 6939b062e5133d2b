"""The segments of a site: the list, keeping filters as one, changing and deleting it."""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.accounts.models import User
from trailhouse.core.errors import UserError
from trailhouse.dashboard import addresses, formats, menus, reports
from trailhouse.dashboard import state as states
from trailhouse.dashboard.conditions import groups_of, sentence, short_of
from trailhouse.dashboard.filter_forms import FilterError, said
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_segments import SegmentForm
from trailhouse.dashboard.grammar import Condition, Part
from trailhouse.dashboard.readers import Reader, goal_names, missing_goals, reader_of
from trailhouse.dashboard.state import State
from trailhouse.dashboard.vocabulary import field
from trailhouse.sites import segments as services
from trailhouse.sites.access import Guest, Privilege, allowed, site_access, viewer
from trailhouse.sites.models import Section, Segment, Site
from trailhouse.stats import segments as stored
from trailhouse.stats.segments import SEGMENT

FIELDS = {"wrong_segment_name": "name", "segment_exists": "name"}


@dataclass(frozen=True, slots=True)
class Listed:
    """One segment of the list: what it holds in words, or why it cannot be used; where it is applied."""

    segment: Segment
    sentences: tuple[str, ...]
    trouble: str
    apply: str
    may_change: bool


@require_GET
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW, narrows=True)
def segments(request: HttpRequest, site: Site) -> HttpResponse:
    """The segments that the reader may use, theirs and the site's."""
    reader, state = reader_of(request, site), reports.read_state(request, site)
    who = viewer(request)
    listed = [_listed(request, site, one, reader, state) for one in reader.stored]
    usable = [one for one in listed if one.apply]
    context = reports.frame(request, site, state, "segments") | {
        "groups": [
            (_("Of the site"), [one for one in listed if one.segment.person_id is None]),
            (_("Your own"), [one for one in listed if one.segment.person_id is not None]),
        ],
        "any": bool(listed),
        "keep": menus.kept(state, "q", "page"),
        "may_compare": len(usable) > 0,
        "signed_in": not isinstance(who, Guest),
        "save": state.carried().url() if state.filters else "",
        "live": reports.asked([reports.scope_for(site, state).live()])[0].first.metrics[0],
    }
    return render(request, "segments/list.html", context)


def _listed(request: HttpRequest, site: Site, one: Segment, reader: Reader, state: State) -> Listed:
    number = str(one.pk)
    changes = services.may_change(viewer(request), one)
    if number in reader.named:
        told = tuple(sentence(part, reader.named) for part in reader.named[number].parts)
        applied = replace(state, filters=(Condition(SEGMENT, "is", (number,)),)).carried()
        return Listed(one, told, "", addresses.of(request, site, "overview") + applied.url(), changes)
    return Listed(one, (), trouble_of(one), "", changes)


def trouble_of(segment: Segment) -> str:
    """Why a segment cannot be used by whoever reads of it."""
    if gone := sorted(name for name in services.dimensions_in(segment.groups) if field(short_of(name)) is None):
        return _("It speaks of %(names)s, which there is no longer. Change or delete it.") % {"names": ", ".join(gone)}
    try:
        groups = stored.read(segment.groups)
    except UserError:
        return _("It can no longer be read. Change or delete it.")
    if gone := missing_goals(groups, lambda: goal_names(segment.site)):
        return _("It asks for the goal %(names)s, which there is no longer.") % {"names": ", ".join(gone)}
    return _("It filters by something that is not open to you at this site, or by a segment that is gone.")


@require_http_methods(["GET", "POST"])
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW, narrows=True)
def add(request: HttpRequest, site: Site) -> HttpResponse:
    """Keep the filters of the address as a segment."""
    state = reports.read_state(request, site)
    if sent := reports.form_redirect(request, state):
        return sent
    form = SegmentForm(request.POST or None, chooses=allowed(viewer(request), site, Privilege.CHANGE_SITE))
    if request.method == "POST":
        state = _sent(request, site, state)
        if form.is_valid() and (made := _saved(request, site, None, form, state.filters)):
            messages.success(request, _("%(name)s is saved. It stands as one filter.") % {"name": made.name})
            applied = replace(state, filters=(Condition(SEGMENT, "is", (str(made.pk),)),)).carried()
            return redirect(reverse("overview", args=[site.key]) + applied.url())
    return _page(request, site, state, {"form": form, "segment": None, "may": True})


@require_http_methods(["GET", "POST"])
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW, narrows=True)
def segment(request: HttpRequest, site: Site, segment: int) -> HttpResponse:
    """One segment: its filters as those of the address, for whoever may change it with the form to save them."""
    found = _found(request, site, segment)
    state = reports.read_state(request, site)
    if sent := reports.form_redirect(request, state):
        return sent
    may = services.may_change(viewer(request), found)
    if request.method == "GET" and "f" not in request.GET and "fresh" not in request.GET:
        kept = reader_of(request, site).named.get(str(found.pk))
        if kept and kept.parts:
            return redirect(request.path + replace(state, filters=kept.parts).url())
    initial = {"name": found.name, "description": found.description}
    form = SegmentForm(request.POST or None, chooses=False, initial=initial)
    if request.method == "POST":
        state = _sent(request, site, state)
        if form.is_valid() and _saved(request, site, found, form, state.filters):
            messages.success(request, _("Saved. Every report that names the segment follows."))
            return redirect("segments", key=site.key)
    known = str(found.pk) in state.segments
    context = {"form": form, "segment": found, "may": may, "trouble": "" if known else trouble_of(found)}
    return _page(request, site, state, context)


@require_http_methods(["GET", "POST"])
@site_access(Privilege.VIEW_STATS, Section.OVERVIEW, narrows=True)
def delete(request: HttpRequest, site: Site, segment: int) -> HttpResponse:
    """Delete a segment, after saying what that means. Raises UserError for one that is not the reader's to delete."""
    found, who = _found(request, site, segment), _person(request)
    if request.method == "POST":
        services.delete(found, by=who)
        messages.success(request, _("%(name)s is deleted.") % {"name": found.name})
        return redirect("segments", key=site.key)
    if not services.may_change(who, found):
        return redirect("segment", key=site.key, segment=found.pk)
    context = {"segment": found, "used_by": services.used_by(found, who)}
    return render(request, "segments/delete.html", {"site": site, "nav": "segments", **context})


def _found(request: HttpRequest, site: Site, number: int) -> Segment:
    """The segment with this number that the reader may use. Raises Http404 alike for another's and none."""
    found = services.usable(viewer(request), site).filter(pk=number).first() if number < 1 << 63 else None
    if found is None:
        raise Http404
    return found


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # these pages are not behind shared links
    return request.user


def _sent(request: HttpRequest, site: Site, state: State) -> State:
    """The state with the filters that a form sent along."""
    query = "&".join(f"f={quote(text, safe='')}" for text in request.POST.getlist("f"))
    sent = states.parse(query, known=reader_of(request, site).may_ask)
    return replace(state, filters=sent.filters, left_out=sent.left_out)


def _saved(
    request: HttpRequest, site: Site, segment: Segment | None, form: SegmentForm, parts: tuple[Part, ...]
) -> Segment | None:
    by, text = _person(request), form.text(stored.written(groups_of(parts)))
    try:
        reports.check_patterns(parts)
        if segment is None:
            return services.add(site, text, by=by)
        return services.change(segment, text, by=by)
    except FilterError as wrong:
        form.add_error(None, str(said(str(wrong))))
        return None
    except UserError as error:
        if error.status == 403:
            raise
        form.add_error(FIELDS.get(error.code), f"{error.message} {error.hint}")
        return None


def _page(request: HttpRequest, site: Site, state: State, context: dict[str, Any]) -> HttpResponse:
    scope = reports.scope_for(site, state)
    values = reports.frame(request, site, state, "segments") | {
        "head": menus.head_of(state, scope.span),
        "filters": [(part.text(), sentence(part, state.segments)) for part in state.filters],
        "days": formats.period(scope.span.period),
        **context,
    }
    ready(values["form"])
    counts = bool(state.filters) and request.method == "GET"  # what was refused may be what cannot be asked
    live, *visitors = reports.asked([scope.live(), *([scope.visitors()] if counts else [])])
    values["live"] = live.first.metrics[0]
    values["visitors"] = formats.count(visitors[0].first.metrics[0] or 0) if counts else ""
    status = 422 if request.method == "POST" else 200
    return render(request, "segments/segment.html", values, status=status)
