"""Striking a spike that the payer calls junk: what it made dearer is credited. Part of the services of `billing`."""

from collections.abc import Collection
from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.billing import pricing, telling
from trailhouse.billing.issuing import credit_note
from trailhouse.billing.locking import locked
from trailhouse.billing.measuring import Days, keep_quote, measured_again
from trailhouse.billing.models import BillingAccount, Document, PaidSpan, Quote, Struck, Subscription
from trailhouse.billing.settling import settle_credit_note
from trailhouse.billing.shifting import note
from trailhouse.billing.values import day_of, limits
from trailhouse.core import clock
from trailhouse.core.errors import UserError


@transaction.atomic
def strike(
    subscription: Subscription, days: Collection[date], because: str, meter: Days, *, by: User
) -> list[Document]:
    """Leave `days` out of the site's measure; credit notes for the periods that they made dearer.

    Raises UserError for days that lie further back than the limit, or in the future.
    """
    billing = locked(subscription.account_id)
    one = Subscription.objects.select_related("site", "account").get(pk=subscription.pk)
    at = clock.now()
    today = day_of(billing.account, at)
    oldest = today - timedelta(days=limits().strike)
    if not days or min(days) < oldest or max(days) > today:
        raise UserError(
            "not_to_strike",
            _("Only days since %(day)s can be struck.") % {"day": oldest},
            _("Choose days of the last %(days)s.") % {"days": limits().strike},
        )
    Struck.objects.bulk_create(
        [Struck(site_number=one.site_number, day=day, by=by, because=because[:300], at=at) for day in sorted(days)],
        ignore_conflicts=True,
    )
    record("billing.struck", account=one.account, by=by, subject=one.domain, details={"days": [str(d) for d in days]})
    quotes = list(one.quotes.order_by("at", "pk"))
    made: list[Document] = []
    for number, quote in enumerate(quotes):
        tier = measured_again(one, quote, meter)
        if tier is None or tier >= quote.tier:
            continue
        until = quotes[number + 1].on if number + 1 < len(quotes) else None
        made += _price_again(one, quote, tier, until, today)
        if until is None:
            keep_quote(one, Quote.Reason.STRUCK, tier, quote.provisional, {"of": quote.pk}, at)
    if made:
        note(one, "struck", f"{one.pk}/struck/{at.isoformat()}", at=at, notes=[document.number for document in made])
    BillingAccount.objects.filter(pk=billing.pk).update(look_at=at)
    return made


def _price_again(one: Subscription, quote: Quote, tier: int, until: date | None, today: date) -> list[Document]:
    """Credit what the spans of this quote cost more than at `tier`."""
    spans = PaidSpan.objects.filter(subscription=one, start__gte=quote.on, tier__gt=tier)
    spans = spans.filter(start__lt=until) if until else spans
    made = []
    price = pricing.tier_for(pricing.PriceBook.from_json(quote.book.content), tier)
    for span in spans.select_related("line__document"):
        line = span.line
        credited = sum(row.net for row in line.corrections.all())
        right = pricing.line(price.price(pricing.Interval(span.interval)), line.rate, line.days, line.of_days).net
        back = line.net - credited - right
        if back > 0:
            document = credit_note(line.document, {line: back}, f"struck/{span.pk}/{tier}", on=today)
            settle_credit_note(document, at=clock.now())
            payer = BillingAccount.objects.select_related("account__owner").get(account=document.account_id)
            telling.tell_document(payer, document, clock.now())
            made.append(document)
    return made
