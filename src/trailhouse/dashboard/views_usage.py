"""What a site's price comes from: its pageviews day by day, the tier, the quotes with their arithmetic, the outlook."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trailhouse.billing import enrolment, measuring, quoting, statement
from trailhouse.billing.metering import Meter
from trailhouse.billing.models import Quote, Struck, Subscription
from trailhouse.billing.pricing import tier_for
from trailhouse.billing.values import book_of
from trailhouse.core import clock
from trailhouse.dashboard import billing_words, formats
from trailhouse.events import current
from trailhouse.events.store import StoreUnavailable
from trailhouse.sites.access import Privilege, site_access
from trailhouse.sites.models import Site

MOST_DAYS = 92
HEIGHT = 100
STEP = 10  # of the drawing, a day
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Bar:
    """A day: where its bar is drawn, and what it says. `mood`: measured, struck, or running."""

    day: str
    pageviews: str
    x: int
    y: int
    height: int
    mood: str


@require_GET
@site_access(Privilege.VIEW_BILLING)
def usage(request: HttpRequest, site: Site) -> HttpResponse:
    """The page; 404 where nobody is billed for the site."""
    one = Subscription.objects.select_related("account", "site").filter(site=site).first()
    if one is None or not enrolment.billing_on():
        raise Http404
    billing = enrolment.billing_of(one.account)
    quotes = list(one.quotes.order_by("-at", "-pk"))
    context: dict[str, Any] = {
        "site": site,
        "nav": "usage",
        "one": one,
        "billing": billing,
        "currency": billing.book.currency,
        "terms": statement.terms_of(billing).get(one.pk, statement.NO_TERMS),
        "quote": quotes[0] if quotes else None,
        "measured": billing_words.measured(quotes[0]) if quotes else "",
        "quotes": [
            (quote, billing_words.REASONS.get(quote.reason, ""), billing_words.measured(quote)) for quote in quotes
        ],
        "struck": Struck.objects.filter(site_number=one.site_number).order_by("-day"),
    }
    try:
        context |= _figures(one, quotes[0] if quotes else None)
    except StoreUnavailable:
        context["away"] = True
    return render(request, "billing/usage.html", context)


def _figures(one: Subscription, quote: Quote | None) -> dict[str, Any]:
    today = clock.now().astimezone(measuring.site_zone(one)).date()
    shown = _first_day(one, quote, today)
    days = Meter(current.store()).days([one], shown, today + DAY)[one.pk]
    struck = measuring.struck_days(one)
    book = book_of(enrolment.billing_of(one.account))
    tier = tier_for(book, one.tier) if one.tier is not None else None
    running = quoting.running_28(days, today)
    began = max(shown, measuring.trial_start(one).astimezone(measuring.site_zone(one)).date())
    outlook = quoting.projection({day: n for day, n in days.items() if day >= began}, today)
    return {
        "bars": _bars(days, shown, today, struck, _measured_days(quote)),
        "width": ((today - shown).days + 1) * STEP,
        "most": formats.count(max(days.values(), default=0)),
        "first_day": formats.short_day(shown),
        "running": running,
        "share": quoting.share_used(running, tier) if tier else None,
        "outlook": outlook,
        "outlook_tier": tier_for(book, outlook.per_28) if outlook else None,
    }


def _first_day(one: Subscription, quote: Quote | None, today: date) -> date:
    measured = _measured_days(quote)
    first = min([today - (quoting.WINDOW - 1) * DAY, *([measured[0]] if measured else [])])
    return max(first, today - (MOST_DAYS - 1) * DAY)


def _measured_days(quote: Quote | None) -> tuple[date, date] | None:
    """The first and last day that the quote was computed from."""
    if quote is None:
        return None
    found = quote.measured
    if found.get("windows"):
        return (
            date.fromisoformat(found["windows"][0]["first_day"]),
            date.fromisoformat(found["windows"][-1]["last_day"]),
        )
    if not found.get("first_day"):
        return None
    return date.fromisoformat(found["first_day"]), date.fromisoformat(found["last_day"])


def _bars(
    days: dict[date, int], first: date, today: date, struck: set[date], measured: tuple[date, date] | None
) -> list[Bar]:
    most = max(days.values(), default=0) or 1
    found = []
    for place in range((today - first).days + 1):
        day = first + place * DAY
        pageviews = days.get(day, 0)
        height = -(-pageviews * HEIGHT // most)
        inside = measured is not None and measured[0] <= day <= measured[1]
        mood = "struck" if day in struck else "measured" if inside else "running" if day == today else ""
        found.append(Bar(formats.short_day(day), formats.count(pageviews), place * STEP, HEIGHT - height, height, mood))
    return found
