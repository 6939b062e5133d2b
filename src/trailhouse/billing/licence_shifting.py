"""How a licence changes its state: the one place, with its event, what the brand may show, and what is told.

Part of the services of `billing`. Callers hold the lock of the account's `BillingAccount`.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.billing.licence_states import LicenceDates, LicenceMove, LicenceState, move, shown_until
from trailhouse.billing.models import BillingAccount, BillingEvent, Licence, Notice
from trailhouse.billing.settling import OpenLine, overdue
from trailhouse.billing.values import day_of, limits, midnight
from trailhouse.branding.licensing import set_licence

# What is told of a move; what was paid is said by the receipt.
_TOLD = {
    LicenceMove.ACTIVATED: "licence_activated",
    LicenceMove.PAYMENT_LATE: "licence_past_due",
    LicenceMove.PAYMENT_FAILED: "licence_past_due",
    LicenceMove.DUNNING_OVER: "licence_lapsed",
    LicenceMove.PERIOD_OVER: "licence_over",
    LicenceMove.GRANT_ENDED: "licence_over",
    LicenceMove.GRANTED: "licence_granted",
}


def shift(one: Licence, what: LicenceMove, *, at: datetime, by: User | None = None, **changes: Any) -> bool:
    """Move a licence at `at`, with further `changes` of its row; False where it was done already.

    A move is done once out of each stretch of a state. Raises licence_states.IllegalMove.
    """
    before = LicenceState(one.state)
    after = move(before, what, paid=has_days(one, at))
    key = f"licence/{one.pk}/{before}/{what}/{one.since.isoformat()}"
    details = {"brand": one.name} | {name: str(value) for name, value in changes.items()}
    if not _event(one, what, key, before, after, at, by, details):
        return False
    for name, value in (changes | {"state": after.value, "since": at}).items():
        setattr(one, name, value)
    one.save(update_fields=[*changes, "state", "since"])
    show(one, by=by)
    kind = _TOLD.get(what)
    if kind == "licence_over" and after is LicenceState.ACTIVE:
        kind = None  # the paid days go on
    if kind is not None:
        tell(one, kind, f"licence/{one.pk}/{kind}/{at.isoformat()}", at=at)
    if by is not None:
        record(f"billing.{what}", account=one.account, by=by, subject=one.name)
    return True


def note(one: Licence, what: str, key: str, *, at: datetime, by: User | None = None, **details: Any) -> bool:
    """Write an event that leaves the state as it is; False where it was written already."""
    state = LicenceState(one.state)
    made = _event(one, what, f"licence/{one.pk}/{key}", state, state, at, by, {"brand": one.name} | details)
    if made and by is not None:
        record(f"billing.{what}", account=one.account, by=by, subject=one.name)
    return made


def _event(
    one: Licence,
    what: str,
    key: str,
    before: LicenceState,
    after: LicenceState,
    at: datetime,
    by: User | None,
    details: dict[str, Any],
) -> bool:
    _row, made = BillingEvent.objects.get_or_create(
        key=key,
        defaults={
            "account_id": one.account_id, "transition": what, "before": before, "after": after, "at": at, "by": by,
            "details": details | {"licence": one.pk},
        },
    )  # fmt: skip
    return made


def has_days(one: Licence, at: datetime) -> bool:
    """Whether days are billed that are yet to come."""
    return one.paid_until is not None and one.paid_until > day_of(one.account, at)


def dates_of(one: Licence) -> LicenceDates:
    """What the licence has waiting for it, as moments."""
    ends = midnight(one.account, one.paid_until) if one.paid_until else None
    return LicenceDates(ends, one.granted_until, one.dunning_since, one.renews)


def ends_at(one: Licence) -> datetime | None:
    """When the brand is not shown any more as things stand; None where it goes on by itself."""
    return shown_until(LicenceState(one.state), one.since, dates_of(one), limits())


def show(one: Licence, *, by: User | None = None) -> None:
    """Have the brand shown as its licence says."""
    if one.brand is None:
        return
    until = ends_at(one)
    over = until is not None and until <= one.since
    set_licence(one.brand, "" if over else one.shows, None if over else until, by)


def tell(one: Licence, kind: str, key: str, *, at: datetime, **details: Any) -> bool:
    """Have the payer told once, in the next mail of the day; False where that was noted already."""
    until = ends_at(one)
    on = {"on": day_of(one.account, until).isoformat()} if until is not None else {}
    if kind in ("licence_granted", "licence_activated") and not on:
        kind += "_open"  # without an end
    said = {"brand": one.name, "kind": one.shows} | on | details
    _notice, made = Notice.objects.get_or_create(
        key=key, defaults={"account_id": one.account_id, "kind": kind, "at": at, "details": said}
    )
    return made


def miss(billing: BillingAccount, lines: Iterable[OpenLine], what: LicenceMove, *, at: datetime) -> None:
    """A payment of these lines failed, was taken back or is late: their licences are past due from now on."""
    numbers = {one.line.licence_id for one in lines if one.line.licence_id}
    rows = Licence.objects.filter(account=billing.account_id, pk__in=numbers, state=LicenceState.ACTIVE)
    for one in rows.select_related("account", "brand"):
        found = max(at, one.since)
        shift(one, what, at=found, dunning_since=found)


def reopen(billing: BillingAccount, late: Collection[OpenLine], *, at: datetime) -> None:
    """Licences of which a payment was missing, and of which nothing is late or refused any more, run on."""
    numbers = {one.line.licence_id for one in late if one.line.licence_id}
    waiting = Licence.objects.filter(account=billing.account_id, state__in=[LicenceState.PAST_DUE, LicenceState.LAPSED])
    for one in waiting.exclude(pk__in=numbers).select_related("account", "brand"):
        if has_days(one, at):
            shift(one, LicenceMove.PAID, at=at, dunning_since=None)


def end_grant(billing: BillingAccount, one: Licence, *, at: datetime, by: User | None = None) -> None:
    """A licence that was granted ends; days that were paid for go on, past due where their payment is missing."""
    if not shift(one, LicenceMove.GRANT_ENDED, at=at, by=by, granted_until=None, granted_kind=""):
        return
    if one.state == LicenceState.ACTIVE:
        lines = [row for row in overdue(billing.account, day_of(one.account, at)) if row.line.licence_id == one.pk]
        miss(billing, lines, LicenceMove.PAYMENT_LATE, at=at)
