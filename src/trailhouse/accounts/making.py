"""Accounts that the operator makes for somebody, a part of the services of `accounts`."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts import terms
from trailhouse.accounts.models import Account, OneTimeLink, Terms, User, normal_email
from trailhouse.accounts.person import refuse_shared
from trailhouse.accounts.services import (
    NewPerson,
    check_password,
    create_account,
    make_sign_in_link,
    record,
    use_sign_in_link,
)
from trailhouse.accounts.signup import known_language
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox import services as outbox

LINK_LASTS = timedelta(days=7)


@transaction.atomic
def make_account(new: NewPerson, *, language: str = "", by: User) -> tuple[Account, str]:
    """Make an account for whoever has the address, and mail them; the account, and the token of their one-time link.

    Somebody known becomes its owner and signs in as usual: the token is "" then, since a link would spare them the
    second step. Raises UserError for what is typed wrongly.
    """
    known = User.objects.filter(email=normal_email(new.email)).first()
    if known is None:
        account = create_account(new, by=by)
        account.owner.language = language
        account.owner.save(update_fields=["language"])
        return account, _welcome(account)
    if not known.is_active:
        raise UserError(
            "switched_off", _("%(email)s is switched off.") % {"email": known.email}, _("Switch them on first.")
        )
    refuse_shared(known)
    name = new.account_name.strip() or known.full_name or known.email.partition("@")[0]
    account = Account.objects.create(name=name, owner=known, currency=new.currency, timezone=new.timezone)
    record("account.made", account=account, by=by, subject=account.name)
    _mail(account, "")
    return account, ""


@transaction.atomic
def welcome_again(account: Account, *, by: User) -> str:
    """Mail a new link to an owner who never came; its token. The ones before are void. Raises UserError."""
    if not is_awaited(account):
        raise UserError(
            "owner_came", _("The owner has signed in already."), _("They can ask for a code or a password."), status=409
        )
    now = clock.now()
    links = OneTimeLink.objects.filter(kind=OneTimeLink.Kind.SIGN_IN, user=account.owner, used_at=None)
    links.filter(expires_at__gt=now).update(expires_at=now)
    record("account.welcomed_again", account=account, by=by, subject=account.owner.email)
    return _welcome(account)


def is_awaited(account: Account) -> bool:
    """Whether the owner of an account that was made for them has not come yet."""
    return _never_came(account.owner) and account.owner.is_active and not account.demo


def _never_came(user: User) -> bool:
    return user.last_login is None and not user.has_usable_password()


def _welcome(account: Account) -> str:
    token = make_sign_in_link(account.owner, LINK_LASTS)
    _mail(account, token)
    return token


def _mail(account: Account, token: str) -> None:
    """Of no account: its people read its mail, and the link lets somebody in."""
    owner = account.owner
    context = {
        "account": account.name,
        "days": LINK_LASTS.days,
        "new": bool(token),
        "secret": {"token": token},
    }
    outbox.mail(owner.email, "accounts/made_for_you", context, language=known_language(owner.language))


@dataclass(frozen=True)
class Welcome:
    """What somebody gives who comes by the link for the first time. An empty password means mailed codes."""

    full_name: str = ""
    password: str = ""
    terms_id: int | None = None


def welcomed(user: User) -> Account | None:
    """The account that was made for somebody who comes for the first time; None for all others."""
    if not _never_came(user):
        return None
    return user.accounts.filter(demo=False).order_by("id").first()


@transaction.atomic
def take_up(token: str, given: Welcome) -> User:
    """Let the owner of an account that was made for them in, by their link. Raises UserError."""
    user = use_sign_in_link(token)
    if given.password:
        check_password(given.password, user.email, given.full_name)
    if given.full_name.strip():
        user.full_name = given.full_name.strip()
    user.set_password(given.password or None)
    user.save(update_fields=["full_name", "password"])
    accepted = Terms.objects.filter(pk=given.terms_id or 0).first()
    for account in user.accounts.all():
        terms.accept_for(account, accepted, user)
    return user
