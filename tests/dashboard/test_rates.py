"""The pages of what the reseller earns: the margin, rates of clients, their statements, and who sees none of it."""

import re
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from tests import people
from tests.billing import money, resale
from tests.dashboard.payer import MONEY_WORDS, Go, base, due, page, paid, reseller, signed_in, time
from trailhouse.accounts.models import Instance
from trailhouse.billing import telling
from trailhouse.billing.earning import Kind
from trailhouse.billing.models import ClientRate, ClientStatement
from trailhouse.core import clock
from trailhouse.outbox import rendering
from trailhouse.outbox.models import Mail
from trailhouse.sites.models import Client, Role
from trailhouse.sites.services import give_role

__all__ = ["reseller", "time"]
pytestmark = pytest.mark.django_db
JANUARY = "from=2027-01&to=2027-01"


@pytest.fixture
def bakery(time: Go) -> Client:
    """A client with a site that was invoiced for January, and that pays cost and a half."""
    site = money.site("harbour-bakery.example")
    client = resale.client("Harbour Bakery", site, email="owner@harbour-bakery.example")
    resale.invoice({site: 19_00})
    return client


def form(**more: Any) -> dict[str, Any]:
    return {"kind": "fixed", "amount": "35", "percent": "", "valid_from": "2027-01-01"} | more


def rate_page(client: Client) -> str:
    return f"{base()}/clients/{client.pk}/rate"


# -- margin


def test_the_margin_page_says_what_is_left_of_each_client(reseller: Browser, bakery: Client) -> None:
    resale.rate(bakery, Kind.PLUS, 5000)
    said = page(reseller, f"{base()}/margin?{JANUARY}")
    assert "January 2027" in said
    assert "Harbour Bakery harbour-bakery.example cost + 50% €19.00 €28.50 €9.50" in said
    assert "Total €19.00 €28.50 €9.50" in said
    assert "By month" not in said


def test_several_months_are_told_one_by_one(reseller: Browser, bakery: Client) -> None:
    resale.rate(bakery, Kind.FIXED, 35_00)
    said = page(reseller, f"{base()}/margin?from=2027-01&to=2027-03")
    assert "Jan – Mar 2027" in said
    assert "By month Month Cost Price Margin January 2027 €19.00 €35.00 €16.00 February 2027 €0.00 €35.00" in said
    one = page(reseller, f"{base()}/margin?from=2027-01&to=2027-03&client={bakery.pk}")
    assert "Harbour Bakery €35.00 a month" in one
    assert "By month" in one
    assert page(reseller, f"{base()}/margin?client=987654", 404)


def test_losses_missing_rates_and_sites_of_nobody_are_pointed_at(reseller: Browser, bakery: Client) -> None:
    school = money.site("kite-school.example")
    resale.invoice({school: 9_00})
    said = page(reseller, f"{base()}/margin?{JANUARY}")
    assert "Harbour Bakery harbour-bakery.example Set a rate Harbour Bakery €19.00 €0.00" in said
    assert "No client kite-school.example – €9.00 €0.00 −€9.00" in said
    resale.fee(50_00)
    both = page(reseller, f"{base()}/margin?{JANUARY}")
    assert "No client – €59.00 €0.00 −€59.00 Fees of the account €50.00" in both
    assert "kite-school.example €9.00 €0.00 −€9.00" in both
    resale.rate(bakery, Kind.FIXED, 10_00)
    said = page(reseller, f"{base()}/margin?{JANUARY}")
    assert "These clients cost you more than they pay: Harbour Bakery" in said
    assert "−€9.00" in said


def test_an_account_without_clients_is_told_how_to_begin(reseller: Browser, time: Go) -> None:
    assert "No clients yet" in page(reseller, f"{base()}/margin")
    assert "No client has a rate yet" in page(reseller, f"{base()}/statements")


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        pytest.param("", "January 2027", id="the running month"),
        pytest.param("from=2027-13&to=x", "January 2027", id="no month"),
        pytest.param("from=2027-05&to=2027-03", "January 2027", id="backwards"),
        pytest.param("from=2020-01&to=2026-12", "Jan 2024 – Dec 2026", id="at most three years"),
        pytest.param("from=2026-12", "December 2026", id="one month"),
    ],
)
def test_the_address_names_the_months(query: str, shown: str, reseller: Browser, time: Go) -> None:
    assert shown in page(reseller, f"{base()}/margin?{query}")


def test_the_table_is_a_file_as_well(reseller: Browser, bakery: Client) -> None:
    resale.rate(bakery, Kind.FIXED, 35_00)
    answer = reseller.get(f"{base()}/margin.csv?{JANUARY}")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "Harbour Bakery,harbour-bakery.example,2027-01,19.00,35.00,16.00,EUR" in answer.content.decode()


# -- rates


