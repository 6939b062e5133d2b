"""Where money goes: whole lines of invoices, oldest first unless the payer chose, and what is left over to credit.

Part of the services of `billing`. Callers hold the lock of the account's `BillingAccount`.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain

from django.db.models import QuerySet, Sum

from trailhouse.accounts.models import Account, User
from trailhouse.billing.models import Allocation, BillingAccount, Charge, Credit, Document, Line, Payment
from trailhouse.billing.pricing import allocate


@dataclass
class Source:
    """Money that can be spent: a payment, or the account's credit."""

    left: int
    payment: Payment | None = None


@dataclass(frozen=True)
class OpenLine:
    """A line of an invoice that is not paid in full; `owed` is gross."""

    line: Line
    document: Document
    owed: int


def balance(account: Account) -> int:
    """The account's credit in minor units."""
    return Credit.objects.filter(account=account).aggregate(sum=Sum("amount"))["sum"] or 0


def gross_of(document: Document) -> dict[int, int]:
    """What each line of `document` costs with its share of the tax, by the line's number; adds up to the total."""
    lines = list(document.lines.all())
    shares = allocate(document.tax, [line.net for line in lines]) if lines else ()
    return {line.pk: line.net + share for line, share in zip(lines, shares, strict=True)}


def open_lines(documents: Iterable[Document]) -> list[OpenLine]:
    """The lines of invoices that are not paid, oldest document first."""
    ordered = sorted(documents, key=lambda one: (one.issued_on, one.pk))
    paid: dict[int, int] = defaultdict(int)
    found = Allocation.objects.filter(document__in=ordered).values("line").annotate(sum=Sum("amount"))
    for row in found.values_list("line", "sum"):
        paid[row[0]] += row[1]
    result = []
    for document in ordered:
        gross = gross_of(document)
        for line in document.lines.all():
            owed = gross[line.pk] - paid[line.pk]
            if owed > 0:
                result.append(OpenLine(line, document, owed))
    return result


def unpaid(account: Account) -> list[Document]:
    """The account's invoices of which something is open, oldest first."""
    invoices = Document.objects.filter(account=account, kind=Document.Kind.INVOICE, total__gt=0)
    numbers = [one.pk for one in invoices.annotate(paid=Sum("allocations__amount")) if (one.paid or 0) < one.total]
    return list(Document.objects.filter(pk__in=numbers).prefetch_related("lines").order_by("issued_on", "pk"))


def owed_on(document: Document) -> int:
    """What is open of an invoice, with tax."""
    paid = document.allocations.aggregate(sum=Sum("amount"))["sum"] or 0
    return document.total - paid


def spend(
    account: Account, lines: Sequence[OpenLine], sources: Sequence[Source], *, at: datetime, in_part: bool = False
) -> list[OpenLine]:
    """Pay `lines` in order, each in whole, from `sources` in order; the lines that were paid.

    With `in_part` the first line that cannot be paid in whole takes what is left.
    """
    done = []
    for one in lines:
        available = sum(source.left for source in sources)
        if available <= 0:
            break
        if available < one.owed and not in_part:
            continue
        _take(account, one, min(one.owed, available), sources, at)
        if available >= one.owed:
            done.append(one)
    return done


def _take(account: Account, one: OpenLine, amount: int, sources: Sequence[Source], at: datetime) -> None:
    for source in sources:
        share = min(amount, source.left)
        if share <= 0:
            continue
        source.left -= share
        amount -= share
        credit = None
        if source.payment is None:
            count = Credit.objects.filter(document=one.document).count()
            credit = Credit.objects.create(
                account=account, key=f"used/{one.document.pk}/{one.line.pk}/{count}", amount=-share,
                currency=one.document.currency, reason=Credit.Reason.USED, document=one.document, at=at,
            )  # fmt: skip
        Allocation.objects.create(
            document=one.document, line=one.line, payment=source.payment, credit=credit, amount=share, at=at
        )


def chosen_first(lines: Sequence[OpenLine], subscriptions: Collection[int]) -> list[OpenLine]:
    """The lines in order, those of the chosen sites first."""
    return sorted(lines, key=lambda one: one.line.subscription_id not in subscriptions)


def leave_over(payment: Payment, left: int, *, at: datetime) -> None:
    """What is left of a payment becomes credit."""
    if left > 0:
        Credit.objects.get_or_create(
            key=f"over/{payment.pk}",
            defaults={
                "account_id": payment.account_id, "amount": left, "currency": payment.currency,
                "reason": Credit.Reason.OVERPAID, "payment": payment, "at": at,
            },
        )  # fmt: skip


