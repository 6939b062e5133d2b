"""What would be billed: lines of a day, ranked and discounted, taxed and added up. Reads, writes nothing.

The account page, the quote, the payment request and the invoice are all made from this.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from trailhouse.billing import periods, pricing, tax
from trailhouse.billing.models import BillingAccount, Licence, Line, Subscription
from trailhouse.billing.pricing import Counted, Interval, PriceBook
from trailhouse.billing.states import State
from trailhouse.billing.values import all_counted, book_of, counted, tier_of, treatment_of

RENEWED = (State.ACTIVE, State.PAST_DUE)  # what is billed on; the others that count have an end


@dataclass(frozen=True)
class PlannedLine:
    """A site and a span of days with its price; amounts in minor units, `rate` in basis points."""

    subscription: Subscription
    start: date
    end: date  # half-open
    interval: Interval
    tier: int
    list_price: int
    rank: int
    rate: int
    net: int
    days: int | None = None
    of_days: int | None = None


@dataclass(frozen=True)
class PlannedFee:
    """A fee of a brand's licence. Fees have no discount and no place on the ladder: `net` is what they cost."""

    licence: Licence
    fee: Line.Fee
    logo: bool
    net: int
    start: date | None = None
    end: date | None = None  # half-open


@dataclass(frozen=True)
class Plan:
    """Lines with their sum and tax; the fees of brands come after the sites."""

    currency: str
    lines: tuple[PlannedLine, ...]
    treatment: tax.Treatment
    totals: tax.Totals
    billing_day: int
    fees: tuple[PlannedFee, ...] = ()
    extra: Mapping[str, int] = field(default_factory=dict)

    @property
    def total(self) -> int:
        """What is to be paid, with tax."""
        return self.totals.total


def activation(
    billing: BillingAccount,
    choices: Mapping[Subscription, Interval],
    on: date,
    fees: Sequence[PlannedFee] = (),
) -> Plan:
    """What it costs to activate these sites on that day. Without an earlier activation `on` becomes the billing day.

    A site whose days are billed already, as one that was cancelled and comes back, costs nothing for these. `fees` go
    along.
    """
    book = book_of(billing)
    anchor = billing.billing_day or on.day
    standing = _standing(billing, book, [counted(one, book, interval) for one, interval in choices.items()])
    lines = [
        line
        for subscription, interval in _in_order(choices)
        for line in _lines(subscription, interval, max(on, subscription.paid_until or on), anchor, book, standing)
    ]
    return _plan(billing, book, lines, on, anchor, fees)


def renewal(billing: BillingAccount, due: Iterable[Subscription], on: date, fees: Sequence[PlannedFee] = ()) -> Plan:
    """What is billed on `on` for sites whose billed days end by then: the rest up to the billing day, or a period.

    `fees` go along.
    """
    book = book_of(billing)
    anchor = billing.billing_day or on.day
    standing = _standing(billing, book, [])
    lines = []
    for subscription in sorted(due, key=lambda one: (one.began_at, one.pk)):
        assert subscription.paid_until is not None
        interval = Interval(subscription.interval)
        lines += _lines(subscription, interval, subscription.paid_until, anchor, book, standing)
    return _plan(billing, book, lines, on, anchor, fees)


def next_invoice(billing: BillingAccount) -> Plan | None:
    """What the invoice of the next billing day will list if nothing changes until then; None where it lists nothing.

    Intervals that were chosen from the period's end on are in it; tiers that are measured only that day are not.
    """
    on = billing.next_billing_on
    if on is None:
        return None
    rows = Subscription.objects.filter(account=billing.account, state__in=RENEWED, paid_until__lte=on)
    due = [one for one in rows.select_related("site") if one.pause_on is None or one.pause_on > on]
    for one in due:
        if one.paid_until == on and one.next_interval:
            one.interval = one.next_interval
    from trailhouse.billing import licence_planning

    that_day = [one for one in licence_planning.due(billing, on) if one.paid_until == on]
    fees = [fee for one in that_day for fee in licence_planning.renewed(billing, one)]
    return renewal(billing, due, on, fees) if due or fees else None


def _plan(
    billing: BillingAccount,
    book: PriceBook,
    lines: list[PlannedLine],
    on: date,
    anchor: int,
    fees: Sequence[PlannedFee],
) -> Plan:
    treatment = treatment_of(billing, on)
    nets = [*(line.net for line in lines), *(fee.net for fee in fees)]
    totals = tax.totals((net, treatment) for net in nets)
    return Plan(book.currency, tuple(lines), treatment, totals, anchor, tuple(fees))


def _in_order(choices: Mapping[Subscription, Interval]) -> list[tuple[Subscription, Interval]]:
    return sorted(choices.items(), key=lambda pair: (pair[0].began_at, pair[0].pk))


def _standing(billing: BillingAccount, book: PriceBook, more: list[Counted]) -> Mapping[int, pricing.Standing]:
    there = {one.site: one for one in all_counted(billing.account, book)} | {one.site: one for one in more}
    return pricing.ranking(book, there.values())


def _lines(
    subscription: Subscription,
    interval: Interval,
    start: date,
    anchor: int,
    book: PriceBook,
    standing: Mapping[int, pricing.Standing],
) -> list[PlannedLine]:
    """The days up to the next billing day, and then a period if it is yearly; on a billing day a period alone."""
    tier = tier_of(subscription, book)
    price = tier.monthly if interval is Interval.MONTHLY else tier.yearly
    place = standing[subscription.pk]

    def planned(span: periods.Span, days: int | None = None, of_days: int | None = None) -> PlannedLine:
        amounts = pricing.line(price, place.rate, days, of_days)
        return PlannedLine(
            subscription, span.start, span.end, interval, tier.pageviews,
            amounts.list, place.rank, place.rate, amounts.net, days, of_days,
        )  # fmt: skip

    found = []
    stub = periods.stub(start, anchor)
    if stub is not None:
        of_days = periods.days_of_billing_month(anchor, start) * (1 if interval is Interval.MONTHLY else 12)
        found.append(planned(stub, (stub.end - stub.start).days, of_days))
    if stub is None or interval is Interval.YEARLY:
        found.append(planned(periods.paid_span(stub.end if stub else start, interval, anchor)))
    return found
