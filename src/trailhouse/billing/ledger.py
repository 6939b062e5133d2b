"""What the whole instance earned, is owed, won and lost: selectors over all accounts. Writes nothing.

Amounts are minor units by currency. A month is a calendar month of UTC.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db.models import F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce

from trailhouse.accounts.models import Account
from trailhouse.billing.amounts import half_up
from trailhouse.billing.book import Interval, PriceBook
from trailhouse.billing.licence_states import LicenceState
from trailhouse.billing.models import (
    BillingAccount,
    BillingEvent,
    Credit,
    Document,
    LicenceSpan,
    PaidSpan,
    Payment,
    Request,
    Subscription,
)
from trailhouse.billing.periods import months_after
from trailhouse.billing.pricing import Sized, account_month, counted
from trailhouse.billing.values import PAYING, book_of
from trailhouse.core import clock

DAYS = 30  # of "paid lately"
MONTHS = 12
LICENSED = (LicenceState.ACTIVE, LicenceState.PAST_DUE)
Sums = dict[str, int]


def invoices() -> QuerySet[Document, Document]:
    """All documents, newest first, each with `paid`: what payments, credit and credit notes settled of it."""
    paid = Coalesce(Sum("allocations__amount"), Value(0))
    return Document.objects.annotate(paid=paid).select_related("account").order_by("-issued_on", "-pk")


def open_invoices() -> QuerySet[Document, Document]:
    """Invoices of which something is open."""
    found = invoices().filter(kind=Document.Kind.INVOICE, total__gt=0)
    return found.filter(paid__lt=F("total"))  # type: ignore[misc]  # annotated


def overdue_invoices() -> QuerySet[Document, Document]:
    """Invoices of which something is open though their day has passed."""
    return open_invoices().filter(due_on__lt=clock.now().date())


def lately() -> date:
    """The first of the days that "paid lately" holds."""
    return clock.now().date() - timedelta(days=DAYS)


def owed(documents: Iterable[Document]) -> Sums:
    """What is open of these, which `invoices` found, by currency."""
    sums: Counter[str] = Counter()
    for one in documents:
        sums[one.currency] += one.total - one.paid  # type: ignore[attr-defined]  # annotated
    return dict(sums)


def received(since: date) -> Sums:
    """What came in since that day, less what was given back, by currency."""
    rows = Payment.objects.filter(received_on__gte=since).order_by().values_list("currency").annotate(Sum("amount"))
    return {currency: amount or 0 for currency, amount in rows}


def asked() -> Sums:
    """What open payment requests ask for, by currency."""
    rows = Request.objects.filter(state=Request.State.OPEN).order_by().values_list("currency").annotate(Sum("total"))
    return {currency: amount or 0 for currency, amount in rows}


def recurring(accounts: Collection[int] | None = None) -> dict[int, tuple[str, int]]:
    """What each account that pays does so a month: currency and net amount, by the account's number.

    A licence of a brand counts a twelfth of its year; its set-up, which is paid once, does not count.
    """
    rows = Subscription.objects.filter(state__in=PAYING)
    billings = BillingAccount.objects.select_related("book")
    if accounts is not None:
        rows, billings = rows.filter(account__in=accounts), billings.filter(account__in=accounts)
    own: dict[int, list[Sized]] = defaultdict(list)
    for number, account, tier, interval, began in rows.values_list("pk", "account", "tier", "interval", "began_at"):
        own[account].append(Sized(number, tier or 0, Interval(interval), began))
    years = _licence_years(accounts)
    return {
        one.account_id: (one.book.currency, _month(book_of(one), own[one.account_id]) + years.get(one.account_id, 0))
        for one in billings
        if one.account_id in own or one.account_id in years
    }


def _licence_years(accounts: Collection[int] | None) -> dict[int, int]:
    """A twelfth of what the running years of licences cost, by account; of a lapsed or granted one nothing."""
    today = clock.now().date()
    spans = LicenceSpan.objects.filter(licence__state__in=LICENSED, start__lte=today, end__gt=today)
    if accounts is not None:
        spans = spans.filter(licence__account__in=accounts)
    sums: Counter[int] = Counter()
    net_of = spans.annotate(back=Coalesce(Sum("line__corrections__net"), Value(0)))
    for account, net, back in net_of.values_list("licence__account", "line__net", "back"):
        sums[account] += half_up(net - back, MONTHS)
    return dict(sums)


def _month(book: PriceBook, sites: Sequence[Sized]) -> int:
    return account_month(book, [counted(book, one) for one in sites])


def totals(of: Mapping[int, tuple[str, int]]) -> Sums:
    """The sum of `recurring` by currency."""
    sums: Counter[str] = Counter()
    for currency, amount in of.values():
        sums[currency] += amount
    return dict(sums)


def months() -> list[date]:
    """The first days of the last twelve months, the present one last."""
    first = clock.now().date().replace(day=1)
    return [months_after(first, -back, 1) for back in range(MONTHS - 1, -1, -1)]


def recurring_by_month() -> dict[str, dict[date, int]]:
    """By currency and month: what the days that were billed for its last day (of the present one: today) bring a month.

    A year counts a twelfth, that of a licence as well, the rest of a month as the month that it is a part of, credit
    notes are taken off. What was removed, paused or locked by then is not in it; of a lapsed licence the year is.
    """
    today = clock.now().date()
    days = {month: min(months_after(month, 1, 1) - timedelta(days=1), today) for month in months()}
    first = min(days.values())
    stopped = _stopped()
    result: dict[str, dict[date, int]] = defaultdict(dict)
    rows = PaidSpan.objects.filter(end__gt=first, start__lte=today).annotate(
        back=Coalesce(Sum("line__corrections__net"), Value(0))
    )
    names = ("subscription", "start", "end", "interval", "line__net", "back", "line__days", "line__of_days",
             "line__document__currency")  # fmt: skip
    for number, start, end, interval, net, back, part, whole, currency in rows.values_list(*names):
        # The rest of a month of a yearly site is `part` of twelve times its days: a year again.
        amount = half_up((net - back) * (whole or 1), (part or 1) * Interval(interval).months)
        for month, day in days.items():
            if start <= day < end and not any(a <= day < b for a, b in stopped.get(number, ())):
                result[currency][month] = result[currency].get(month, 0) + amount
    years = LicenceSpan.objects.filter(end__gt=first, start__lte=today).annotate(
        back=Coalesce(Sum("line__corrections__net"), Value(0))
    )
    for start, end, net, back, currency in years.values_list(
        "start", "end", "line__net", "back", "line__document__currency"
    ):
        for month, day in days.items():
            if start <= day < end:
                result[currency][month] = result[currency].get(month, 0) + half_up(net - back, MONTHS)
    return dict(result)


def _stopped() -> dict[int, list[tuple[date, date]]]:
    """The days on which each site was not paid for though it once was, by the number of its subscription."""
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    since: dict[int, date] = {}
    for number, before, after, at in _moves().values_list("subscription", "before", "after", "at"):
        if before in PAYING and after not in PAYING:
            since[number] = at.date()
        elif number in since and after in PAYING:
            found[number].append((since.pop(number), at.date()))
    for number, day in since.items():
        found[number].append((day, date.max))
    return found


def _moves() -> QuerySet[BillingEvent, BillingEvent]:
    """Events by which sites begin or end to be paid for, oldest first."""
    inside = Q(before__in=PAYING)
    leads = Q(after__in=PAYING)
    sites = BillingEvent.objects.filter(subscription__isnull=False)
    return sites.filter((inside & ~leads) | (leads & ~inside)).order_by("at", "pk")


def won_or_lost(month: date, what: str) -> QuerySet[BillingEvent, BillingEvent]:
    """The events of a month by which sites were won ("won") or lost ("lost"), newest first."""
    start, end = (datetime(day.year, day.month, 1, tzinfo=UTC) for day in (month, months_after(month, 1, 1)))
    found = _moves().filter(at__gte=start, at__lt=end).select_related("subscription", "account")
    found = found.filter(after__in=PAYING) if what == "won" else found.filter(before__in=PAYING)
    return found.order_by("-at", "-pk")


@dataclass(frozen=True)
class Month:
    """A month's movement of sites that are paid for; `at_start` were paid for when it began."""

    first: date
    at_start: int
    won: int
    lost: int

    @property
    def churn(self) -> float | None:
        """The share of the sites at its start that was lost, in per cent; None without any."""
        return 100 * self.lost / self.at_start if self.at_start else None


