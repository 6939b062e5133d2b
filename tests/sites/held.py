"""What an account may hold that tests of all routes name by its number, made without what usually makes it."""

from datetime import date

from trailhouse.accounts.models import Account
from trailhouse.billing.models import Charge, ClientStatement, Document
from trailhouse.branding.models import Brand, Domain
from trailhouse.core import clock


def a_statement(account: Account) -> ClientStatement:
    """A statement that was sent to a client, of whom nothing is kept but this."""
    party = {"name": "Client", "contact": "", "address": ""}
    facts = {"language": "en", "reseller": party, "client": party, "currency": "EUR", "lines": [], "total": 0}
    facts |= {"start": "2026-01-01", "end": "2026-02-01"}
    key, start, end = str(ClientStatement.objects.count()), date(2026, 1, 1), date(2026, 2, 1)
    return ClientStatement.objects.create(
        account=account, key=key, start=start, end=end, currency="EUR", total=0, facts=facts, to="owner@client.example"
    )


def a_domain(account: Account, name: str) -> Domain:
    """A proved domain, of a brand of the account."""
    brand = Brand.objects.filter(account=account).first() or Brand.objects.create(account=account, name="Tide Stats")
    return Domain.objects.create(account=account, brand=brand, name=name, token="0", proved_at=clock.now())


def a_charge(invoice: Document) -> Charge:
    """A try to collect an invoice."""
    return Charge.objects.create(
        account=invoice.account, document=invoice, gateway="stripe", key=invoice.key, amount=1, currency="EUR"
    )
