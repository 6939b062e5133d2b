"""Clients and sites of the reseller with invoices and rates, for the tests of what she earns."""

from datetime import date

from tests import people
from tests.billing import money, papers
from trailhouse.billing import client_rates, enrolment
from trailhouse.billing.earning import Kind
from trailhouse.billing.models import BillingAccount, ClientRate, Document, Line, Subscription
from trailhouse.billing.periods import Span
from trailhouse.sites.clients import ClientValues, add_client, set_sites
from trailhouse.sites.models import Client

JANUARY = Span(date(2027, 1, 1), date(2027, 2, 1))


def billing() -> BillingAccount:
    """What billing knows of the reseller's account."""
    return enrolment.billing_of(money.account())


def client(name: str, *sites: Subscription, email: str = "", language: str = "", address: str = "") -> Client:
    """A client of the reseller's, with these sites."""
    values = ClientValues(name, email=email, language=language, address=address)
    made = add_client(people.account(), values, by=people.reseller())
    set_sites(made, [one.site_number for one in sites], by=people.reseller())
    return made


def rate(of: Client, kind: Kind, value: int, since: date = date(2027, 1, 1)) -> ClientRate:
    """The client's rate from a day on."""
    return client_rates.set_rate(billing(), of, kind, value, since, by=people.reseller())


def invoice(lines: dict[Subscription, int], span: Span = JANUARY, **more: object) -> Document:
    """An invoice with a line a site over the days of `span`; of a credit note where `more` says so."""
    made = papers.document([], **more)  # type: ignore[arg-type]
    Line.objects.bulk_create(
        Line(
            document=made, position=position, subscription=one, text=one.domain, tier=1000, list_price=net, net=net,
            start=span.start, end=span.end, interval="monthly",
        )
        for position, (one, net) in enumerate(lines.items(), 1)
    )  # fmt: skip
    return made


def fee(net: int, on: date = date(2027, 1, 10)) -> Document:
    """An invoice over a fee of the account, which stands for no site and no days."""
    made = papers.document([], issued_on=on)
    Line.objects.create(document=made, position=1, kind="fee", text="Brand licence", list_price=net, net=net)
    return made
