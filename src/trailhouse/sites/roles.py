"""Part of the services of `sites`: who may give, change and take away which role.

The administrator may all of it. A super user gives the roles of standard and super user, and only what one of their own
roles holds whole: its sites, its sections, its end. What they may give they may also change and take away.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites import confining
from trailhouse.sites.access import Privilege, allowed_in_account, running
from trailhouse.sites.models import Client, Membership, Role, Section, Segment, Site

Target = Site | Client | None  # None: the whole account
GIVEN_BY_SUPER_USERS = frozenset({Role.STANDARD, Role.SUPER})


@dataclass(frozen=True)
class Grant:
    """A role somewhere: at some sites, at a client's sites, or everywhere in the account, present and future."""

    role: Role
    sites: tuple[Site, ...] = ()
    client: Client | None = None
    everywhere: bool = False
    sections: tuple[str, ...] = ()  # of Section; empty: all
    may_add_sites: bool = False
    ends_at: datetime | None = None
    segment: Segment | None = None  # all that they see is narrowed to it; empty: everything of the site

    @property
    def targets(self) -> tuple[Target, ...]:
        """Where the role holds, one membership each."""
        if self.everywhere:
            return (None,)
        return (self.client,) if self.client else self.sites

    @property
    def where(self) -> str:
        """The targets in words, for the audit log."""
        return ", ".join(str(target) for target in self.targets if target is not None)


def grant_of(one: Membership) -> Grant:
    """What a membership grants."""
    return Grant(
        Role(one.role),
        sites=(one.site,) if one.site else (),
        client=one.client,
        everywhere=one.site_id is None and one.client_id is None,
        sections=tuple(one.sections),
        may_add_sites=one.may_add_sites,
        ends_at=one.ends_at,
        segment=one.segment,
    )


@dataclass(frozen=True)
class Powers:
    """What somebody may give in an account: everything, or what one of their own roles holds."""

    everything: bool
    own: tuple[Membership, ...] = ()  # running ones of a super user

    def cover(self, grant: Grant) -> bool:
        """Whether what `grant` says may be given, changed and taken away."""
        if self.everything:
            return True
        if grant.role not in GIVEN_BY_SUPER_USERS or grant.may_add_sites or not grant.targets:
            return False
        return all(any(_holds(one, grant, target) for one in self.own) for target in grant.targets)


def powers_of(by: User, account: Account) -> Powers:
    """What `by` may give in the account; a person out of action, or in a suspended account, nothing."""
    if allowed_in_account(confining.at_large(by), account, Privilege.MANAGE_ACCOUNT):
        return Powers(everything=True)
    if not by.is_active or account.suspended_at is not None:
        return Powers(everything=False)
    own = Membership.objects.filter(running(), user=by, account=account, role=Role.SUPER)
    return Powers(everything=False, own=tuple(own))


def _holds(own: Membership, grant: Grant, target: Target) -> bool:
    """Whether the one role `own` is at least what `grant` gives at `target`."""
    if own.site_id is not None:
        reaches = isinstance(target, Site) and own.site_id == target.pk
    elif own.client_id is not None:
        reaches = own.client_id == (target.client_id if isinstance(target, Site) else target and target.pk)
    else:
        reaches = True
    sections = not own.sections or (bool(grant.sections) and set(grant.sections) <= set(own.sections))
    lasts = own.ends_at is None or (grant.ends_at is not None and grant.ends_at <= own.ends_at)
    return reaches and sections and lasts


def may_change(by: User, one: Membership) -> bool:
    """Whether `by` may change or take away this role; nobody may do so with their own."""
    return one.user_id != by.pk and powers_of(by, one.account).cover(grant_of(one))


def check_grant(by: User, account: Account, grant: Grant) -> None:
    """Raise UserError where the grant makes no sense, or is more than `by` may give."""
    _check_sense(account, grant)
    if not powers_of(by, account).cover(grant):
        raise beyond_your_rights()


def beyond_your_rights() -> UserError:
    """What is said to somebody who would give more than they have."""
    return UserError(
        "beyond_your_rights",
        _("You cannot give more access than you have yourself."),
        _("Keep to your own sites, sections and end date, or ask the administrator."),
        status=403,
    )


