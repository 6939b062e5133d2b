"""What pages say of subscriptions, their events, taxes and measures; money and rates as the reader writes them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from trailhouse.billing import quoting
from trailhouse.billing.models import BillingEvent, Quote, Subscription
from trailhouse.billing.money_text import money_text, rate_text
from trailhouse.billing.states import State, export_ends, revival_ends
from trailhouse.billing.values import day_of, limits
from trailhouse.core import clock
from trailhouse.core.money import Money
from trailhouse.dashboard import formats
from trailhouse.outbox.locales import locale

Text = str | Promise
DAY = timedelta(days=1)

STATES: dict[State, Text] = {
    State.TRIAL: gettext_lazy("Trial"),
    State.DUE: gettext_lazy("Payment due"),
    State.ACTIVE: gettext_lazy("Active"),
    State.PAST_DUE: gettext_lazy("Past due"),
    State.SUSPENDED: gettext_lazy("Suspended"),
    State.CANCELLING: gettext_lazy("Cancelled to the period's end"),
    State.PAUSED: gettext_lazy("Paused"),
    State.FREE: gettext_lazy("Free"),
    State.CANCELLED: gettext_lazy("Cancelled"),
    State.DELETED: gettext_lazy("Deleted"),
}
BADGES: dict[State, str] = {
    State.TRIAL: "trial",
    State.DUE: "due",
    State.ACTIVE: "active",
    State.PAST_DUE: "due",
    State.SUSPENDED: "due",
    State.FREE: "active",
}
INTERVALS: dict[str, Text] = {"monthly": gettext_lazy("monthly"), "yearly": gettext_lazy("yearly")}
GROUNDS: dict[str, Text] = {
    "standard": gettext_lazy("%(rate)s, at the seller's place"),
    "destination": gettext_lazy("%(rate)s, at your place, through the one-stop shop"),
    "reverse_charge": gettext_lazy("no tax: reverse charge, you owe it in your country"),
    "outside_scope": gettext_lazy("no tax: the place of supply is outside the seller's"),
    "exempt": gettext_lazy("no tax: you have a certificate of exemption"),
    "small_business": gettext_lazy("no tax: the seller is exempt as a small business"),
    "not_registered": gettext_lazy("no tax: the seller does not collect it"),
}
EVENTS: dict[str, Text] = {
    "enrolled": gettext_lazy("The site was added."),
    "switched_on": gettext_lazy("Billing was switched on; a trial began."),
    "trial_granted": gettext_lazy("The operator granted a trial."),
    "trial_over": gettext_lazy("The trial ended; payment is due."),
    "activated": gettext_lazy("Activated, to be paid on invoice."),
    "paid": gettext_lazy("Paid; the site is active."),
    "payment_failed": gettext_lazy("A payment failed."),
    "payment_late": gettext_lazy("An invoice was not paid by its day."),
    "dunning_over": gettext_lazy("The payment did not come; the statistics were locked."),
    "suspended": gettext_lazy("Suspended by the operator: %(held_because)s"),
    "restored": gettext_lazy("Opened again by the operator."),
    "suspended_too_long": gettext_lazy("Cancelled: it was suspended for too long."),
    "cancel": gettext_lazy("Cancelled by the payer."),
    "cancel_withdrawn": gettext_lazy("The cancellation was taken back."),
    "removed": gettext_lazy("Removed; what was left became credit."),
    "period_over": gettext_lazy("The paid period ended."),
    "paused": gettext_lazy("Paused."),
    "resumed": gettext_lazy("Resumed."),
    "free_granted": gettext_lazy("The operator made it free."),
    "free_ended": gettext_lazy("The operator ended that it is free; payment is due."),
    "unpaid_too_long": gettext_lazy("Cancelled: it was not activated in time."),
    "deleted": gettext_lazy("Deleted with everything that was counted."),
    "interval": gettext_lazy("To be paid by another interval from the period's end: %(to)s."),
    "pause_asked": gettext_lazy("A pause was asked for, from %(on)s on."),
    "pause_withdrawn": gettext_lazy("The pause was taken back."),
    "standing": gettext_lazy("Activated by the account's standing choice."),
    "moved": gettext_lazy("Came from another account."),
    "upgrade_told": gettext_lazy("Told: a larger tier from %(on)s on."),
    "trial_ends": gettext_lazy("Told that the trial ends soon."),
    "reminder": gettext_lazy("Reminded that payment is due."),
    "counting_stops": gettext_lazy("Visits are no longer counted."),
    "retry": gettext_lazy("The payment was tried again."),
    "export_ends": gettext_lazy("Told that the export ends."),
    "deletion_near": gettext_lazy("Told that the deletion is near."),
}
EVENTS |= {
    "licence_activated": gettext_lazy("The licence was ordered, to be paid on invoice."),
    "licence_paid": gettext_lazy("Paid; the licence is active."),
    "licence_payment_failed": gettext_lazy("A payment for the licence failed."),
    "licence_payment_late": gettext_lazy("An invoice with the licence was not paid by its day."),
    "licence_dunning_over": gettext_lazy("The payment did not come; the licence lapsed."),
    "licence_period_over": gettext_lazy("The paid year of the licence ended."),
    "licence_granted": gettext_lazy("The operator granted the licence without charge."),
    "licence_grant_ended": gettext_lazy("The licence without charge ended."),
    "licence_removed": gettext_lazy("The brand or its account is gone; the licence ended."),
    "licence_renews": gettext_lazy("Told that the licence is renewed soon."),
    "licence_renewed": gettext_lazy("The licence was renewed, up to %(on)s."),
    "licence_retry": gettext_lazy("The payment for the licence was tried again."),
    "licence_cancel": gettext_lazy("The licence was cancelled to the end of its year."),
    "licence_kept": gettext_lazy("The cancellation of the licence was taken back."),
    "licence_logo_dropped": gettext_lazy("From the renewal on the licence is to be without the logo."),
    "licence_logo_kept": gettext_lazy("The licence is to be renewed with the logo after all."),
}
REASONS: dict[str, Text] = {
    Quote.Reason.TRIAL: gettext_lazy("At the end of the trial"),
    Quote.Reason.EARLY: gettext_lazy("Activated before the trial ended"),
    Quote.Reason.AGAIN: gettext_lazy("Measured again after 28 paid days"),
    Quote.Reason.RENEWAL: gettext_lazy("At a renewal"),
    Quote.Reason.UPGRADE: gettext_lazy("The site has outgrown its tier"),
    Quote.Reason.STRUCK: gettext_lazy("Without the days that were struck"),
    Quote.Reason.KNOWN: gettext_lazy("Without a trial: the last known tier, or the lowest"),
}


def money(amount: int, currency: str) -> str:
    """An amount of minor units: €49.00."""
    return money_text(Money(amount, currency), str(locale()) if get_language() != "en" else "en")


def rate(points: int) -> str:
    """Basis points: 20%, 2.5%."""
    return rate_text(points, locale())


def tax_words(ground: str, points: int) -> str:
    """How a sale is taxed and why."""
    return str(GROUNDS.get(ground, ground)) % {"rate": rate(points)}


def interval(name: str) -> str:
    """Such as "monthly"."""
    return str(INTERVALS.get(name, formats.NONE))


@dataclass(frozen=True)
class Badge:
    """A state as it is shown: a word, the class of its badge, and a second line."""

    text: str
    mood: str
    more: str = ""


def badge(one: Subscription) -> Badge:
    """What the payer reads of a subscription's state."""
    state = State(one.state)
    return Badge(_short(one, state), BADGES.get(state, ""), _more(one, state))


