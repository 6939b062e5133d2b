"""What the page of trials and payments shows: what is due, what it costs, all sites, the ladder, the next invoice."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import QueryDict

from trailhouse.accounts.models import Account
from trailhouse.billing import activating, pricing, statement
from trailhouse.billing.activating import can_be_activated
from trailhouse.billing.measuring import Days
from trailhouse.billing.metering import Meter
from trailhouse.billing.models import BillingAccount, Document, PayChoice, Quote, Request, Seller, Subscription
from trailhouse.billing.planning import Plan, next_invoice
from trailhouse.billing.pricing import Interval, NextStep
from trailhouse.billing.settling import balance, owed_on, unpaid
from trailhouse.billing.statement import Terms
from trailhouse.billing.states import RANKED, State
from trailhouse.billing.values import book_of, counted, seller
from trailhouse.core.errors import UserError
from trailhouse.dashboard import billing_words
from trailhouse.dashboard.ladder import ladder_of
from trailhouse.dashboard.transfer_code import Code, transfer_code
from trailhouse.events import current

ROWS = 100
_FIRST = (State.DUE, State.TRIAL, State.PAUSED, State.CANCELLED)  # the order in which activation is offered


@dataclass(frozen=True)
class Choice:
    """A site that can be activated now."""

    subscription: Subscription
    terms: Terms
    chosen: bool

    @property
    def due(self) -> bool:
        """Whether it waits for payment, and not for its payer's wish."""
        return self.subscription.state == State.DUE


@dataclass(frozen=True)
class Asked:
    """What the address chooses: subscriptions (None: all that are due) and the interval."""

    sites: frozenset[int] | None
    interval: Interval


def asked(values: QueryDict) -> Asked:
    """What a form or a link chose; what makes no sense is left out."""
    numbers = frozenset(int(one) for one in values.getlist("site") if one.isascii() and one.isdigit() and len(one) < 16)
    yearly = values.get("interval") == Interval.YEARLY
    return Asked(numbers if "chosen" in values or numbers else None, Interval.YEARLY if yearly else Interval.MONTHLY)


def choices_of(rows: Sequence[Subscription], terms: dict[int, Terms], wanted: Asked) -> list[Choice]:
    """The sites that can be activated, those that are due first."""
    found = [one for one in rows if can_be_activated(one)]
    found.sort(key=lambda one: (_FIRST.index(State(one.state)), one.domain))
    return [
        Choice(one, terms[one.pk], one.state == State.DUE if wanted.sites is None else one.pk in wanted.sites)
        for one in found
    ]


@dataclass(frozen=True)
class Offer:
    """What activating the chosen sites costs, or why it cannot be said."""

    plan: Plan | None
    interval: Interval
    tax: str = ""
    month: int = 0  # what the account pays a month with them, net
    step: NextStep | None = None
    refusal: UserError | None = None
    to_pay: int = 0  # without what credit covers

    @property
    def sites(self) -> int:
        """How many sites are chosen."""
        return len({line.subscription.pk for line in self.plan.lines}) if self.plan else 0


def meter() -> Days:
    """What measures sites that are on trial. Raises UserError while the store is away."""
    return Meter(current.store())


def offer_of(billing: BillingAccount, choices: Sequence[Choice], interval: Interval) -> Offer:
    """The offer for what is chosen; a refusal in words where the operator has left something open."""
    chosen = {one.subscription: interval for one in choices if one.chosen}
    if not chosen:
        return Offer(None, interval)
    try:
        measures = any(one.state == State.TRIAL for one in chosen)
        plan = activating.offer(billing.account, chosen, meter() if measures else None)
    except UserError as error:
        return Offer(None, interval, refusal=error)
    book = book_of(billing)
    after = [*pricing_of(billing), *(counted(one, book, interval) for one in chosen)]
    cheapest = book.tiers[0]
    since = max(one.since for one in after)
    more = pricing.Counted(0, cheapest.monthly, cheapest.yearly, Interval.MONTHLY, since)
    return Offer(
        plan,
        interval,
        billing_words.tax_words(plan.treatment.ground, plan.treatment.rate),
        pricing.account_month(book, after),
        pricing.next_step(book, after, more),
        to_pay=max(0, plan.total - balance(billing.account)),
    )


def pricing_of(billing: BillingAccount) -> list[pricing.Counted]:
    """The account's paid sites as they are ranked."""
    rows = Subscription.objects.filter(account=billing.account, state__in=[state.value for state in RANKED])
    return [counted(one, book_of(billing)) for one in rows]


