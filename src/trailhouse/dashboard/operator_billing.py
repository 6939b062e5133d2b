"""What the operator's pages of billing share: who may see them and when, sums in words."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from uuid import uuid4

from django.http import Http404, HttpRequest, HttpResponseBase

from trailhouse.accounts.models import Account
from trailhouse.accounts.staff import StaffPrivilege
from trailhouse.billing import enrolment
from trailhouse.billing.models import BillingAccount
from trailhouse.core import clock
from trailhouse.core.money import Money, decimal_text
from trailhouse.dashboard import billing_words, formats
from trailhouse.sites.access import staff_access
from trailhouse.sites.console import LARGEST_NUMBER

View = Callable[..., HttpResponseBase]


def billed(privilege: StaffPrivilege) -> Callable[[View], View]:
    """Decorate a view of the staff that exists only while this instance bills its accounts."""

    def decorate(view: View) -> View:
        @staff_access(privilege)
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not enrolment.billing_on():
                raise Http404
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def found(number: int) -> BillingAccount:
    """The billing of the account with that number; 404 for none, and for the demo's."""
    account = Account.objects.select_related("owner").filter(pk=number, demo=False).first() if fits(number) else None
    if account is None:
        raise Http404
    return enrolment.billing_of(account)


def fits(number: int) -> bool:
    """Whether a database takes the number."""
    return number <= LARGEST_NUMBER


def sums(amounts: Mapping[str, int], currency: str = "EUR") -> list[str]:
    """Amounts by currency in words, the largest first; without any, nothing of `currency`."""
    ordered = sorted(amounts.items(), key=lambda pair: (-pair[1], pair[0]))
    return [billing_words.money(amount, code) for code, amount in ordered] or [billing_words.money(0, currency)]


def plain(amount: int, currency: str) -> str:
    """An amount as a field shows it: 1234.50."""
    return decimal_text(amount, currency)


def in_words(amount: Money) -> str:
    """An amount: €49.00."""
    return billing_words.money(amount.amount, amount.currency)


def new_key() -> str:
    """What makes sending a form twice one deed."""
    return uuid4().hex


def today_text() -> str:
    """Today, as a field of days has it."""
    return clock.now().date().isoformat()


def count(number: int) -> str:
    """A whole number, grouped."""
    return formats.count(number)