def _short(one: Subscription, state: State) -> str:
    if state is State.TRIAL and one.trial_ends_at is not None:
        left = days_left(one)
        return ngettext("Trial · %(n)s day left", "Trial · %(n)s days left", left) % {"n": formats.count(left)}
    if state is State.CANCELLING and one.paid_until:
        return _("Ends on %(day)s") % {"day": formats.short_day(one.paid_until)}
    return str(STATES[state])


def days_left(one: Subscription) -> int:
    """How many days of the trial are left, the present one among them."""
    assert one.trial_ends_at is not None
    ends = day_of(one.account, one.trial_ends_at - timedelta(microseconds=1))
    return max(0, (ends - day_of(one.account, clock.now())).days + 1)


def _more(one: Subscription, state: State) -> str:
    if one.held_because:
        return _("by the operator: %(why)s") % {"why": one.held_because}
    if state is State.TRIAL and one.first_visit_at is None:
        return _("no visit yet")
    told = {
        State.DUE: _locked_since,
        State.PAST_DUE: _suspended_on,
        State.SUSPENDED: _locked_since,
        State.CANCELLED: _deleted_on,
    }.get(state)
    if told is not None:
        return told(one)
    if one.pause_on is not None:
        return _("pauses on %(day)s") % {"day": formats.short_day(one.pause_on)}
    if one.next_interval:
        return _("from %(day)s on %(interval)s") % {
            "day": formats.short_day(one.paid_until) if one.paid_until else formats.NONE,
            "interval": interval(one.next_interval),
        }
    return ""