@dataclass(frozen=True)
class Transfer:
    """How an amount is to be transferred; `code` is what a banking app reads."""

    amount: int
    currency: str
    reference: str
    seller: Seller | None
    code: Code | None


def transfer_of(amount: int, currency: str, reference: str) -> Transfer:
    """The transfer of `amount` under `reference` to whoever sells."""
    try:
        selling = seller()
    except UserError:
        return Transfer(amount, currency, reference, None, None)
    code = transfer_code(selling.name, selling.iban, selling.bic, amount, currency, reference)
    return Transfer(amount, currency, reference, selling, code)


def request_of(account: Account) -> dict[str, Any]:
    """The open payment request, what is left to transfer of it, and how."""
    request: Request | None = activating.open_request(account)
    if request is None:
        return {"request_for": None}
    credit = min(balance(account), request.total)
    tax = billing_words.tax_words(request.treatment["ground"], request.treatment["rate"])
    return {
        "request_for": request,
        "request_sites": len({line.subscription_id for line in request.lines.all()} - {None}),
        "request_tax": tax,
        "request_credit": credit,
        "transfer": transfer_of(request.total - credit, request.currency, request.reference),
    }


@dataclass(frozen=True)
class SiteRow:
    """A site with its terms, what its tier was measured from, and where its pages are."""

    subscription: Subscription
    terms: Terms
    measured: str
    key: str


def rows_of(rows: Sequence[Subscription], terms: dict[int, Terms]) -> list[SiteRow]:
    """The rows of a page of sites."""
    quotes: dict[int, Quote] = {}
    for quote in Quote.objects.filter(subscription__in=rows).order_by("at", "pk"):
        quotes[quote.subscription_id] = quote  # the newest
    return [
        SiteRow(
            one,
            terms[one.pk],
            billing_words.measured(quotes[one.pk]) if one.pk in quotes else "",
            one.site.key if one.site else "",
        )
        for one in rows
    ]


@dataclass(frozen=True)
class OpenInvoice:
    """An invoice of which something is open."""

    document: Document
    owed: int


def open_invoices(account: Account) -> list[OpenInvoice]:
    """The invoices that are not paid in full, oldest first."""
    return [OpenInvoice(one, owed_on(one)) for one in unpaid(account)]


def sums_of(billing: BillingAccount, rows: Sequence[Subscription], terms: dict[int, Terms]) -> dict[str, Any]:
    """The figures on top."""
    states = [State(one.state) for one in rows]
    return {
        "paid_sites": sum(state in RANKED for state in states),
        "trials": states.count(State.TRIAL),
        "due": states.count(State.DUE),
        "month": sum(one.month.net for one in terms.values() if one.month and not one.if_activated),
        "credit": balance(billing.account),
    }


def context_of(billing: BillingAccount, wanted: Asked, number: Any) -> dict[str, Any]:
    """All that the page shows; `number` names the page of the table of sites."""
    from django.core.paginator import Paginator

    found = Subscription.objects.filter(account=billing.account).exclude(state=State.DELETED)
    rows = list(found.select_related("site", "account").prefetch_related("site__keys"))
    terms = statement.terms_of(billing, rows)
    choices = choices_of(rows, terms, wanted)
    page = Paginator(rows, ROWS).get_page(number)
    book = book_of(billing)
    sums = sums_of(billing, rows, terms)
    return {
        "billing": billing,
        "currency": book.currency,
        "interval": wanted.interval,
        "due_choices": [one for one in choices if one.due],
        "other_choices": [one for one in choices if not one.due],
        "others_open": any(one.chosen and not one.due for one in choices),
        "offer": offer_of(billing, choices, wanted.interval),
        **request_of(billing.account),
        "sums": sums,
        "page": page,
        "site_rows": rows_of(list(page), terms),
        "ladder": ladder_of(billing, [counted(one, book) for one in rows if State(one.state) in RANKED]),
        "planned": _planned(billing),
        "invoices": open_invoices(billing.account),
        "pay_choices": PayChoice.objects.filter(account=billing.account).select_related("document")[:5],
    }


def _planned(billing: BillingAccount) -> dict[str, Any] | None:
    try:
        plan = next_invoice(billing)
    except UserError:
        return None  # the offer says what the operator has left open
    if plan is None:
        return None
    credit = min(balance(billing.account), plan.total)
    tax = billing_words.tax_words(plan.treatment.ground, plan.treatment.rate)
    return {"plan": plan, "tax": tax, "credit": credit, "to_pay": plan.total - credit}
