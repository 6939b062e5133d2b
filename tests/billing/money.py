"""An instance that bills, for tests: a seller, the cast's account, sites on trial, and a meter of steady pageviews."""

from collections.abc import Collection, Sequence
from contextlib import ExitStack
from datetime import UTC, date, datetime, timedelta
from types import TracebackType

from tests import people
from trailhouse.accounts.models import Account, Instance
from trailhouse.billing import activating, enrolment, receiving
from trailhouse.billing.book import Interval
from trailhouse.billing.models import BillingAccount, Document, Payment, Seller, Subscription
from trailhouse.billing.settling import open_lines, unpaid
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.sites.services import NewSite, add_site, note_first_events, note_key_visits

START = datetime(2027, 1, 4, 9, 30, tzinfo=UTC)


class Time:
    """The clock, which stands until a test moves it on: `time.passes(days=29)`."""

    def __init__(self, start: datetime = START) -> None:
        self.now = start
        self._held = ExitStack()

    def __enter__(self) -> "Time":
        self._held.enter_context(clock.frozen(self.now))
        switch_on()
        return self

    def __exit__(self, *given: type[BaseException] | BaseException | TracebackType | None) -> None:
        self._held.close()

    def passes(self, **delta: float) -> datetime:
        """Move on by a timedelta's arguments; what it is then."""
        return self.at(self.now + timedelta(**delta))

    def at(self, moment: datetime) -> datetime:
        """Move on to `moment`; forward only."""
        assert moment >= self.now
        self.now = moment
        self._held.enter_context(clock.frozen(moment))
        return moment


class FlatMeter:
    """So many pageviews on each day; `by_site` for sites that have others."""

    def __init__(self, per_day: int = 0, by_site: dict[int, int] | None = None) -> None:
        self.per_day = per_day
        self.by_site = by_site or {}

    def days(self, subscriptions: Sequence[Subscription], first: date, until: date) -> dict[int, dict[date, int]]:
        """The same on each day."""
        span = [first + timedelta(number) for number in range((until - first).days)]
        return {one.pk: dict.fromkeys(span, self.by_site.get(one.site_number, self.per_day)) for one in subscriptions}

    def close_days(self, now: datetime | None = None) -> int:
        """Nothing is closed: what it says does not change."""
        return 0


def seller() -> Seller:
    """The operator's company."""
    return Seller.objects.get_or_create(
        name="Trailhouse Hosting BV",
        defaults={
            "address": "Kade 1", "postcode": "1012 AB", "city": "Amsterdam", "country": "NL",
            "vat_number": "NL123456789B01", "registration": "KvK 12345678", "iban": "NL91ABNA0417164300",
            "bic": "ABNANL2A", "email": "billing@trailhouse.example",
        },
    )[0]  # fmt: skip


def switch_on() -> None:
    """Billing is on, and somebody sells."""
    seller()
    on = {"billing": Instance.Billing.ON, "billed_since": clock.now()}
    Instance.objects.update_or_create(pk=Instance.ONLY, defaults=on)


def account() -> Account:
    """The reseller's account, with an address in the Netherlands."""
    found = people.account()
    billing = enrolment.billing_of(found)
    BillingAccount.objects.filter(pk=billing.pk).update(
        company="Northlight Studio", address="Havenplein 7", postcode="1781 AB", city="Den Helder", country="NL"
    )
    return found


def site(domain: str, *, visited: bool = True) -> Subscription:
    """A site of the reseller's that is added now, and visited at once by its key."""
    made = add_site(account(), NewSite(domain), by=people.reseller(), mail=False)
    if visited:
        note_first_events({made.pk: clock.now()})
        note_key_visits({made.pk: clock.now()})
        enrolment.enrol_missing()
    return Subscription.objects.select_related("site", "account").get(site=made)


def pay(amount: int, key: str = "", *, sites: Collection[int] = (), document: Document | None = None) -> Payment:
    """The account pays `amount` by transfer."""
    return receiving.receive(
        account(), Money(amount, "EUR"), gateway="transfer", key=key or f"bank/{Payment.objects.count()}",
        received_on=clock.now().date(), sites=sites, document=document,
    )  # fmt: skip


def pay_all() -> Payment | None:
    """What is open and asked for is paid; None where nothing is."""
    found = people.account()
    request = activating.open_request(found)
    owed = sum(line.owed for line in open_lines(unpaid(found))) + (request.total if request else 0)
    return pay(owed) if owed else None


def activate(*sites: Subscription, interval: Interval = Interval.MONTHLY, days: FlatMeter | None = None) -> None:
    """These sites are activated, and paid where that is asked for."""
    activating.activate(people.account(), dict.fromkeys(sites, interval), by=people.reseller(), days=days)
    request = activating.open_request(people.account())
    if request is not None:
        pay(request.total)
    for one in sites:
        one.refresh_from_db()


def invoices() -> list[Document]:
    """Of the reseller, the oldest first."""
    return list(Document.objects.filter(account=people.account(), kind=Document.Kind.INVOICE).order_by("pk"))
