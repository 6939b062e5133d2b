"""The pages on which an account orders the licence of a brand, and the operator's page of it."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from django.test import Client

from tests import people
from tests.billing import brands, money
from trailhouse.accounts.models import Instance
from trailhouse.billing import activating, books, licences, tick
from trailhouse.billing.book import DEFAULT_BOOK, Fees, PriceBook
from trailhouse.billing.models import Document, Request
from trailhouse.dashboard import billing_words
from trailhouse.events import current
from trailhouse.events.store import Store

QUIET = money.FlatMeter(0)


@pytest.fixture
def time(db: None, store: Store) -> Iterator[money.Time]:
    current.use(store)
    with money.Time() as clock:
        yield clock
    current.use(None)


@pytest.fixture
def payer(time: money.Time) -> Client:
    client = Client()
    client.force_login(people.reseller())
    return client


@pytest.fixture
def operator(time: money.Time) -> Client:
    client = Client()
    client.force_login(people.operator())
    return client


def _path() -> str:
    return f"/accounts/{people.account().pk}/billing/brands/{brands.brand().pk}"


def _console() -> str:
    return f"/operator/billing/accounts/{people.account().pk}/brands/{brands.brand().pk}"


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_arithmetic_is_shown_before_the_order(payer: Client) -> None:
    brands.publish()
    text = _text(payer, _path())
    for amount in ("€300.00", "€240.00", "€540.00", "€113.40", "€653.40"):
        assert amount in text
    assert "Order: €266.20" in _text(payer, f"{_path()}?kind=plain")  # (100 + 120) × 1.21


def test_an_order_makes_one_request_and_its_payment_shows_the_brand(payer: Client) -> None:
    brands.publish()
    for _again in range(2):
        answer = payer.post(_path(), {"do": "order", "kind": "logo"}, follow=True)
        assert "Waits for payment" in answer.content.decode()
    request = Request.objects.get()
    assert request.reference[:4] in answer.content.decode()
    money.pay(request.total)
    text = _text(payer, _path())
    assert "renewed on 4 Jan 2028" in text
    assert "Order" not in text
    assert "Tide Stats" in _text(payer, f"/accounts/{people.account().pk}/billing/documents")


def test_the_page_of_payments_says_what_the_request_is_for(payer: Client) -> None:
    brands.publish()
    payer.post(_path(), {"do": "order", "kind": "logo"})
    text = _text(payer, f"/accounts/{people.account().pk}/billing")
    assert "your clients see your brand" in text
    assert "Rebranding with logo, Tide Stats: set-up" in text


def test_what_has_no_price_is_arranged_with_the_operator(payer: Client) -> None:
    Instance.objects.update(support_email="help@trailhouse.example")
    brands.publish(Fees(setup_plain=100_00, licence_plain=120_00))
    text = _text(payer, _path())
    assert "arranged with the operator" in text
    assert "mailto:help@trailhouse.example" in text
    answer = payer.post(_path(), {"do": "order", "kind": "logo"}, follow=True)
    assert "cannot be ordered now" in answer.content.decode()
    brands.publish(Fees())
    text = _text(payer, _path())
    assert "there is no price to order it at yet" in text
    assert "Order:" not in text


def test_a_payer_cancels_keeps_and_leaves_the_logo_out(payer: Client) -> None:
    brands.publish()
    brands.order()
    for do, said in (
        ("drop_logo", "without logo from"),
        ("keep_logo", "renewed with the logo"),
        ("cancel", "ends on 4 Jan 2028"),
        ("keep", "renewed on 4 Jan 2028"),
    ):
        answer = payer.post(_path(), {"do": do}, follow=True)
        assert said in answer.content.decode()
    answer = payer.post(_path(), {"do": "keep"}, follow=True)
    assert "in its present state" in answer.content.decode()
    assert "Nothing was done" in payer.post(_path(), {"do": "x"}, follow=True).content.decode()


def test_a_bookkeeper_looks_and_orders_nothing(time: money.Time) -> None:
    brands.publish()
    client = Client()
    client.force_login(people.bookkeeper())
    text = _text(client, _path())
    assert "The administrator of the account can order it." in text
    assert client.post(_path(), {"do": "order", "kind": "logo"}).status_code == 403
    assert activating.open_request(people.account()) is None


@pytest.mark.parametrize("mode", [Instance.Billing.OFF, Instance.Billing.EXTERNAL])
def test_without_billing_there_is_no_word_of_licences(payer: Client, operator: Client, mode: Instance.Billing) -> None:
    brands.brand()
    Instance.objects.update(billing=mode)
    assert payer.get(_path()).status_code == 404
    assert operator.get(_console()).status_code == 404


def test_a_lapsed_licence_says_how_it_comes_back(payer: Client, time: money.Time) -> None:
    brands.publish()
    brands.order()
    for moment in (datetime(2028, 1, 5, tzinfo=UTC), datetime(2028, 1, 21, tzinfo=UTC)):
        time.at(moment)
        tick.run(QUIET)
    assert "shown until 3 Feb" in _text(payer, _path())
    time.at(datetime(2028, 2, 20, tzinfo=UTC))
    tick.run(QUIET)
    assert "Pay the open invoice and the brand is back at once" in _text(payer, _path())


def test_the_operator_grants_and_ends_a_licence(operator: Client, payer: Client) -> None:
    brands.publish(Fees())
    assert "Tide Stats" in _text(operator, f"/operator/billing/accounts/{_made()}")
    wrong = {"do": "grant", "grant-kind": "logo", "grant-until": "2026-01-01"}
    assert operator.post(_console(), wrong).status_code == 422
    answer = operator.post(_console(), wrong | {"grant-until": "2027-06-01"}, follow=True)
    assert "until 1 Jun 2027" in answer.content.decode()
    assert "without charge" in _text(payer, _path())
    assert "at once" in operator.post(_console(), {"do": "end_grant"}).content.decode()
    assert brands.standing() == ("logo", True)
    operator.post(_console(), {"do": "end_grant", "confirmed": "1"})
    assert brands.standing() == ("", False)


def _made() -> int:
    brands.brand()
    return people.account().pk


def test_the_operator_credits_a_fee_after_it_was_said_what_that_does(operator: Client) -> None:
    brands.publish()
    brands.order()
    line = Document.objects.get().lines.get(fee="setup")
    sent = {"do": "credit", "credit-line": str(line.pk), "credit-amount": "100", "credit-why": "As agreed"}
    assert "A credit note of €100.00 net" in operator.post(_console(), sent).content.decode()
    answer = operator.post(_console(), sent | {"confirmed": "1"}, follow=True)
    assert "Credit note CN2027-000001" in answer.content.decode()
    again = operator.post(_console(), sent | {"credit-amount": "200.01", "confirmed": "1"})
    assert again.status_code == 422


def test_support_looks_and_grants_nothing(time: money.Time) -> None:
    brands.publish()
    client = Client()
    client.force_login(people.support())
    answer = client.post(_console(), {"do": "grant", "grant-kind": "logo"})
    assert answer.status_code == 404


def test_the_preview_of_a_book_shows_what_licences_cost_then(operator: Client) -> None:
    brands.publish()
    brands.order()
    prices = PriceBook("EUR", DEFAULT_BOOK.tiers, DEFAULT_BOOK.ladder, Fees(300_00, 100_00, 360_00, 120_00))
    draft = books.draft("Dearer", prices, date(2027, 1, 4), by=people.operator())
    text = _text(operator, f"/operator/billing/books/{draft.pk}/preview")
    assert "€240.00" in text
    assert "€360.00" in text


def test_every_event_of_a_licence_has_words(payer: Client, time: money.Time) -> None:
    brands.publish()
    brands.order()
    licences.grant(brands.brand(), logo=True, until=None, by=people.operator())
    licences.end_grant(brands.licence(), by=people.operator())
    for one in people.account().billing_events.all():
        assert billing_words.event(one) != one.transition
    text = _text(payer, f"/accounts/{people.account().pk}/audit")
    assert "The brand Tide Stats was granted a licence without charge." in text
