"""What people change of themselves, a part of the services of `accounts`."""

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts import codes, hooks
from trailhouse.accounts.models import Account, User, normal_email
from trailhouse.accounts.services import record
from trailhouse.accounts.signup import known_language
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox import services as outbox

SHARED = "demo_is_shared"


def refuse_shared(user: User) -> None:
    """Raise UserError for the person of the demo: everybody who tries the product signs in as them."""
    if user.accounts.filter(demo=True).exists():
        raise UserError(
            SHARED,
            _("Everybody who tries the product shares the demo, so this is not possible in it."),
            _("Set up an account of your own to try this."),
            status=403,
        )


@transaction.atomic
def change_person(user: User, *, full_name: str, language: str, timezone: str) -> None:
    """Set name, language and time zone; empty ones come from the browser and the sites. Raises UserError."""
    refuse_shared(user)
    if timezone and timezone not in clock.zones():
        raise UserError("wrong_timezone", _("There is no time zone %(name)s.") % {"name": timezone}, _("Choose one."))
    if language and language not in dict(settings.LANGUAGES):
        raise UserError("wrong_language", _("This language is not spoken here."), _("Choose one of the list."))
    user.full_name, user.language, user.timezone = full_name.strip(), language, timezone
    user.save(update_fields=["full_name", "language", "timezone"])


@transaction.atomic
def ask_for_email(user: User, email: str) -> tuple[dict[str, Any], str]:
    """Mail a code to the new address, or that it has an account already; the values that wait, and the code."""
    refuse_shared(user)
    email = normal_email(email)
    values = {"user": user.pk, "email": email}
    language, look = known_language(user.language), hooks.look_for(user.email)
    if User.objects.filter(email=email).exists():
        outbox.mail(email, "accounts/has_account", {}, language=language, look=look)
        return values, ""
    code = codes.new_code()
    context = {"secret": {"code": code}}
    outbox.mail(email, "accounts/new_email_code", context, language=language, look=look)
    return values, code


@transaction.atomic
def change_email(user: User, values: Mapping[str, Any]) -> None:
    """Take on the confirmed address and tell the old one. Raises UserError where somebody has it by now."""
    if values["user"] != user.pk:
        raise codes.void()
    before = user.email
    try:
        with transaction.atomic():
            user.email = values["email"]
            user.save(update_fields=["email"])
    except IntegrityError:
        user.email = before
        raise codes.void() from None
    language, look = known_language(user.language), hooks.look_for(user.email)
    outbox.mail(before, "accounts/email_changed", {"email": user.email}, language=language, look=look)
    for account in user.accounts.all():
        record("person.email_changed", account=account, by=user, subject=user.email, details={"before": before})


@transaction.atomic
def tell_change(user: User, change: str, values: Mapping[str, Any]) -> None:
    """Tell somebody that how they sign in was changed, and note it; `change` is one of `adapter.NOTICES`."""
    for account in logs_of(user):
        record("person.sign_in", account=account, by=user, subject=user.email, details={"change": change})
    language, look = known_language(user.language), hooks.look_for(user.email)
    outbox.mail(user.email, "accounts/security_changed", {"what": change, **values}, language=language, look=look)


def logs_of(user: User) -> list[Account | None]:
    """Where changes of somebody's sign-in are noted: in the log of each account of theirs, else the instance's."""
    return list(user.accounts.filter(deleted_at=None)) or [None]


@transaction.atomic
def ask_to_confirm(user: User) -> str:
    """Mail a code by which somebody without a password confirms that it is them; the code."""
    code = codes.new_code()
    language, look = known_language(user.language), hooks.look_for(user.email)
    outbox.mail(user.email, "accounts/confirm_code", {"secret": {"code": code}}, language=language, look=look)
    return code
