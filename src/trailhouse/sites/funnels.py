"""Part of the services of `sites`: the funnels of a site as its people keep them."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core.errors import UserError
from trailhouse.sites.models import Funnel, Goal, Site, StepKind
from trailhouse.sites.services import pattern_fits

MOST_FUNNELS = 100
FEWEST_STEPS = 2
MOST_STEPS = 8
MOST_DAYS = 90


@dataclass(frozen=True, slots=True)
class StepText:
    """A step as it was typed: `kind` of StepKind, its pattern (of a goal: its number), its name or ""."""

    kind: str
    pattern: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class FunnelText:
    """A funnel as it was typed. `days` None is within a visit."""

    name: str
    steps: Sequence[StepText]
    days: int | None = None


@transaction.atomic
def add(site: Site, text: FunnelText, *, by: User | None) -> Funnel:
    """Add a funnel. Raises UserError for a wrong one and for a name that is taken."""
    if site.funnels.count() >= MOST_FUNNELS:
        raise UserError("too_many_funnels", _("A site has at most 100 funnels."), _("Remove a funnel that is not needed."))
    funnel = Funnel(site=site)
    _fill(funnel, text)
    record("funnel.added", account=site.account, by=by, subject=f"{site.domain}: {funnel.name}")
    return funnel


@transaction.atomic
def change(funnel: Funnel, text: FunnelText, *, by: User | None) -> Funnel:
    """Change a funnel; what was counted is told by the new one from now on, and for all time. Raises UserError."""
    before = funnel.name
    _fill(funnel, text)
    site = funnel.site
    record(
        "funnel.changed", account=site.account, by=by, subject=f"{site.domain}: {funnel.name}", details={"was": before}
    )
    return funnel


@transaction.atomic
def remove(funnel: Funnel, *, by: User | None) -> None:
    """Remove a funnel; what was counted stays."""
    site = funnel.site
    record("funnel.removed", account=site.account, by=by, subject=f"{site.domain}: {funnel.name}")
    funnel.delete()


def _fill(funnel: Funnel, text: FunnelText) -> None:
    name = " ".join(text.name.split())[:120]
    if not name:
        raise UserError("no_funnel_name", _("The funnel has no name."), _("Give it one."))
    if not FEWEST_STEPS <= len(text.steps) <= MOST_STEPS:
        raise UserError("wrong_funnel_steps", _("A funnel has 2 to 8 steps."), _("Fill in at least two."))
    if text.days is not None and not 1 <= text.days <= MOST_DAYS:
        raise UserError("wrong_funnel_days", _("A funnel takes 1 to 90 days."), _("Choose a number between them."))
    funnel.name, funnel.days = name, text.days
    funnel.steps = [_step(funnel.site, place, step) for place, step in enumerate(text.steps, 1)]
    try:
        with transaction.atomic():
            funnel.save()
    except IntegrityError:
        raise UserError(
            "funnel_exists",
            _("This site has a funnel of that name."),
            _("Change that funnel, or choose another name."),
            status=409,
        ) from None


def _step(site: Site, place: int, step: StepText) -> dict[str, str]:
    pattern = step.pattern.strip()
    if step.kind == StepKind.GOAL:
        fits = pattern.isascii() and pattern.isdigit() and site.goals.filter(pk=int(pattern[:18])).exists()
    else:
        fits = step.kind in StepKind.values and pattern_fits(Goal.Kind(step.kind), pattern)
    if not fits:
        raise UserError(
            "wrong_funnel_step",
            _("Step %(place)s does not say what reaches it.") % {"place": place},
            _("Use a path such as /cart*, an event's name, or one of the goals."),
        )
    return {"kind": step.kind, "pattern": pattern, "name": " ".join(step.name.split())[:120]}
