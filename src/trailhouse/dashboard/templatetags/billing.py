"""What pages of payment say of money, days and documents; and the banner of those who pay."""

from datetime import date, datetime, timedelta
from typing import Any

from django import template
from django.utils.timezone import localtime

from trailhouse.billing.fee_words import fee_text
from trailhouse.billing.models import BillingEvent, Subscription
from trailhouse.billing.planning import PlannedFee
from trailhouse.billing.references import grouped as in_groups
from trailhouse.billing.states import State
from trailhouse.billing.values import day_of
from trailhouse.dashboard import billing_words, formats
from trailhouse.dashboard.forms_billing import NAMES
from trailhouse.dashboard.licence_page import kind_words
from trailhouse.dashboard.templatetags.frame import frame
from trailhouse.sites.access import Privilege

register = template.Library()
ACCOUNT_PAGE = "sites"
register.filter("rate", billing_words.rate)
register.filter("money", billing_words.money)
register.filter("interval", billing_words.interval)
register.filter("tier_words", billing_words.tier)
register.filter("badge", billing_words.badge)
register.filter("grouped", in_groups)
register.filter("licence_kind", kind_words)


@register.filter
def number(value: int) -> str:
    """A whole number, grouped."""
    return formats.count(value)


@register.filter
def gateway_name(name: str) -> str:
    """How money comes: "Bank transfer"."""
    return str(NAMES.get(name, name))


@register.filter
def share_of(value: float | None) -> str:
    """A share in per cent; a dash where there is none."""
    return formats.NONE if value is None else formats.percent(value)


@register.filter
def happened(one: BillingEvent) -> str:
    """What an event was, in words."""
    return billing_words.event(one)


@register.filter
def about(one: BillingEvent) -> str:
    """What an event happened to: a site, a brand; a dash where it was the account's."""
    return one.subscription.domain if one.subscription else str(one.details.get("brand") or formats.NONE)


@register.filter
def fee_words(fee: PlannedFee) -> str:
    """What a fee that is not billed yet is called."""
    return fee_text(fee.fee, fee.licence.name, logo=fee.logo)


@register.simple_tag
def days(start: date | None, end: date | None) -> str:
    """Half-open days as people read them."""
    return billing_words.span(start, end)


@register.filter
def before_day(end: date) -> str:
    """The last day of half-open days: 31 Jan 2027 where they end with 1 February."""
    return formats.short_day(end - billing_words.DAY)


@register.filter
def trial_last_day(one: Subscription) -> str:
    """The last day of a trial, where its account is."""
    if one.trial_ends_at is None:
        return formats.NONE
    return formats.short_day(day_of(one.account, one.trial_ends_at - timedelta(microseconds=1)))


@register.filter
def at_moment(at: datetime) -> str:
    """A moment where the reader is."""
    return formats.moment(localtime(at))


@register.inclusion_tag("billing/banner.html", takes_context=True)
def billing_banner(context: template.Context) -> dict[str, Any]:
    """What a payment that is missing means, on the open pages of its site and on the account's; only to who pays."""
    shown = frame(context)
    if not shown.bills:
        return {}
    site = context.get("site")
    late = Subscription.objects.filter(state=State.PAST_DUE).select_related("account")
    found: list[Subscription] = []
    if site is not None:
        found = list(late.filter(site=site))
    elif context["request"].resolver_match.view_name == ACCOUNT_PAGE:
        known = {one.account: one.late for one in context.get("paying") or ()}  # the page has asked for these
        paying = {place.account.pk for place in shown.places if Privilege.VIEW_BILLING in place.may}
        others = paying - known.keys()
        found = [one for number in sorted(paying & known.keys()) for one in known[number]]
        found += late.filter(account__in=others)[:100] if others else []
    if not found:
        return {}
    return {"first": found[0], "others": len(found) - 1, "more": billing_words.badge(found[0]).more}
