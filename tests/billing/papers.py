"""Final documents for tests, as rows: written directly, so that each has just the lines it is about."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.billing import money
from trailhouse.accounts.models import Account
from trailhouse.billing import tax
from trailhouse.billing.amounts import line as amounts_of
from trailhouse.billing.issuing import taxes_now
from trailhouse.billing.models import BillingAccount, Document, Line
from trailhouse.billing.values import buyer_now, seller_now

STANDARD = tax.Treatment("S", 2100, "standard")
REVERSE = tax.Treatment("AE", 0, "reverse_charge")
# The invoice of the mock: domain, tier, list price, rank, rate.
FIVE = (
    ("dune-hotel.example", 500_000, 4900, 1, 0),
    ("harbour-bakery.example", 100_000, 1900, 2, 500),
    ("vanleer-law.example", 100_000, 1900, 3, 500),
    ("kite-school.example", 10_000, 900, 4, 500),
    ("northlight.example", 10_000, 900, 5, 1000),
)
Row = tuple[str, int | None, int, int | None, int]


def document(
    rows: Sequence[Row] = FIVE,
    *,
    to: Account | None = None,
    how: tax.Treatment = STANDARD,
    currency: str = "EUR",
    language: str = "en",
    buyer: dict[str, Any] | None = None,
    seller: dict[str, Any] | None = None,
    **more: Any,
) -> Document:
    """An invoice (or what `more` makes of it) over `rows` for January 2027."""
    account = to or money.account()
    billing = BillingAccount.objects.select_related("account__owner").get(account=account)
    nets = [amounts_of(row[2], row[4]).net for row in rows]
    totals = tax.totals((net, how) for net in nets)
    count = Document.objects.count() + 12
    values = {
        "kind": Document.Kind.INVOICE, "number": f"2027-{count:06d}", "reference": "RF83202700000012",
        "key": f"test/{count}", "issued_on": date(2027, 1, 1), "due_on": date(2027, 1, 15), "currency": currency,
        "net": totals.net, "tax": totals.tax, "total": totals.total, "taxes": taxes_now(totals),
        "seller_is": seller_now(money.seller()) | (seller or {}), "buyer_is": buyer_now(billing) | (buyer or {}),
        "language": language,
    }  # fmt: skip
    made = Document.objects.create(account=account, seller=money.seller(), **values | more)
    Line.objects.bulk_create(
        Line(
            document=made, position=position, text=text, tier=tier, list_price=price, rank=rank, rate=rate, net=net,
            start=date(2027, 1, 1), end=date(2027, 2, 1), interval="monthly",
        )
        for position, ((text, tier, price, rank, rate), net) in enumerate(zip(rows, nets, strict=True), 1)
    )  # fmt: skip
    return made


def credit_note(of: Document, **more: Any) -> Document:
    """A credit note over the first line of an invoice."""
    first = of.lines.order_by("position")[0]
    row = (first.text, first.tier, first.net, None, 0)
    return document(
        [row], kind=Document.Kind.CREDIT_NOTE, corrects=of, number=f"CN{of.number}", currency=of.currency, **more
    )
