"""Accounts that the operator suspends and restores, a part of the services of `accounts`.

What is closed meanwhile is decided in `sites.access`; the collector goes on counting.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.accounts.signup import known_language
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox import services as outbox

LONGEST_REASON = 300


@transaction.atomic
def suspend(account: Account, because: str, *, by: User) -> None:
    """Close `account` to its people for the reason that its owner, and nobody else, reads. The owner gets a mail.

    Raises UserError without a reason, for a closed account, for the operator's own, and where it is suspended already.
    """
    because = " ".join(because.split())
    if not 0 < len(because) <= LONGEST_REASON:
        raise UserError(
            "wrong_reason", _("A reason is needed, of up to 300 letters."), _("Say it so that the owner understands.")
        )
    if account.owner_id == by.pk:
        raise UserError("own_account", _("This account is your own."), _("Hand it over first."), status=403)
    open_ones = Account.objects.filter(pk=account.pk, suspended_at=None, closed_at=None)
    if not open_ones.update(suspended_at=clock.now(), suspended_because=because):
        raise UserError("not_open", _("This account is not open."), _("Look at it anew."), status=409)
    account.refresh_from_db(fields=["suspended_at", "suspended_because"])
    record("account.suspended", account=account, by=by, subject=account.name, details={"because": because})
    _tell(account, "accounts/suspended", reason=because)


@transaction.atomic
def restore(account: Account, *, by: User) -> None:
    """Open a suspended account to its people again. Raises UserError where it is not suspended."""
    held = Account.objects.filter(pk=account.pk, suspended_at__isnull=False)
    if not held.update(suspended_at=None, suspended_because=""):
        raise UserError("not_suspended", _("This account is not suspended."), _("Look at it anew."), status=409)
    account.refresh_from_db(fields=["suspended_at", "suspended_because"])
    record("account.restored", account=account, by=by, subject=account.name)
    _tell(account, "accounts/restored")


def _tell(account: Account, template: str, **more: str) -> None:
    owner, context = account.owner, {"account": account.name, **more}
    outbox.mail(owner.email, template, context, language=known_language(owner.language), account_id=account.pk)
