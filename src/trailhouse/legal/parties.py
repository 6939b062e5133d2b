"""Who somebody is before the law: what they entered for it, else what billing and the account know."""

from dataclasses import asdict, dataclass, fields
from typing import Any

from django.utils.translation import gettext as _

from trailhouse.accounts import selectors
from trailhouse.accounts.models import Account
from trailhouse.billing.documents import words
from trailhouse.billing.models import BillingAccount, Seller
from trailhouse.legal.models import Details
from trailhouse.sites.models import Client


@dataclass(frozen=True)
class Party:
    """One side of an agreement, or who answers for a page. Empty texts: not known."""

    name: str
    address: str = ""  # lines, the country last
    email: str = ""
    phone: str = ""
    represented_by: str = ""
    registration: str = ""
    vat_number: str = ""
    officer: str = ""

    @property
    def lines(self) -> list[str]:
        """The address, line by line."""
        return [line.strip() for line in self.address.splitlines() if line.strip()]

    def kept(self) -> dict[str, str]:
        """As a signature keeps it."""
        return asdict(self)


def from_kept(values: dict[str, Any]) -> Party:
    """What `Party.kept` kept; what a later version added to it is left out."""
    return Party(**{one.name: str(values.get(one.name, "")) for one in fields(Party)})


def of(account: Account | None) -> Party:
    """The account's company; of None: the operator's."""
    known = _known_account(account) if account else _known_operator()
    there = Details.objects.filter(account=account).first()
    if there is None:
        return known
    own = {one.name: getattr(there, one.name) for one in fields(Party)}
    if there.address and there.country:
        own["address"] = f"{there.address.strip()}\n{words.country(there.country)}"
    return Party(**{name: value or getattr(known, name) for name, value in own.items()})


def of_client(client: Client) -> Party:
    """A client, as far as its reseller wrote it down."""
    return Party(client.name, client.address, client.email, represented_by=client.contact)


def country_of(account: Account | None) -> str:
    """Where the account (None: the operator) sits, ISO 3166-1; empty where it is not known."""
    there = Details.objects.filter(account=account).values_list("country", flat=True).first()
    if there:
        return there
    rows = BillingAccount.objects.filter(account=account) if account else Seller.objects.filter(is_default=True)
    return rows.values_list("country", flat=True).first() or ""


def lacks(party: Party) -> list[str]:
    """What a legal notice usually must say and `party` does not, in words."""
    needed = {"address": _("the postal address"), "email": _("an e-mail address")}
    return [label for name, label in needed.items() if not getattr(party, name)]


def _known_account(account: Account) -> Party:
    billing = BillingAccount.objects.filter(account=account).first()
    if billing is None or not billing.address:
        return Party(account.name)
    return Party(
        billing.company or account.name,
        _address({name: getattr(billing, name) for name in ("address", "postcode", "city", "region", "country")}),
        vat_number=billing.vat_number,
    )


def _known_operator() -> Party:
    instance = selectors.instance()
    seller = Seller.objects.filter(is_default=True).first()
    if seller is None:
        return Party(instance.name, email=instance.support_email)
    return Party(
        seller.name,
        _address({name: getattr(seller, name) for name in ("address", "postcode", "city", "region", "country")}),
        instance.support_email,  # the address on invoices is for invoices
        registration=seller.registration,
        vat_number=seller.vat_number,
    )


def _address(values: dict[str, str]) -> str:
    return "\n".join(words.address(values))
