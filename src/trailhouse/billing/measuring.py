"""Which tier a site needs: measured, and kept as a `Quote` with what it was computed from. Part of the services."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date, datetime, timedelta
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from django.db.models import F

from trailhouse.billing import quoting
from trailhouse.billing.book import Interval, PriceBook
from trailhouse.billing.limits import Limits
from trailhouse.billing.models import BillingAccount, BillingEvent, Quote, Struck, Subscription
from trailhouse.billing.periods import Span
from trailhouse.billing.pricing import tier_for
from trailhouse.billing.states import State, counts_until
from trailhouse.billing.values import book_of, limits, midnight, tier_of
from trailhouse.core import clock
from trailhouse.core.periods import start_of
from trailhouse.sites.trial import trial_begins

DAY = timedelta(days=1)
PerDay = dict[date, int]


class Days(Protocol):
    """What tells the billable pageviews of sites: `metering.Meter`."""

    def days(self, subscriptions: Sequence[Subscription], first: date, until: date) -> dict[int, PerDay]:
        """By subscription and local day of the site, from `first` to before `until`."""


def site_zone(subscription: Subscription) -> ZoneInfo:
    """The zone whose days the site is measured by; UTC where it is gone."""
    return ZoneInfo(subscription.site.timezone if subscription.site else "UTC")


def trial_start(subscription: Subscription) -> datetime:
    """When the trial begins: with the first counted visit, or 14 days after adding if none came before."""
    return trial_begins(subscription.first_visit_at, subscription.began_at)


def _measure(subscription: Subscription, meter: Days, until: datetime) -> quoting.Measure:
    """The measure of the complete local days of the trial before `until`."""
    zone = site_zone(subscription)
    begins = trial_start(subscription)
    first_whole = begins.astimezone(zone).date()
    if start_of(first_whole, zone) < begins:
        first_whole += DAY
    last = until.astimezone(zone).date() - DAY
    visit = subscription.first_visit_at
    first_visit = visit.astimezone(zone).date() if visit else None
    if visit and subscription.site and (subscription.site.first_event_at or visit) < visit:
        first_visit = first_whole - DAY  # it was visited before it was billed: no day is cut by the first visit
    days = meter.days([subscription], first_whole, last + DAY)[subscription.pk] if first_whole <= last else {}
    return quoting.trial_measure(days, first_visit, first_whole, last, struck_days(subscription))


def quote_trial(subscription: Subscription, meter: Days, at: datetime) -> Quote:
    """The quote at the trial's end. A second call finds the first."""
    return _quote(subscription, Quote.Reason.TRIAL, _measure(subscription, meter, at), at, save=True)


def quote_early(subscription: Subscription, meter: Days, *, save: bool) -> Quote:
    """The quote of a site that is to be activated while its trial runs; without `save` only to be shown."""
    now = clock.now()
    return _quote(subscription, Quote.Reason.EARLY, _measure(subscription, meter, now), now, save=save)


def quote_known(subscription: Subscription, at: datetime) -> Quote:
    """The provisional quote of a site without the right to a trial: at its last known tier, or the lowest."""
    book = book_of(_billing(subscription))
    tier = tier_of(subscription, book).pageviews
    return keep_quote(subscription, Quote.Reason.KNOWN, tier, True, {}, at)


def measure_again(subscription: Subscription, meter: Days, at: datetime) -> Quote | None:
    """After 28 paid days, the quote that takes a provisional one's place; None while it is too early."""
    when = again_from(subscription)
    if when is None or at < when or subscription.activated_on is None:
        return None
    first, until = subscription.activated_on, subscription.activated_on + timedelta(days=quoting.WINDOW)
    days = meter.days([subscription], first, until)[subscription.pk]
    measure = quoting.measure(days, first, until - DAY, struck_days(subscription))
    return _quote(subscription, Quote.Reason.AGAIN, replace(measure, provisional=False), at, save=True)


def again_from(subscription: Subscription) -> datetime | None:
    """When a provisional quote can be measured again: 28 paid days are over, for the account and for the site."""
    if not subscription.provisional or subscription.activated_on is None:
        return None
    day = subscription.activated_on + timedelta(days=quoting.WINDOW)
    return max(midnight(subscription.account, day), start_of(day, site_zone(subscription)))


def renew(
    billing: BillingAccount, subscription: Subscription, blocks: list[quoting.Window], on: date, at: datetime
) -> Quote | None:
    """The tier from the period that begins `on`, if it changes: by the windows that have ended (`windows_of`)."""
    book = book_of(billing)
    quoted = tier_of(subscription, book)
    rule = quoting.yearly_tier if subscription.interval == Interval.YEARLY else quoting.renewal_tier
    tier = rule(book, blocks, quoted)
    if tier == quoted:
        return None
    measured = {"windows": [_plain(asdict(one)) for one in blocks[-_used(subscription) :]]}
    return keep_quote(subscription, Quote.Reason.RENEWAL, tier.pageviews, False, measured, at, billing=billing)


