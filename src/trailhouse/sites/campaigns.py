"""Part of the services of `sites`: what campaigns cost, entered one by one or by a file."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core.errors import UserError
from trailhouse.core.money import exponent
from trailhouse.core.typed_amounts import typed_amount
from trailhouse.sites.models import CampaignCost, Site
from trailhouse.sites.models.campaigns import LONGEST

MOST_COSTS = 5_000  # of a site
MOST_DAYS = 3_660
FIRST, LAST = date(2000, 1, 1), date(2099, 12, 31)
LARGEST = 10**12  # minor units
_TWO_AMOUNTS = re.compile(r"[^.,]*[0-9][.,][0-9]{3}[^0-9.,]*")  # thousands, or an ad system's part of a cent
Key = tuple[str, str, str, date, date, str]
KEY = ("campaign", "source", "medium", "first_day", "last_day", "kind")


@dataclass(frozen=True)
class CostText:
    """A cost as it was typed: days as 2026-11-30, the amount in any usual way of writing it."""

    campaign: str
    first: str
    last: str
    amount: str
    kind: str = CampaignCost.Kind.SUM
    source: str = ""
    medium: str = ""


@dataclass(frozen=True)
class CostValue:
    """A cost as plain values; `key` tells it from the others of the site."""

    campaign: str
    source: str
    medium: str
    first: date
    last: date
    kind: str
    amount_minor: int

    @property
    def key(self) -> Key:
        """The values of KEY."""
        return self.campaign, self.source, self.medium, self.first, self.last, self.kind


def costs_of(site: Site) -> list[CostValue]:
    """All costs of a site, in order."""
    return [value_of(cost) for cost in site.campaign_costs.all()]


def value_of(cost: CampaignCost) -> CostValue:
    """The plain values of one cost."""
    key = cost.campaign, cost.source, cost.medium, cost.first_day, cost.last_day, cost.kind
    return CostValue(*key, cost.amount_minor)


@transaction.atomic
def add(site: Site, text: CostText, *, by: User | None) -> CampaignCost:
    """Add a cost. Raises UserError for a wrong one and for one of the same campaign and days that is there already."""
    _check_number(site.campaign_costs.count() + 1)
    cost = CampaignCost(site=site)
    _fill(cost, checked(text, site.currency))
    record("campaign_cost.added", account=site.account, by=by, subject=f"{site.domain}: {cost.campaign}")
    return cost


@transaction.atomic
def change(cost: CampaignCost, text: CostText, *, by: User | None) -> CampaignCost:
    """Change a cost; reports of the past tell the new one as well. Raises UserError."""
    site, before = cost.site, value_of(cost)
    _fill(cost, checked(text, site.currency))
    details = {"was": " ".join(map(str, (*before.key, before.amount_minor)))}
    subject = f"{site.domain}: {cost.campaign}"
    record("campaign_cost.changed", account=site.account, by=by, subject=subject, details=details)
    return cost


@transaction.atomic
def remove(cost: CampaignCost, *, by: User | None) -> None:
    """Remove a cost."""
    site = cost.site
    record("campaign_cost.removed", account=site.account, by=by, subject=f"{site.domain}: {cost.campaign}")
    cost.delete()


@transaction.atomic
def put(site: Site, values: Sequence[CostValue], *, by: User | None) -> tuple[int, int]:
    """Add these costs; of those that are there the amount is set. All or none; how many are new, and how many changed.

    Raises UserError where the site would have too many.
    """
    there = {value.key: value for value in costs_of(site)}
    new = [value for value in values if value.key not in there]
    changed = [value for value in values if value.key in there and there[value.key] != value]
    _check_number(len(there) + len(new))
    CampaignCost.objects.bulk_create(
        [
            CampaignCost(site=site, amount_minor=value.amount_minor, **dict(zip(KEY, value.key, strict=True)))
            for value in (*new, *changed)
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["site", *KEY],
        update_fields=["amount_minor"],
    )
    if new or changed:
        details = {"added": len(new), "changed": len(changed)}
        record("campaign_cost.uploaded", account=site.account, by=by, subject=site.domain, details=details)
    return len(new), len(changed)


def checked(text: CostText, currency: str) -> CostValue:
    """The cost that was typed. Raises UserError, by what is wrong with it."""
    campaign, source, medium = (_line(part) for part in (text.campaign, text.source, text.medium))
    if not campaign:
        raise UserError(
            "cost_campaign", _("The campaign is missing."), _("Enter its utm_campaign, as reports show it.")
        )
    first, last = _day(text.first), _day(text.last)
    if not (FIRST <= first <= last <= LAST) or (last - first).days >= MOST_DAYS:
        raise UserError(
            "cost_days",
            _("From %(first)s to %(last)s is no span of days.") % {"first": first, "last": last},
            _("The last day comes after the first one, by ten years at most."),
        )
    if text.kind not in CampaignCost.Kind.values:
        raise UserError("cost_kind", _("It is not said what the amount is."), _("Choose one of the two."))
    return CostValue(campaign, source, medium, first, last, text.kind, _amount(text.amount, currency))


def _line(text: str) -> str:
    """As the collector keeps what a link says: one line."""
    line = " ".join(text.replace("\0", "").split())
    if len(line) > LONGEST:
        raise UserError(
            "cost_campaign",
            _("%(text)s is too long.") % {"text": f"{line[:40]}…"},
            _("A name of a campaign, a source or a medium has at most 200 characters."),
        )
    return line


def _day(text: str) -> date:
    plain = text.strip()
    parts = plain.split(".")
    if len(parts) == 3 and all(part.isascii() and part.isdigit() for part in parts) and len(parts[2]) == 4:
        plain = "-".join((parts[2], parts[1].zfill(2), parts[0].zfill(2)))
    try:
        return date.fromisoformat(plain)
    except ValueError:
        raise UserError(
            "cost_days",
            _("%(text)s is no day.") % {"text": f"“{text.strip()[:40]}”"},
            _("Write it as 2026-11-30, or as 30.11.2026."),
        ) from None


def _amount(text: str, currency: str) -> int:
    if exponent(currency) < 3 and _TWO_AMOUNTS.fullmatch(text):
        raise UserError(
            "cost_amount",
            _("%(text)s could mean two amounts.") % {"text": f"“{text.strip()[:40]}”"},
            _("Write it without thousands and with cents, such as 1234.50."),
        )
    try:
        amount = typed_amount(text, currency)
    except ValueError:
        amount = -1
    if not 0 <= amount <= LARGEST:
        raise UserError(
            "cost_amount",
            _("%(text)s is no amount of %(currency)s.") % {"text": f"“{text.strip()[:40]}”", "currency": currency},
            _("Write it as 1234.50, and not below zero."),
        )
    return amount


def _check_number(count: int) -> None:
    if count > MOST_COSTS:
        raise UserError(
            "too_many_costs",
            _("A site has at most 5,000 costs of campaigns."),
            _("Remove some that are not needed, or enter longer spans of days."),
        )


def _fill(cost: CampaignCost, value: CostValue) -> None:
    for name, part in zip(KEY, value.key, strict=True):
        setattr(cost, name, part)
    cost.amount_minor = value.amount_minor
    try:
        with transaction.atomic():
            cost.save()
    except IntegrityError:
        raise UserError(
            "cost_exists",
            _("There is a cost of this campaign for the same days already."),
            _("Change that one, or choose other days."),
            status=409,
        ) from None