def test_a_rate_is_set_with_its_history(reseller: Browser, bakery: Client) -> None:
    assert "No rate yet" in page(reseller, rate_page(bakery))
    assert reseller.post(rate_page(bakery), form(amount="35,50")).status_code == 302
    plus = form(kind="plus", percent="12,5 %", valid_from="2027-02-01")
    assert reseller.post(rate_page(bakery), plus).status_code == 302
    said = page(reseller, rate_page(bakery))
    assert "1 Feb 2027 cost + 12.5%" in said.replace("Feb 1, 2027", "1 Feb 2027")
    assert "holds now €35.50 a month" in said
    assert list(ClientRate.objects.values_list("kind", "value")) == [("fixed", 35_50), ("plus", 12_50)]
    assert "€35.50 a month" in page(reseller, f"/accounts/{money.account().pk}/clients/{bakery.pk}")


@pytest.mark.parametrize(
    ("given", "why"),
    [
        pytest.param({"amount": "lots"}, "This is no amount", id="no amount"),
        pytest.param({"amount": "-5"}, "out of range", id="below zero"),
        pytest.param({"kind": "plus", "percent": ""}, "This is no percentage", id="no percentage"),
        pytest.param({"kind": "plus", "percent": "1001"}, "out of range", id="too much on top"),
        pytest.param({"valid_from": "1999-01-01"}, "cannot begin on that day", id="too long ago"),
        pytest.param({"valid_from": "soon"}, "valid date", id="no day"),
    ],
)
def test_what_makes_no_sense_is_said_at_the_field(
    given: dict[str, str], why: str, reseller: Browser, bakery: Client
) -> None:
    answer = reseller.post(rate_page(bakery), form(**given))
    assert answer.status_code == 422
    assert why in answer.text
    assert not ClientRate.objects.exists()


def test_a_rate_below_cost_is_set_with_a_warning(reseller: Browser, time: Go) -> None:
    (site,) = paid(time, "harbour-bakery.example")
    client = resale.client("Harbour Bakery", site)
    answer = reseller.post(rate_page(client), form(amount="10"), follow=True)
    assert "sites cost you €19.00 a month: by this rate you lose €9.00 a month" in answer.text
    answer = reseller.post(rate_page(client), form(amount="25", valid_from="2027-03-01"), follow=True)
    assert "you lose" not in answer.text


def test_a_rate_is_taken_back(reseller: Browser, bakery: Client) -> None:
    wrong = resale.rate(bakery, Kind.FIXED, 3_00)
    answer = reseller.post(f"{rate_page(bakery)}/{wrong.pk}/remove", follow=True)
    assert "The rate was taken back." in answer.text
    assert not ClientRate.objects.exists()


# -- statements


def send(browser: Browser, client: Client, key: str) -> str:
    values = {"from": "2027-01", "to": "2027-01", "key": key}
    return browser.post(f"{base()}/clients/{client.pk}/statement/send", values, follow=True).text


def test_a_statement_is_seen_and_sent_from_its_page(reseller: Browser, bakery: Client) -> None:
    resale.rate(bakery, Kind.PLUS, 5000)
    at = f"{base()}/statements?{JANUARY}"
    assert "Harbour Bakery €28.50 not sent" in page(reseller, at)
    files = f"{base()}/clients/{bakery.pk}/statement"
    pdf = reseller.get(f"{files}.pdf?{JANUARY}")
    assert pdf.content.startswith(b"%PDF")
    assert 'filename="statement-2027-01-harbour-bakery.pdf"' in pdf.headers["Content-Disposition"]
    assert "harbour-bakery.example,2027-01-01,2027-01-31,28.50,EUR" in reseller.get(f"{files}.csv?{JANUARY}").text
    key = re.findall(r'name="key" value="([0-9a-f-]+)"', reseller.get(at).text)[0]
    for _click in range(2):
        assert "on its way to owner@harbour-bakery.example" in send(reseller, bakery, key)
    assert Mail.objects.filter(template="billing/client_statement").count() == 1
    sent = ClientStatement.objects.get()
    assert "to owner@harbour-bakery.example" in page(reseller, at)
    assert reseller.get(f"{base()}/statements/sent/{sent.pk}.pdf").content == pdf.content
    assert "was sent to owner@harbour-bakery.example" in page(reseller, f"/accounts/{sent.account_id}/audit")


def test_what_was_sent_before_a_change_is_marked(reseller: Browser, bakery: Client) -> None:
    resale.rate(bakery, Kind.PLUS, 5000)
    send(reseller, bakery, "00000000-0001")
    resale.invoice({money.site("kite-school.example"): 1_00})
    assert "changed since" not in page(reseller, f"{base()}/statements?{JANUARY}")
    resale.invoice({bakery.sites.get().subscription: 1_00})
    assert "changed since" in page(reseller, f"{base()}/statements?{JANUARY}")


