"""Final documents: numbered without gaps, and never changed from their first moment. Part of the services of `billing`.

Callers hold the lock of the account's `BillingAccount`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils.translation import override

from trailhouse.billing import tax
from trailhouse.billing.fee_words import fee_text
from trailhouse.billing.licence_planning import kind_of
from trailhouse.billing.models import (
    BillingAccount,
    Document,
    LicenceSpan,
    Line,
    Numbering,
    PaidSpan,
    Request,
    Seller,
    Subscription,
)
from trailhouse.billing.planning import Plan, PlannedFee, PlannedLine
from trailhouse.billing.references import reference
from trailhouse.billing.values import buyer_now, limits, seller, seller_now

CREDIT_NOTES = "CN"


def invoice(
    billing: BillingAccount, plan: Plan, key: str, *, on: date, due_days: int, request: Request | None = None
) -> Document:
    """The invoice of `plan`; a second call with the `key` finds the first. Its days can be billed no second time."""
    there = Document.objects.filter(key=key).first()
    if there is not None:
        return there
    made = _document(
        billing, seller(), Document.Kind.INVOICE, key, on=on, due_on=on + timedelta(days=due_days),
        totals=plan.totals, currency=plan.currency, request=request,
    )  # fmt: skip
    lines = Line.objects.bulk_create([Line(document=made, **values) for values in line_values(plan, made.language)])
    PaidSpan.objects.bulk_create(
        [
            PaidSpan(
                subscription=planned.subscription, start=planned.start, end=planned.end, interval=planned.interval,
                tier=planned.tier, line=line,
            )
            for planned, line in zip(plan.lines, lines[: len(plan.lines)], strict=True)
        ]
    )  # fmt: skip
    _note_fees(zip(plan.fees, lines[len(plan.lines) :], strict=True))
    ends = _ends(plan.lines)
    for subscription, end in ends.items():
        subscription.paid_until = end
    Subscription.objects.bulk_update(ends, ["paid_until"])
    return made


def correction_invoice(billing: BillingAccount, plan: Plan, key: str, *, on: date) -> Document:
    """An invoice over a difference of days that are billed already: it adds no paid span. Once a `key`."""
    there = Document.objects.filter(key=key).first()
    if there is not None:
        return there
    made = _document(
        billing, seller(), Document.Kind.INVOICE, key, on=on, due_on=on + timedelta(days=limits().invoice_terms),
        totals=plan.totals, currency=plan.currency,
    )  # fmt: skip
    values = line_values(plan, made.language)
    rows = [one | {"kind": Line.Kind.CORRECTION, "rank": None} for one in values]
    Line.objects.bulk_create([Line(document=made, **one) for one in rows])
    return made


def _note_fees(billed: Iterable[tuple[PlannedFee, Line]]) -> None:
    """What is billed of licences: their set-up, and their years, of which each can be billed once."""
    for planned, line in billed:
        one = planned.licence
        if planned.fee == Line.Fee.SETUP:
            one.setup, one.setup_paid = kind_of(logo=planned.logo), one.setup_paid + planned.net
        elif planned.fee == Line.Fee.LICENCE and planned.start is not None and planned.end is not None:
            LicenceSpan.objects.create(licence=one, start=planned.start, end=planned.end, line=line)
            one.paid_until = planned.end
        one.save(update_fields=["setup", "setup_paid", "paid_until"])


def credit_note(
    invoice: Document,
    amounts: Mapping[Line, int],
    key: str,
    *,
    on: date,
    note: str = "",
    start: date | None = None,
) -> Document:
    """A credit note over `amounts` (net, positive) of lines of `invoice`, with the tax that these bore.

    `start`: the first day that is credited, where that is not the lines' own.
    Raises ValueError where more would be credited of a line than it was billed for.
    """
    there = Document.objects.filter(key=key).first()
    if there is not None:
        return there
    for line, net in amounts.items():
        credited = sum(one.net for one in line.corrections.all())
        if not 0 < net <= line.net - credited:
            raise ValueError(f"{net} of {line} cannot be credited: {line.net} billed, {credited} credited already")
    billing = BillingAccount.objects.get(account_id=invoice.account_id)
    totals = _reversed(invoice, sum(amounts.values()))
    made = _document(
        billing, invoice.seller, Document.Kind.CREDIT_NOTE, key, on=on, due_on=on, totals=totals,
        currency=invoice.currency, corrects=invoice, note=note,
    )  # fmt: skip
    Line.objects.bulk_create(
        Line(
            document=made, position=position, kind=line.kind, subscription=line.subscription, text=line.text,
            licence=line.licence, fee=line.fee, with_logo=line.with_logo,
            start=start or line.start, end=line.end, interval=line.interval, tier=line.tier, list_price=net, net=net,
            corrects=line,
        )
        for position, (line, net) in enumerate(amounts.items(), 1)
    )  # fmt: skip
    return made


def _reversed(invoice: Document, net: int) -> tax.Totals:
    """What a credit note over `net` comes to: the notes of an invoice never reverse more tax than it bore, all its tax.

    The tax is what the net that is credited by now bears, less what was reversed before.
    """
    treatment = treatment_in(invoice)
    before = list(invoice.credit_notes.all())
    credited = sum(note.net for note in before) + net
    bears = tax.totals([(credited, treatment)]).tax if credited < invoice.net else invoice.tax
    back = bears - sum(note.tax for note in before)
    return tax.Totals(net, (tax.CategoryTotal(treatment, net, back),), back, net + back)


def treatment_in(document: Document) -> tax.Treatment:
    """How a document was taxed."""
    kept = document.taxes[0]
    return tax.Treatment(kept["category"], kept["rate"], kept["ground"])


def line_values(plan: Plan, language: str) -> list[dict[str, Any]]:
    """What is planned as the columns of a request's or a document's lines, in that language."""
    with override(language):
        fees = [_fee_values(position, one) for position, one in enumerate(plan.fees, len(plan.lines) + 1)]
    return [*_site_values(plan.lines), *fees]


def _fee_values(position: int, one: PlannedFee) -> dict[str, Any]:
    return {
        "position": position, "kind": Line.Kind.FEE, "licence": one.licence, "fee": one.fee, "with_logo": one.logo,
        "text": fee_text(one.fee, one.licence.name, logo=one.logo), "start": one.start, "end": one.end,
        "list_price": one.net, "net": one.net,
    }  # fmt: skip


def _site_values(lines: Sequence[PlannedLine]) -> list[dict[str, Any]]:
    return [
        {
            "position": position, "subscription": one.subscription, "text": one.subscription.domain,
            "start": one.start, "end": one.end, "interval": one.interval, "tier": one.tier,
            "list_price": one.list_price, "rank": one.rank, "rate": one.rate, "days": one.days,
            "of_days": one.of_days, "net": one.net,
        }
        for position, one in enumerate(lines, 1)
    ]  # fmt: skip


def taxes_now(totals: tax.Totals) -> list[dict[str, Any]]:
    """Tax by category as documents keep it."""
    return [
        {
            "category": one.treatment.category, "rate": one.treatment.rate, "ground": one.treatment.ground,
            "base": one.base, "tax": one.tax,
        }
        for one in totals.by_category
    ]  # fmt: skip


def _ends(lines: Iterable[PlannedLine]) -> dict[Any, date]:
    ends: dict[Any, date] = {}
    for line in lines:
        ends[line.subscription] = max(line.end, ends.get(line.subscription, line.end))
    return ends


def _document(
    billing: BillingAccount,
    selling: Seller,
    kind: str,
    key: str,
    *,
    on: date,
    due_on: date,
    totals: tax.Totals,
    currency: str,
    request: Request | None = None,
    **more: Any,
) -> Document:
    count = _next(selling, f"{CREDIT_NOTES if kind == Document.Kind.CREDIT_NOTE else ''}{on.year}")
    series = CREDIT_NOTES if kind == Document.Kind.CREDIT_NOTE else ""
    owner = billing.account.owner
    return Document.objects.create(
        kind=kind, account=billing.account, seller=selling, key=key, request=request,
        number=f"{selling.series}{series}{on.year}-{count:06d}",
        reference=request.reference if request else reference(billing.account_id, on.year % 100, count),
        issued_on=on, due_on=due_on, currency=currency, net=totals.net, tax=totals.tax, total=totals.total,
        taxes=taxes_now(totals), seller_is=seller_now(selling), buyer_is=buyer_now(billing),
        language=owner.language or "en", **more,
    )  # fmt: skip


def _next(selling: Seller, series: str) -> int:
    """The next number. The seller is locked until the transaction ends: one that is rolled back leaves no gap.

    One lock for all series of a seller, so that two who need an invoice's and a credit note's never wait in a circle.
    """
    Seller.objects.select_for_update().get(pk=selling.pk)
    Numbering.objects.get_or_create(seller=selling, series=series)
    row = Numbering.objects.select_for_update().get(seller=selling, series=series)
    row.last += 1
    row.save(update_fields=["last"])
    return row.last
