"""Rates of clients, what the reseller earns by them, and the statements that her clients get."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.db import IntegrityError, transaction

from tests import people
from tests.billing import money, resale
from tests.billing.money import Time
from trailhouse.accounts.models import AuditEntry
from trailhouse.billing import client_rates, client_statements, margins
from trailhouse.billing.amounts import half_up
from trailhouse.billing.documents import client_statement
from trailhouse.billing.earning import Kind
from trailhouse.billing.models import BillingAccount, ClientRate, ClientStatement, Document, Subscription
from trailhouse.billing.periods import Span
from trailhouse.branding.models import Brand
from trailhouse.core.errors import UserError
from trailhouse.outbox import attaching, rendering
from trailhouse.outbox.models import Mail
from trailhouse.outbox.services import MOST_TO_STRANGERS
from trailhouse.sites.models import Client, Site

pytestmark = pytest.mark.django_db
JANUARY = resale.JANUARY
KEY = "0b0e1c52-6d2c-4b52-a6d7-5a5d4f5a0001"


@pytest.fixture
def bakery(time: Time) -> Subscription:
    return money.site("harbour-bakery.example")


@pytest.fixture
def school(time: Time) -> Subscription:
    return money.site("kite-school.example")


def report(span: Span = JANUARY) -> margins.Report:
    return margins.report(resale.billing(), span)


def row(client: Client, span: Span = JANUARY) -> margins.ClientRow:
    return next(one for one in report(span).clients if one.client == client)


def sums(one: margins.ClientRow | margins.Report) -> tuple[int, int, int]:
    return one.sums.cost, one.sums.price, one.sums.margin


# -- rates


def test_a_later_rate_ends_the_earlier_one_which_stays(bakery: Subscription) -> None:
    client = resale.client("Harbour Bakery", bakery)
    first = resale.rate(client, Kind.FIXED, 31_00)
    later = resale.rate(client, Kind.FIXED, 62_00, date(2027, 1, 11))
    assert client_rates.history(client) == [later, first]
    assert client_rates.rate_on(client, date(2027, 1, 10)) == first
    assert client_rates.rate_on(client, date(2027, 1, 11)) == later
    assert client_rates.rate_on(client, date(2026, 12, 31)) is None
    assert row(client).sums.price == 10_00 + 42_00


def test_two_rates_of_a_client_cannot_begin_on_one_day(bakery: Subscription) -> None:
    client = resale.client("Harbour Bakery", bakery)
    first = resale.rate(client, Kind.FIXED, 31_00)
    assert resale.rate(client, Kind.FIXED, 31_00) == first  # the same once more is the same
    with pytest.raises(UserError) as refused:
        resale.rate(client, Kind.PLUS, 5000)
    assert refused.value.code == "rate_exists"
    with pytest.raises(IntegrityError), transaction.atomic():
        ClientRate.objects.create(client=client, kind=Kind.PLUS, value=1, currency="EUR", valid_from=date(2027, 1, 1))


@pytest.mark.parametrize(
    ("kind", "value", "day", "code"),
    [
        pytest.param(Kind.FIXED, -1, date(2027, 1, 1), "wrong_rate", id="below zero"),
        pytest.param(Kind.PLUS, 100_001, date(2027, 1, 1), "wrong_rate", id="more than ten times the cost"),
        pytest.param(Kind.NONE, 1, date(2027, 1, 1), "wrong_rate", id="nothing that is something"),
        pytest.param(Kind.FIXED, 1, date(1999, 12, 31), "wrong_rate_day", id="too long ago"),
        pytest.param(Kind.FIXED, 1, date(2040, 1, 1), "wrong_rate_day", id="too far away"),
    ],
)
def test_what_makes_no_sense_is_refused(kind: Kind, value: int, day: date, code: str, time: Time) -> None:
    client = resale.client("Harbour Bakery")
    with pytest.raises(UserError) as refused:
        resale.rate(client, kind, value, day)
    assert refused.value.code == code


def test_a_rate_is_taken_back_until_a_statement_was_sent_by_it(bakery: Subscription) -> None:
    client = resale.client("Harbour Bakery", bakery, email="owner@harbour-bakery.example")
    wrong = resale.rate(client, Kind.FIXED, 3_00)
    client_rates.take_back(wrong, by=people.reseller())
    right = resale.rate(client, Kind.FIXED, 30_00)
    february = resale.rate(client, Kind.FIXED, 40_00, date(2027, 2, 1))
    client_statements.send(resale.billing(), client, JANUARY, key=KEY, by=people.reseller())
    with pytest.raises(UserError) as refused:
        client_rates.take_back(right, by=people.reseller())
    assert refused.value.code == "rate_used"
    client_rates.take_back(february, by=people.reseller())
    told = list(AuditEntry.objects.filter(action__startswith="billing.client").values_list("action", flat=True))
    assert told.count("billing.client_rate") == 3
    assert told.count("billing.client_rate_removed") == 2
    assert told.count("billing.client_statement") == 1


# -- margin


def test_cost_price_and_margin_by_client_and_site(bakery: Subscription, school: Subscription) -> None:
    sailing = money.site("sailing.example")
    clients = resale.client("Harbour Bakery", bakery), resale.client("Kite school", school, sailing)
    resale.rate(clients[0], Kind.FIXED, 35_00)
    resale.rate(clients[1], Kind.PLUS, 5000)
    resale.invoice({bakery: 19_00, school: 9_00, sailing: 9_55})
    assert sums(row(clients[0])) == (19_00, 35_00, 16_00)
    assert sums(row(clients[1])) == (18_55, 13_50 + 14_33, 9_28)
    assert [(one.name, one.sums.cost, one.sums.price) for one in row(clients[1]).sites] == [
        ("kite-school.example", 9_00, 13_50),
        ("sailing.example", 9_55, 14_33),
    ]
    assert sums(report()) == (37_55, 62_83, 25_28)
    assert report().losing == []


def test_a_yearly_line_is_spread_and_a_credit_note_gives_back(bakery: Subscription) -> None:
    client = resale.client("Harbour Bakery", bakery)
    year = Span(date(2027, 1, 15), date(2028, 1, 15))
    paid = resale.invoice({bakery: 190_00}, year)
    whole = Span(date(2027, 1, 1), date(2028, 2, 1))
    assert row(client, whole).sums.cost == 190_00
    assert [one.cost for _month, one in report(whole).months][:2] == [8_85, 14_57]
    left = Span(date(2027, 7, 15), date(2028, 1, 15))
    resale.invoice({bakery: 90_00}, left, kind=Document.Kind.CREDIT_NOTE, corrects=paid, number="CN2027-1")
    assert row(client, whole).sums.cost == 100_00
    assert row(client, Span(date(2027, 1, 1), date(2027, 7, 1))).sums.cost == half_up(190_00 * 167, 365)


def test_sites_without_a_client_and_fees_cost_and_bring_nothing(bakery: Subscription, school: Subscription) -> None:
    client = resale.client("Harbour Bakery", bakery)
    resale.rate(client, Kind.FIXED, 35_00)
    resale.invoice({bakery: 19_00, school: 9_00})
    resale.fee(50_00)
    found = report()
    assert sums(found.loose) == (59_00, 0, -59_00)
    assert [(one.name, one.sums.cost) for one in found.loose.sites] == [("", 50_00), ("kite-school.example", 9_00)]
    assert sums(found) == (78_00, 35_00, -43_00)


def test_all_that_was_invoiced_is_in_the_report_whoever_has_the_sites(
    bakery: Subscription, school: Subscription
) -> None:
    resale.client("Harbour Bakery", bakery)
    resale.invoice({bakery: 19_01, school: 9_07}, Span(date(2027, 1, 20), date(2027, 2, 20)))
    Site.objects.filter(pk=school.site_number).update(account=people.stranger().accounts.get())
    both = Span(date(2027, 1, 1), date(2027, 3, 1))
    assert report(both).sums.cost == 28_08
    assert sum(one.cost for _month, one in report(both).months) == 28_08
    assert "kite-school.example" in [one.name for one in report(both).loose.sites]


def test_clients_who_cost_more_than_they_pay_and_those_without_a_rate_are_named(
    bakery: Subscription, school: Subscription
) -> None:
    losing, forgotten = resale.client("Harbour Bakery", bakery), resale.client("Kite school", school)
    resale.client("No site yet")
    resale.rate(losing, Kind.FIXED, 10_00)
    resale.invoice({bakery: 19_00, school: 9_00})
    found = report()
    assert [one.client for one in found.losing] == [losing]
    assert [one.client for one in found.without_rate] == [forgotten]
    assert [one.client for one in found.clients] == [losing, forgotten]


def test_the_table_as_a_file_has_a_row_a_client_site_and_month(bakery: Subscription, school: Subscription) -> None:
    client = resale.client("=Harbour Bakery", bakery)
    resale.rate(client, Kind.FIXED, 10_00)
    resale.invoice({bakery: 19_00, school: 9_00})
    head = ["Client", "Site", "Month", "Cost", "Price", "Margin", "Currency"]
    text = margins.csv(report(), head, no_client="No client").decode("utf-8-sig")
    assert text.split("\r\n")[1:] == [
        "'=Harbour Bakery,harbour-bakery.example,2027-01,19.00,10.00,-9.00,EUR",
        "No client,kite-school.example,2027-01,9.00,0.00,-9.00,EUR",
        "",
    ]


# -- statements


def stated(client: Client, span: Span = JANUARY) -> dict[str, Any]:
    found = client_statements.facts_for(resale.billing(), client, span)
    assert found is not None
    return found


def test_a_statement_says_what_is_owed_and_never_what_it_costs(bakery: Subscription, school: Subscription) -> None:
    client = resale.client("Harbour Bakery", bakery, school, address="Kade 3\n1781 AA Den Helder")
    resale.rate(client, Kind.PLUS, 5000)
    resale.invoice({bakery: 19_00, school: 9_33})
    found = stated(client)
    assert [(line["sites"], line["price"]) for line in found["lines"]] == [
        (["harbour-bakery.example"], 28_50),
        (["kite-school.example"], 14_00),
    ]
    assert found["total"] == 42_50
    look = client_statement.look_of(people.account(), client)
    shown = str(client_statement.shown(found, look)) + client_statement.csv(found).decode()
    assert not re.search(r"19\.00|9\.33|28\.33|14\.17|50 ?%", shown)
    assert "Kade 3" in shown
    assert "Northlight Studio" in shown
    assert "not an invoice" in shown


def test_a_fixed_price_is_one_line_with_all_its_sites(bakery: Subscription, school: Subscription) -> None:
    client = resale.client("Harbour Bakery", bakery, school)
    resale.rate(client, Kind.FIXED, 35_00)
    (line,) = stated(client)["lines"]
    assert (line["sites"], line["price"]) == (["harbour-bakery.example", "kite-school.example"], 35_00)
    february = stated(client, Span(date(2027, 1, 1), date(2027, 3, 1)))
    assert [line["price"] for line in february["lines"]] == [35_00, 35_00]


def test_the_files_are_made_again_byte_by_byte_and_name_nobody_else(bakery: Subscription) -> None:
    client = resale.client("Harbour Bakery", bakery, language="de")
    resale.rate(client, Kind.FIXED, 35_00)
    look = client_statement.look_of(people.account(), client)
    made = client_statement.pdf(stated(client), look)
    assert made == client_statement.pdf(stated(client), look)
    assert made.startswith(b"%PDF")
    assert client_statement.csv(stated(client)) == client_statement.csv(stated(client))
    operator = money.seller().name.encode()
    for content in (made, client_statement.csv(stated(client))):
        assert b"trailhouse" not in content.lower()
        assert operator not in content
    assert "Januar 2027" in client_statement.shown(stated(client), look)["title"]


def test_a_brand_of_its_own_gives_name_and_colour(bakery: Subscription) -> None:
    client = resale.client("Harbour Bakery", bakery)
    assert client_statement.look_of(people.account(), client).name == "Northlight Studio"
    Brand.objects.create(
        account=people.account(), name="Tide Stats", colour="#aa0000", footer="KvK 1", licence=Brand.Licence.PLAIN
    )
    look = client_statement.look_of(people.account(), client)
    assert (look.name, look.colour, look.footer) == ("Tide Stats", "#aa0000", "KvK 1")


def test_a_statement_is_sent_once_a_click_and_kept_as_it_was(bakery: Subscription) -> None:
    client = resale.client("Harbour Bakery", bakery, email="owner@harbour-bakery.example", language="nl")
    resale.rate(client, Kind.PLUS, 5000)
    resale.invoice({bakery: 19_00})

    def send(key: str) -> ClientStatement:
        return client_statements.send(resale.billing(), client, JANUARY, key=key, by=people.reseller())

    first = send(KEY)
    assert send(KEY) == first
    (told,) = Mail.objects.filter(template=client_statements.TEMPLATE)
    assert (told.to, told.language, told.account_id) == (client.email, "nl", people.account().pk)
    (file,) = attaching.files_of(told)
    assert (file.name, file.type) == ("statement-2027-01-harbour-bakery.pdf", "application/pdf")
    resale.invoice({bakery: 1_00})
    assert attaching.files_of(told) == [file]
    (one,) = client_statements.ready(resale.billing(), JANUARY)
    assert one.changed
    assert one.sent == first
    send(KEY[:-1] + "2")
    (one,) = client_statements.ready(resale.billing(), JANUARY)
    assert not one.changed
    assert Mail.objects.filter(template=client_statements.TEMPLATE).count() == 2
    assert django_mail.outbox == []


def test_the_mail_to_a_client_names_neither_cost_nor_us(bakery: Subscription) -> None:
    client = resale.client("Harbour Bakery", bakery, email="owner@harbour-bakery.example")
    resale.rate(client, Kind.PLUS, 5000)
    resale.invoice({bakery: 19_00})
    client_statements.send(resale.billing(), client, JANUARY, key=KEY, by=people.reseller())
    made = rendering.render(Mail.objects.get(template=client_statements.TEMPLATE))
    assert made.subject == "Statement of Northlight Studio for January 2027"
    assert "€28.50" in made.text
    assert "19.00" not in made.text
    assert "trailhouse" not in (made.text + made.html).lower()


@pytest.mark.parametrize(
    ("email", "value", "code"),
    [
        pytest.param("", 10_00, "no_client_email", id="nobody to send it to"),
        pytest.param("owner@harbour-bakery.example", None, "nothing_to_state", id="nothing is owed"),
    ],
)
def test_a_statement_that_cannot_be_sent_says_why(email: str, value: int | None, code: str, time: Time) -> None:
    client = resale.client("Harbour Bakery", email=email)
    if value is not None:
        resale.rate(client, Kind.FIXED, value)
    with pytest.raises(UserError) as refused:
        client_statements.send(resale.billing(), client, JANUARY, key=KEY, by=people.reseller())
    assert refused.value.code == code
    assert not ClientStatement.objects.exists()


def test_an_account_that_has_not_paid_writes_to_few_strangers_in_a_day(time: Time) -> None:
    client = resale.client("Harbour Bakery", email="owner@harbour-bakery.example")
    resale.rate(client, Kind.FIXED, 10_00)

    def send(number: int) -> ClientStatement:
        key = KEY[:-2] + f"{number:02d}"
        return client_statements.send(resale.billing(), client, JANUARY, key=key, by=people.reseller())

    for number in range(MOST_TO_STRANGERS):
        send(number)
    with pytest.raises(UserError) as refused:
        send(99)
    assert refused.value.code == "too_many_mails"
    assert ClientStatement.objects.count() == MOST_TO_STRANGERS
    BillingAccount.objects.update(paid_once_at=time.now - timedelta(days=1))
    send(99)


def test_days_that_are_not_invoiced_yet_are_told(bakery: Subscription) -> None:
    money.activate(bakery)
    assert report().is_open == (bakery.paid_until is not None and bakery.paid_until < JANUARY.end)
    assert report(Span(date(2027, 1, 1), date(2027, 3, 1))).is_open
