"""Corrections of what a site pays, forwards only: of a yearly site pro rata. Part of the services of `billing`."""

from datetime import date, datetime

from trailhouse.billing import tax, telling
from trailhouse.billing.amounts import half_up, line
from trailhouse.billing.issuing import credit_note
from trailhouse.billing.models import BillingAccount, PaidSpan, Quote, Subscription
from trailhouse.billing.periods import next_billing_date
from trailhouse.billing.planning import Plan, PlannedLine
from trailhouse.billing.pricing import Interval, tier_for
from trailhouse.billing.settling import settle_credit_note
from trailhouse.billing.values import book_of, day_of, treatment_of


def correct_year(
    billing: BillingAccount, one: Subscription, quote: Quote, at: datetime, *, from_day: date | None = None
) -> int:
    """Charge or credit the difference to the new tier, from the next billing day (or `from_day`) to the year's end.


    The net difference in minor units; 0 where there is none. Once a quote.
    """
    if billing.billing_day is None:
        return 0
    from_day = from_day or next_billing_date(billing.billing_day, day_of(billing.account, at))
    span = PaidSpan.objects.filter(subscription=one, start__lte=from_day, end__gt=from_day, interval="yearly").first()
    if span is None or span.tier == quote.tier:
        return 0
    book = book_of(billing)
    left, whole = (span.end - from_day).days, (span.end - span.start).days
    new = line(tier_for(book, quote.tier).yearly, span.line.rate, left, whole).net
    old = half_up(span.line.net * left, whole)
    if new > old:
        _charge(billing, one, quote, new - old, from_day, span.end, at)
    elif new < old:
        credited = sum(note.net for note in span.line.corrections.all())
        back = min(old - new, span.line.net - credited)
        if back > 0:
            note = credit_note(
                span.line.document, {span.line: back}, f"corrected/{quote.pk}", on=day_of(billing.account, at)
            )
            settle_credit_note(note, at=at)
            telling.tell_document(billing, note, at)
    return new - old


def _charge(
    billing: BillingAccount, one: Subscription, quote: Quote, net: int, start: date, end: date, at: datetime
) -> None:
    from trailhouse.billing import charging, receiving
    from trailhouse.billing.issuing import correction_invoice

    on = day_of(billing.account, at)
    treatment = treatment_of(billing, on)
    planned = PlannedLine(one, start, end, Interval.YEARLY, quote.tier, net, rank=0, rate=0, net=net)
    plan = Plan(
        book_of(billing).currency, (planned,), treatment, tax.totals([(net, treatment)]), billing.billing_day or 1
    )
    made = correction_invoice(billing, plan, f"corrected/{quote.pk}", on=on)
    telling.tell_document(billing, made, at)
    receiving.use_credit(billing, made, at=at)
    charging.ask(billing, document=made)
