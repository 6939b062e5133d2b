"""Sign-up, a part of the services of `accounts`: what is asked for waits for a mailed code before anybody exists."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction

from trailhouse.accounts import codes, hooks, terms
from trailhouse.accounts.models import Account, Terms, User, normal_email
from trailhouse.accounts.services import NewPerson, check_password, create_account
from trailhouse.outbox import services as outbox


@dataclass(frozen=True)
class SignUp:
    """What somebody types who wants an account. An empty `password` means mailed codes."""

    email: str
    full_name: str = ""
    account_name: str = ""
    password: str = ""
    language: str = ""
    timezone: str = "UTC"
    terms_id: int | None = None


def known_language(code: str) -> str:
    """`code` where it is one of ours, else the first of ours: the language that a mail is written in."""
    ours = [name for name, _label in settings.LANGUAGES]
    return next((name for name in (code, code.partition("-")[0]) if name in ours), ours[0])


@transaction.atomic
def ask(new: SignUp, *, invited: bool = True) -> tuple[dict[str, Any], str]:
    """Mail a code to the address, or that it has an account already; the values that wait, and the code.

    The answer and its cost are the same either way; the code is empty where none was sent, also for somebody who is not
    `invited`. Raises UserError for a weak password.
    """
    email = normal_email(new.email)
    if new.password:
        check_password(new.password, email, new.full_name)
    values = {
        "email": email,
        "full_name": new.full_name.strip(),
        "account_name": new.account_name.strip(),
        "password": make_password(new.password or None),
        "language": new.language,
        "timezone": new.timezone,
        "terms_id": new.terms_id,
    }
    language = known_language(new.language)
    if User.objects.filter(email=email).exists():
        outbox.mail(email, "accounts/has_account", {}, language=language, look=hooks.look_for(email))
        return values, ""
    if not invited:
        return values, ""
    code = codes.new_code()
    outbox.mail(email, "accounts/sign_up_code", {"secret": {"code": code}}, language=language)
    return values, code


@transaction.atomic
def finish(values: dict[str, Any]) -> Account:
    """Make the person and the account that `ask` prepared, whose address is confirmed by now.

    Raises UserError where the address got an account meanwhile.
    """
    account = create_account(
        NewPerson(
            values["email"],
            full_name=values["full_name"],
            account_name=values["account_name"],
            timezone=values["timezone"],
        )
    )
    user = account.owner
    user.password = values["password"]
    user.language = values["language"]
    user.save(update_fields=["password", "language"])
    terms.accept_for(account, Terms.objects.filter(pk=values["terms_id"]).first(), user)
    return account
