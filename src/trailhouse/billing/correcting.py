"""Corrections of what a site pays, forwards only: of a yearly site pro rata. Part of the services of `billing`."""

from datetime import date, datetime

from trailhouse.billing import tax, telling
from trailhouse.billing.amounts import half_up, line
from trailhouse.billing.issuing import credit_note
from trailhouse.billing.models import BillingAccount, Line, PaidSpan, Quote, Subscription
from trailhouse.billing.periods import next_billing_date
from trailhouse.billing.planning import Plan, PlannedLine
from trailhouse.billing.pricing import Interval, tier_for
from trailhouse.billing.settling import settle_credit_note
from trailhouse.billing.values import book_of, day_of, treatment_of


def correct_year(
    billing: BillingAccount,
    one: Subscription,
    quote: Quote,
    at: datetime,
    *,
    from_day: date | None = None,
    now: datetime | None = None,
) -> int:
    """Charge or credit the difference to the new tier, from the next billing day (or `from_day`) to the year's end.

    `now`: when the document is made, where `at` is long past.
    The net difference in minor units; 0 where there is none. Once a quote.
    """
    if billing.billing_day is None:
        return 0
    from_day = from_day or next_billing_date(billing.billing_day, day_of(billing.account, at))
    spans = PaidSpan.objects.filter(subscription=one, start__lte=from_day, end__gt=from_day, interval=Interval.YEARLY)
    span = spans.select_related("line__document").first()
    if span is None or span.tier == quote.tier:
        return 0
    left, whole = (span.end - from_day).days, (span.end - span.start).days
    new = line(tier_for(book_of(billing), quote.tier).yearly, span.line.rate, left, whole).net
    old = _billed_for(span, from_day)
    PaidSpan.objects.filter(pk=span.pk).update(tier=quote.tier)
    if new > old:
        _charge(billing, one, quote, new - old, from_day, span.end, now or at)
    elif new < old:
        _credit(span, quote, old - new, from_day, day_of(billing.account, now or at), now or at)
    return new - old


def corrections_of(span: PaidSpan) -> list[Line]:
    """The lines by which more was charged for days of `span`, the oldest first."""
    rows = Line.objects.filter(
        subscription=span.subscription_id, kind=Line.Kind.CORRECTION, corrects=None, start__gte=span.start,
        end=span.end,
    )  # fmt: skip
    return list(rows.select_related("document").order_by("pk"))


def _billed_for(span: PaidSpan, from_day: date) -> int:
    """What was billed net, by now, for the days of `span` from `from_day` on: with what was corrected since."""
    total = 0
    for row in [span.line, *corrections_of(span)]:
        total += _share(row, span.end, from_day) - sum(_share(one, span.end, from_day) for one in row.corrections.all())
    return total


def _share(row: Line, end: date, from_day: date) -> int:
    assert row.start is not None
    start = max(row.start, from_day)
    return half_up(row.net * (end - start).days, (end - row.start).days)


def _credit(span: PaidSpan, quote: Quote, net: int, from_day: date, on: date, at: datetime) -> None:
    """Credit `net` of what was billed for the span, of its latest lines first."""
    for row in reversed([span.line, *corrections_of(span)]):
        back = min(net, row.net - sum(one.net for one in row.corrections.all()))
        net -= max(0, back)
        if back > 0:
            key = f"corrected/{quote.pk}/{row.pk}"
            made = credit_note(row.document, {row: back}, key, on=on, start=from_day)
            settle_credit_note(made, at=at)
            telling.tell_document(BillingAccount.objects.get(account=made.account_id), made, at)


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
    receiving.use_credit(billing, made, at=at)
    charging.ask(billing, document=made)
    telling.tell_document(billing, made, at)