def test_a_client_without_an_address_gets_none(reseller: Browser, time: Go) -> None:
    client = resale.client("Kite school")
    resale.rate(client, Kind.FIXED, 10_00)
    assert "Add an e-mail address" in page(reseller, f"{base()}/statements?{JANUARY}")
    assert "has no e-mail address" in send(reseller, client, "00000000-0001")
    assert not Mail.objects.filter(template="billing/client_statement").exists()


def test_pages_and_mails_of_money_say_that_the_statements_are_ready(reseller: Browser, time: Go) -> None:
    (site,) = due(time, "harbour-bakery.example")
    told = Mail.objects.get(template="billing/day")
    assert "Bill your clients" not in rendering.render(told).text
    client = resale.client("Harbour Bakery", site)
    assert "statements for your clients are ready" not in page(reseller, base())
    resale.rate(client, Kind.PLUS, 5000)
    assert "The statements for your clients are ready: February 2027." in page(reseller, base())
    assert "Bill your clients now" in page(reseller, f"{base()}/documents")
    money.activate(site)
    due(time, "kite-school.example")
    for template, month in (("billing/receipt", "02"), ("billing/day", "03")):
        link = f"{base()}/statements?from=2027-{month}&to=2027-{month}"
        made = rendering.render(Mail.objects.filter(template=template).order_by("-pk")[0])
        assert f"{link}\n" in made.text
        assert link.replace("&", "&amp;") in made.html
        assert "The statements for your clients are ready:" in made.html


# -- who sees none of it


def test_a_client_sees_neither_cost_nor_rate_nor_margin(bakery: Client, time: Go) -> None:
    rate = resale.rate(bakery, Kind.PLUS, 5000)
    sent = ClientStatement.objects.create(
        account=bakery.account, client=bakery, key="1", start=date(2027, 1, 1), end=date(2027, 2, 1), currency="EUR",
        total=1, facts={}, to="x@y.example",
    )  # fmt: skip
    member = people._guest("owner@harbour-bakery.example", "Onno Owner")
    give_role(member, bakery.account, Role.STANDARD, by=people.reseller(), client=bakery)
    paths = ["margin", "margin.csv", "statements", f"statements/sent/{sent.pk}.pdf"]
    of_client = ["rate", "statement.pdf", "statement.csv", "statement/send", f"rate/{rate.pk}/remove"]
    paths += [f"clients/{bakery.pk}/{path}" for path in of_client]
    for who in (member, people.colleague(), people.stranger()):
        browser = signed_in(who)
        for path in paths:
            for answer in (browser.get(f"{base()}/{path}"), browser.post(f"{base()}/{path}")):
                assert answer.status_code in {404, 405}, (who, path)
    cache.clear()
    home = signed_in(member).get("/sites", follow=True)
    assert not MONEY_WORDS.search(re.sub(r"<[^>]+>", " ", home.text.partition("<main")[2]))


def test_a_colleague_who_looks_after_clients_reads_no_rate(bakery: Client, time: Go) -> None:
    resale.rate(bakery, Kind.FIXED, 35_00)
    said = page(signed_in(people.colleague()), f"/accounts/{bakery.account_id}/clients/{bakery.pk}")
    assert "Harbour Bakery" in said
    assert not re.search(r"€|\bRate\b", said)


def test_the_bookkeeper_looks_and_changes_nothing(bakery: Client, time: Go) -> None:
    rate = resale.rate(bakery, Kind.FIXED, 35_00)
    browser = signed_in(people.bookkeeper())
    assert "€35.00" in page(browser, f"{base()}/margin?{JANUARY}")
    assert "Set the rate" not in page(browser, rate_page(bakery))
    assert browser.post(rate_page(bakery), form(valid_from="2027-02-01")).status_code == 403
    assert browser.post(f"{rate_page(bakery)}/{rate.pk}/remove").status_code == 404
    assert "Send" not in page(browser, f"{base()}/statements?{JANUARY}")
    assert browser.post(f"{base()}/clients/{bakery.pk}/statement/send").status_code == 404


@pytest.mark.parametrize("mode", [Instance.Billing.OFF, Instance.Billing.EXTERNAL])
def test_where_nobody_is_billed_here_the_pages_do_not_exist(
    mode: Instance.Billing, reseller: Browser, bakery: Client
) -> None:
    resale.rate(bakery, Kind.FIXED, 35_00)
    Instance.objects.update(billing=mode)
    for path in ("margin", "statements", f"clients/{bakery.pk}/rate"):
        assert reseller.get(f"{base()}/{path}").status_code == 404
    said = page(reseller, f"/accounts/{bakery.account_id}/clients/{bakery.pk}")
    assert "35.00" not in said


def test_the_month_in_a_mail_is_that_of_the_reader(time: Go, bakery: Client) -> None:
    resale.rate(bakery, Kind.FIXED, 35_00)
    people.reseller().__class__.objects.update(language="de")
    found = telling._statements(resale.billing(), clock.now().date())
    assert found is not None
    assert found["month"] == "Januar 2027"
