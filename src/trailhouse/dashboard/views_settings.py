"""The settings of a site: general, counting, goals, sharing, danger."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from trailhouse.accounts.models import User
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.dashboard import confirming, error_texts, losses
from trailhouse.dashboard import forms_settings as forms
from trailhouse.dashboard import settings_actions as actions
from trailhouse.dashboard.confirming import Doubt
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_brands import SiteBrandForm
from trailhouse.dashboard.forms_script import CONSENT_TOOLS, AddressForm, ConsentForm
from trailhouse.dashboard.settings_actions import Action, Asked, goal_of, link_of, own_address, own_network
from trailhouse.events import current
from trailhouse.events.store import StoreUnavailable
from trailhouse.sites import hostnames, lifecycle, looks, offering
from trailhouse.sites import sharing as share_links
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.brands import brands_of
from trailhouse.sites.models import Section, Site
from trailhouse.sites.snippets import snippet

MENU = (
    ("site_settings", _("General")),
    ("site_counting", _("Counting")),
    ("site_goals", _("Goals")),
    ("site_page_groups", _("Groups of pages")),
    ("site_notes", _("Notes and work")),
    ("site_privacy_text", _("Privacy statement")),
    ("site_sharing", _("Sharing")),
    ("site_danger", _("Danger")),
)


@dataclass(frozen=True)
class Failed:
    """A form that was sent and could not be carried out, with what is wrong at its fields."""

    do: str
    form: forms.SiteForm


def carried_out(
    request: HttpRequest, site: Site, known: Mapping[str, Action], **extra: Mapping[str, Any]
) -> HttpResponse | Failed | None:
    """Carry out the button that was pressed: a redirect back to the page; Failed where it could not be; None for a GET.

    Where something would be lost, that is said first, and asked.
    `extra` holds further arguments of forms, by the names of their actions.
    """
    if request.method != "POST":
        return None
    do = request.POST.get("do", "")
    action = known.get(do)
    if action is None:
        raise UserError("unknown_action", str(_("This button is not known.")), str(_("Reload the page, try again.")))
    form = action.form(site, request.POST, **extra.get(do, {}))
    if form.is_valid():
        asked = Asked(request, site, form.cleaned_data)
        if not confirming.confirmed(request) and (doubt := action.ask(asked)) is not None:
            return _ask(request, site, doubt)
        try:
            action.run(asked)
        except UserError as error:
            _tell(form, action, error)
        else:
            messages.success(request, action.done)
            return redirect(request.path)
    return Failed(do, form)


def _ask(request: HttpRequest, site: Site, doubt: Doubt) -> HttpResponse:
    context = {"site": site, "nav": "settings", "back": request.path, "danger": True, "sent": confirming.sent(request)}
    return render(request, "settings/confirm.html", context | vars(doubt))


def _tell(form: forms.SiteForm, action: Action, error: UserError) -> None:
    """Put an error to the field that it is about."""
    message, hint = error_texts.words(error)
    name: str | None = action.fields.get(error.code)
    if error.code == "wrong_site_setting":
        setting = error.message.partition(":")[0]
        name = setting if setting in form.fields else "file_types" if "file_types" in form.fields else None
        message = ""
    form.add_error(name if name in form.fields else None, f"{message} {hint}".strip())


def settings_page(
    request: HttpRequest, site: Site, page: str, failed: HttpResponse | Failed | None, context: Mapping[str, Any]
) -> HttpResponse:
    """The page; a form that failed stands in the place of the one that `context` holds under its name."""
    values: dict[str, Any] = {"site": site, "nav": "settings", "menu": MENU, "page": page, **context}
    if isinstance(failed, Failed):
        if failed.do in values:
            values[failed.do] = failed.form
        else:
            values["refused"] = failed.form
        wrong = next((name for name in failed.form.errors if name in failed.form.fields), None)
        if wrong:
            failed.form.fields[wrong].widget.attrs["autofocus"] = True  # the form may be far down the page
    for value in values.values():
        if isinstance(value, forms.SiteForm):
            ready(value)
    status = 422 if isinstance(failed, Failed) else 200
    return render(request, f"settings/{page.removeprefix('site_')}.html", values, status=status)


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE)
def general(request: HttpRequest, site: Site) -> HttpResponse:
    """Name, domain, key, aliases, staging twin."""
    team = of_team(request, site)
    known = actions.GENERAL if team else {do: one for do, one in actions.GENERAL.items() if do != "brand"}
    outcome = carried_out(request, site, known, about={"team": team})
    if isinstance(outcome, HttpResponse):
        return outcome
    site.refresh_from_db()
    fading = site.keys.filter(expires_at__gt=clock.now()).order_by("-expires_at")
    context = {
        "about": forms.AboutForm(site, team=team),
        "rename": forms.RenameForm(site),
        "add_alias": forms.AliasForm(site),
        "add_staging": forms.StagingForm(site, initial={"staging": f"staging.{site.domain.partition('/')[0]}"}),
        "fading": list(fading),
        "snippet": snippet(site),
        "aliases": list(site.aliases.all()),
        "twins": list(site.twins.prefetch_related("keys")),
        **_foreign(site),
    }
    if team and not site.client and brands_of(site.account).count() > 1:
        context["brand"] = SiteBrandForm(site)
    return settings_page(request, site, "site_settings", outcome, context)


def of_team(request: HttpRequest, site: Site) -> bool:
    """Whether the reader is of the reseller's side: clients meet neither its labels, nor its other brands and hosts."""
    return isinstance(request.user, User) and looks.is_at_large(request.user, site.account)


