"""The settings of a site: its groups of pages."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_journeys import PageGroupForm, group_values
from trailhouse.dashboard.forms_settings import OneForm
from trailhouse.dashboard.settings_actions import Action, Asked
from trailhouse.dashboard.views_settings import MENU, Failed, carried_out
from trailhouse.sites import page_groups
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import PageGroup, Site


def _save(asked: Asked) -> None:
    number, name, patterns = (asked.values[field] for field in ("group", "name", "patterns"))
    if number is None:
        page_groups.add(asked.site, name, patterns, by=asked.by)
    else:
        page_groups.change(_group(asked.site, number), name, patterns, by=asked.by)


def _group(site: Site, number: Any) -> PageGroup:
    """The group of `site` with this number. Raises Http404 alike for another's and none."""
    text = str(number)
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    group = site.page_groups.select_related("site__account").filter(pk=wanted).first()
    if group is None:
        raise Http404
    return group


ACTIONS = {
    "save": Action(
        _save,
        _("Saved. Reports of the past show it as well."),
        PageGroupForm,
        {
            "wrong_page_group": "name",
            "page_group_exists": "name",
            "wrong_page_pattern": "patterns",
            "too_many_page_patterns": "patterns",
        },
    ),
    "remove": Action(
        lambda a: page_groups.remove(_group(a.site, a.values["one"]), by=a.by), _("The group is removed."), OneForm
    ),
    "up": Action(
        lambda a: page_groups.move_up(_group(a.site, a.values["one"]), by=a.by), _("The group comes earlier."), OneForm
    ),
}


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE)
def groups(request: HttpRequest, site: Site) -> HttpResponse:
    """The groups of pages, and the form for one of them."""
    outcome = carried_out(request, site, ACTIONS)
    if isinstance(outcome, HttpResponse):
        return outcome
    number = request.GET.get("group", "")
    chosen = _group(site, number) if number else None
    context: dict[str, Any] = {
        "site": site,
        "nav": "settings",
        "menu": MENU,
        "page": "site_page_groups",
        "groups": list(site.page_groups.all()),
        "chosen": chosen,
        "save": PageGroupForm(site, initial=group_values(chosen) if chosen else None),
    }
    if isinstance(outcome, Failed):
        context["save" if outcome.do == "save" else "refused"] = outcome.form
    ready(context["save"])
    return render(request, "journeys/groups.html", context, status=422 if isinstance(outcome, Failed) else 200)
