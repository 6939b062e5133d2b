"""Invoices and credit notes: they add up, are numbered without gaps, and stay as they are."""

from contextlib import suppress
from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from tests import people
from tests.billing import invariants, money
from trailhouse.billing import changes, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.issuing import credit_note
from trailhouse.billing.models import (
    BillingAccount,
    BillingEvent,
    Book,
    Credit,
    Document,
    Line,
    PaidSpan,
    Quote,
    Seller,
    TaxRate,
)
from trailhouse.billing.settling import balance, settle_credit_note
from trailhouse.core import clock


@hypothesis(max_examples=8)
@given(st.lists(st.tuples(st.integers(0, 200_000), st.sampled_from(Interval)), min_size=1, max_size=6))
def _random_sites_are_invoiced(sites: list[tuple[int, Interval]]) -> None:
    with transaction.atomic():
        meter = money.FlatMeter()
        chosen = []
        for number, (per_day, interval) in enumerate(sites):
            one = money.site(f"random-{number}.example")
            meter.by_site[one.site_number] = per_day
            chosen.append((one, interval))
        for one, interval in chosen:
            money.activate(one, interval=interval, days=meter)
        invariants.check(people.account())
        for one, _interval in chosen:
            changes.remove_now(one, by=people.reseller())
        invariants.check(people.account())
        transaction.set_rollback(True)


def test_sum_of_lines_tax_and_total_agree_to_the_cent(time: money.Time) -> None:
    _random_sites_are_invoiced()


def _a_paid_invoice() -> Document:
    money.activate(money.site("dune-hotel.example"), days=money.FlatMeter(400))
    return money.invoices()[-1]


def test_later_changes_of_address_book_tax_rates_and_seller_never_touch_an_issued_document(time: money.Time) -> None:
    invoice = _a_paid_invoice()
    before = Document.objects.filter(pk=invoice.pk).values().get(), list(invoice.lines.values())
    BillingAccount.objects.update(company="Elsewhere BV", address="Far away 1", country="DE", vat_number="DE123")
    Seller.objects.update(name="Another seller", iban="DE00")
    TaxRate.objects.filter(country="NL").update(rate=9_900)
    people.account().__class__.objects.update(name="Renamed")
    book = Book.objects.create(
        name="Standard", version=2, currency="EUR", content=Book.objects.get().content, valid_from=date(2027, 2, 1)
    )
    BillingAccount.objects.update(book=book)
    assert (Document.objects.filter(pk=invoice.pk).values().get(), list(invoice.lines.values())) == before


def test_a_final_document_and_its_lines_are_neither_changed_nor_deleted_in_the_model(time: money.Time) -> None:
    invoice = _a_paid_invoice()
    line = invoice.lines.get()
    for row in (invoice, line):
        with pytest.raises(ValueError, match="never changed"):
            row.save()
        with pytest.raises(ValueError, match="never deleted"):
            row.delete()


STATEMENTS = (
    "UPDATE billing_document SET net = net + 1, total = total + 1",
    "UPDATE billing_document SET note = 'x'",
    "DELETE FROM billing_document",
    "UPDATE billing_line SET net = 0",
    "DELETE FROM billing_line",
    "UPDATE billing_billingevent SET after = 'free'",
    "UPDATE billing_billingevent SET by_id = (SELECT MAX(id) FROM accounts_user)",
    "DELETE FROM billing_billingevent",
    "UPDATE billing_credit SET amount = amount + 1",
    "DELETE FROM billing_credit",
    "UPDATE billing_book SET name = 'x' WHERE published_at IS NOT NULL",
    "DELETE FROM billing_book WHERE published_at IS NOT NULL",
    "DELETE FROM billing_paidspan",
)


