"""Accounts that change hands or close, a part of the services of `accounts`; `sites.handover` does the rest of it."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts import offers, selectors
from trailhouse.accounts.models import Account, Handover, User
from trailhouse.accounts.person import refuse_shared
from trailhouse.accounts.services import checked_email, record
from trailhouse.accounts.signup import known_language
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.outbox import services as outbox

AGAIN = {"closed_at": None, "deletion_told_at": None}


@transaction.atomic
def change_account(account: Account, *, name: str, timezone: str, by: User) -> None:
    """Set name and time zone of `account`. Raises UserError for an unknown zone."""
    if timezone not in clock.zones():
        raise UserError("wrong_timezone", _("There is no time zone %(name)s.") % {"name": timezone}, _("Choose one."))
    account.name, account.timezone = name.strip(), timezone
    account.save(update_fields=["name", "timezone"])
    record("account.changed", account=account, by=by, subject=account.name)


@transaction.atomic
def offer(account: Account, email: str, *, leaves: bool, by: User) -> tuple[Handover, str]:
    """Offer `account` to whoever reads the mail to `email`; the offer and its token. Earlier offers end.

    `by` is its owner, or an operator for them: then the owner is told at once. `leaves`: the present owner is to have
    no access afterwards. Raises UserError for the owner's own address.
    """
    refuse_shared(by)
    refuse_shared(account.owner)
    email, own = checked_email(email), by.pk == account.owner_id
    if email == account.owner.email:
        already = _("You own this account already.") if own else _("They own this account already.")
        raise UserError("own_email", already, _("Enter the address of the new owner."))
    withdraw(account, by=by)
    rows, about = Handover.objects.all(), {"account": account.name}
    offered, token = offers.make(
        rows, email, "accounts/handover", by=by, about=about, account=account, by_leaves=leaves
    )
    record("account.offered" if own else "account.offered_by_staff", account=account, by=by, subject=email)
    if not own:
        _tell_owner(account, "accounts/offered", {"email": email, "leaves": leaves, "number": account.pk})
    return offered, token


def _tell_owner(account: Account, template: str, about: Mapping[str, Any], *, to: User | None = None) -> None:
    """Mail the owner of `account`, or `to`, who owned it till now, in their language."""
    owner = to or account.owner
    context = {"account": account.name, **about}
    outbox.mail(owner.email, template, context, language=known_language(owner.language), account_id=account.pk)


@transaction.atomic
def withdraw(account: Account, *, by: User) -> None:
    """End the open offers of `account`."""
    if offers.end(Handover.objects.filter(account=account)):
        record("account.offer_withdrawn", account=account, by=by)


@transaction.atomic
def take_over(token: str, user: User) -> tuple[Handover, User]:
    """Make `user` the owner of the account that `token` offers; once, and only to the address it was mailed to.

    The offer and the former owner. Raises UserError.
    """
    found = selectors.open_handover(token)
    offered = offers.use(Handover.objects.all(), found, user, _("This account is offered to %(email)s."))
    account, former = offered.account, offered.account.owner
    account.owner = user
    account.save(update_fields=["owner"])
    record("account.handed_over", account=account, by=user, subject=user.email, details={"before": former.email})
    about = {"person": user.email, "leaves": offered.by_leaves, "chose": offered.by_id == former.pk}
    _tell_owner(account, "accounts/handed_over", about, to=former)
    return offered, former


@transaction.atomic
def close(account: Account, typed_name: str, *, by: User) -> bool:
    """Close `account`, whose name was typed to be sure, and tell its owner; whether it was open.

    `sites.handover` stops its sites. Raises UserError where the name differs.
    """
    refuse_shared(by)
    if typed_name.strip() != account.name:
        raise UserError("other_name", _("This is not the name of the account."), _("Type it as it stands here."))
    if not Account.objects.filter(pk=account.pk, closed_at=None).update(closed_at=clock.now()):
        return False
    account.refresh_from_db(fields=["closed_at"])
    withdraw(account, by=by)
    record("account.closed", account=account, by=by, subject=account.name)
    _tell_owner(account, "accounts/closed", {"days": settings().closed_days})  # whoever closed it
    return True


@transaction.atomic
def reopen(number: int, *, by: User) -> None:
    """Open the account with this number again; its sites stay paused. Raises UserError when it is too late."""
    account = next((one for one in selectors.closed_accounts() if one.pk == number), None)
    if account is None or not Account.objects.filter(pk=number, deleted_at=None).update(**AGAIN):
        raise UserError("not_closed", _("This account cannot be opened again."), _("Look at the list anew."), 409)
    record("account.reopened", account=account, by=by, subject=account.name)
    _tell_owner(account, "accounts/reopened", {})
