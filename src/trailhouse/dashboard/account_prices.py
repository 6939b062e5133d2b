"""What the account page says of payment: state and price of each site and sums, to whoever sees what is paid alone."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import F

from trailhouse.accounts.models import User
from trailhouse.billing import client_rates, enrolment, statement
from trailhouse.billing.book import Interval, PriceBook, rate_at
from trailhouse.billing.models import BillingAccount, Subscription
from trailhouse.billing.pricing import Counted
from trailhouse.billing.states import RANKED, State
from trailhouse.billing.values import book_of, counted, day_of
from trailhouse.core import clock
from trailhouse.dashboard import billing_words, formats
from trailhouse.dashboard.ladder import Ladder, ladder_of
from trailhouse.sites.access import Privilege, rights
from trailhouse.sites.listing import ListedSite


@dataclass(frozen=True, slots=True)
class Price:
    """A site's state of payment and its price a month, in words."""

    badge: billing_words.Badge
    month: str = ""
    rate: str = ""
    tier: str = ""
    if_activated: bool = False


@dataclass(frozen=True, slots=True)
class Cost:
    """A site's state of payment and its price a month."""

    subscription: Subscription
    terms: statement.Terms
    currency: str

    @property
    def amount(self) -> int:
        """A month's price in minor units; -1 where there is none."""
        return self.terms.month.net if self.terms.month else -1

    def words(self) -> Price:
        """The same in words; of the rows that are shown alone, since an account may have thousands."""
        badge, terms = billing_words.badge(self.subscription), self.terms
        if terms.month is None:
            return Price(badge)
        return Price(
            badge,
            month=billing_words.money(terms.month.net, self.currency),
            rate=f"−{billing_words.rate(terms.rate)}" if terms.rate else "",
            tier=billing_words.tier(terms.tier.pageviews) if terms.tier else "",
            if_activated=terms.if_activated,
        )


@dataclass(frozen=True, slots=True)
class Charge:
    """What the account's clients pay it a month and what it keeps of that, in words; empty where no rate is set.

    `unrated` and `foreign` are how many clients are left out of it, as in `client_rates.Charged`.
    """

    price: str = ""
    margin: str = ""
    loses: bool = False
    unrated: int = 0
    foreign: int = 0


@dataclass(frozen=True, slots=True)
class Sums:
    """What an account pays, in words; `due` are the domains of the sites that are locked until they are activated.

    `next_rate` is the discount of one more site, empty where it pays in full; `step` is the one after it, from site
    `step_from` on. `due_month` is the price of the only site that is due, empty where there are several. Of the `late`
    ones a payment is missing while they are open. `yearly`: some of the sites are paid by the year. `may_change`: the
    reader may set what clients pay.
    """

    account: int
    name: str
    paid: int
    trials: int
    month: str
    yearly: bool
    next_rate: str
    step: str
    step_from: str
    invoice_on: str
    charge: Charge
    ladder: Ladder
    may_change: bool
    due: Sequence[str] = ()
    due_month: str = ""
    late: Sequence[Subscription] = ()


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by number of the site, and the sums of each account."""

    of_sites: Mapping[int, Cost] = field(default_factory=dict)
    sums: Sequence[Sums] = ()


@dataclass(frozen=True)
class _Paying:
    """An account that is billed, with its subscriptions, and by their number their terms and clients."""

    billing: BillingAccount
    book: PriceBook
    rows: Sequence[Subscription]
    terms: Mapping[int, statement.Terms]
    owners: Mapping[int, int | None]
    paid: Sequence[Counted]  # those that count for the discount

    @property
    def month(self) -> int:
        """What it pays a month, net."""
        return sum(one.month.net for one in self.terms.values() if one.month and not one.if_activated)

    def costs(self) -> dict[int, list[int]]:
        """What each paid site costs a month, by the client; a client whose sites are not paid for has none."""
        found: dict[int, list[int]] = defaultdict(list)
        for one in self.rows:
            owner, terms = self.owners[one.pk], self.terms[one.pk]
            if owner is not None and one.state != State.CANCELLED:
                found[owner] += [terms.month.net] if terms.month and not terms.if_activated else []
        return found


def prices_of(user: User, sites: Collection[ListedSite]) -> Prices:
    """Of the accounts where `user` sees what is paid; nothing where this instance bills nobody."""
    found: dict[int, Cost] = {}
    sums = []
    for billing in enrolment.billed({site.account_id for site in sites}) if sites else ():
        may = rights(user, billing.account).privileges
        if Privilege.VIEW_BILLING not in may:
            continue
        paying = _paying(billing)
        terms, currency = paying.terms, paying.book.currency
        found |= {one.site_id: Cost(one, terms[one.pk], currency) for one in paying.rows if one.site_id is not None}
        sums.append(_sums(paying, may_change=Privilege.CHANGE_BILLING in may))
    return Prices(found, sums)


def _paying(billing: BillingAccount) -> _Paying:
    found = Subscription.objects.filter(account=billing.account).exclude(site=None).order_by("domain", "pk")
    rows = list(found.annotate(owner=F("site__client")))
    for one in rows:
        one.account = billing.account
    owners = {one.pk: one.owner for one in rows}
    book = book_of(billing)
    paid = [counted(one, book) for one in rows if State(one.state) in RANKED]
    return _Paying(billing, book, rows, statement.terms_of(billing, rows, paid), owners, paid)


def _sums(paying: _Paying, *, may_change: bool) -> Sums:
    billing, book, rows, paid = paying.billing, paying.book, paying.rows, paying.paid
    due = [one for one in rows if one.state == State.DUE]
    rate = rate_at(book, len(paid) + 1)
    step = next((step for step in book.ladder if step.rank > len(paid) + 1 and step.rate > rate), None)
    only = paying.terms[due[0].pk].month if len(due) == 1 else None
    return Sums(
        account=billing.account_id,
        name=billing.account.name,
        paid=len(paid),
        trials=sum(one.state == State.TRIAL for one in rows),
        month=billing_words.money(paying.month, book.currency),
        yearly=any(one.interval is Interval.YEARLY for one in paid),
        next_rate=f"−{billing_words.rate(rate)}" if rate else "",
        step=f"−{billing_words.rate(step.rate)}" if step else "",
        step_from=formats.count(step.rank) if step else "",
        invoice_on=formats.short_day(billing.next_billing_on) if billing.next_billing_on else "",
        charge=_charge(paying),
        ladder=ladder_of(billing, paid),
        may_change=may_change,
        due=[one.domain for one in due],
        due_month=billing_words.money(only.net, book.currency) if only else "",
        late=[one for one in rows if one.state == State.PAST_DUE],
    )


def _charge(paying: _Paying) -> Charge:
    today = day_of(paying.billing.account, clock.now())
    found = client_rates.charged(paying.billing, today, paying.costs())
    if found.price is None:
        return Charge(unrated=found.unrated, foreign=found.foreign)
    kept = found.price - paying.month
    price, margin = (billing_words.money(amount, paying.book.currency) for amount in (found.price, kept))
    return Charge(price, margin, kept < 0, found.unrated, found.foreign)
