"""The only writer of the tables of `accounts`: one transaction a function."""

import secrets
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, ApiKey, AuditEntry, OneTimeLink, Staff, User, normal_email
from trailhouse.accounts.selectors import hash_of, open_link
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox import addresses
from trailhouse.outbox import services as outbox

SETUP_LINK_LASTS = timedelta(days=7)
SIGN_IN_LINK_LASTS = timedelta(hours=24)
KEY_PREFIX = "th_"
SCOPES = frozenset({"stats", "sites", "people", "operator"})
ACCOUNT_WIDE_SCOPES = frozenset({"people", "operator"})  # of no use at some sites alone
OPERATOR_SCOPE = "operator"
MOST_KEYS = 100


@dataclass(frozen=True)
class NewPerson:
    """What is needed to make a person and an account. An empty `password` lets nobody sign in by password."""

    email: str
    password: str = ""
    full_name: str = ""
    account_name: str = ""
    currency: str = "EUR"
    timezone: str = "UTC"


def checked_email(email: str) -> str:
    """An address in its one form. Raises UserError where it is none."""
    return addresses.check(normal_email(email))


def record(
    action: str,
    *,
    account: Account | None,
    by: User | None,
    subject: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one line of the audit log, in the caller's transaction."""
    AuditEntry.objects.create(
        action=action, account=account, user=by, subject=subject[:300], details=dict(details or {})
    )


def check_password(password: str, email: str, full_name: str) -> None:
    """Raise UserError where `password` is too weak for the person with `email`."""
    try:
        validate_password(password, User(email=normal_email(email), full_name=full_name))
    except ValidationError as error:
        raise UserError("weak_password", " ".join(error.messages), _("Choose another one.")) from None


@transaction.atomic
def new_user(new: NewPerson, *, taken: str, hint: str, staff: Staff = Staff.NONE) -> User:
    """Make the row of a person. Without a password they sign in by mailed code.

    Raises UserError where the password is weak, and with the words `taken` and `hint` where the address is.
    """
    email = normal_email(new.email)
    if new.password:
        check_password(new.password, email, new.full_name)
    user = User(email=email, full_name=new.full_name.strip()[:120], staff=staff)
    user.set_password(new.password or None)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise UserError("email_taken", taken % {"email": email}, hint, status=409) from None
    return user


@transaction.atomic
def create_account(
    person: NewPerson, *, staff: Staff = Staff.NONE, demo: bool = False, by: User | None = None
) -> Account:
    """Make a person and the account that they own; `by`: who makes it, where it is not they themselves.

    Raises UserError where the address is wrong or taken, the password weak or the time zone unknown.
    """
    email = checked_email(person.email)
    if person.timezone not in clock.zones():
        raise UserError(
            "wrong_timezone",
            _("There is no time zone %(name)s.") % {"name": person.timezone},
            _("Use one such as Europe/Amsterdam."),
        )
    hint = _("Sign in, or use another address.")
    user = new_user(person, taken=_("%(email)s has an account already."), hint=hint, staff=staff)
    account = Account.objects.create(
        name=person.account_name.strip() or person.full_name.strip() or email.partition("@")[0],
        owner=user,
        currency=person.currency,
        timezone=person.timezone,
        demo=demo,
    )
    record("account.created" if by is None else "account.made", account=account, by=by or user, subject=account.name)
    return account


def random_password() -> str:
    """A password of 120 random bits that can be typed."""
    return secrets.token_urlsafe(15)


@transaction.atomic
def create_api_key(
    account: Account,
    *,
    by: User | None,
    name: str = "",
    scopes: Collection[str] = ("stats",),
    site_ids: Collection[int] = (),
    tell: bool = False,
) -> tuple[ApiKey, str]:
    """Make an API key; its row and the token, which is shown this once. Empty `site_ids` opens all sites.

    `tell`: the owner gets a mail, since whoever made it may be somebody else in their browser. Raises UserError for an
    unknown scope, for one that needs the whole account, and for the operator's by others.
    """
    _check_scopes(account, by, scopes, site_ids)
    if ApiKey.objects.filter(account=account, revoked_at=None).count() >= MOST_KEYS:
        raise UserError("too_many_keys", _("An account has at most 100 API keys."), _("Close one first."))
    token = KEY_PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        account=account,
        name=" ".join(name.split())[:120],
        prefix=token[:10],
        hash=hash_of(token),
        scopes=sorted(scopes),
        site_ids=sorted(site_ids),
        created_by=by,
    )
    record("api_key.created", account=account, by=by, subject=key.prefix)
    if tell:
        owner, about = account.owner, {"account": account.name, "number": account.pk, "prefix": key.prefix}
        outbox.mail(owner.email, "accounts/key_made", about, language=owner.language, account_id=account.pk)
    return key, token