def movements() -> list[Month]:
    """The last twelve months, newest first: paid now, less what was won and lost since."""
    won: Counter[date] = Counter()
    lost: Counter[date] = Counter()
    every = months()
    begin = datetime(every[0].year, every[0].month, 1, tzinfo=UTC)
    for before, at in _moves().filter(at__gte=begin).values_list("before", "at"):
        (lost if before in PAYING else won)[at.date().replace(day=1)] += 1
    standing = Subscription.objects.filter(state__in=PAYING).count()
    result = []
    for month in reversed(every):
        standing += lost[month] - won[month]
        result.append(Month(month, standing, won[month], lost[month]))
    return result


@dataclass
class AccountFigures:
    """What the list says of an account."""

    account: Account
    currency: str = ""
    month: int = 0
    sites: int = 0
    open: int = 0
    overdue: int = 0
    credit: int = 0


def account_figures(accounts: Sequence[Account]) -> list[AccountFigures]:
    """The figures of these accounts, by a handful of questions."""
    numbers = [one.pk for one in accounts]
    found = {one.pk: AccountFigures(one) for one in accounts}
    for account, currency in BillingAccount.objects.filter(account__in=numbers).values_list(
        "account", "book__currency"
    ):
        found[account].currency = currency
    for account, (_currency, amount) in recurring(numbers).items():
        found[account].month = amount
    paying = Subscription.objects.filter(account__in=numbers, state__in=PAYING).values_list("account", flat=True)
    for account, count in Counter(paying).items():
        found[account].sites = count
    today = clock.now().date()
    for one in open_invoices().filter(account__in=numbers):
        left = one.total - one.paid  # type: ignore[attr-defined]
        found[one.account_id].open += left
        found[one.account_id].overdue += left if one.due_on < today else 0
    credits = Credit.objects.filter(account__in=numbers).order_by().values_list("account").annotate(Sum("amount"))
    for account, amount in credits:
        found[account].credit = amount or 0
    return list(found.values())
