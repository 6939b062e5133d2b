"""What an account earns with its clients in some months: read from its documents, its sites and the clients' rates."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import F, Q

from trailhouse.billing import client_rates, earning
from trailhouse.billing.earning import Cell, Charge, Place
from trailhouse.billing.models import BillingAccount, ClientRate, Document, Line, Subscription
from trailhouse.billing.periods import Span
from trailhouse.billing.values import PAYING, day_of
from trailhouse.core import csv_files
from trailhouse.core.money import decimal_text
from trailhouse.sites.models import Client, Site

DAY = timedelta(days=1)
MOST_MONTHS = 36
AMOUNTS = frozenset({3, 4, 5})  # columns


@dataclass(frozen=True)
class Sums:
    """Cost, price and what is left, in minor units, net."""

    cost: int = 0
    price: int = 0

    @property
    def margin(self) -> int:
        """What is left of the price."""
        return self.price - self.cost

    @property
    def share(self) -> float | None:
        """The margin in per cent of the price; None without one."""
        return 100 * self.margin / self.price if self.price > 0 else None


@dataclass(frozen=True)
class SiteRow:
    """A site in the period; without a name: a fixed price that has no site yet, or fees of the account."""

    name: str
    sums: Sums


@dataclass(frozen=True)
class ClientRow:
    """A client in the period, by site; `client` None: what no client has."""

    client: Client | None
    rates: tuple[ClientRate, ...]  # that hold on some day of the period, the first one first
    cells: tuple[Cell, ...]
    sites: tuple[SiteRow, ...]
    sums: Sums

    @property
    def only(self) -> SiteRow | None:
        """Its site, where that is all there is."""
        return self.sites[0] if len(self.sites) == 1 else None

    def months(self, whole: Sequence[Span]) -> tuple[tuple[date, Sums], ...]:
        """Its sums by month."""
        return _by_month(self.cells, whole)


@dataclass(frozen=True)
class Report:
    """All clients of an account in whole months, and what its sites without a client and its fees cost."""

    span: Span
    currency: str
    clients: tuple[ClientRow, ...]
    loose: ClientRow
    months: tuple[tuple[date, Sums], ...]
    sums: Sums
    names: dict[int, str]
    is_open: bool  # whether days of the period can still be invoiced

    @property
    def rows(self) -> list[ClientRow]:
        """The clients, and what none has where that costs something."""
        return [*self.clients, *([self.loose] if self.loose.cells else [])]

    @property
    def without_rate(self) -> list[ClientRow]:
        """Clients whose sites cost something, or could, and who pay nothing since no rate was set."""
        return [row for row in self.clients if not row.rates]

    @property
    def losing(self) -> list[ClientRow]:
        """Clients with a rate that does not cover their cost."""
        return [row for row in self.clients if row.rates and row.sums.margin < 0]


@dataclass(frozen=True)
class Facts:
    """What there is to compute with: read once for a report or a statement."""

    places: dict[int, list[Place]]  # by client
    charges: dict[int | None, list[Charge]]  # by client; None: of none
    rates: dict[int, list[ClientRate]]
    names: dict[int, str]  # of sites, and of sites that are gone


def report(billing: BillingAccount, span: Span) -> Report:
    """The report of the whole months of `span`."""
    whole = earning.months(span)
    span = Span(whole[0].start, whole[-1].end)
    facts = facts_of(billing, span)
    clients = list(Client.objects.filter(account=billing.account).order_by("name", "pk"))
    rows = [_row(facts, one, whole) for one in clients]
    rows = [row for row in rows if row.cells or row.rates or facts.places.get(row.client.pk if row.client else 0)]
    loose = _row(facts, None, whole)
    cells = [cell for row in [*rows, loose] for cell in row.cells]
    return Report(
        span, billing.book.currency, tuple(rows), loose, _by_month(cells, whole), _sums(cells), facts.names,
        is_open(billing, span),
    )  # fmt: skip


def facts_of(billing: BillingAccount, span: Span, client: Client | None = None) -> Facts:
    """What the days of `span` are computed from; of one `client` alone where it is given.

    A site is whose it is today, in past months as well. One that was deleted or moved to another account has no client.
    """
    account = billing.account
    sites = Site.objects.filter(account=account, client__isnull=False, staging_of=None).order_by("domain", "pk")
    rates = ClientRate.objects.filter(client__account=account).order_by("valid_from")
    if client is not None:
        sites, rates = sites.filter(client=client), rates.filter(client=client)
    names: dict[int, str] = {}
    places: dict[int, list[Place]] = defaultdict(list)
    for site in sites:
        names[site.pk] = site.domain
        places[site.client_id or 0].append(Place(site.pk, day_of(account, site.added_at)))
    by_client: dict[int, list[ClientRate]] = defaultdict(list)
    for rate in rates:
        by_client[rate.client_id].append(rate)
    owners = {place.site: number for number, ones in places.items() for place in ones}
    charges: dict[int | None, list[Charge]] = defaultdict(list)
    for line in _lines(billing, span):
        number = line.subscription.site_number if line.subscription else None
        if number is not None:
            names.setdefault(number, line.text)
        charges[owners.get(number or 0)].append(Charge(number, _signed(line), _span(line)))
    return Facts(places, charges, by_client, names)


def _lines(billing: BillingAccount, span: Span) -> Iterable[Line]:
    """The lines of final documents for days of `span`; one without days stands for the day of its document."""
    with_days = Q(start__lt=span.end, end__gt=span.start) | Q(start__gte=span.start, start__lt=span.end, end=F("start"))
    without = Q(start=None, document__issued_on__gte=span.start, document__issued_on__lt=span.end)
    own = Q(document__account=billing.account, document__currency=billing.book.currency)
    found = Line.objects.filter(with_days | without, own)
    return found.select_related("document", "subscription").order_by("pk")


def _signed(line: Line) -> int:
    return -line.net if line.document.kind == Document.Kind.CREDIT_NOTE else line.net


def _span(line: Line) -> Span:
    start = line.start or line.document.issued_on
    return Span(start, max(line.end or start, start + DAY))


def _row(facts: Facts, client: Client | None, whole: Sequence[Span]) -> ClientRow:
    number = client.pk if client else None
    places = facts.places.get(client.pk, []) if client else []
    rates = facts.rates.get(client.pk, []) if client else []
    cells = earning.cells(places, facts.charges.get(number, []), client_rates.values_of(rates), whole)
    span = Span(whole[0].start, whole[-1].end)
    holding = {rate.since for rate, _days in earning.in_force(client_rates.values_of(rates), span)}
    by_site: dict[int | None, list[Cell]] = {place.site: [] for place in places}
    for cell in cells:
        by_site.setdefault(cell.site, []).append(cell)
    sites = [SiteRow(facts.names.get(site or 0, ""), _sums(ones)) for site, ones in by_site.items()]
    return ClientRow(
        client, tuple(rate for rate in rates if rate.valid_from in holding), tuple(cells),
        tuple(sorted(sites, key=lambda row: row.name)), _sums(cells),
    )  # fmt: skip


def _sums(cells: Iterable[Cell]) -> Sums:
    found = list(cells)
    return Sums(sum(cell.cost for cell in found), sum(cell.price for cell in found))


def _by_month(cells: Sequence[Cell], whole: Sequence[Span]) -> tuple[tuple[date, Sums], ...]:
    return tuple((month.start, _sums(cell for cell in cells if cell.month == month.start)) for month in whole)


def is_open(billing: BillingAccount, span: Span) -> bool:
    """Whether days of `span` may still be invoiced: a site that is paid for is billed to a day before its end."""
    paying = Subscription.objects.filter(account=billing.account, state__in=PAYING)
    return paying.filter(paid_until__lt=span.end).exists()


def csv(found: Report, head: Sequence[str], *, no_client: str) -> bytes:
    """A row a client, site and month: months as 2027-03, amounts as 12.34, whatever the language."""
    rows = []
    for row in found.rows:
        name = row.client.name if row.client else no_client
        for cell in sorted(row.cells, key=lambda cell: (cell.month, found.names.get(cell.site or 0, ""))):
            amounts = (decimal_text(value, found.currency) for value in (cell.cost, cell.price, cell.margin))
            site = found.names.get(cell.site or 0, "")
            rows.append([name, site, f"{cell.month:%Y-%m}", *amounts, found.currency])
    return csv_files.csv(head, rows, amounts=AMOUNTS)