def _locked_since(one: Subscription) -> str:
    return _("locked since %(day)s") % {"day": formats.short_day(day_of(one.account, one.since))}


def _suspended_on(one: Subscription) -> str:
    over = (one.dunning_since or one.since) + timedelta(days=limits().suspended_after)
    return _("open until %(day)s") % {"day": formats.short_day(day_of(one.account, over))}


def _deleted_on(one: Subscription) -> str:
    rules, account = limits(), one.account
    if one.site_id is None or clock.now() >= export_ends(one.since, rules):
        last = revival_ends(one.since, rules)
        return _("can be activated until %(last)s") % {"last": formats.short_day(day_of(account, last))}
    return _("export until %(export)s; can be activated until %(last)s") % {
        "export": formats.short_day(day_of(account, export_ends(one.since, rules))),
        "last": formats.short_day(day_of(account, revival_ends(one.since, rules))),
    }


class _Details(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return formats.NONE


def event(one: BillingEvent) -> str:
    """What happened, in one sentence."""
    words = EVENTS.get(one.transition)
    told = {name: _told(name, value) for name, value in one.details.items()}
    return str(words) % _Details(told) if words is not None else one.transition


def _told(name: str, value: Any) -> str:
    if name == "on":
        try:
            return formats.short_day(date.fromisoformat(str(value)))
        except ValueError:
            return str(value)
    return interval(str(value)) if name == "to" else str(value)


def span(start: date | None, end: date | None) -> str:
    """Half-open days: 1 – 31 Jan 2027."""
    return formats.day_range(start, end - DAY) if start and end else formats.NONE


def tier(pageviews: int) -> str:
    """Such as "up to 100,000"."""
    return _("up to %(pageviews)s") % {"pageviews": formats.count(pageviews)}


# -- measures


def measured(quote: Quote) -> str:
    """What a quote was computed from, with its arithmetic."""
    found: Mapping[str, Any] = quote.measured
    if found.get("windows"):
        return _windows(quote, found["windows"])
    if not found.get("days"):
        return _("No complete day was measured: the tier that was last known, or the lowest.")
    days = int(found["days"])
    text = ngettext(
        "%(pageviews)s pageviews in %(days)s whole day, × 28 ÷ %(days)s = %(scaled)s in 28 days",
        "%(pageviews)s pageviews in %(days)s whole days, × 28 ÷ %(days)s = %(scaled)s in 28 days",
        days,
    ) % {
        "pageviews": formats.count(found["pageviews"]),
        "days": formats.count(days),
        "scaled": formats.count(found["per_28"]),
    }
    struck = int(found.get("struck") or 0)
    if struck:
        text += ", " + ngettext("%(n)s day was struck", "%(n)s days were struck", struck) % {"n": formats.count(struck)}
    return text


def _windows(quote: Quote, windows: list[Mapping[str, Any]]) -> str:
    values = [int(one["per_28"]) for one in windows]
    listed = " · ".join(formats.count(value) for value in values)
    if len(values) <= quoting.RENEWED_BY:
        middle = sorted(values)[len(values) // 2]
        return _("The last blocks of 28 days: %(listed)s. The middle one is %(middle)s") % {
            "listed": listed,
            "middle": formats.count(middle),
        }
    mean = -(-sum(values) // len(values))
    return _("The last %(n)s blocks of 28 days: %(listed)s. Their mean is %(mean)s") % {
        "n": formats.count(len(values)),
        "listed": listed,
        "mean": formats.count(mean),
    }
