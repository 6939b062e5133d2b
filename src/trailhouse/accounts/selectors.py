"""What is asked of the tables of `accounts`."""

import hashlib
from datetime import datetime, timedelta

from django.db.models import Count, F, Q, QuerySet

from trailhouse.accounts.models import (
    Account,
    ApiKey,
    AuditEntry,
    Handover,
    Inquiry,
    Instance,
    OneTimeLink,
    Staff,
    Terms,
    User,
    normal_email,
)
from trailhouse.core import clock
from trailhouse.core.settings import settings

SEEN_EVERY = timedelta(minutes=1)
TOLD_BEFORE_DELETION = timedelta(days=7)


def hash_of(token: str) -> str:
    """How a token is kept: tokens are random and long, so a plain SHA-256 cannot be turned round."""
    return hashlib.sha256(token.encode()).hexdigest()


def account_of(email: str) -> Account | None:
    """The oldest account that the person with this address owns."""
    return Account.objects.filter(owner__email=normal_email(email)).order_by("id").first()


def is_operators_own(account_id: int) -> bool:
    """Whether the account is of somebody who runs the instance."""
    return Account.objects.filter(pk=account_id, owner__staff=Staff.OPERATOR).exists()


def api_key(token: str) -> ApiKey | None:
    """The unrevoked key that `token` opens, with its account. Notes at most once a minute that it was used."""
    key = (
        ApiKey.objects.filter(hash=hash_of(token), revoked_at=None, account__closed_at=None)
        .select_related("account__owner", "created_by")
        .first()
    )
    if key is not None:
        now = clock.now()
        stale = Q(last_used_at=None) | Q(last_used_at__lt=now - SEEN_EVERY)
        if key.last_used_at is None or key.last_used_at < now - SEEN_EVERY:
            ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
    return key


def open_keys(account: Account) -> list[ApiKey]:
    """The keys of `account` that work, newest first."""
    return list(ApiKey.objects.filter(account=account, revoked_at=None).order_by("-created_at", "-id"))


def open_link(kind: OneTimeLink.Kind, token: str) -> OneTimeLink | None:
    """The unused, unexpired link of `token`, without using it."""
    links = OneTimeLink.objects.filter(kind=kind, hash=hash_of(token), used_at=None, expires_at__gt=clock.now())
    return links.select_related("user").first()


def is_set_up() -> bool:
    """Whether the instance has an operator."""
    return User.objects.exclude(staff="").exists()


def instance() -> Instance:
    """What the operator decided for the whole instance; what a fresh one begins with."""
    return Instance.objects.get_or_create(id=Instance.ONLY)[0]


def takes_inquiries(own: Instance) -> bool:
    """Whether anybody can write to the operator by the contact form."""
    if own.contact_form == Instance.Contact.BILLING:
        return own.billing == Instance.Billing.ON
    return own.contact_form == Instance.Contact.ON


# What each state of an inquiry means.
INQUIRIES: dict[str, Q] = {
    "new": Q(held=Inquiry.Held.NO, answered_at=None),
    "answered": Q(held=Inquiry.Held.NO, answered_at__isnull=False),
    "held": ~Q(held=Inquiry.Held.NO),
}


def inquiries(state: str) -> QuerySet[Inquiry]:
    """The inquiries in a state of INQUIRIES, newest first."""
    return Inquiry.objects.filter(INQUIRIES[state]).select_related("account", "answered_by")


def inquiry_counts() -> dict[str, int]:
    """How many inquiries there are in each state."""
    return Inquiry.objects.aggregate(**{state: Count("pk", filter=q) for state, q in INQUIRIES.items()})


def newest_noted() -> datetime | None:
    """The latest moment in the audit log; None on a fresh instance."""
    return AuditEntry.objects.order_by("-at").values_list("at", flat=True).first()


def newest_terms() -> Terms | None:
    """The terms that whoever signs up accepts, if there are any."""
    return Terms.objects.first()


def open_handover(token: str) -> Handover | None:
    """The offer of `token` while it can be accepted: unused, unexpired, of an open account.

    It was made by who still owns the account, or by somebody who still is operator.
    """
    makes = Q(by=F("account__owner")) | Q(by__staff=Staff.OPERATOR, by__is_active=True)
    found = Handover.objects.filter(
        makes, hash=hash_of(token), used_at=None, expires_at__gt=clock.now(), account__closed_at=None
    )
    return found.select_related("account__owner").first()


def deletion_of(account: Account) -> datetime | None:
    """When the data of a closed account is deleted; None for an open one.

    Its owner is told seven days before, so it is later where the machine was off when they were to be told.
    """
    if account.closed_at is None:
        return None
    planned = account.closed_at + timedelta(days=settings().closed_days)
    if account.deletion_told_at is None:
        return max(planned, clock.now() + _notice())
    return max(planned, account.deletion_told_at + _notice())


def _notice() -> timedelta:
    return min(TOLD_BEFORE_DELETION, timedelta(days=settings().closed_days))


def closed_accounts() -> list[Account]:
    """The accounts that are closed and can be opened again: their deletion is still to come. Newest first."""
    found = Account.objects.filter(closed_at__isnull=False, deleted_at=None).select_related("owner")
    now = clock.now()
    return [one for one in found.order_by("-closed_at") if (deletion_of(one) or now) > now]


def to_be_told_of_deletion() -> list[Account]:
    """Those of which the owner is to be told now that their data will be deleted."""
    before = clock.now() - timedelta(days=settings().closed_days) + _notice()
    found = Account.objects.filter(closed_at__lte=before, deletion_told_at=None, deleted_at=None)
    return list(found.select_related("owner"))


def to_be_deleted() -> list[Account]:
    """Those whose data is to be deleted now."""
    now = clock.now()
    found = Account.objects.filter(closed_at__isnull=False, deletion_told_at__isnull=False, deleted_at=None)
    return [one for one in found.select_related("owner") if (deletion_of(one) or now) <= now]


def waiting_handover(account: Account) -> Handover | None:
    """The offer of `account` that is not answered yet."""
    return Handover.objects.filter(account=account, used_at=None, expires_at__gt=clock.now()).first()