def measured_again(subscription: Subscription, quote: Quote, meter: Days) -> int | None:
    """The tier of a measured quote without the days that are struck by now; None where it was not measured."""
    book = PriceBook.from_json(quote.book.content)
    measured = quote.measured
    if measured.get("windows"):
        blocks = windows_of([subscription], meter, quote.on)[subscription.pk]
        rule = quoting.yearly_tier if subscription.interval == Interval.YEARLY else quoting.renewal_tier
        return rule(book, blocks, tier_for(book, quote.tier)).pageviews
    if not measured.get("first_day"):
        return None
    first, last = date.fromisoformat(measured["first_day"]), date.fromisoformat(measured["last_day"])
    days = meter.days([subscription], first, last + DAY)[subscription.pk]
    measure = quoting.trial_measure(days, first - DAY, first, last, struck_days(subscription))
    return tier_for(book, measure.per_28).pageviews


def windows_of(subscriptions: Sequence[Subscription], meter: Days, until: date) -> dict[int, list[quoting.Window]]:
    """By subscription the latest blocks of 28 days that have ended before `until`, as many as any rule asks for.

    They are counted from the trial's first complete day on. One question for all of them.
    """
    struck: dict[int, set[date]] = defaultdict(set)
    rows = Struck.objects.filter(site_number__in=[one.site_number for one in subscriptions])
    for number, day in rows.values_list("site_number", "day"):
        struck[number].add(day)
    paused = _uncounted(subscriptions, until)
    begins = {one.pk: trial_start(one).astimezone(site_zone(one)).date() + DAY for one in subscriptions}
    asked = [
        max(begins[one.pk], until - _reach(one, len(struck[one.site_number]), paused[one.pk])) for one in subscriptions
    ]
    first = min(asked, default=until)
    days = meter.days(subscriptions, first, until) if first < until else {}
    return {
        one.pk: quoting.windows(
            days.get(one.pk, {}), begins[one.pk], until, struck[one.site_number], paused[one.pk]
        )[-_used(one) :]
        for one in subscriptions
    }  # fmt: skip


def _used(subscription: Subscription) -> int:
    return quoting.YEAR if subscription.interval == Interval.YEARLY else quoting.RENEWED_BY


def _reach(subscription: Subscription, struck: int, paused: Sequence[Span]) -> timedelta:
    """How far back the windows lie that are used."""
    return timedelta((_used(subscription) + 1) * quoting.WINDOW + struck + sum(span.days for span in paused))


def struck_days(subscription: Subscription) -> set[date]:
    """The days that the operator struck."""
    rows = Struck.objects.filter(site_number=subscription.site_number)
    return set(rows.values_list("day", flat=True))


def uncounted_spans(subscription: Subscription, until: date) -> list[Span]:
    """When nothing was counted, by the billing events: paused, cancelled, or due or suspended for too long."""
    return _uncounted([subscription], until)[subscription.pk]


def _uncounted(subscriptions: Sequence[Subscription], until: date) -> dict[int, list[Span]]:
    rules = limits()
    by_number: dict[int, list[tuple[datetime, str]]] = {one.pk: [] for one in subscriptions}
    changes = BillingEvent.objects.filter(subscription__in=by_number).exclude(before=F("after")).order_by("at", "pk")
    for number, at, after in changes.values_list("subscription", "at", "after"):
        by_number[number].append((at, after))
    return {one.pk: _spans(by_number[one.pk], site_zone(one), until, rules) for one in subscriptions}


def _spans(events: Sequence[tuple[datetime, str]], zone: ZoneInfo, until: date, rules: Limits) -> list[Span]:
    spans: list[Span] = []
    stops: datetime | None = None
    for at, after in events:
        if stops is not None and stops < at:
            _add_span(spans, stops.astimezone(zone).date(), at.astimezone(zone).date())
        stops = counts_until(State(after), at, rules)
    if stops is not None:
        _add_span(spans, stops.astimezone(zone).date(), until)
    return spans


def _add_span(spans: list[Span], first: date, until: date) -> None:
    if spans and first < spans[-1].end:
        first = spans[-1].end
    if first < until:
        spans.append(Span(first, until))


def _quote(
    subscription: Subscription, reason: Quote.Reason, measure: quoting.Measure, at: datetime, *, save: bool
) -> Quote:
    book = book_of(_billing(subscription))
    tier = tier_for(book, measure.per_28).pageviews
    return keep_quote(subscription, reason, tier, measure.provisional, _plain(asdict(measure)), at, save=save)


def keep_quote(
    subscription: Subscription,
    reason: Quote.Reason,
    tier: int,
    provisional: bool,
    measured: dict[str, Any],
    at: datetime,
    *,
    save: bool = True,
    billing: BillingAccount | None = None,
) -> Quote:
    """Keep what was measured as the site's quote of that reason and day, and the site's tier; the first one stands."""
    values = {
        "book": (billing or _billing(subscription)).book, "tier": tier, "provisional": provisional,
        "measured": measured, "rule": quoting.RULE_VERSION, "at": at,
    }  # fmt: skip
    on = at.astimezone(site_zone(subscription)).date()
    if not save:
        return Quote(subscription=subscription, reason=reason, on=on, **values)
    quote, _made = Quote.objects.get_or_create(subscription=subscription, reason=reason, on=on, defaults=values)
    subscription.tier, subscription.provisional = quote.tier, quote.provisional
    subscription.save(update_fields=["tier", "provisional"])
    return quote


def _billing(subscription: Subscription) -> BillingAccount:
    return BillingAccount.objects.select_related("book").get(account_id=subscription.account_id)


def _plain(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
