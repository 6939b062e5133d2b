"""What the account page says of payment: state and price of each site, to whoever sees what is paid, and nobody else."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from trailhouse.accounts.models import Account, User
from trailhouse.billing import enrolment, statement
from trailhouse.billing.models import BillingAccount, Subscription
from trailhouse.dashboard import billing_words
from trailhouse.sites.access import Privilege, allowed_in_account
from trailhouse.sites.listing import ListedSite


@dataclass(frozen=True, slots=True)
class Price:
    """A site's state of payment in words, and its price a month; `amount` is -1 where there is none."""

    badge: billing_words.Badge
    amount: int = -1  # minor units
    month: str = ""
    rate: str = ""
    if_activated: bool = False


def prices_of(user: User, sites: Collection[ListedSite]) -> Mapping[int, Price]:
    """By number of the site: of the accounts where `user` sees what is paid; empty where this instance bills nobody."""
    if not sites or not enrolment.billing_on():
        return {}
    found: dict[int, Price] = {}
    for account in Account.objects.filter(pk__in={site.account_id for site in sites}, demo=False):
        if allowed_in_account(user, account, Privilege.VIEW_BILLING):
            found |= _of_account(account)
    return found


def _of_account(account: Account) -> dict[int, Price]:
    billing = BillingAccount.objects.select_related("account", "book").filter(account=account).first()
    if billing is None:
        return {}
    rows = list(Subscription.objects.filter(account=account).exclude(site=None))
    for one in rows:
        one.account = account
    terms = statement.terms_of(billing, rows)
    return {one.site_id: _price(one, terms[one.pk], billing.book.currency) for one in rows if one.site_id is not None}


def _price(one: Subscription, terms: statement.Terms, currency: str) -> Price:
    badge = billing_words.badge(one)
    if terms.month is None:
        return Price(badge)
    rate = f"−{billing_words.rate(terms.rate)}" if terms.rate else ""
    return Price(badge, terms.month.net, billing_words.money(terms.month.net, currency), rate, terms.if_activated)