def settle_credit_note(note: Document, *, at: datetime) -> int:
    """Let a credit note pay what is open of its invoice's lines; the rest becomes credit, which is returned."""
    assert note.corrects is not None
    left = note.total
    wanted = {line.corrects_id for line in note.lines.all()}
    for one in sorted(open_lines([note.corrects]), key=lambda one: one.line.pk not in wanted):
        share = min(left, one.owed)
        if share > 0:
            Allocation.objects.create(document=note.corrects, line=one.line, credit_note=note, amount=share, at=at)
            left -= share
    if left > 0:
        Credit.objects.get_or_create(
            key=f"note/{note.pk}",
            defaults={
                "account_id": note.account_id, "amount": left, "currency": note.currency,
                "reason": Credit.Reason.CREDIT_NOTE, "document": note, "at": at,
            },
        )  # fmt: skip
    return left


def grant(billing: BillingAccount, amount: int, key: str, *, by: User, note: str, at: datetime) -> Credit:
    """Credit by the operator, once a `key`."""
    return Credit.objects.get_or_create(
        key=f"granted/{key}",
        defaults={
            "account_id": billing.account_id, "amount": amount, "currency": billing.book.currency,
            "reason": Credit.Reason.GRANTED, "by": by, "note": note, "at": at,
        },
    )[0]  # fmt: skip


def overdue(account: Account, on: date) -> list[OpenLine]:
    """The open lines of the account's invoices whose day of payment has passed, or whose payment failed."""
    failed = set(
        Charge.objects.filter(account=account, state=Charge.State.FAILED, document__isnull=False).values_list(
            "document", flat=True
        )
    )
    failed |= set(Allocation.objects.filter(document__account=account, amount__lt=0).values_list("document", flat=True))
    lines = open_lines(unpaid(account))
    return [one for one in lines if one.document.due_on < on or one.document.pk in failed]


def take_credit(made: Payment, amount: int, *, at: datetime) -> int:
    """Take `amount` of the account's credit for a payment that goes back (`made`); how much: none where it is zero."""
    if amount <= 0:
        return 0
    Credit.objects.create(
        account_id=made.account_id, key=f"back/{made.pk}/{made.credits.count()}", amount=-amount,
        currency=made.currency, reason=Credit.Reason.REFUNDED, payment=made, at=at,
    )  # fmt: skip
    return amount


def reverse(payment: Payment, made: Payment, left: int, *, at: datetime) -> list[OpenLine]:
    """Open again what `payment` paid, newest first, up to `left`; then what credit paid; then what other payments paid.

    The last is for money that went back before: it came out of the credit that `payment` had left over, and so what it
    had paid still counts as paid. `made` is the payment that goes back. The lines that are open now.
    """
    money = Allocation.objects.filter(document__account=made.account_id, credit_note=None).select_related("document")
    paid: dict[tuple[int | None, bool], int] = defaultdict(int)  # of each line: by credit, and by payments
    for row in money:
        paid[row.line_id, row.credit_id is not None] += row.amount
    newest = money.filter(amount__gt=0).order_by("-at", "-pk")
    by_credit = ((row, row.amount) for row in newest.filter(credit__isnull=False))
    by_any = ((row, row.amount) for row in newest.filter(payment__isnull=False))
    touched: dict[int | None, Document] = {}
    for row, most in chain(_left_of(payment, newest), by_credit, by_any):
        credited = row.credit_id is not None
        share = min(left, most, paid[row.line_id, credited])
        if share <= 0:
            continue
        left -= share
        paid[row.line_id, credited] -= share
        touched[row.line_id] = row.document
        undone = _unused(made, row, share, at) if credited else None
        Allocation.objects.create(
            document=row.document, line=row.line, payment=None if undone else made, credit=undone, amount=-share, at=at
        )
    if left > 0:
        raise ValueError(f"{left} of {made} is nowhere to be found")
    return [one for one in open_lines(set(touched.values())) if one.line.pk in touched]


def _left_of(payment: Payment, newest: QuerySet[Allocation]) -> Iterator[tuple[Allocation, int]]:
    """What `payment` paid, newest first, each with what was not opened again when some of it went back before."""
    given: dict[int | None, int] = defaultdict(int)
    for line, amount in Allocation.objects.filter(payment__refunds=payment).values_list("line", "amount"):
        given[line] += amount
    for row in newest.filter(payment=payment):
        yield row, row.amount + max(given[row.line_id], -row.amount)
        given[row.line_id] = min(0, given[row.line_id] + row.amount)


def _unused(made: Payment, row: Allocation, share: int, at: datetime) -> Credit:
    """Credit that had paid a line is credit again, and goes at once with the payment that goes back."""
    undone = Credit.objects.create(
        account_id=made.account_id, key=f"unused/{made.pk}/{row.pk}", amount=share, currency=made.currency,
        reason=Credit.Reason.USED, document=row.document, at=at,
    )  # fmt: skip
    take_credit(made, share, at=at)
    return undone