@pytest.mark.parametrize("statement", STATEMENTS)
def test_what_is_final_is_neither_changed_nor_deleted_in_sql(time: money.Time, statement: str) -> None:
    _a_paid_invoice()
    money.pay(500)  # a credit
    people.operator()  # somebody who did nothing
    assert Credit.objects.exists()
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_who_did_something_may_be_forgotten(time: money.Time) -> None:
    _a_paid_invoice()
    assert BillingEvent.objects.exclude(by=None).update(by=None) > 0


def test_days_of_a_site_are_billed_once_also_in_sql(time: money.Time) -> None:
    invoice = _a_paid_invoice()
    span = PaidSpan.objects.get()
    line = Line.objects.create(document=invoice, position=2, text="again", list_price=0, net=0)
    for start, end in ((span.start, span.end), (span.end - timedelta(1), span.end + timedelta(1))):
        with pytest.raises(DatabaseError), transaction.atomic():
            PaidSpan.objects.create(
                subscription=span.subscription, start=start, end=end, interval="monthly", tier=1, line=line
            )
    later = PaidSpan.objects.create(
        subscription=span.subscription, start=span.end, end=span.end + timedelta(9), interval="monthly", tier=1,
        line=line,
    )  # fmt: skip
    later.start -= timedelta(1)
    with pytest.raises(DatabaseError), transaction.atomic():
        later.save()


def test_an_invoice_that_is_rolled_back_leaves_no_gap_in_the_numbers(time: money.Time) -> None:
    first = money.site("one.example")
    second = money.site("two.example")
    money.activate(first, days=money.FlatMeter(400))
    with suppress(RuntimeError), transaction.atomic():
        money.activate(second, days=money.FlatMeter(400))
        assert len(money.invoices()) == 2
        raise RuntimeError("the machine stops here")
    money.activate(second, days=money.FlatMeter(400))
    assert [one.number for one in money.invoices()] == ["2027-000001", "2027-000002"]
    invariants.numbers_have_no_gap()


def test_credit_notes_never_exceed_their_invoice_and_reverse_its_own_tax(time: money.Time) -> None:
    sites = [money.site(f"{name}.example") for name in ("one", "two", "three")]
    money.activate(*sites, days=money.FlatMeter(3))
    invoice = money.invoices()[0]
    TaxRate.objects.create(country="NL", rate=5_000, valid_from=date(2027, 1, 5))
    time.passes(days=2)
    credited = 0
    for line in invoice.lines.all():
        for part in (7, 13, line.net - 20):
            note = credit_note(invoice, {line: part}, f"test/{line.pk}/{part}", on=clock.now().date())
            settle_credit_note(note, at=clock.now())
            credited += note.total
            assert note.taxes[0]["rate"] == 2_100
            assert credited <= invoice.total
        with pytest.raises(ValueError, match="cannot be credited"):
            credit_note(invoice, {line: 1}, "test/more", on=clock.now().date())
    assert credited == invoice.total == balance(people.account())
    invariants.check(people.account())


def test_a_credit_note_pays_what_is_open_of_its_invoice_before_it_becomes_credit(time: money.Time) -> None:
    BillingAccount.objects.filter(account=money.account()).update(terms_days=14)
    one = money.site("one.example")
    money.activate(one, days=money.FlatMeter(400), interval=Interval.YEARLY)
    time.passes(days=1, hours=1)
    tick.run(money.FlatMeter(400))
    invoice = money.invoices()[0]
    changes.remove_now(one, by=people.reseller())
    note = Document.objects.get(kind=Document.Kind.CREDIT_NOTE)
    assert note.net == invoice.net - 200  # one month has begun
    assert balance(people.account()) == 0
    assert money.pay_all().amount == invoice.total - note.total  # type: ignore[union-attr]
    invariants.check(people.account())


def test_quotes_keep_what_they_were_computed_from(time: money.Time) -> None:
    _a_paid_invoice()
    quote = Quote.objects.get()
    assert (quote.reason, quote.provisional, quote.measured["per_28"]) == ("early", True, 0)
