"""Part of the services of `sites`: looking as another person. What is shown then is decided in `access`."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites.access import Privilege, allowed
from trailhouse.sites.models import Membership, Site
from trailhouse.sites.roles import may_change

LASTS = timedelta(hours=1)


def is_running(one: Membership) -> bool:
    """Whether a membership has not ended."""
    return one.ends_at is None or one.ends_at > clock.now()


def may_view_as(by: User, one: Membership) -> bool:
    """Whether `by` may look as the person of this membership: one below them who can sign in."""
    return one.user.is_active and is_running(one) and may_change(by, one)


@transaction.atomic
def start(by: User, one: Membership, site: Site) -> None:
    """Note that `by` begins to look as the person of a membership. Raises UserError where there is nothing to see."""
    if not may_view_as(by, one) or not allowed(one.user, site, Privilege.VIEW_STATS, narrowed=True):
        raise UserError(
            "cannot_view_as",
            _("You cannot look as %(person)s.") % {"person": one.user},
            _("They have no statistics to look at, or more rights than you."),
            status=403,
        )
    record("view.started", account=one.account, by=by, subject=one.user.email)


def may_look_into(by: User, account: Account) -> bool:
    """Whether `by`, of the staff, may look as the owner of an account: while there is something to see."""
    is_open = account.closed_at is None and account.suspended_at is None and account.owner.is_active
    return is_open and account.owner_id != by.pk and staff_may(by, StaffPrivilege.VIEW_AS)


@transaction.atomic
def look_into(by: User, account: Account) -> None:
    """Note that `by`, of the staff, begins to look as the owner of `account`. Raises UserError."""
    if not may_look_into(by, account):
        raise UserError(
            "cannot_view_as",
            _("You cannot look as %(person)s.") % {"person": account.owner},
            _("The account is closed or suspended, its owner is switched off, or it is your own."),
            status=403,
        )
    record("view.staff_started", account=account, by=by, subject=account.owner.email)


@transaction.atomic
def stop(by: User, account: Account | None, email: str) -> None:
    """Note that `by` looks as themselves again."""
    record("view.stopped", account=account, by=by, subject=email)
