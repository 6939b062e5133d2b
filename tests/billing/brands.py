"""A brand of the reseller's and an instance that has fees for it, for tests of licences."""

from datetime import date, datetime

from tests import people
from tests.billing import money
from trailhouse.billing import activating, books, enrolment, licences, tick
from trailhouse.billing.book import DEFAULT_BOOK, Fees, PriceBook
from trailhouse.billing.models import BillingAccount, Book, Licence, Notice
from trailhouse.branding.models import Brand
from trailhouse.core import clock

FEES = Fees(setup_logo=300_00, setup_plain=100_00, licence_logo=240_00, licence_plain=120_00)


def publish(fees: Fees = FEES) -> Book:
    """The book that ships, with these fees, published; the reseller is on it at once."""
    billing = enrolment.billing_of(money.account())
    prices = PriceBook("EUR", DEFAULT_BOOK.tiers, DEFAULT_BOOK.ladder, fees)
    book = books.draft("With fees", prices, date(2026, 1, 1), by=people.operator())
    books.publish(book, by=people.operator())
    BillingAccount.objects.filter(pk=billing.pk).update(book=book)
    return book


def brand(name: str = "Tide Stats") -> Brand:
    """A brand of the reseller's."""
    return Brand.objects.get_or_create(account=money.account(), name=name)[0]


def licence(of: Brand | None = None) -> Licence:
    """What it is to its payer, as it stands now."""
    return Licence.objects.select_related("account", "brand").get(brand=of or brand())


def order(of: Brand | None = None, *, logo: bool = True, pay: bool = True) -> Licence:
    """Ordered, and paid by transfer where that is asked for."""
    wanted = of or brand()
    licences.order(wanted, logo=logo, by=people.reseller())
    request = activating.open_request(people.account())
    if pay and request is not None:
        money.pay(request.total)
    return licence(wanted)


def standing(of: Brand | None = None) -> tuple[str, bool]:
    """What the brand is licensed for, and whether that holds now."""
    from trailhouse.branding import looks

    row = Brand.objects.get(pk=(of or brand()).pk)
    return row.licence, looks.is_active(row, clock.now())


def run(time: money.Time, at: datetime) -> None:
    """Let it be `at`, and have the job run, twice: the second time changes nothing."""
    time.at(at)
    for _again in range(2):
        tick.run(money.FlatMeter(0))


def told() -> list[str]:
    """The kinds of what the reseller was told, in order."""
    return list(Notice.objects.filter(account=people.account()).order_by("at", "pk").values_list("kind", flat=True))
