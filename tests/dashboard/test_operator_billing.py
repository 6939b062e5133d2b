"""The operator's pages of billing: figures that lead to what they count, payments, terms, sites."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from tests import people
from tests.accounts.mails import words
from tests.billing import money
from trailhouse.accounts.models import AuditEntry, Instance, User
from trailhouse.billing import activating, enrolment, ledger, receiving, settling, tick
from trailhouse.billing.book import Interval
from trailhouse.billing.models import BillingAccount, Credit, Document, Payment, Request, Subscription
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.events import current

pytestmark = pytest.mark.django_db
HOME = "/operator/billing"
DAY = timedelta(days=1)
NOW = money.START + 29 * DAY


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with clock.frozen(NOW):
        yield


@pytest.fixture
def site() -> Subscription:
    """A site whose trial is over."""
    with clock.frozen(money.START):
        money.switch_on()
        one = money.site("dune-hotel.example")
    tick.run(money.FlatMeter(per_day=400))
    one.refresh_from_db()
    return one


@pytest.fixture
def asked(site: Subscription) -> Request:
    """Its open request of EUR 22.99."""
    found = activating.activate(site.account, {site: Interval.MONTHLY}, by=None)
    assert found is not None
    return found


@pytest.fixture
def paid(asked: Request) -> Payment:
    """That request, paid."""
    return receiving.receive(
        asked.account, Money(2299, "EUR"), gateway="transfer", key="transfer/1", received_on=NOW.date()
    )


@pytest.fixture
def operator(client: Client) -> Client:
    client.force_login(people.operator())
    client.post("/confirm/password", {"password": people.PASSWORD})
    return client


def payer(*more: object) -> str:
    """The address of the reseller's billing."""
    return "/".join([HOME, "accounts", str(people.account().pk), *map(str, more)])


def twice(client: Client, path: str, given: dict[str, Any]) -> Any:
    """Send a form and confirm it: what was asked, and the answer."""
    first = client.post(path, given)
    assert first.status_code == 200, words(first)
    assert "confirmed" in first.text
    return first, client.post(path, given | {"confirmed": "1"})


# -- who sees it, and when


def test_without_billing_there_is_nothing_but_what_prepares_it(operator: Client) -> None:
    assert "/operator/billing" not in operator.get("/operator/accounts").text
    for path in ("", "/documents", "/payments", "/bank", "/sites", "/accounts", "/documents.csv"):
        assert operator.get(HOME + path).status_code == 404, path
    for path in ("/books", "/seller", "/tax", "/rules"):
        assert "Billing is off" in words(operator.get(HOME + path)), path


def test_finance_sees_and_does_it_support_does_not(client: Client, site: Subscription) -> None:
    client.force_login(people.finance())
    assert 'href="/operator/billing"' in client.get(HOME).text
    for path in ("", "/documents", "/bank", "/books", "/rules"):
        assert client.get(HOME + path).status_code == 200, path
    client.force_login(people.support())
    assert client.get(HOME).status_code == 404
    assert client.post(payer("terms"), {"terms_days": "14"}).status_code == 404


# -- the figures


def figures(answer: Any) -> dict[str, list[str]]:
    return {one.label: one.values for one in answer.context["figures"]}


def test_an_instance_that_has_billed_nothing_says_so(operator: Client) -> None:
    money.switch_on()
    told = operator.get(HOME)
    assert figures(told)["Open"] == ["€0.00"]
    assert "Nothing was billed yet" in words(told)
    for path in ("/documents", "/payments", "/requests", "/sites", "/accounts", "/moves", "/bank"):
        assert operator.get(HOME + path).status_code == 200, path


def test_each_figure_leads_to_what_it_counts(operator: Client, paid: Payment) -> None:
    told = operator.get(HOME)
    assert figures(told) == {
        "Monthly recurring": ["€19.00"], "Open": ["€0.00"], "Overdue": ["€0.00"], "Received in 30 days": ["€22.99"],
        "Asked for": ["€0.00"], "Paid sites": ["1"], "On trial": ["0"], "Payment due": ["0"],
    }  # fmt: skip
    assert {one.currency: one.rows[0][1] for one in told.context["lines"]} == {"EUR": "€19.00"}
    month, key, first = told.context["movements"][0]
    assert (month, key, first.at_start, first.won, first.lost) == ("February 2027", "2027-02", 0, 1, 0)
    assert "dune-hotel.example" in words(operator.get(f"{HOME}/moves?month=2027-02&what=won"))
    for one in told.context["figures"]:
        assert operator.get(one.link).status_code == 200
    assert "dune-hotel.example" in words(operator.get(f"{HOME}/sites?state=paying"))
    assert "Northlight Studio" in words(operator.get(f"{HOME}/payments?days=30"))


