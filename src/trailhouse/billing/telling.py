"""What the payer is told about trials and payments: gathered, at most one mail a day. Part of the services."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from babel.dates import format_skeleton
from django.conf import settings as django_settings

from trailhouse.accounts.models import Staff, User
from trailhouse.billing import client_rates, taking
from trailhouse.billing.limits import Limits
from trailhouse.billing.models import BillingAccount, BookChange, Charge, Document, Notice, Payment, Subscription
from trailhouse.billing.money_text import money_text
from trailhouse.billing.notice_texts import sentences
from trailhouse.billing.notices import Notice as PureNotice
from trailhouse.billing.pricing import Change, tier_for
from trailhouse.billing.shifting import tell
from trailhouse.billing.states import State, Transition, export_ends
from trailhouse.billing.values import book_of, day_of, tier_of
from trailhouse.core.money import Money
from trailhouse.core.settings import settings
from trailhouse.outbox import services as outbox
from trailhouse.outbox.models import Mail

if TYPE_CHECKING:
    from trailhouse.billing.books import Year

DAY_MAIL = "billing/day"
RECEIPT = "billing/receipt"
DOCUMENT = "billing/document"
DOCUMENT_FILE = "billing/document"  # the kind of file that goes with a mail, see `outbox.attaching`
CLIENT_STATEMENT_FILE = "billing/client_statement"
CONFIRM = "billing/confirm"
MOST_LISTED = 100
MOST_ATTACHED = 5

BILL_NOW = frozenset({"invoice", "due"})  # told together with the statements for clients
STANDS_ALONE = frozenset({"tier", "used_80", "used_100", "idle", "price"})  # beside what is said of the site's state


def forget(subscriptions: Iterable[Subscription], kind: str) -> None:
    """Do not tell what waits to be told of these and holds no longer."""
    Notice.objects.filter(subscription__in=subscriptions, kind=kind, told_on=None).delete()


def newest(waiting: Iterable[Notice]) -> list[Notice]:
    """Without what a later notice of the same site has overtaken, as after days without the job."""
    found: dict[Any, Notice] = {}
    for one in waiting:
        place = (one.subscription_id, one.kind if one.kind in STANDS_ALONE else "state")
        if one.subscription_id is None:
            place = (None, one.key)
        found.pop(place, None)
        found[place] = one
    return list(found.values())


def tell_transition(one: Subscription, transition: Transition, at: datetime, limits: Limits) -> None:
    """Tell of a transition that has just been made."""
    kind = _OF_TRANSITION.get(transition)
    if one.state == State.CANCELLED and kind is not None:
        kind = "cancelled"  # at once, where nothing was paid
    if kind is not None:
        tell(one, kind, f"{one.pk}/{kind}/{at.isoformat()}", at=at, **_details(one, limits))


def tell_notice(one: Subscription, what: PureNotice, key: str, at: datetime, limits: Limits) -> None:
    """Tell of something that comes near."""
    tell(one, str(what.value), f"told/{key}", at=at, **_details(one, limits))


def tell_tier(billing: BillingAccount, one: Subscription, on: date, at: datetime, *, tier: int | None = None) -> None:
    """Tell of another tier (its own, or `tier`) from a billing day on."""
    prices = tier_for(book_of(billing), tier if tier is not None else one.tier or 0)
    currency = book_of(billing).currency
    tell(
        one, "tier", f"{one.pk}/tier/{on}", at=at, on=on.isoformat(), pageviews=str(prices.pageviews),
        monthly={"amount": prices.monthly, "currency": currency},
        yearly={"amount": prices.yearly, "currency": currency},
    )  # fmt: skip


def tell_operator_of_size(one: Subscription, pageviews: int, at: datetime) -> None:
    """Tell the operator, once, of a site that no tier holds: its price is on request."""
    for operator in User.objects.filter(staff__in=[Staff.OPERATOR, Staff.FINANCE], is_active=True):
        outbox.mail(
            operator.email, "billing/size", {"site": one.domain, "account": one.account.name, "pageviews": pageviews},
            language=operator.language, key=f"size/{one.pk}/{operator.pk}",
        )  # fmt: skip


def tell_document(billing: BillingAccount, made: Document, at: datetime) -> None:
    """Tell of an invoice or a credit note: in the mail of the day, and by itself at the address for invoices."""
    Notice.objects.get_or_create(
        key=f"invoice/{made.pk}",
        defaults={
            "account": billing.account, "kind": str(made.kind), "at": at,
            "details": {
                "number": made.number, "on": made.due_on.isoformat(), "document": made.pk,
                "total": {"amount": made.total, "currency": made.currency},
            },
        },
    )  # fmt: skip
    if billing.invoice_email:
        language = language_of(billing)
        total = money_text(Money(made.total, made.currency), language)
        context = {
            "account": billing.account.name,
            "number": made.number,
            "total": total,
            "seller": made.seller_is["name"],
            "credit": made.kind == Document.Kind.CREDIT_NOTE,
        }
        outbox.mail(
            billing.invoice_email, DOCUMENT, context, language=language, account_id=billing.account_id,
            key=f"invoice/{made.pk}/mail", attachments=[(DOCUMENT_FILE, made.pk)],
        )  # fmt: skip


def tell_prices(billing: BillingAccount, change: BookChange, changes: Sequence[tuple[Subscription, Change]]) -> None:
    """Tell of other prices, site by site, with before and after."""
    currency = change.book.currency
    for one, sides in changes:
        if sides.before.month != sides.after.month:
            tell(
                one, "price", f"{one.pk}/price/{change.book_id}", at=change.told_at, on=change.on.isoformat(),
                before={"amount": sides.before.month, "currency": currency},
                after={"amount": sides.after.month, "currency": currency},
            )  # fmt: skip


def tell_licence_prices(change: BookChange, years: Iterable["Year"]) -> None:
    """Tell of other prices of licences that run, with before and after."""
    currency = change.book.currency
    for one in years:
        Notice.objects.get_or_create(
            key=f"licence/{one.licence.pk}/price/{change.book_id}",
            defaults={
                "account_id": change.account_id, "kind": "licence_price", "at": change.told_at,
                "details": {
                    "brand": one.licence.name, "on": change.on.isoformat(),
                    "before": {"amount": one.before, "currency": currency},
                    "after": {"amount": one.after, "currency": currency},
                },
            },
        )  # fmt: skip


_OF_TRANSITION = {
    Transition.TRIAL_OVER: "due",
    Transition.PAYMENT_LATE: "past_due",
    Transition.PAYMENT_FAILED: "past_due",
    Transition.DUNNING_OVER: "suspended",
    Transition.SUSPENDED: "held",
    Transition.RESTORED: "restored",
    Transition.UNPAID_TOO_LONG: "cancelled",
    Transition.SUSPENDED_TOO_LONG: "cancelled",
    Transition.PERIOD_OVER: "cancelled",
    Transition.DELETED: "deleted",
    Transition.CANCEL: "cancelling",
    Transition.REMOVED: "cancelled",
    Transition.PAUSED: "paused",
    Transition.ACTIVATED: "activated",
}


def _details(one: Subscription, limits: Limits) -> dict[str, Any]:
    """Days and prices that the sentences about `one` may name."""
    billing = BillingAccount.objects.select_related("account", "book").get(account_id=one.account_id)
    state = State(one.state)
    found: dict[str, Any] = _prices(billing, one) | {"why": one.held_because, "people": _people(one)}
    if state is State.TRIAL and one.trial_ends_at:
        found["on"] = day_of(billing.account, one.trial_ends_at).isoformat()
    elif state is State.PAST_DUE:
        over = (one.dunning_since or one.since) + timedelta(days=limits.suspended_after)
        found["on"] = day_of(billing.account, over).isoformat()
    elif one.paid_until:
        found["on"] = one.paid_until.isoformat()
    if state is State.CANCELLED:
        found["export"] = day_of(billing.account, export_ends(one.since, limits)).isoformat()
        found["deleted"] = day_of(billing.account, one.since + timedelta(days=limits.deleted_after)).isoformat()
    return found


def _prices(billing: BillingAccount, one: Subscription) -> dict[str, Any]:
    book = book_of(billing)
    tier = tier_of(one, book)
    return {
        "monthly": {"amount": tier.monthly, "currency": book.currency},
        "yearly": {"amount": tier.yearly, "currency": book.currency},
    }


def _people(one: Subscription) -> str:
    """How many others look at the site, who lose access as well."""
    if one.site is None:
        return "0"
    return str(one.site.memberships.values("user").distinct().count())


def tell_day(billing: BillingAccount, today: date, at: datetime) -> bool:
    """Write the mail of the day if something waits to be told and none was written today; whether it was."""
    waiting = list(Notice.objects.filter(account=billing.account, told_on=None).select_related("subscription"))
    key = f"account/{billing.account_id}/billing/{today}"
    if not waiting or Mail.objects.filter(key=key).exists():
        return False
    language = language_of(billing)
    lines = sentences(newest(waiting), language)
    context = {
        "account": billing.account.name,
        "lines": lines[:MOST_LISTED],
        "more": max(0, len(lines) - MOST_LISTED),
        "first": lines[0],
        "count": len(lines),
        "url": f"{settings().url}/accounts/{billing.account_id}/billing",
        "export_url": _export_url(billing, newest(waiting)),
        "statements": _statements(billing, today) if any(one.kind in BILL_NOW for one in waiting) else None,
    }
    invoices = [(DOCUMENT_FILE, one.details["document"]) for one in waiting if "document" in one.details]
    outbox.mail(
        billing.account.owner.email, DAY_MAIL, context, language=language, account_id=billing.account_id, key=key,
        attachments=invoices[:MOST_ATTACHED],
    )  # fmt: skip
    Notice.objects.filter(pk__in=[one.pk for one in waiting]).update(told_on=today)
    return True


def _export_url(billing: BillingAccount, told: Sequence[Notice]) -> str:
    """Where the statistics of the one site that the mail is about can be taken; "" where it is about something else."""
    if len(told) != 1 or told[0].kind != "cancelled" or told[0].subscription is None:
        return ""
    one = told[0].subscription
    return f"{settings().url}/accounts/{billing.account_id}/billing/sites/{one.pk}" if taking.open_until(one) else ""


def _statements(billing: BillingAccount, day: date) -> dict[str, str] | None:
    """The month whose statements for clients are ready, and where they are; None where no client has a rate."""
    if not client_rates.has_rates(billing.account):
        return None
    month = format_skeleton("yMMMM", day, locale=language_of(billing).replace("-", "_"))
    path = f"/accounts/{billing.account_id}/billing/statements?from={day:%Y-%m}&to={day:%Y-%m}"
    return {"month": month, "path": path}


def receipt(billing: BillingAccount, payment: Payment, made: Document | None) -> None:
    """Confirm a payment, with what it opened."""
    language = language_of(billing)
    context: dict[str, Any] = {
        "account": billing.account.name,
        "amount": money_text(Money(payment.amount, payment.currency), language),
        "number": made.number if made else "",
        "lines": [line.text for line in made.lines.all()][:MOST_LISTED] if made else [],
        "url": f"{settings().url}/accounts/{billing.account_id}/billing",
        "statements": _statements(billing, made.issued_on) if made else None,
    }
    outbox.mail(
        billing.invoice_email or billing.account.owner.email, RECEIPT, context, language=language,
        account_id=billing.account_id, key=f"payment/{payment.pk}/receipt",
        attachments=[(DOCUMENT_FILE, made.pk)] if made else [],
    )  # fmt: skip


def tell_declined(charge: Charge, at: datetime) -> None:
    """Tell that a charge failed, and why."""
    what = charge.document.number if charge.document else charge.request.reference if charge.request else ""
    Notice.objects.get_or_create(
        key=f"charge/{charge.pk}/failed",
        defaults={
            "account": charge.account, "kind": "charge_failed", "at": at,
            "details": {
                "what": what, "declined": charge.error,
                "total": {"amount": charge.amount, "currency": charge.currency},
            },
        },
    )  # fmt: skip


def tell_taken_back(payment: Payment, at: datetime) -> None:
    """Tell that money which had been paid was taken back; `payment` is the negative one."""
    Notice.objects.get_or_create(
        key=f"payment/{payment.pk}/back",
        defaults={
            "account": payment.account, "kind": "taken_back", "at": at,
            "details": {"total": {"amount": -payment.amount, "currency": payment.currency}},
        },
    )  # fmt: skip


def ask_to_confirm(billing: BillingAccount, charge: Charge) -> None:
    """Send the payer, once and at once, where the bank wants a payment confirmed."""
    language = language_of(billing)
    context = {
        "account": billing.account.name,
        "amount": money_text(Money(charge.amount, charge.currency), language),
        "what": charge.document.number if charge.document else "",
        "url": f"{settings().url}/accounts/{billing.account_id}/billing/charges/{charge.pk}/confirm",
    }
    outbox.mail(
        billing.account.owner.email, CONFIRM, context, language=language, account_id=billing.account_id,
        key=f"charge/{charge.pk}/confirm",
    )  # fmt: skip


def language_of(billing: BillingAccount) -> str:
    """The language of the account's administrator."""
    return billing.account.owner.language or django_settings.LANGUAGE_CODE
