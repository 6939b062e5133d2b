"""The pages on which costs of campaigns are entered: the list with its form, and a file."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from trailhouse.accounts.models import User
from trailhouse.core.errors import UserError
from trailhouse.dashboard import formats
from trailhouse.dashboard.campaign_rows import money
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_campaigns import CostForm, FileForm, cost_values
from trailhouse.dashboard.forms_settings import OneForm
from trailhouse.dashboard.questions import LIST_ROWS
from trailhouse.dashboard.settings_actions import Action, Asked
from trailhouse.dashboard.views_campaigns import NAV
from trailhouse.dashboard.views_settings import Failed, carried_out
from trailhouse.sites import campaign_files, campaigns
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import CampaignCost, Section, Site
from trailhouse.sites.models.campaigns import LONGEST

MOST_SHOWN = 200  # lines of a file of each kind


def cost_of(site: Site, number: Any) -> CampaignCost:
    """The cost of `site` with this number. Raises Http404 alike for another's and none."""
    text = str(number)
    wanted = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else 0
    found = site.campaign_costs.select_related("site__account").filter(pk=wanted).first()
    if found is None:
        raise Http404
    return found


def _save(asked: Asked) -> None:
    values = asked.values
    text = campaigns.CostText(
        campaign=values["campaign"],
        first=values["first"].isoformat(),
        last=values["last"].isoformat(),
        amount=values["amount"],
        kind=values["kind"],
        source=values["source"],
        medium=values["medium"],
    )
    if values["cost"] is None:
        campaigns.add(asked.site, text, by=asked.by)
    else:
        campaigns.change(cost_of(asked.site, values["cost"]), text, by=asked.by)


ACTIONS = {
    "save": Action(
        _save,
        gettext_lazy("Saved."),
        CostForm,
        {"cost_campaign": "campaign", "cost_days": "last", "cost_amount": "amount"},
    ),
    "remove": Action(
        lambda a: campaigns.remove(cost_of(a.site, a.values["one"]), by=a.by),
        gettext_lazy("The cost is removed."),
        OneForm,
    ),
}


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE, Section.SOURCES)
def costs(request: HttpRequest, site: Site) -> HttpResponse:
    """All costs of a site, and the form for one of them."""
    outcome = carried_out(request, site, ACTIONS)
    if isinstance(outcome, HttpResponse):
        return outcome
    number = request.GET.get("cost", "")
    chosen = cost_of(site, number) if number else None
    begun = {name: request.GET.get(name, "")[:LONGEST] for name in ("campaign", "source", "medium")}
    initial = cost_values(chosen) if chosen else {"kind": "sum", **begun}
    save: Any = CostForm(site, initial=initial)
    refused = None
    if isinstance(outcome, Failed):
        save, refused = (outcome.form, None) if outcome.do == "save" else (save, outcome.form)
    page = Paginator(site.campaign_costs.all(), LIST_ROWS).get_page(request.GET.get("page"))
    context = {
        "site": site,
        "nav": NAV,
        "save": ready(save),
        "refused": refused,
        "chosen": chosen,
        "page": page,
        "rows": [
            (cost, formats.day_range(cost.first_day, cost.last_day), money(cost.amount_minor, site.currency))
            for cost in page
        ],
    }
    return render(request, "campaigns/costs.html", context, status=422 if outcome else 200)


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE, Section.SOURCES)
def upload(request: HttpRequest, site: Site) -> HttpResponse:
    """A file of costs: what is sent is shown line by line, and saved whole once it is confirmed."""
    if request.method != "POST":
        return _form(request, site, FileForm())
    form = FileForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, site, form)
    try:
        lines = campaign_files.read(form.cleaned_data["lines"], site)
        if request.POST.get("confirm"):
            return _saved(request, site, lines)
    except UserError as error:
        form.add_error("file" if form.cleaned_data.get("file") else "text", f"{error.message} {error.hint}".strip())
        return _form(request, site, form)
    return _preview(request, site, lines, form.cleaned_data["lines"])


def _form(request: HttpRequest, site: Site, form: FileForm) -> HttpResponse:
    context = {"site": site, "nav": NAV, "form": ready(form)}
    return render(request, "campaigns/upload.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, site: Site, lines: list[campaign_files.Line], text: str) -> HttpResponse:
    parts: dict[str, list[tuple[campaign_files.Line, str, str, str]]] = {}
    for line in lines:
        days = formats.day_range(line.value.first, line.value.last) if line.value else ""
        amount = money(line.value.amount_minor, site.currency) if line.value else ""
        was = money(line.was, site.currency) if line.was is not None else ""
        parts.setdefault(line.fate, []).append((line, days, amount, was))
    saves = [*parts.get("new", ()), *parts.get("changed", ())]
    context = {
        "site": site,
        "nav": NAV,
        "text": text,
        "wrong": parts.get("wrong", [])[:MOST_SHOWN],
        "wrong_count": len(parts.get("wrong", ())),
        "saves": saves[:MOST_SHOWN],
        "saves_count": len(saves),
        "same_count": len(parts.get("same", ())),
    }
    return render(request, "campaigns/preview.html", context, status=422 if "wrong" in parts else 200)


def _saved(request: HttpRequest, site: Site, lines: list[campaign_files.Line]) -> HttpResponse:
    assert isinstance(request.user, User)  # the view requires a sign-in
    new, changed = campaigns.put(site, campaign_files.values(lines), by=request.user)
    added = ngettext("%(n)d cost is new", "%(n)d costs are new", new) % {"n": new}
    set_anew = ngettext("%(n)d was changed", "%(n)d were changed", changed) % {"n": changed}
    messages.success(request, _("%(added)s, %(changed)s.") % {"added": added, "changed": set_anew})
    return redirect("campaign_costs", key=site.key)