def test_what_is_overdue_is_summed_and_listed(operator: Client, paid: Payment) -> None:
    document = Document.objects.get()
    with clock.frozen(NOW + 40 * DAY):
        tick.run(money.FlatMeter(per_day=400))
    with clock.frozen(NOW + 60 * DAY):
        tick.run(money.FlatMeter(per_day=400))
        told = operator.get(HOME)
        left = list(ledger.overdue_invoices())
        assert document not in left
        assert figures(told)["Overdue"] == [f"€{sum(one.total for one in left) / 100:,.2f}"]
        listed = operator.get(f"{HOME}/documents?state=overdue").context["rows"]
        assert [(one.pk, owed) for one, owed in listed] == [(one.pk, one.total) for one in left]
        assert len(left) == 1
        assert (Subscription.objects.get().state, figures(told)["Paid sites"]) == (State.PAST_DUE, ["1"])
        assert "Many" not in words(operator.get(f"{HOME}/accounts?q=northlight"))


def test_the_figures_cost_as_many_questions_for_many_accounts(
    operator: Client, paid: Payment, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(12):
        other = people.person(f"p{n}@many.example", f"P {n}", f"Many {n}").accounts.get()
        enrolment.billing_of(other)
    with django_assert_max_num_queries(40):
        operator.get(HOME)
    with django_assert_max_num_queries(25):
        operator.get(f"{HOME}/accounts")


def test_a_document_is_shown_as_its_payer_has_it(operator: Client, paid: Payment) -> None:
    one = Document.objects.get()
    link = f"{HOME}/documents/{one.pk}.pdf"
    assert link in operator.get(f"{HOME}/documents").text
    assert operator.get(link).content.startswith(b"%PDF")
    assert operator.get(f"{HOME}/documents/987654.pdf").status_code == 404


def test_all_documents_are_one_table(operator: Client, paid: Payment) -> None:
    answer = operator.get(f"{HOME}/documents.csv")
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert Document.objects.get().number in lines[1]
    assert len(operator.get(f"{HOME}/documents.csv?state=open").content.decode().splitlines()) == 1


# -- an account


def test_the_page_of_a_payer_tells_everything(operator: Client, paid: Payment) -> None:
    told = words(operator.get(payer()))
    for text in ("Northlight Studio", "Havenplein 7", "dune-hotel.example", "€22.99", "Standard EUR v1", "on invoice"):
        assert text in told or text == "on invoice", text
    assert operator.get(f"{HOME}/accounts/987654").status_code == 404
    assert operator.get(f"{HOME}/accounts/{2**70}").status_code == 404


def test_a_payment_is_shown_exactly_before_it_is_booked_and_booked_once(operator: Client, asked: Request) -> None:
    form = operator.get(payer("payment")).context["form"]
    assert form.initial["amount"] == "22.99"
    given = {"amount": "22,99", "received_on": "2027-02-02", "payer": "Northlight", "key": form.initial["key"]}
    first, done = twice(operator, payer("payment"), given)
    assert "dune-hotel.example" in words(first)
    assert Payment.objects.count() == 1
    assert done["Location"] == payer()
    operator.post(payer("payment"), given | {"confirmed": "1"})
    assert Payment.objects.count() == 1
    assert Subscription.objects.get().state == State.ACTIVE
    assert AuditEntry.objects.filter(action="billing.payment", user=people.operator()).exists()


def test_showing_what_a_payment_does_leaves_nothing_behind(operator: Client, asked: Request) -> None:
    given = {"amount": "1.000,00", "received_on": "2027-02-02", "key": "k"}
    first = operator.post(payer("payment"), given)
    assert "€977.01 is left over" in words(first)
    assert not Payment.objects.exists()
    assert not Document.objects.exists()
    assert Request.objects.get().state == Request.State.OPEN


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"amount": "x"}, "no amount"), ({"amount": "-5"}, "above zero"), ({"amount": "0"}, "above zero"),
        ({"received_on": "2030-01-01"}, "still to come"), ({"document": "77"}, "valid choice"),
    ],
)  # fmt: skip
def test_a_wrong_payment_is_refused_in_words(
    operator: Client, asked: Request, given: dict[str, str], said: str
) -> None:
    answer = operator.post(payer("payment"), {"amount": "5", "received_on": "2027-02-02", "key": "k"} | given)
    assert answer.status_code == 422
    assert said in words(answer)


