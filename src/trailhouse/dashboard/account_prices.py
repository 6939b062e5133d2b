"""What the account page says of payment: state and price of each site and sums, to whoever sees what is paid alone."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from trailhouse.accounts.models import Account, User
from trailhouse.billing import enrolment, statement
from trailhouse.billing.book import PriceBook, rate_at
from trailhouse.billing.models import BillingAccount, Subscription
from trailhouse.billing.states import RANKED, State
from trailhouse.billing.values import book_of
from trailhouse.dashboard import billing_words, formats
from trailhouse.sites.access import Privilege, allowed_in_account
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
class Sums:
    """What an account pays, in words; `due` are the domains of the sites that are locked until they are activated.

    `next_rate` is the discount of one more site, empty where it pays in full; `step` is the one after it, from site
    `step_from` on. `due_month` is the price of the only site that is due, empty where there are several.
    """

    account: int
    name: str
    paid: int
    trials: int
    month: str
    next_rate: str
    step: str
    step_from: str
    invoice_on: str
    due: Sequence[str] = ()
    due_month: str = ""


@dataclass(frozen=True, slots=True)
class Prices:
    """Prices by number of the site, and the sums of each account."""

    of_sites: Mapping[int, Cost] = field(default_factory=dict)
    sums: Sequence[Sums] = ()


def prices_of(user: User, sites: Collection[ListedSite]) -> Prices:
    """Of the accounts where `user` sees what is paid; nothing where this instance bills nobody."""
    if not sites or not enrolment.billing_on():
        return Prices()
    found: dict[int, Cost] = {}
    sums = []
    for account in Account.objects.filter(pk__in={site.account_id for site in sites}, demo=False):
        billing = _billing_of(account) if allowed_in_account(user, account, Privilege.VIEW_BILLING) else None
        if billing is None:
            continue
        rows = _subscriptions(account)
        terms, book = statement.terms_of(billing, rows), book_of(billing)
        found |= {one.site_id: Cost(one, terms[one.pk], book.currency) for one in rows if one.site_id is not None}
        sums.append(_sums(billing, book, rows, terms))
    return Prices(found, sums)


def _billing_of(account: Account) -> BillingAccount | None:
    return BillingAccount.objects.select_related("account").filter(account=account).first()


def _subscriptions(account: Account) -> list[Subscription]:
    rows = list(Subscription.objects.filter(account=account).exclude(site=None).order_by("domain", "pk"))
    for one in rows:
        one.account = account
    return rows


def _sums(
    billing: BillingAccount, book: PriceBook, rows: Sequence[Subscription], terms: Mapping[int, statement.Terms]
) -> Sums:
    paid = sum(State(one.state) in RANKED for one in rows)
    due = [one for one in rows if one.state == State.DUE]
    month = sum(one.month.net for one in terms.values() if one.month and not one.if_activated)
    rate = rate_at(book, paid + 1)
    step = next((step for step in book.ladder if step.rank > paid + 1 and step.rate > rate), None)
    only = terms[due[0].pk].month if len(due) == 1 else None
    return Sums(
        account=billing.account_id,
        name=billing.account.name,
        paid=paid,
        trials=sum(one.state == State.TRIAL for one in rows),
        month=billing_words.money(month, book.currency),
        next_rate=f"−{billing_words.rate(rate)}" if rate else "",
        step=f"−{billing_words.rate(step.rate)}" if step else "",
        step_from=formats.count(step.rank) if step else "",
        invoice_on=formats.short_day(billing.next_billing_on) if billing.next_billing_on else "",
        due=[one.domain for one in due],
        due_month=billing_words.money(only.net, book.currency) if only else "",
    )
