"""Lines of bank statements: imported once, matched with what they pay, booked. Part of the services of `billing`.

A line is matched when it is looked at, not when it is imported: what it may pay changes meanwhile.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.billing import choosing, enrolment, receiving
from trailhouse.billing.bank.lines import StatementLine
from trailhouse.billing.models import BankLine, BillingAccount, Document, PayChoice, Payment, Request
from trailhouse.billing.references import references_in
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.money import Money

TRANSFER = "transfer"
Row = TypeVar("Row", Document, Request, PayChoice)
NEAR = timedelta(days=5)  # within which a payment of the same amount may be the same money, booked by hand
AT_ONCE = 500


class Found(StrEnum):
    """What is known of a line."""

    MATCHED = "matched"  # its text has the reference of a request or an invoice
    UNCERTAIN = "uncertain"  # seen before, chosen by hand, or something does not fit
    UNKNOWN = "unknown"
    BOOKED = "booked"
    ASIDE = "aside"


@dataclass(frozen=True)
class Match:
    """What a line seems to pay. `why` is a stable word: reference, chosen, iban, currency, several, twice; else ""."""

    found: Found
    account: Account | None = None
    document: Document | None = None
    request: Request | None = None
    why: str = ""


def import_lines(lines: Iterable[StatementLine], *, by: User) -> tuple[int, int]:
    """Keep the lines that are not there yet: how many are new, and how many were there."""
    wanted = {line.key: line for line in lines}
    with transaction.atomic():
        there: set[str] = set()
        keys = list(wanted)
        for at in range(0, len(keys), AT_ONCE):
            found = BankLine.objects.filter(key__in=keys[at : at + AT_ONCE])
            there |= set(found.values_list("key", flat=True))
        fresh = [
            BankLine(
                key=line.key, booked_on=line.booked_on, amount=line.amount, currency=line.currency, payer=line.payer,
                payer_iban=line.payer_iban, text=line.text, imported_at=clock.now(),
            )
            for key, line in wanted.items()
            if key not in there
        ]  # fmt: skip
        BankLine.objects.bulk_create(fresh, batch_size=AT_ONCE, ignore_conflicts=True)
        if fresh:
            record("billing.bank_imported", account=None, by=by, subject=str(len(fresh)))
    return len(fresh), len(there)


def waiting() -> QuerySet[BankLine, BankLine]:
    """Lines that are neither booked nor set aside."""
    return BankLine.objects.filter(payment=None, set_aside=False).select_related("account")


def matches(lines: Sequence[BankLine]) -> dict[int, Match]:
    """What each line seems to pay, by its number; a handful of questions for any number of lines."""
    named = {line.pk: references_in(line.text) for line in lines}
    every = {one for found in named.values() for one in found}
    documents = _by_reference(Document.objects.filter(kind=Document.Kind.INVOICE, reference__in=every))
    requests = _by_reference(Request.objects.filter(reference__in=every))
    choices = _by_reference(PayChoice.objects.filter(reference__in=every).select_related("document"))
    payers = _payers({line.payer_iban for line in lines if line.payer_iban})
    found = {}
    for line in lines:
        targets: list[Match] = []
        for one in named[line.pk]:
            document = documents.get(one) or (choices[one].document if one in choices else None)
            request = requests.get(one)
            if document is not None or request is not None:
                account = (document or request).account  # type: ignore[union-attr]  # one of them is there
                targets.append(Match(Found.MATCHED, account, document, request, "reference"))
        found[line.pk] = _best(line, targets, payers)
    return _checked(lines, found)


def _by_reference(rows: "QuerySet[Row, Row]") -> dict[str, Row]:
    return {row.reference: row for row in rows.select_related("account")}


def _payers(ibans: set[str]) -> dict[str, Account]:
    """The account that money from a bank account was last booked for."""
    rows = BankLine.objects.filter(payer_iban__in=ibans).exclude(payment=None).select_related("account")
    return {row.payer_iban: row.account for row in rows.order_by("pk") if row.account is not None}


def _best(line: BankLine, targets: list[Match], payers: dict[str, Account]) -> Match:
    if line.payment_id is not None:
        return Match(Found.BOOKED, line.account)
    if line.set_aside:
        return Match(Found.ASIDE, line.account)
    if line.account is not None:
        mine = next((one for one in targets if one.account == line.account), None)
        return Match(
            Found.MATCHED, line.account, mine.document if mine else None, mine.request if mine else None, "chosen"
        )
    if len({one.account for one in targets}) > 1:
        return Match(Found.UNCERTAIN, why="several")
    if targets:
        return targets[0]
    if line.payer_iban in payers:
        return Match(Found.UNCERTAIN, payers[line.payer_iban], why="iban")
    return Match(Found.UNKNOWN)


def _checked(lines: Sequence[BankLine], found: dict[int, Match]) -> dict[int, Match]:
    """What does not fit is uncertain: another currency, or the same amount booked by hand in these days."""
    accounts = {match.account.pk for match in found.values() if match.account and match.found is not Found.BOOKED}
    currencies = dict(BillingAccount.objects.filter(account__in=accounts).values_list("account", "book__currency"))
    by_hand = defaultdict(list)
    payments = Payment.objects.filter(account__in=accounts, gateway=TRANSFER, refunded_by=None, amount__gt=0)
    for account, amount, on in payments.filter(bank_line=None).values_list("account", "amount", "received_on"):
        by_hand[account, amount].append(on)
    for line in lines:
        match = found[line.pk]
        if match.found not in (Found.MATCHED, Found.UNCERTAIN) or match.account is None:
            continue
        why = ""
        if line.currency != currencies.get(match.account.pk, line.currency):
            why = "currency"
        elif any(abs(on - line.booked_on) <= NEAR for on in by_hand[match.account.pk, line.amount]):
            why = "twice"
        if why:
            found[line.pk] = Match(Found.UNCERTAIN, match.account, match.document, match.request, why)
    return found


@transaction.atomic
def book(line: BankLine, account: Account, *, by: User) -> Payment:
    """Book a line for an account, once: a second call returns the first payment. Raises UserError."""
    fresh = BankLine.objects.select_for_update().get(pk=line.pk)
    if fresh.payment is not None:
        return fresh.payment
    if fresh.amount <= 0:
        raise UserError("no_amount", _("The amount must be above zero."), _("A refund is booked as such."))
    enrolment.billing_of(account)
    match = matches([fresh])[fresh.pk]
    document = match.document if match.account == account else None
    payment = receiving.receive(
        account, Money(fresh.amount, fresh.currency), gateway=TRANSFER, key=_key(fresh), received_on=fresh.booked_on,
        payer=fresh.payer, note=fresh.text, sites=choosing.sites_named(account, fresh.text), document=document, by=by,
    )  # fmt: skip
    fresh.payment, fresh.account, fresh.set_aside = payment, account, False
    fresh.save(update_fields=["payment", "account", "set_aside"])
    return payment


def _key(line: BankLine) -> str:
    """The key of its payment; another one after each time that it was taken back from a wrong account."""
    key = f"bank/{line.key}"
    before = Payment.objects.filter(key__startswith=f"{key}#").count() + Payment.objects.filter(key=key).count()
    return f"{key}#{before + 1}" if before else key


def book_matched(*, by: User) -> tuple[int, list[tuple[BankLine, UserError]]]:
    """Book all lines that are matched, each by itself: how many, and which could not be and why."""
    done, wrong = 0, []
    lines = list(waiting().order_by("booked_on", "pk"))
    found = matches(lines)
    for line in lines:
        match = found[line.pk]
        if match.found is not Found.MATCHED or match.account is None:
            continue
        try:
            book(line, match.account, by=by)
        except UserError as error:
            wrong.append((line, error))
        else:
            done += 1
    return done, wrong


@transaction.atomic
def set_aside(line: BankLine, aside: bool, *, by: User) -> None:
    """Leave a line that is not for us out of the list, or take it in again."""
    changed = BankLine.objects.filter(pk=line.pk, payment=None, set_aside=not aside).update(set_aside=aside)
    if changed:
        record(
            "billing.bank_set_aside" if aside else "billing.bank_taken_in", account=None, by=by, subject=line.payer,
            details={"amount": str(Money(line.amount, line.currency))},
        )  # fmt: skip


@transaction.atomic
def take_back(payment: Payment, why: str, *, by: User) -> Payment:
    """Undo a payment that was booked for a wrong account: what it had paid is open again, its bank line free again.

    Raises UserError where nothing of it is left, or where it came by another way than a transfer.
    """
    left = payment.amount + sum(one.amount for one in payment.refunded_by.all())
    if payment.gateway != TRANSFER or left <= 0:
        raise UserError(
            "not_to_take_back",
            _("This payment cannot be taken back."),
            _("Only a transfer can, of which something is left. Give other payments back instead."),
            status=409,
        )
    made = receiving.take_back(payment, f"taken-back/{payment.pk}", amount=left, note=why, by=by)
    BankLine.objects.filter(payment=payment).update(payment=None, account=None)
    return made
