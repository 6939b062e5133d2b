"""What the payer is told about trials and payments: gathered, at most one mail a day. Part of the services."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from babel.dates import format_date, format_skeleton
from django.conf import settings as django_settings
from django.utils import translation
from django.utils.translation import gettext_lazy

from trailhouse.accounts.models import Staff, User
from trailhouse.billing import client_rates, declines, taking
from trailhouse.billing.limits import Limits
from trailhouse.billing.models import BillingAccount, BookChange, Charge, Document, Notice, Payment, Subscription
from trailhouse.billing.money_text import money_text
from trailhouse.billing.notices import Notice as PureNotice
from trailhouse.billing.pricing import Change, tier_for
from trailhouse.billing.shifting import tell
from trailhouse.billing.states import State, Transition, export_ends
from trailhouse.billing.values import book_of, day_of, tier_of
from trailhouse.branding.models import Brand
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

# By kind of notice: what is said of a site. `on` is a day, `why` the operator's reason.
KINDS = {
    "trial_ends": gettext_lazy(
        "%(site)s: the trial ends before %(on)s. From then on its statistics are locked for you and everybody"
        " who sees them (people besides you: %(people)s) until it is activated."
    ),
    "due": gettext_lazy(
        "%(site)s: the trial is over. Its statistics are kept and locked until you activate it: %(monthly)s a"
        " month or %(yearly)s a year."
    ),
    "reminder": gettext_lazy(
        "%(site)s is not activated yet: %(monthly)s a month or %(yearly)s a year. Its statistics stay locked "
        "until then."
    ),
    "counting_stops": gettext_lazy("%(site)s: visits are not counted any more until it is activated."),
    "past_due": gettext_lazy("%(site)s: a payment is missing. Its statistics stay open until %(on)s."),
    "retry": gettext_lazy("%(site)s: the payment failed and was tried again."),
    "suspended": gettext_lazy("%(site)s: a payment is missing. Its statistics are locked until it has come."),
    "held": gettext_lazy("%(site)s was suspended by the operator: %(why)s"),
    "restored": gettext_lazy("%(site)s is open again."),
    "cancelled": gettext_lazy(
        "%(site)s has ended. Its statistics can be exported until %(export)s and are deleted on %(deleted)s."
    ),
    "export_ends": gettext_lazy(
        "%(site)s: its statistics can no longer be exported. A payment makes it active again until %(deleted)s."
    ),
    "deletion_near": gettext_lazy("%(site)s: its statistics are deleted on %(deleted)s unless it is activated before."),
    "deleted": gettext_lazy("%(site)s: its statistics are deleted. Its documents stay."),
    "cancelling": gettext_lazy("%(site)s ends on %(on)s. Until then nothing changes."),
    "paused": gettext_lazy("%(site)s is paused: nothing is counted and nothing is paid. It comes back with one click."),
    "activated": gettext_lazy("%(site)s is active."),
    "tier": gettext_lazy(
        "%(site)s: from %(on)s on it is up to %(pageviews)s pageviews, %(monthly)s a month or %(yearly)s a year."
    ),
    "used_80": gettext_lazy(
        "%(site)s has used 80 %% of its %(pageviews)s pageviews in the last 28 days. Nothing is cut off."
    ),
    "used_100": gettext_lazy(
        "%(site)s has used all of its %(pageviews)s pageviews in the last 28 days. Nothing is cut off; the "
        "next tier may follow."
    ),
    "idle": gettext_lazy("%(site)s had no visits for 30 days. It can be paused: free, its data kept."),
    "price": gettext_lazy("%(site)s: from %(on)s on it costs %(after)s instead of %(before)s a month."),
    "licence_activated": gettext_lazy("%(brand)s: your clients see it now, %(kind)s, until %(on)s."),
    "licence_activated_open": gettext_lazy("%(brand)s: your clients see it now, %(kind)s."),
    "licence_renews": gettext_lazy(
        "%(brand)s: its licence (%(kind)s) is renewed on %(on)s for another year, %(fee)s before tax. Cancel it before "
        "that day if you do not want it."
    ),
    "licence_past_due": gettext_lazy(
        "%(brand)s: a payment for its licence is missing. Your clients see the brand until %(on)s."
    ),
    "licence_lapsed": gettext_lazy(
        "%(brand)s: its licence has lapsed, since a payment is missing. Your clients see your account's name in plain "
        "text until it has come."
    ),
    "licence_ends": gettext_lazy("%(brand)s: its licence ends on %(on)s and is not renewed."),
    "licence_over": gettext_lazy(
        "%(brand)s: its licence has ended. Your clients see your account's name in plain text. Links, scripts and "
        "counting go on as before."
    ),
    "licence_granted": gettext_lazy("%(brand)s: the operator lets you use it without charge, %(kind)s, until %(on)s."),
    "licence_granted_open": gettext_lazy("%(brand)s: the operator lets you use it without charge, %(kind)s."),
    "licence_price": gettext_lazy(
        "%(brand)s: from %(on)s on a year of its licence costs %(after)s instead of %(before)s, before tax."
    ),
    "charge_failed": gettext_lazy("%(total)s could not be collected (%(what)s). %(why)s"),
    "taken_back": gettext_lazy("A payment of %(total)s was taken back by the bank. What it had paid is open again."),
    "invoice": gettext_lazy("Invoice %(number)s of %(total)s, to be paid by %(on)s. It is time to bill your clients."),
    "credit_note": gettext_lazy(
        "Credit note %(number)s of %(total)s. It pays what is open of its invoice; the rest is credit for your sites."
    ),
}

BILL_NOW = frozenset({"invoice", "due"})  # told together with the statements for clients
STANDS_ALONE = frozenset({"tier", "used_80", "used_100", "idle", "price"})  # beside what is said of the site's state


def sentences(notices: Iterable[Notice], language: str) -> list[str]:
    """What each notice says, in that language."""
    with translation.override(language):
        return [str(KINDS[one.kind]) % _texts(one, language) for one in notices]


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


def _texts(notice: Notice, language: str) -> dict[str, str]:
    """Days and money of a notice as people read them; what is not there is left open rather than failing."""
    found: dict[str, str] = _Open({"site": notice.subscription.domain if notice.subscription else ""})
    for name, value in notice.details.items():
        if isinstance(value, dict) and "amount" in value:
            found[name] = money_text(Money(value["amount"], value["currency"]), language)
        elif isinstance(value, str) and len(value) == 10 and value[4:5] == "-":
            found[name] = format_date(date.fromisoformat(value), "long", locale=language)
        elif name == "declined":
            found["why"] = declines.words(value)
        elif name == "kind":
            found[name] = str(Brand.Licence(value).label)
        else:
            found[name] = str(value)
    return found


class _Open(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"


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
