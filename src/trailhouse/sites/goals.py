"""Part of the services of `sites`: the goals of a site as its people keep them."""

from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core.errors import UserError
from trailhouse.core.money import parse_amount
from trailhouse.sites.models import Goal, Site
from trailhouse.sites.services import pattern_fits

MOST_GOALS = 100


@dataclass(frozen=True)
class GoalText:
    """A goal as it was typed; an empty name is the pattern, an empty value is none."""

    kind: str
    pattern: str
    name: str = ""
    value: str = ""  # in the site's currency, such as 12.50


@transaction.atomic
def add(site: Site, text: GoalText, *, by: User | None) -> Goal:
    """Add a goal. Raises UserError for a wrong one and for one that the site has already."""
    if site.goals.count() >= MOST_GOALS:
        raise UserError("too_many_goals", _("A site has at most 100 goals."), _("Remove one that is not needed."))
    goal = Goal(site=site)
    _fill(goal, text)
    record("goal.added", account=site.account, by=by, subject=f"{site.domain}: {goal.name}")
    return goal


@transaction.atomic
def change(goal: Goal, text: GoalText, *, by: User | None) -> Goal:
    """Change a goal; what was counted is told by the new one from now on, and for all time. Raises UserError."""
    before = goal.name
    _fill(goal, text)
    site = goal.site
    record("goal.changed", account=site.account, by=by, subject=f"{site.domain}: {goal.name}", details={"was": before})
    return goal


def _fill(goal: Goal, text: GoalText) -> None:
    pattern, name = text.pattern.strip(), " ".join(text.name.split())
    if text.kind not in Goal.Kind.values or not pattern_fits(text.kind, pattern):
        raise UserError(
            "wrong_goal",
            _("%(pattern)s does not describe a goal of this kind.") % {"pattern": pattern[:100] or "“”"},
            _("Use a path such as /thanks*, an event's name, a percentage from 1 to 100, or seconds."),
        )
    goal.kind, goal.pattern, goal.name = text.kind, pattern, (name or pattern)[:120]
    goal.value_minor = money_of(text.value, goal.site.currency)
    try:
        with transaction.atomic():
            goal.save()
    except IntegrityError:
        raise UserError(
            "goal_exists",
            _("This site has a goal of that name, or one that is reached in that way."),
            _("Change that one, or choose another name."),
            status=409,
        ) from None


def money_of(text: str, currency: str) -> int | None:
    """Minor units of an amount that a person typed, with a point or a comma; None for no amount. Raises UserError."""
    text = text.strip().replace(",", ".")
    if not text:
        return None
    try:
        amount = parse_amount(text, currency)
    except ValueError:
        amount = -1
    if not 0 <= amount <= 10**12:
        raise UserError(
            "wrong_amount",
            _("This is no amount of %(currency)s.") % {"currency": currency},
            _("Enter it without thousands, such as 12.50, or leave it empty."),
        )
    return amount