def test_money_is_given_back_and_a_wrong_booking_taken_back(operator: Client, paid: Payment) -> None:
    page = payer("payments", paid.pk)
    assert "€22.99" in words(operator.get(page))
    too_much = {"do": "refund", "refund-amount": "23", "refund-because": "Error.", "key": "a"}
    assert operator.post(page, too_much).status_code == 422
    twice(operator, page, too_much | {"refund-amount": "10"})
    assert ledger.owed(ledger.open_invoices()) == {"EUR": 1000}
    operator.post(page, too_much | {"refund-amount": "10", "confirmed": "1"})  # sent twice
    assert Payment.objects.filter(refunds=paid).count() == 1
    twice(operator, page, {"do": "take_back", "wrong-because": "another account"})
    assert ledger.owed(ledger.open_invoices()) == {"EUR": 2299}
    assert operator.post(page, {"do": "take_back", "wrong-because": "x", "confirmed": "1"}).status_code == 409


def test_credit_is_given_once_and_pays_what_is_open(operator: Client, asked: Request) -> None:
    given = {"amount": "50", "note": "For the outage.", "key": "k"}
    twice(operator, payer("credit"), given)
    operator.post(payer("credit"), given | {"confirmed": "1"})
    assert Credit.objects.filter(reason="granted").count() == 1
    assert Subscription.objects.get().state == State.ACTIVE
    assert settling.balance(people.account()) == 5000 - 2299
    assert "For the outage." in words(operator.get(payer()))


def test_terms_and_a_certificate_are_set(operator: Client, site: Subscription) -> None:
    assert operator.post(payer("terms"), {"terms_days": "500"}).status_code == 422
    assert operator.post(payer("terms"), {"terms_days": "30", "certificate": "EX-1"}).status_code == 302
    billing = BillingAccount.objects.get(account=people.account())
    assert (billing.terms_days, billing.exempt_certificate) == (30, "EX-1")
    assert activating.activate(site.account, {site: Interval.MONTHLY}, by=None) is None
    operator.post(payer("terms"), {"terms_days": ""})
    billing.refresh_from_db()
    assert billing.terms_days is None


# -- a site


def test_what_the_operator_does_to_a_site(operator: Client, site: Subscription) -> None:
    page = payer("sites", site.pk)

    def state() -> str:
        site.refresh_from_db()
        return site.state

    operator.post(page, {"do": "trial"})
    assert state() == State.TRIAL
    assert operator.post(page, {"do": "suspend", "suspend-because": ""}).status_code == 422
    twice(operator, page, {"do": "suspend", "suspend-because": "Spam."})
    assert (state(), site.held_because) == (State.SUSPENDED, "Spam.")
    operator.post(page, {"do": "restore"})
    assert state() == State.TRIAL
    twice(operator, page, {"do": "free"})
    assert state() == State.FREE
    operator.post(page, {"do": "end_free"})
    assert state() == State.DUE
    assert operator.post(page, {"do": "end_free"}).status_code == 409
    assert operator.post(page, {"do": "nonsense"}).status_code == 422
    assert "The operator made it free." in words(operator.get(page))
    assert operator.get(payer("sites", 987654)).status_code == 404


def test_days_are_struck_after_it_was_said_what_is_credited(
    operator: Client, paid: Payment, monkeypatch: pytest.MonkeyPatch
) -> None:
    from trailhouse.dashboard import views_operator_payers

    monkeypatch.setattr(current, "store", lambda: None)
    monkeypatch.setattr(views_operator_payers, "Meter", lambda _store: money.FlatMeter(per_day=10))
    page = payer("sites", Subscription.objects.get().pk)
    given = {"do": "strike", "strike-first": "2027-01-20", "strike-last": "2027-01-21", "strike-because": "A crawler."}
    first, _done = twice(operator, page, given)
    assert "credit note for" in words(first)
    assert Document.objects.filter(kind="credit_note").count() == 1
    far = given | {"strike-first": "2026-01-01", "strike-last": "2026-01-02"}
    assert "can be struck" in words(operator.post(page, far))


# -- switching it on


def test_billing_is_switched_on_only_with_prices_and_a_seller(operator: Client) -> None:
    answer = operator.post("/operator/instance/billing", {"billing": "on"})
    assert answer.status_code == 409
    assert "the seller's name and address" in words(answer).replace("&#x27;", "'")
    assert not AuditEntry.objects.filter(action="instance.billing").exists()
    money.seller()
    people.bakery()
    assert operator.post("/operator/instance/billing", {"billing": "on"}).status_code == 302
    assert Instance.objects.get().billing == Instance.Billing.ON
    assert Subscription.objects.get().state == State.TRIAL
    for user in (people.finance(), people.support()):
        _refused(operator, user)


def _refused(client: Client, user: User) -> None:
    client.force_login(user)
    assert client.post("/operator/instance/billing", {"billing": "off"}).status_code == 404
