"""Price books, seller, tax and rules are edited with every problem named; statements are taken in and booked."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import people
from tests.accounts.mails import words
from tests.billing import money
from trailhouse.billing import activating, books, values
from trailhouse.billing.book import DEFAULT_BOOK, BookError, Interval, PriceBook, Tier
from trailhouse.billing.limits import LIMITS
from trailhouse.billing.models import (
    BankLine,
    BillingAccount,
    Book,
    BookChange,
    Payment,
    Request,
    Rule,
    Seller,
    Subscription,
    TaxRate,
)
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.dashboard import book_words

pytestmark = pytest.mark.django_db
HOME = "/operator/billing"
STATEMENTS = Path(__file__).parents[1] / "billing" / "statements"
NOW = money.START + timedelta(days=29)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(people.operator())
    client.post("/confirm/password", {"password": people.PASSWORD})
    return client


@pytest.fixture
def paying() -> Subscription:
    """A site on invoice terms: active, up to 100,000 pageviews, EUR 19 a month."""
    money.switch_on()
    one = money.site("dune-hotel.example")
    BillingAccount.objects.filter(account=one.account).update(terms_days=14)
    Subscription.objects.filter(pk=one.pk).update(tier=100_000, state=State.DUE)
    one.refresh_from_db()
    activating.activate(one.account, {one: Interval.MONTHLY}, by=None)
    return one


def fields(*tiers: tuple[object, object, object], **more: str) -> dict[str, str]:
    """What the editor sends."""
    sent = {"name": "Standard", "currency": "EUR", "valid_from": "2027-03-01", "do": "save"}
    for number, row in enumerate(tiers):
        sent |= {
            f"tier-{number}-{name}": str(cell)
            for name, cell in zip(("pageviews", "monthly", "yearly"), row, strict=True)
        }
    return sent | more


def drafted(operator: Client, **given: str) -> Book:
    """A new draft of the book that ships."""
    answer = operator.post(f"{HOME}/books/new", {"book": str(Book.objects.order_by("pk")[0].pk)} | given)
    return Book.objects.get(pk=int(answer["Location"].rsplit("/", 1)[1]))


def test_a_draft_is_edited_row_by_row_without_a_script_and_saved(operator: Client) -> None:
    book = drafted(operator)
    assert (str(book), book.published_at) == ("Standard EUR v2", None)
    page = f"{HOME}/books/{book.pk}"
    sent = fields(("1.000", "3", "30,00"), ("10000", "9.5", "95"))
    for what, rows in (("add_tier", 3), ("remove_tier:0", 1), ("nonsense:9", 2)):
        edit = operator.post(page, sent | {"do": what}).context
        if edit is not None:
            assert len(edit["edit"].tiers) == rows, what
    assert len(operator.post(page, sent | {"do": "add_step"}).context["edit"].steps) == 1
    ladder = {"step-0-rank": "2", "step-0-rate": "7,5 %", "step-1-rank": "", "step-1-rate": "", "fee-setup_logo": "250"}
    assert operator.post(page, sent | ladder)["Location"] == page
    kept = PriceBook.from_json(Book.objects.get(pk=book.pk).content)
    assert kept.tiers == (Tier(1_000, 300, 3_000), Tier(10_000, 950, 9_500))
    assert (kept.ladder[0].rank, kept.ladder[0].rate, kept.fees.setup_logo) == (2, 750, 25_000)


@pytest.mark.parametrize(("currency", "typed", "minor"), [("JPY", "1.500", 1500), ("KWD", "1.250", 1250)])
def test_a_book_may_be_in_a_currency_without_decimals_or_with_three(
    operator: Client, currency: str, typed: str, minor: int
) -> None:
    book = drafted(operator)
    operator.post(f"{HOME}/books/{book.pk}", fields((1000, typed, typed), currency=currency))
    book.refresh_from_db()
    assert (str(book), PriceBook.from_json(book.content).tiers[0].monthly) == (f"Standard {currency} v1", minor)


def test_all_that_is_wrong_with_a_book_is_said_at_once(operator: Client) -> None:
    book = drafted(operator)
    before = book.content
    sent = fields(
        (10_000, 9, 90), (1_000, 12, "x"), (20_000, 8, 80), name="", valid_from="",
        **{"step-0-rank": "1", "step-0-rate": "120"},
    )  # fmt: skip
    answer = operator.post(f"{HOME}/books/{book.pk}", sent)
    assert answer.status_code == 422
    told = " ".join(answer.context["problems"])
    for text in ("needs a name", "needs a day", "“x”", "costs less a month", "second site", "between 0 and 100"):
        assert text in told, text
    assert Book.objects.get(pk=book.pk).content == before
    assert 'value="x"' in answer.text  # what was typed is still there


def test_every_problem_has_a_sentence() -> None:
    with pytest.raises(BookError) as wrong:
        PriceBook("XXX", (Tier(0, -1, -1), Tier(0, 10**13, 10**13)))
    for one in book_words.book_problems(wrong.value.problems):
        assert one.endswith((".", "it."))
    assert set(book_words.RULES) == set(LIMITS.__dataclass_fields__)


def test_the_preview_says_who_gets_dearer_and_from_when_and_publishing_is_final(
    operator: Client, paying: Subscription
) -> None:
    book = drafted(operator)
    page = f"{HOME}/books/{book.pk}"
    assert operator.post(page, fields((100_000, 25, 250), do="preview"))["Location"] == f"{page}/preview"
    told = operator.get(f"{page}/preview")
    (row,) = told.context["rows"]
    assert (row.before, row.after, row.dearer, row.on) == (1900, 2500, True, date(2027, 4, 3))
    assert "€19.00 → €25.00" in words(told)
    assert operator.post(f"{page}/publish").status_code == 302
    assert BookChange.objects.get().on == row.on
    assert operator.post(f"{page}/publish").status_code == 409
    assert operator.post(page, fields((1, 1, 1))).status_code == 409
    assert operator.post(f"{page}/discard").status_code == 409
    assert "€25.00" in words(operator.get(page))


def test_a_cheaper_book_holds_from_its_own_day(operator: Client, paying: Subscription) -> None:
    book = drafted(operator)
    operator.post(f"{HOME}/books/{book.pk}", fields((100_000, 15, 150)))
    (row,) = books.reach(Book.objects.get(pk=book.pk))
    assert (row.dearer, row.on) == (False, date(2027, 3, 1))


def test_a_negotiated_book_is_drafted_for_one_account_and_given_up_again(
    operator: Client, paying: Subscription
) -> None:
    account = people.account()
    answer = operator.post(f"{HOME}/books/new", {"account": account.pk})
    book = Book.objects.get(account=account)
    assert answer["Location"] == f"{HOME}/books/{book.pk}"
    sent = fields((100_000, 10, 100), name="Deal", valid_from="2027-02-02")
    operator.post(answer["Location"], sent)
    operator.post(f"{answer['Location']}/publish")
    billing = BillingAccount.objects.get(account=account)
    assert books.change_if_due(billing, NOW.date())
    assert billing.book_id == book.pk
    back = {"book": str(Book.objects.get(account=None).pk)}
    page = f"{HOME}/accounts/{account.pk}/book"
    assert "Sites get dearer" in words(operator.post(page, back))
    assert operator.post(page, back | {"confirmed": "1"}).status_code == 302
    assert BookChange.objects.get(book__account=None).on == date(2027, 4, 3)


def test_a_draft_is_thrown_away(operator: Client) -> None:
    book = drafted(operator)
    assert operator.post(f"{HOME}/books/{book.pk}/discard").status_code == 302
    assert not Book.objects.filter(pk=book.pk).exists()


# -- seller, tax, rules

SELLER = {
    "name": "Trailhouse BV", "address": "Kade 1", "postcode": "1012 AB", "city": "Amsterdam", "country": "NL",
    "iban": "NL91 ABNA 0417 1643 00", "vat_number": "", "bic": "abnanl2a", "email": "b@trailhouse.example",
}  # fmt: skip


@pytest.mark.parametrize(
    ("given", "field"),
    [({"iban": "NL92ABNA0417164300"}, "iban"), ({"bic": "X"}, "bic"), ({"vat_number": "NL1"}, "vat_number")],
)
def test_a_wrong_iban_bic_or_vat_number_of_the_seller_is_refused(
    operator: Client, given: dict[str, str], field: str
) -> None:
    answer = operator.post(f"{HOME}/seller", SELLER | given)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not Seller.objects.exists()


def test_the_seller_is_kept_and_whoever_changes_it_is_asked_again(operator: Client, client: Client) -> None:
    assert operator.post(f"{HOME}/seller", SELLER).status_code == 302
    kept = Seller.objects.get()
    assert (kept.iban, kept.bic, kept.is_default) == ("NL91ABNA0417164300", "ABNANL2A", True)
    assert "Trailhouse BV" in operator.get(f"{HOME}/seller").text
    client.logout()
    client.force_login(people.operator())
    assert client.post(f"{HOME}/seller", SELLER)["Location"].startswith("/confirm/password")


def test_a_tax_rate_is_added_and_only_one_that_was_never_used_is_taken_away(
    operator: Client, paying: Subscription
) -> None:
    given = {"country": "NL", "rate": "22.5", "valid_from": "2027-06-01"}
    assert operator.post(f"{HOME}/tax", given).status_code == 302
    added = TaxRate.objects.get(country="NL", valid_from=date(2027, 6, 1))
    assert added.rate == 2250
    assert operator.post(f"{HOME}/tax", given).status_code == 422  # twice
    assert operator.post(f"{HOME}/tax", given | {"rate": "101"}).status_code == 422
    from trailhouse.billing import tick

    with clock.frozen(NOW + timedelta(days=1)):
        tick.run(money.FlatMeter())  # an invoice of the Netherlands
    old = TaxRate.objects.filter(country="NL", valid_from__lt=NOW.date())[0]
    assert operator.post(f"{HOME}/tax/{old.pk}/remove").status_code == 409
    assert operator.post(f"{HOME}/tax/{added.pk}/remove").status_code == 302
    assert not TaxRate.objects.filter(pk=added.pk).exists()


def test_rules_are_kept_as_far_as_they_differ_and_nonsense_is_named(operator: Client) -> None:
    page = operator.get(f"{HOME}/rules")
    sent = {name: str(field.initial) for name, field in page.context["form"].fields.items()}
    assert operator.post(f"{HOME}/rules", sent | {"reminders": "2, 5", "price_notice": "90"}).status_code == 302
    assert Rule.objects.get().limits == {"reminders": [2, 5], "price_notice": 90}
    assert values.limits().reminders == (2, 5)
    wrong = operator.post(f"{HOME}/rules", sent | {"reminders": "5, 2", "export": "90", "strike": "9999"})
    assert wrong.status_code == 422
    told = " ".join(wrong.context["problems"])
    for text in ("each comes after", "cannot be longer", "enter 0 to 3,660"):
        assert text in told
    assert operator.post(f"{HOME}/rules", sent | {"strike": "-1"}).status_code == 422
    assert values.limits().price_notice == 90


# -- the bank


@pytest.fixture
def asked() -> Request:
    """An open request of EUR 22.99."""
    with clock.frozen(money.START):
        money.switch_on()
        one = money.site("dune-hotel.example")
    Subscription.objects.filter(pk=one.pk).update(tier=100_000, state=State.DUE)
    one.refresh_from_db()
    found = activating.activate(one.account, {one: Interval.MONTHLY}, by=None)
    assert found is not None
    return found


def upload(operator: Client, content: str, name: str = "statement.xml") -> Any:
    """Take a file in."""
    return operator.post(f"{HOME}/bank/import", {"file": SimpleUploadedFile(name, content.encode())})


def test_a_statement_is_taken_in_matched_and_booked_with_one_click(operator: Client, asked: Request) -> None:
    text = (STATEMENTS / "version_08.xml").read_text().replace("{reference}", asked.reference)
    assert "1 line is new. Left out, since money went out: 1." in words(
        operator.get(upload(operator, text)["Location"])
    )
    (row,) = operator.get(f"{HOME}/bank").context["matched"]
    assert (row.account, row.what) == (people.account(), asked.reference)
    operator.post(f"{HOME}/bank/book")
    assert Subscription.objects.get().state == State.ACTIVE
    assert "Bäckerei Süd" in words(operator.get(f"{HOME}/bank?show=booked"))
    assert "There already: 1." in words(operator.get(upload(operator, text)["Location"]))


def test_the_columns_of_a_csv_are_confirmed_before_anything_is_imported(operator: Client, asked: Request) -> None:
    text = f"Date,Description,Amount\n02/01/2027,Payment {asked.reference},22.99\n"
    page = upload(operator, text, "statement.csv")
    assert page.status_code == 200
    assert [role for _n, _head, role, _cells in page.context["columns"]] == ["on", "text", "amount"]
    assert not BankLine.objects.exists()
    sent = {"content": page.context["content"], "column-0": "on", "column-1": "text", "currency": "EUR", "order": "day"}
    assert "Say which column" in words(operator.post(f"{HOME}/bank/import", sent))
    assert operator.post(f"{HOME}/bank/import", sent | {"column-2": "amount"}).status_code == 302
    assert BankLine.objects.get().booked_on == date(2027, 1, 2)
    assert operator.post(f"{HOME}/bank/import", {"content": "x"}).status_code == 400


@pytest.mark.parametrize(
    ("content", "said"),
    [("", "empty"), ("<!DOCTYPE x><x/>", "DOCTYPE"), ("nothing at all", "No table"), ("<html/>", "CAMT.053")],
)
def test_a_file_that_is_no_statement_is_refused_in_words(operator: Client, content: str, said: str) -> None:
    money.switch_on()
    answer = upload(operator, content)
    assert answer.status_code == 422
    assert said in words(answer)


def test_a_line_that_nobody_knows_is_booked_for_a_chosen_account_or_set_aside(operator: Client, asked: Request) -> None:
    line = BankLine.objects.create(key="1", booked_on=NOW.date(), amount=500, currency="EUR", payer="Somebody")
    page = f"{HOME}/bank/{line.pk}"
    operator.post(page, {"do": "aside"})
    assert "Somebody" in words(operator.get(f"{HOME}/bank?show=aside"))
    operator.post(page, {"do": "take_in"})
    assert "Northlight Studio" in words(operator.get(page, {"q": "northlight"}))
    assert operator.post(page, {"do": "book", "account": "nobody"})["Location"] == page
    operator.post(page, {"do": "book", "account": str(people.account().pk)})
    assert Payment.objects.get().key == "bank/1"
    assert "It is booked." in words(operator.get(page))


def test_the_default_book_is_as_it_ships() -> None:
    assert PriceBook.from_json(Book.objects.get().content) == DEFAULT_BOOK
