"""What holds of an account's money at any time, whatever happened."""

from collections import defaultdict
from itertools import pairwise

from django.db.models import Sum

from trailhouse.accounts.models import Account
from trailhouse.billing.amounts import WHOLE, half_up
from trailhouse.billing.licence_states import SHOWN
from trailhouse.billing.models import (
    Allocation,
    Credit,
    Document,
    Licence,
    LicenceSpan,
    Numbering,
    PaidSpan,
    Payment,
    Request,
    Subscription,
)
from trailhouse.billing.settling import balance, gross_of, owed_on
from trailhouse.billing.states import MEANINGS, State
from trailhouse.billing.values import PAYING


def check(account: Account) -> None:
    """All of them."""
    documents_add_up(account)
    numbers_have_no_gap()
    money_is_where_it_came_from(account)
    spans_tile(account)
    locks_are_as_the_states_say(account)
    licences_are_as_the_states_say(account)


def documents_add_up(account: Account) -> None:
    """Lines, tax and total agree to the cent; credit notes never exceed their invoice."""
    for one in Document.objects.filter(account=account).prefetch_related("lines", "credit_notes"):
        assert sum(line.net for line in one.lines.all()) == one.net
        assert one.net + one.tax == one.total
        assert sum(row["tax"] for row in one.taxes) == one.tax
        assert sum(row["base"] for row in one.taxes) == one.net
        if one.kind == Document.Kind.INVOICE:
            assert one.tax == sum(half_up(row["base"] * row["rate"], WHOLE) for row in one.taxes)
            notes = list(one.credit_notes.all())
            assert sum(note.net for note in notes) <= one.net
            assert 0 <= sum(note.tax for note in notes) <= one.tax
            assert all(note.tax >= 0 for note in notes)
            if notes and sum(note.net for note in notes) == one.net:
                assert sum(note.tax for note in notes) == one.tax
            assert 0 <= owed_on(one) <= one.total
            _lines_are_paid_once(one)
    for request in Request.objects.filter(account=account).prefetch_related("lines"):
        assert sum(line.net for line in request.lines.all()) == request.net


def _lines_are_paid_once(invoice: Document) -> None:
    paid: dict[int | None, int] = defaultdict(int)
    for line, amount in invoice.allocations.values_list("line", "amount"):
        paid[line] += amount
    gross = gross_of(invoice)
    assert sum(gross.values()) == invoice.total
    assert all(0 <= paid[line] <= whole for line, whole in gross.items())
    assert set(paid) <= set(gross)


def numbers_have_no_gap() -> None:
    """In each series the numbers are 1, 2, 3 …, in the order of dates."""
    given = defaultdict(list)
    for number, issued in Document.objects.order_by("pk").values_list("number", "issued_on"):
        series, _, count = number.rpartition("-")
        given[series].append((int(count), issued))
    for numbers in given.values():
        assert [count for count, _issued in numbers] == list(range(1, len(numbers) + 1))
        assert all(before[1] <= after[1] for before, after in pairwise(numbers))
    assert sorted(row.last for row in Numbering.objects.all()) == sorted(len(numbers) for numbers in given.values())


def money_is_where_it_came_from(account: Account) -> None:
    """Each payment lies on invoices and in the credit, and nowhere else; the credit is what came less what went."""
    for payment in Payment.objects.filter(account=account):
        placed = _sum(Allocation.objects.filter(payment=payment)) + _sum(Credit.objects.filter(payment=payment))
        assert placed == payment.amount, (payment, placed)
    notes = Document.objects.filter(account=account, kind=Document.Kind.CREDIT_NOTE)
    for note in notes:
        kept = _sum(Credit.objects.filter(document=note, reason=Credit.Reason.CREDIT_NOTE))
        assert _sum(Allocation.objects.filter(credit_note=note)) + kept == note.total
    for credit in Credit.objects.filter(account=account, reason=Credit.Reason.USED):
        assert _sum(credit.allocations.all()) == -credit.amount
    granted = _sum(Credit.objects.filter(account=account, reason=Credit.Reason.GRANTED))
    came = _sum(Payment.objects.filter(account=account)) + granted + sum(note.total for note in notes)
    assert came == _sum(Allocation.objects.filter(document__account=account)) + balance(account)
    assert balance(account) >= 0


def _sum(rows: object) -> int:
    return rows.aggregate(sum=Sum("amount"))["sum"] or 0  # type: ignore[attr-defined]


def spans_tile(account: Account) -> None:
    """Billed days never overlap, and those of a running stretch follow one another up to what is paid."""
    for one in Subscription.objects.filter(account=account):
        spans = [span for span in PaidSpan.objects.filter(subscription=one).order_by("start") if span.end > span.start]
        assert all(before.end <= after.start for before, after in pairwise(spans))
        if one.state in PAYING and spans and one.activated_on is not None:
            running = [span for span in spans if span.end > one.activated_on]
            assert not running or running[-1].end <= (one.paid_until or running[-1].end)


def locks_are_as_the_states_say(account: Account) -> None:
    """What is locked is locked; only the states that are counted in the ranking have terms."""
    for one in Subscription.objects.filter(account=account).exclude(site=None).select_related("site"):
        assert one.site is not None
        assert one.site.locked is not MEANINGS[State(one.state)].statistics, one
        if MEANINGS[State(one.state)].counts is True:
            assert not one.site.stopped


def licences_are_as_the_states_say(account: Account) -> None:
    """Years of a licence never overlap and end where it is paid until; the brand is shown as its licence says."""
    for one in Licence.objects.filter(account=account).select_related("brand"):
        spans = list(LicenceSpan.objects.filter(licence=one).order_by("start"))
        assert all(before.end <= after.start for before, after in pairwise(spans))
        assert all(335 < (span.end - span.start).days <= 366 for span in spans)
        assert (spans[-1].end if spans else None) == (one.paid_until if spans else None)
        if one.brand is not None:
            assert one.brand.licence == (one.shows if one.state in SHOWN else "")