def _foreign(site: Site) -> dict[str, Any]:
    try:
        return {"foreign": hostnames.foreign_hosts(site, current.store())}
    except StoreUnavailable:
        return {"foreign": [], "foreign_unknown": True}


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE)
def counting(request: HttpRequest, site: Site) -> HttpResponse:
    """Privacy, visits, the script, exclusions, pause."""
    team = of_team(request, site)
    outcome = carried_out(request, site, actions.COUNTING, script_address={"team": team})
    if isinstance(outcome, HttpResponse):
        return outcome
    site.refresh_from_db()
    address = own_address(request)
    context = {
        "privacy": forms.PrivacyForm(site),
        "visits": forms.VisitsForm(site),
        "script": forms.ScriptForm(site),
        "consent": ConsentForm(site),
        "consent_care": CONSENT_TOOLS[site.tracker.get("consent", "")][2],
        "script_address": AddressForm(site, team=team),
        "snippet": snippet(site),
        "exclusions": forms.ExclusionsForm(site),
        "address": address,
        "excluded": bool(address) and own_network(address) in site.exclude_networks,
        "own_visit_link": f"https://{site.domain}/#visits_ignore",
    }
    return settings_page(request, site, "site_counting", outcome, context)


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE)
def goals(request: HttpRequest, site: Site) -> HttpResponse:
    """The goals, the form for one of them, and the properties of events."""
    outcome = carried_out(request, site, actions.GOALS)
    if isinstance(outcome, HttpResponse):
        return outcome
    site.refresh_from_db()
    number = request.GET.get("goal", "")
    chosen = goal_of(site, number) if number else None
    initial = forms.goal_values(chosen) if chosen else {"kind": request.GET.get("kind", "page")}
    listed = [(goal, forms.goal_values(goal)["value"]) for goal in site.goals.select_related("site")]
    context = {
        "save": forms.GoalForm(site, initial=initial),
        "chosen": chosen,
        "goals": listed,
        "properties": forms.PropertiesForm(site),
    }
    return settings_page(request, site, "site_goals", outcome, context)


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE)
def sharing(request: HttpRequest, site: Site) -> HttpResponse:
    """The public page and the shared links."""
    number = request.POST.get("link") or request.GET.get("link", "")
    chosen = link_of(site, number) if number else None
    outcome = carried_out(request, site, actions.SHARING, save={"link": chosen})
    if isinstance(outcome, HttpResponse):
        return outcome
    initial = forms.link_values(chosen) if chosen else {"sections": [], "name": ""}
    names, base = dict(Section.choices), share_links.address_of(site, "")
    listed = [
        {
            "link": link,
            "address": base + link.slug,
            "sections": [names[section] for section in link.sections],
            "ended": link.expires_at is not None and link.expires_at <= clock.now(),
            "last_day": forms.link_values(link)["last_day"],
        }
        for link in site.shared_links.select_related("site")
    ]
    context = {
        "save": forms.LinkForm(site, initial=initial, link=chosen),
        "chosen": chosen,
        "links": listed,
        "public_address": base + site.key,
    }
    return settings_page(request, site, "site_sharing", outcome, context)


@require_http_methods(["GET", "POST"])
@site_access(Privilege.CHANGE_SITE)
def danger(request: HttpRequest, site: Site) -> HttpResponse:
    """Moving, emptying and deleting."""
    assert isinstance(request.user, User)  # site_access requires a sign-in
    accounts = lifecycle.accounts_to_move_to(site, request.user)
    outcome = carried_out(request, site, actions.DANGER, transfer={"accounts": accounts})
    if isinstance(outcome, HttpResponse):
        return outcome
    site.refresh_from_db()
    context: dict[str, Any] = {
        "all": losses.of_all(site),
        "reset": forms.ResetForm(site),
        "delete": forms.DeleteForm(site),
        "may_offer": offering.may_offer(site, request.user),
        "offer": offering.waiting_offer(site),
    }
    if accounts:
        context["transfer"] = forms.TransferForm(site, accounts=accounts)
    return settings_page(request, site, "site_danger", outcome, context)
