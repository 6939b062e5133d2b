"""What a fresh database holds of `billing`: the price book and the tax rates that ship."""

from datetime import UTC, date, datetime
from typing import Any

from trailhouse.billing import tax
from trailhouse.billing.book import DEFAULT_BOOK


def ship(apps: Any, editor: Any) -> None:
    """Add the price book, where there is none, and the tax rates that are missing."""
    Book = apps.get_model("billing", "Book")
    TaxRate = apps.get_model("billing", "TaxRate")
    if not Book.objects.exists():
        Book.objects.create(
            name="Standard",
            version=1,
            currency=DEFAULT_BOOK.currency,
            content=DEFAULT_BOOK.to_json(),
            valid_from=date(2026, 1, 1),
            published_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
    for rate in tax.shipped_rates():
        TaxRate.objects.get_or_create(
            country=rate.country, region=rate.region, valid_from=rate.valid_from, defaults={"rate": rate.rate}
        )