def _check_sense(account: Account, grant: Grant) -> None:
    where = (bool(grant.sites), grant.client is not None, grant.everywhere)
    ours = all(target is None or target.account_id == account.pk for target in grant.targets)
    if sum(where) != 1 or not ours:
        raise _wrong(_("Nothing was chosen that access could be given to."), _("Choose sites, a client, or all sites."))
    if grant.role not in (Role.SUPER, Role.STANDARD, Role.BOOKKEEPER):
        raise _wrong(_("This role cannot be given."), _("The account is handed over in its settings."))
    if grant.role == Role.BOOKKEEPER and not grant.everywhere:
        raise _wrong(_("A bookkeeper sees the documents of the whole account."), _("Choose all sites for this role."))
    if grant.may_add_sites and not (grant.role == Role.SUPER and grant.everywhere):
        raise _wrong(_("Only super users of all sites can add sites."), _("Choose all sites and the role super user."))
    if not set(grant.sections) <= set(Section) or (grant.sections and grant.role == Role.BOOKKEEPER):
        raise _wrong(_("These sections cannot be chosen."), _("Choose from the list; a bookkeeper has none."))
    if grant.segment is not None and not _fits(grant.segment, grant):
        raise _wrong(
            _("This segment cannot be chosen here."),
            _("Choose one site, the role standard user, and a segment that everybody at the site may use."),
        )
    if grant.ends_at is not None and grant.ends_at <= clock.now():
        raise _wrong(_("The access would have ended already."), _("Choose a later day."))


def _fits(segment: Segment, grant: Grant) -> bool:
    """Whether somebody who is granted this can be confined to the segment: it is the one site's own, and they look."""
    of_site = [site.pk for site in grant.sites] == [segment.site_id] and segment.person_id is None
    return of_site and grant.role == Role.STANDARD


def _wrong(message: str, hint: str) -> UserError:
    return UserError("wrong_access", message, hint)


@transaction.atomic
def change_role(
    one: Membership,
    *,
    by: User,
    role: Role,
    sections: tuple[str, ...] = (),
    may_add_sites: bool = False,
    ends_at: datetime | None = None,
    segment: Segment | None = None,
) -> Membership:
    """Give a membership another role, other sections, end or segment; where it holds stays. Raises UserError."""
    one = Membership.objects.select_for_update().get(pk=one.pk)
    if not may_change(by, one):
        raise beyond_your_rights()
    grant = replace(
        grant_of(one), role=role, sections=sections, may_add_sites=may_add_sites, ends_at=ends_at, segment=segment
    )
    check_grant(by, one.account, grant)
    _write(one, grant)
    record("person.role", account=one.account, by=by, subject=one.user.email, details=told_of(grant))
    return one


def _write(one: Membership, grant: Grant) -> None:
    one.role, one.sections = grant.role, sorted(grant.sections)
    one.may_add_sites, one.ends_at, one.segment = grant.may_add_sites, grant.ends_at, grant.segment
    one.save(update_fields=["role", "sections", "may_add_sites", "ends_at", "segment"])


@transaction.atomic
def remove(one: Membership, *, by: User) -> None:
    """Take a role away. Raises UserError where `by` may not."""
    if not may_change(by, one):
        raise beyond_your_rights()
    record("person.removed", account=one.account, by=by, subject=one.user.email, details={"where": grant_of(one).where})
    one.delete()


def give(user: User, account: Account, grant: Grant, *, by: User) -> None:
    """Make the memberships of an accepted invitation, in the caller's transaction, in place of those held there."""
    for target in grant.targets:
        site = target if isinstance(target, Site) else None
        client = target if isinstance(target, Client) else None
        Membership.objects.update_or_create(
            user=user,
            account=account,
            site=site,
            client=client,
            defaults={
                "role": grant.role,
                "sections": sorted(grant.sections),
                "may_add_sites": grant.may_add_sites,
                "ends_at": grant.ends_at,
                "segment": grant.segment,
            },
        )
    record("person.joined", account=account, by=by, subject=user.email, details=told_of(grant))


def told_of(grant: Grant) -> dict[str, Any]:
    """What the audit log notes of a grant."""
    told: dict[str, Any] = {"role": grant.role, "where": grant.where, "sections": sorted(grant.sections)}
    if grant.ends_at is not None:
        told["until"] = grant.ends_at.isoformat()
    if grant.segment is not None:
        told["segment"] = grant.segment.name
    if grant.may_add_sites:
        told["adds_sites"] = True
    return told


def holds_a_role(email: str, account: Account, grant: Grant) -> bool:
    """Whether the person with this address has a running role at one of the grant's targets already."""
    for target in grant.targets:
        site = target if isinstance(target, Site) else None
        client = target if isinstance(target, Client) else None
        held = Membership.objects.filter(running(), account=account, user__email=email, site=site, client=client)
        if held.exists():
            return True
    return False