def _check_scopes(account: Account, by: User | None, scopes: Collection[str], site_ids: Collection[int]) -> None:
    if unknown := sorted(set(scopes) - SCOPES):
        raise UserError(
            "unknown_scope",
            _("There is no scope %(name)s.") % {"name": unknown[0]},
            _("Use one of: %(scopes)s.") % {"scopes": ", ".join(sorted(SCOPES))},
        )
    if site_ids and (wide := sorted(ACCOUNT_WIDE_SCOPES & set(scopes))):
        raise UserError(
            "limited_key",
            _("The scope %(name)s is for the whole account.") % {"name": wide[0]},
            _("Leave out either this scope or the sites."),
        )
    if OPERATOR_SCOPE in scopes and not _runs_the_instance(account, by):
        raise UserError(
            "not_operator",
            _("Only who runs the instance can make such a key, in an account of their own."),
            _("Leave out the scope operator."),
            status=403,
        )


def _runs_the_instance(account: Account, by: User | None) -> bool:
    return by is not None and by.is_active and by.staff == Staff.OPERATOR and by.pk == account.owner_id


def is_operators(key: ApiKey) -> bool:
    """Whether who made `key` runs the instance still, and owns the account of the key still."""
    return _runs_the_instance(key.account, key.created_by)


@transaction.atomic
def revoke_api_key(key: ApiKey, *, by: User | None) -> None:
    """Close `key` for ever. A second call changes nothing."""
    if ApiKey.objects.filter(pk=key.pk, revoked_at=None).update(revoked_at=clock.now()):
        record("api_key.revoked", account=key.account, by=by, subject=key.prefix)


@transaction.atomic
def make_setup_link() -> str:
    """The token of a new link behind which an operator is made."""
    return _make_link(OneTimeLink.Kind.SETUP, None, SETUP_LINK_LASTS)


@transaction.atomic
def make_sign_in_link(user: User, lasts: timedelta = SIGN_IN_LINK_LASTS) -> str:
    """The token of a new link that signs `user` in once; into the demo as often as they like, until it expires.

    The link asks for no second step: only the console and the command line make one, and the mail to somebody for whom
    an account was made, who has none yet.
    """
    return _make_link(OneTimeLink.Kind.SIGN_IN, user, lasts)


def _make_link(kind: OneTimeLink.Kind, user: User | None, lasts: timedelta) -> str:
    token = secrets.token_urlsafe(24)
    OneTimeLink.objects.create(kind=kind, hash=hash_of(token), user=user, expires_at=clock.now() + lasts)
    return token


def link_void(kind: OneTimeLink.Kind) -> UserError:
    """What is said of a link that is used, expired or unknown: always the same."""
    hints = {
        OneTimeLink.Kind.SETUP: _("Make a new one on the server: trailhouse setup-link."),
        OneTimeLink.Kind.SIGN_IN: _("Sign in with your password, or ask for a new link."),
    }
    return UserError("link_void", _("This link has been used or has expired."), hints[kind], status=410)


def _use(kind: OneTimeLink.Kind, token: str) -> None:
    """Use a link up; of two at once one wins. Raises UserError for one that is used, expired or unknown."""
    now = clock.now()
    mine = OneTimeLink.objects.filter(kind=kind, hash=hash_of(token), used_at=None, expires_at__gt=now)
    if not mine.update(used_at=now):
        raise link_void(kind)


@transaction.atomic
def set_up(token: str, person: NewPerson) -> Account:
    """Make an operator and their account behind a set-up link; it and all others are void once all went well."""
    _use(OneTimeLink.Kind.SETUP, token)
    if not person.password:
        raise UserError("weak_password", _("A password is needed."), _("Choose one of at least 10 characters."))
    account = create_account(person, staff=Staff.OPERATOR)
    now = clock.now()
    OneTimeLink.objects.filter(kind=OneTimeLink.Kind.SETUP, used_at=None, expires_at__gt=now).update(expires_at=now)
    record("instance.set_up", account=account, by=account.owner)
    return account


def sign_in_link_person(token: str) -> User:
    """The person whom a sign-in link is for, without using it. Raises UserError where it does not work."""
    link = open_link(OneTimeLink.Kind.SIGN_IN, token)
    if link is None or link.user is None or not link.user.is_active:
        raise link_void(OneTimeLink.Kind.SIGN_IN)
    return link.user


@transaction.atomic
def use_sign_in_link(token: str) -> User:
    """The person whom a sign-in link is for; the link is used up, unless it leads to the demo. Raises UserError."""
    user = sign_in_link_person(token)
    if not user.accounts.filter(demo=True).exists():  # everybody who tries the product comes back by that one
        _use(OneTimeLink.Kind.SIGN_IN, token)
    return user


@transaction.atomic
def prune_links() -> int:
    """Delete the links that have expired; how many."""
    return OneTimeLink.objects.filter(expires_at__lte=clock.now()).delete()[0]
