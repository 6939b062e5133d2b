"""The price books that anybody may read: the default one of each currency."""

from trailhouse.billing.book import PriceBook
from trailhouse.billing.models import Book
from trailhouse.core import clock


def public_books() -> dict[str, PriceBook]:
    """By currency, the default book on which a new account begins today; EUR first. Empty where none is published."""
    rows = Book.objects.filter(account=None, published_at__isnull=False, valid_from__lte=clock.now().date())
    found: dict[str, PriceBook] = {}
    for row in rows.order_by("-valid_from", "-version"):
        if row.currency not in found:
            found[row.currency] = PriceBook.from_json(row.content)
    return dict(sorted(found.items(), key=lambda pair: (pair[0] != "EUR", pair[0])))
