"""What the buttons of a site's settings do: each one a form, one call of a service, and what is said of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address, ip_network
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import User
from trailhouse.core.errors import UserError
from trailhouse.dashboard import forms_settings as forms
from trailhouse.dashboard import losses
from trailhouse.dashboard.confirming import Doubt
from trailhouse.dashboard.forms_brands import SiteBrandForm
from trailhouse.dashboard.forms_script import AddressForm, ConsentForm
from trailhouse.events import current
from trailhouse.sites import brands, goals, hostnames, lifecycle, script_address, services, sharing
from trailhouse.sites.models import Goal, SharedLink, Site

Values = Mapping[str, Any]
Row = TypeVar("Row", bound=Model)
IPV6_HOUSEHOLD = 64  # bits: an address of its own changes daily, this part of it does not


@dataclass(frozen=True)
class Asked:
    """What was asked for: by whom, about which site, with which values."""

    request: HttpRequest
    site: Site
    values: Values

    @property
    def by(self) -> User:
        """The person who asks."""
        assert isinstance(self.request.user, User)  # the view requires a sign-in
        return self.request.user


@dataclass(frozen=True)
class Action:
    """One button. `fields` says at which field an error of a code stands; by default at none."""

    run: Callable[[Asked], object]
    done: Any  # what is said afterwards
    form: Callable[..., forms.SiteForm] = forms.NoForm
    fields: Mapping[str, str] = field(default_factory=dict)
    ask: Callable[[Asked], Doubt | None] = lambda asked: None  # what is asked first; None: nothing is lost


def own_address(request: HttpRequest) -> str:
    """The address that the request came from, as the edge says it; "" where it is none."""
    text = request.headers.get("X-Forwarded-For") or request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(str(text).strip())
    except ValueError:
        return ""
    return str(getattr(address, "ipv4_mapped", None) or address)


def own_network(address: str) -> str:
    """What is excluded for `address`: itself, or of IPv6 the household's network."""
    return str(ip_network(f"{address}/{IPV6_HOUSEHOLD}", strict=False)) if ":" in address else address


def _about(asked: Asked) -> None:
    services.change_site(asked.site, asked.values, by=asked.by)


def _tracker(asked: Asked) -> None:
    chosen = {name: asked.values[name] for name in forms.SWITCHES if name in asked.values}
    if asked.values["name"] and asked.values["name"] != asked.site.script_name:
        chosen["name"] = asked.values["name"]
    kept = {k: v for k, v in asked.site.tracker.items() if k not in {*chosen, "file_types"}}
    types = {"file_types": asked.values["file_types"]} if asked.values["file_types"] else {}
    services.change_site(asked.site, {"tracker": kept | chosen | types}, by=asked.by)


def _privacy(asked: Asked) -> None:
    values = dict(asked.values)
    values["tracker"] = {**asked.site.tracker, "respect_gpc": values.pop("respect_gpc")}
    services.change_site(asked.site, values, by=asked.by)


def _consent(asked: Asked) -> None:
    chosen = {"consent": asked.values["consent"]} if asked.values["consent"] else {}
    kept = {name: value for name, value in asked.site.tracker.items() if name != "consent"}
    services.change_site(asked.site, {"tracker": kept | chosen}, by=asked.by)


def _address(asked: Asked) -> None:
    host = asked.values.get("host", asked.site.script_host)
    script_address.choose(asked.site, host=host, own_path=asked.values["own_path"], by=asked.by)


def _exclude_me(asked: Asked) -> None:
    address = own_address(asked.request)
    if not address:
        raise UserError("no_address", str(_("Your address is not known here.")), str(_("Type it into the list.")))
    networks = [*asked.site.exclude_networks, own_network(address)]
    services.change_site(asked.site, {"exclude_networks": networks}, by=asked.by)


def _save_goal(asked: Asked) -> None:
    values = asked.values
    text = goals.GoalText(values["kind"], values["pattern"], values["name"], values["value"])
    if values["goal"] is None:
        goals.add(asked.site, text, by=asked.by)
    else:
        goals.change(goal_of(asked.site, values["goal"]), text, by=asked.by)


def _save_link(asked: Asked) -> None:
    values = asked.values
    link = link_of(asked.site, values["link"]) if values["link"] is not None else None
    password: str | None = values["password"]
    if link is not None and not password:
        password = "" if values.get("drop_password") else None
    text = sharing.LinkText(
        values["name"],
        password,
        values["sections"],
        values["embed"],
        forms.end_of(values["last_day"], asked.site),
    )
    if link is None:
        sharing.add_link(asked.site, text, by=asked.by)
    else:
        sharing.change_link(link, text, by=asked.by)


def goal_of(site: Site, number: Any) -> Goal:
    """The goal of `site` with this number. Raises Http404 alike for another's and none."""
    return found(site.goals.select_related("site__account"), number)


def link_of(site: Site, number: Any) -> SharedLink:
    """The shared link of `site` with this number. Raises Http404 alike for another's and none."""
    return found(site.shared_links.select_related("site__account"), number)


