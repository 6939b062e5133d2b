"""Sets the made-up sites up as their people would have: once, when a site is made."""

from collections.abc import Iterator
from datetime import date, timedelta

from trailhouse.accounts.models import User
from trailhouse.demo.kept import KEPT, Cost, Kept, Step
from trailhouse.digests import services as digests
from trailhouse.digests.models import Alert, Schedule
from trailhouse.digests.selectors import Place
from trailhouse.digests.services import AlertText, ScheduleText, Whom
from trailhouse.sites import annotations, campaigns, funnels, page_groups, segments
from trailhouse.sites.campaigns import CostValue
from trailhouse.sites.funnels import FunnelText, StepText
from trailhouse.sites.models import Annotation, CampaignCost, Site
from trailhouse.sites.segments import SegmentText
from trailhouse.stats.segments import Line, Lines, written

CENTS = 100


def set_up(site: Site, today: date, *, by: User) -> None:
    """Add all that belongs to `site`, whose goals are there and which has none of it yet."""
    kept = KEPT[site.domain]
    for name, patterns in kept.groups:
        page_groups.add(site, name, patterns, by=by)
    for days, text, internal in kept.notes:
        annotations.add(site, today - timedelta(days=days), text, internal=internal, by=by)
    for days, text in kept.work:
        annotations.add(site, today - timedelta(days=days), text, kind=Annotation.Kind.WORK, by=by)
    goals = {goal.name: str(goal.pk) for goal in site.goals.all()}
    for name, steps, within in kept.funnels:
        funnels.add(site, FunnelText(name, [_step(step, goals) for step in steps], within), by=by)
    for name, description, conditions in kept.segments:
        groups = [Lines((Line(*condition),)) for condition in conditions]
        segments.add(site, SegmentText(name, description, own=False, groups=written(groups)), by=by)
    campaigns.put(site, list(_costs(kept, today)), by=by)
    _tell(site, kept, by)


def _step(step: Step, goals: dict[str, str]) -> StepText:
    kind, pattern, name = step
    return StepText(kind, goals[pattern] if kind == "goal" else pattern, name)


def _costs(kept: Kept, today: date) -> Iterator[CostValue]:
    for cost in kept.costs:
        for first, last in _months(today) if cost.begins is None else _run(cost, today):
            kind = CampaignCost.Kind.CLICK if cost.click else CampaignCost.Kind.SUM
            whole, _, part = cost.amount.partition(".")
            amount = int(whole) * CENTS + int(part)
            campaign = cost.campaign.format(year=first.year)
            yield CostValue(campaign, cost.source, cost.medium, first, last, kind, amount)


def _months(today: date) -> Iterator[tuple[date, date]]:
    """This month and the eleven before it, each by its first and last day."""
    for back in range(12):
        number = today.year * 12 + today.month - 1 - back
        first = date(number // 12, number % 12 + 1, 1)
        yield first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)


def _run(cost: Cost, today: date) -> Iterator[tuple[date, date]]:
    """The newest run of a campaign that has begun."""
    assert cost.begins is not None
    first = date(today.year, *cost.begins)
    if first > today:
        first = date(today.year - 1, *cost.begins)
    yield first, first + timedelta(days=cost.days - 1)


def _tell(site: Site, kept: Kept, by: User) -> None:
    place, whom = Place(site.account, site), Whom(people=[by])
    if kept.weekly:
        digests.save_schedule(place, ScheduleText(Schedule.Every.WEEK, 8, whom=whom), by=by)
    if kept.alert:
        digests.save_alert(place, AlertText(Alert.Kind.NOT_FOUND, threshold=3, whom=whom), by=by)
