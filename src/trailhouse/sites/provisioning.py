"""Part of the services of `sites`: what is asked for again and again by a program is found the second time.

Each function holds the site while it looks, so that two at once make one thing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User, normal_email
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites import goals, hostnames, invitations, roles, services, sharing
from trailhouse.sites.access import running
from trailhouse.sites.goals import GoalText
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Goal, Invitation, Membership, Role, SharedLink, Site
from trailhouse.sites.roles import Grant
from trailhouse.sites.sharing import LinkText


@dataclass(frozen=True)
class Guest:
    """Who was given a role at one site; invited ones have not accepted yet."""

    email: str
    role: Role
    invited: bool = False


def _hold(site: Site) -> None:
    Site.objects.select_for_update().get(pk=site.pk)


@transaction.atomic
def change(
    site: Site, *, domain: str = "", timezone: str = "", tracker: Mapping[str, bool] | None = None, by: User
) -> Site:
    """Give `site` another domain, another time zone, or a script that does other things; what is empty stays.

    The same again changes nothing. Raises UserError.
    """
    if domain:
        hostnames.rename(site, domain, by=by)
    changes: dict[str, Any] = {"timezone": timezone} if timezone and timezone != site.timezone else {}
    if tracker and site.tracker | tracker != site.tracker:
        changes["tracker"] = site.tracker | tracker
    if changes:
        services.change_site(site, changes, by=by)
    return site


@transaction.atomic
def find_or_add_link(site: Site, name: str, *, by: User) -> SharedLink:
    """The shared link of this name, as it is, or a new one that shows everything. Raises UserError."""
    _hold(site)
    there = site.shared_links.filter(name=" ".join(name.split())).first()
    return there or sharing.add_link(site, LinkText(name), by=by)


@transaction.atomic
def find_or_add_goal(site: Site, text: GoalText, *, by: User) -> Goal:
    """The goal that is reached in this way, as it is, or a new one. Raises UserError."""
    _hold(site)
    there = site.goals.filter(kind=text.kind, pattern=text.pattern.strip()).first()
    return there or goals.add(site, text, by=by)


@transaction.atomic
def find_or_add_property(site: Site, name: str, *, by: User) -> None:
    """Have the site list this property, behind those that it lists; one that is there stays. Raises UserError."""
    listed = _listed(site)
    if name.strip() not in listed:
        services.change_site(site, {"properties": [*listed, name]}, by=by)


@transaction.atomic
def remove_property(site: Site, name: str, *, by: User) -> None:
    """Have the site no longer list this property; what was counted with it stays. One that is not there is no error."""
    listed = _listed(site)
    if name.strip() in listed:
        services.change_site(site, {"properties": [one for one in listed if one != name.strip()]}, by=by)


def _listed(site: Site) -> list[str]:
    """The properties as they stand now, while nobody else changes the site."""
    site.properties = Site.objects.select_for_update().get(pk=site.pk).properties
    return list(site.properties)


def guests(site: Site) -> list[Guest]:
    """Who has, or was offered, a role at this one site, by address. Roles at a client or everywhere are others."""
    found = {one.email: Guest(one.email, Role(one.role), invited=True) for one in _offers(site).order_by("created_at")}
    for one in _roles(site).filter(running()):
        found[one.user.email] = Guest(one.user.email, Role(one.role))
    return [found[email] for email in sorted(found)]


def _roles(site: Site) -> QuerySet[Membership]:
    return Membership.objects.filter(site=site).select_related("user", "account__owner", "site", "client")


def _offers(site: Site) -> QuerySet[Invitation]:
    return site.invitations.filter(
        account=site.account_id,
        everywhere=False,
        client=None,
        used_at=None,
        revoked_at=None,
        expires_at__gt=clock.now(),
    )


@transaction.atomic
def find_or_invite(site: Site, email: str, role: Role, *, by: User) -> Guest:
    """Have the person with this address as guest: who is one gets this role, who is none an invitation by mail.

    An offer that waits is not sent again. Raises UserError.
    """
    _hold(site)
    email = normal_email(email)
    held = _roles(site).filter(running(), user__email=email).first()
    if held is not None:
        if held.role != role:
            sections = tuple(held.sections)
            roles.change_role(held, by=by, role=role, sections=sections, ends_at=held.ends_at)
        return Guest(email, role)
    if not _offers(site).filter(email=email, role=role).exists():
        invitations.invite(site.account, by, NewInvitation(email, Grant(role, sites=(site,))))
    return Guest(email, role, invited=True)


@transaction.atomic
def remove_guest(site: Site, email: str, *, by: User) -> None:
    """Take a guest's role, or the offer of one, away from this site. Raises UserError 404 where there is none."""
    _hold(site)
    email = normal_email(email)
    held, offers = list(_roles(site).filter(user__email=email)), list(_offers(site).filter(email=email))
    if not held and not offers:
        raise UserError("no_guest", _("There is no such guest."), status=404)
    for one in held:
        roles.remove(one, by=by)
    for offer in offers:
        if offer.sites.count() > 1:
            offer.sites.remove(site)
        else:
            invitations.revoke(offer, by=by)
