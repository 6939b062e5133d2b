"""Rates of clients as pages show them, and where a page leads to their statements: only to who sees money."""

from datetime import date
from typing import Any

from django import template

from trailhouse.accounts.models import Account
from trailhouse.billing import client_rates, earning, enrolment
from trailhouse.billing.values import day_of
from trailhouse.core import clock
from trailhouse.dashboard import rate_words
from trailhouse.sites.access import Privilege, allowed_in_account
from trailhouse.sites.models import Client

register = template.Library()
register.filter("rate_words", rate_words.rate)


@register.inclusion_tag("rates/card.html", takes_context=True)
def client_rate_card(context: template.Context, client: Client) -> dict[str, Any]:
    """What a client pays, on its page; nothing to those who see no money."""
    account = client.account
    sees = allowed_in_account(context["request"].user, account, Privilege.VIEW_BILLING)
    if not sees or account.demo or not enrolment.billing_on():
        return {}
    return {"client": client, "rate": client_rates.rate_on(client, day_of(account, clock.now()))}


@register.inclusion_tag("rates/ready.html")
def statements_ready(account: Account, day: date | None = None) -> dict[str, Any]:
    """That the statements for clients are ready, of the month of `day` or of today; nothing without any rate."""
    if not client_rates.has_rates(account):
        return {}
    today = day_of(account, clock.now())
    months = rate_words.Months(earning.month_of(day or today), today)
    return {"account": account, "month": months.name, "query": months.query}
