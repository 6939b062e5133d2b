"""The form of a funnel: its steps as rows that buttons add, move and take away, also without a script."""

import re
from dataclasses import dataclass, replace

from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from trailhouse.core.errors import UserError
from trailhouse.dashboard.vocabulary import Text
from trailhouse.sites.funnels import FEWEST_STEPS, MOST_DAYS, MOST_STEPS, FunnelText, StepText
from trailhouse.sites.models import Funnel

LONGEST_PATTERN = 1000
LONGEST_NAME = 120
GOAL = "goal:"  # before the number of a goal
DAYS = (1, 3, 7, 14, 30, 60, MOST_DAYS)
KINDS: tuple[tuple[str, Text], ...] = (("page", _("Page")), ("event", _("Event")))
_MOVE = re.compile(r"(up|down|drop)-([1-8])")


@dataclass(frozen=True, slots=True)
class Row:
    """A step as it is typed; `kind` is page, event, or goal:NUMBER. `moved` marks where the reader goes on."""

    kind: str = "page"
    pattern: str = ""
    name: str = ""
    moved: bool = False

    @property
    def empty(self) -> bool:
        """Whether nothing was filled in."""
        return not self.kind.startswith(GOAL) and not self.pattern.strip()


@dataclass(frozen=True, slots=True)
class Draft:
    """A funnel as it is typed. `days` "" is within a visit."""

    name: str = ""
    days: str = ""
    rows: tuple[Row, ...] = (Row(), Row())

    @property
    def full(self) -> bool:
        """Whether no further step fits."""
        return len(self.rows) >= MOST_STEPS

    @property
    def short(self) -> bool:
        """Whether no step can be taken away."""
        return len(self.rows) <= FEWEST_STEPS

    def text(self) -> FunnelText:
        """The funnel for its service; rows that are empty are left out. Raises UserError for a wrong number of days."""
        if self.days and not (self.days.isascii() and self.days.isdigit() and len(self.days) < 4):
            raise UserError(
                "wrong_funnel_days", str(_("This is no number of days.")), str(_("Choose one of the list."))
            )
        steps = [_typed(row) for row in self.rows if not row.empty]
        return FunnelText(self.name, steps, int(self.days) if self.days else None)


def _typed(row: Row) -> StepText:
    if row.kind.startswith(GOAL):
        return StepText("goal", row.kind.removeprefix(GOAL), row.name)
    return StepText(row.kind, row.pattern, row.name)


def draft_of(funnel: Funnel) -> Draft:
    """A funnel as its form shows it."""
    rows = (
        Row(GOAL + step["pattern"], "", step["name"])
        if step["kind"] == "goal"
        else Row(step["kind"], step["pattern"], step["name"])
        for step in funnel.steps
    )
    return Draft(funnel.name, str(funnel.days or ""), tuple(rows))


def read(given: QueryDict) -> Draft:
    """What was typed."""
    columns = (given.getlist(name)[:MOST_STEPS] for name in ("kind", "pattern", "step_name"))
    rows = [
        Row(kind[:30], pattern[:LONGEST_PATTERN].replace("\x00", ""), name[:LONGEST_NAME].replace("\x00", ""))
        for kind, pattern, name in zip(*columns, strict=False)
    ]
    rows += [Row()] * (FEWEST_STEPS - len(rows))
    return Draft(given.get("name", "")[:LONGEST_NAME].replace("\x00", ""), given.get("days", "")[:5], tuple(rows))


def pressed(draft: Draft, button: str) -> Draft | None:
    """The draft after a button that adds, moves or takes away a step; None for any other button."""
    rows = list(draft.rows)
    if button == "add":
        return replace(draft, rows=(*rows, Row(moved=True))) if not draft.full else draft
    found = _MOVE.fullmatch(button)
    if found is None or int(found[2]) > len(rows):
        return None
    place = int(found[2]) - 1
    row = rows.pop(place)
    if found[1] != "drop":
        rows.insert(max(0, place - 1) if found[1] == "up" else place + 1, replace(row, moved=True))
    rows += [Row()] * (FEWEST_STEPS - len(rows))
    return replace(draft, rows=tuple(rows))
