"""What the operator changes of people, a part of the services of `accounts`: staff, switched off, signed out.

Each is recorded in the log of the instance and in those of the accounts that the person owns.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts import second_step
from trailhouse.accounts.models import Account, Staff, User
from trailhouse.accounts.person import refuse_shared
from trailhouse.accounts.services import record
from trailhouse.accounts.sessions import end_other_sessions
from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.core.errors import UserError


@transaction.atomic
def set_staff(user: User, staff: Staff, *, by: User) -> None:
    """Make `user` staff, or none. Raises UserError where `by` may not, or no administrator would be left."""
    user = _held(user, by)
    if staff == user.staff:
        return
    if staff != Staff.OPERATOR:
        _keep_an_administrator(user)
    if staff != Staff.NONE:
        refuse_shared(user)
    before, user.staff = user.staff, staff
    user.save(update_fields=["staff"])
    record("staff.changed", account=None, by=by, subject=user.email, details={"staff": staff, "staff_before": before})


@transaction.atomic
def switch_off(user: User, *, by: User) -> None:
    """Let `user` in no more, and sign them out everywhere. Raises UserError for oneself and the last administrator."""
    user = _held(user, by)
    if user.pk == by.pk:
        raise UserError("own_person", _("This is you."), _("Ask another operator."), status=403)
    if not user.is_active:
        return
    _keep_an_administrator(user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_other_sessions(user, None)
    for account in _logs(user):
        record("person.switched_off", account=account, by=by, subject=user.email)


@transaction.atomic
def switch_on(user: User, *, by: User) -> None:
    """Let `user` in again."""
    user = _held(user, by)
    if user.is_active:
        return
    user.is_active = True
    user.save(update_fields=["is_active"])
    for account in _logs(user):
        record("person.switched_on", account=account, by=by, subject=user.email)


@transaction.atomic
def sign_out_everywhere(user: User, *, by: User) -> int:
    """Sign `user` out of all browsers; of how many."""
    if not staff_may(by, StaffPrivilege.HELP_PEOPLE):
        raise _not_allowed()
    refuse_shared(user)
    ended = end_other_sessions(user, None)
    for account in _logs(user):
        record("person.signed_out", account=account, by=by, subject=user.email)
    return ended


@transaction.atomic
def take_second_step_away(user: User, *, by: User) -> None:
    """Remove app, passkeys and recovery codes of somebody who lost them, and tell them by mail.

    They sign in by password or mailed code then. Raises UserError where there is nothing to take away.
    """
    user = _held(user, by)
    if not second_step.take_off(user, by=by):
        raise UserError("no_second_step", _("There is no second step to take away."), _("Look at them anew."), 409)


def _logs(user: User) -> list[Account | None]:
    """Where what happens to `user` is recorded: in the instance's log, None, and in those of their accounts."""
    return [None, *user.accounts.all()]


def _held(user: User, by: User) -> User:
    """`user` as they are now, while nobody else changes the staff. Raises UserError where `by` may not.

    All administrators are locked in one order, so that of two who dismiss each other one is refused.
    """
    locked = User.objects.select_for_update().order_by("pk")
    administrators = {one.pk: one for one in locked.filter(staff=Staff.OPERATOR)}
    if by.pk not in administrators or not staff_may(administrators[by.pk], StaffPrivilege.CHANGE_PEOPLE):
        raise _not_allowed()
    return administrators.get(user.pk) or locked.get(pk=user.pk)


def _keep_an_administrator(user: User) -> None:
    """Raise UserError where `user` is the only administrator who can sign in."""
    others = User.objects.filter(staff=Staff.OPERATOR, is_active=True).exclude(pk=user.pk)
    if user.staff == Staff.OPERATOR and not others.exists():
        raise UserError(
            "last_administrator",
            _("This is the only operator of the instance."),
            _("Make somebody else operator first."),
            status=409,
        )


def _not_allowed() -> UserError:
    return UserError("not_allowed", _("This is not open to you."), _("Ask an operator of the instance."), 403)