def found(among: "QuerySet[Row]", number: Any) -> Row:
    """The row with this number. Raises Http404 where there is none, or where it is no number."""
    text = str(number)
    one = among.filter(pk=int(text)).first() if text.isascii() and text.isdigit() and len(text) < 19 else None
    if one is None:
        raise Http404
    return one


SAVED = _("Saved.")
GENERAL = {
    "about": Action(_about, SAVED, forms.AboutForm),
    "brand": Action(lambda a: brands.set_site_brand(a.site, a.values["brand"], by=a.by), SAVED, SiteBrandForm),
    "rename": Action(
        lambda a: hostnames.rename(a.site, a.values["domain"], by=a.by),
        _("The site has its new domain."),
        forms.RenameForm,
        {"domain_refused": "domain", "site_exists": "domain"},
    ),
    "rotate": Action(
        lambda a: services.rotate_key(a.site, by=a.by),
        _("Here is the new key. The one before counts for 30 days more: put the new script onto the site by then."),
    ),
    "add_alias": Action(
        lambda a: hostnames.add_alias(a.site, a.values["alias"], by=a.by),
        _("Its pages count from now on."),
        forms.AliasForm,
        {"domain_refused": "alias", "alias_needless": "alias", "too_many_aliases": "alias"},
    ),
    "count_host": Action(
        lambda a: hostnames.add_alias(a.site, a.values["hostname"], by=a.by),
        _("Its pages count from now on."),
        forms.HostForm,
    ),
    "remove_alias": Action(
        lambda a: hostnames.remove_alias(a.site, a.values["hostname"], by=a.by),
        _("Its pages count no longer. What was counted stays."),
        forms.HostForm,
    ),
    "add_staging": Action(
        lambda a: hostnames.add_staging(a.site, a.values["staging"], by=a.by),
        _("The staging site is there, with a script of its own."),
        forms.StagingForm,
        {"domain_refused": "staging", "site_exists": "staging", "staging_exists": "staging"},
    ),
}
COUNTING = {
    "privacy": Action(_privacy, SAVED, forms.PrivacyForm, ask=lambda a: losses.by_privacy(a.site, a.values)),
    "visits": Action(_about, SAVED, forms.VisitsForm),
    "consent": Action(_consent, _("Saved. It reaches every visitor within an hour."), ConsentForm),
    "script_address": Action(
        _address,
        _("Saved. The script on the site's pages goes on counting; paste the new one when it suits."),
        AddressForm,
        {"script_host_refused": "host"},
    ),
    "script": Action(_tracker, _("Saved. It reaches every visitor within an hour."), forms.ScriptForm),
    "exclusions": Action(_about, SAVED, forms.ExclusionsForm),
    "exclude_me": Action(_exclude_me, _("Visits from your address are left out from now on.")),
    "pause": Action(lambda a: lifecycle.pause(a.site, by=a.by), _("Nothing is counted until you resume.")),
    "resume": Action(lambda a: lifecycle.resume(a.site, by=a.by), _("Visits are counted again.")),
}
GOALS = {
    "save": Action(_save_goal, SAVED, forms.GoalForm, {"wrong_goal": "pattern", "wrong_amount": "value"}),
    "remove": Action(
        lambda a: services.remove_goal(goal_of(a.site, a.values["one"]), by=a.by),
        _("The goal is removed."),
        forms.OneForm,
    ),
    "properties": Action(_about, SAVED, forms.PropertiesForm),
}
SHARING = {
    "publish": Action(lambda a: sharing.set_public(a.site, True, by=a.by), _("Anybody can see the statistics now.")),
    "unpublish": Action(lambda a: sharing.set_public(a.site, False, by=a.by), _("The public page is closed.")),
    "save": Action(_save_link, SAVED, forms.LinkForm, {"weak_password": "password", "link_exists": "name"}),
    "remove": Action(
        lambda a: sharing.remove_link(link_of(a.site, a.values["one"]), by=a.by),
        _("The link is closed for ever."),
        forms.OneForm,
        ask=lambda a: losses.by_closing(link_of(a.site, a.values["one"])),
    ),
}
DANGER = {
    "transfer": Action(
        lambda a: lifecycle.transfer(a.site, a.values["account"], by=a.by),
        _("The site is in its new account."),
        forms.TransferForm,
        {"site_exists": "account", "no_transfer": "account"},
        ask=lambda a: losses.by_moving(a.site, a.values),
    ),
    "reset": Action(
        lambda a: lifecycle.reset_statistics(a.site, a.values["typed_reset"], current.store(), by=a.by),
        _("All that was counted is deleted. Counting goes on."),
        forms.ResetForm,
        {"not_confirmed": "typed_reset"},
    ),
    "delete": Action(
        lambda a: lifecycle.delete_later(a.site, a.values["typed_delete"], by=a.by),
        _("Nothing is counted any more. You can keep the site until it is deleted."),
        forms.DeleteForm,
        {"not_confirmed": "typed_delete"},
    ),
    "keep": Action(lambda a: lifecycle.keep(a.site, by=a.by), _("The site is kept.")),
}
