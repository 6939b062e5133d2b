"""What a filter form suggests as one types: values, properties, goals and segments."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from trailhouse.dashboard import formats
from trailhouse.dashboard.conditions import shown
from trailhouse.dashboard.questions import Scope
from trailhouse.dashboard.vocabulary import Field
from trailhouse.events.store import Store
from trailhouse.stats.answer import ask
from trailhouse.stats.filters import Contains, IsEmpty
from trailhouse.stats.question import Question
from trailhouse.stats.reports import properties as reported

MOST = 20
# Of these there are few, and they are stored as codes or in English: they are searched by the reader's words.
FEW = frozenset({"channel", "country", "language", "device", "screen"})
MOST_OF_FEW = 300


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One value: as a form takes it, as people read it, with what tells it from others of that name."""

    value: str
    label: str
    note: str = ""
    count: str = ""  # its visitors


def values(store: Store, scope: Scope, field: Field, text: str) -> list[Suggestion]:
    """The values of a field that contain `text`, with the most visitors first. Raises UserError as `ask` does."""
    if field.short == "goal":
        found = (Suggestion(goal.name, goal.name) for goal in scope.site.goals if _has(goal.name, text))
        return sorted(found, key=lambda one: one.label.casefold())[:MOST]
    return list(_asked(store, scope, field, text))[:MOST]


def _asked(store: Store, scope: Scope, field: Field, text: str) -> Iterator[Suggestion]:
    few = field.short in FEW
    search = Contains(field.dimension, (text,), case_sensitive=False) if text and not few else None
    question = _question(scope, field, MOST_OF_FEW if few else MOST)
    filters = scope.narrowed(search, IsEmpty(field.dimension, negated=True))
    for row in ask(store, replace(question, filters=filters)).rows:
        value = row.dimensions[0]
        label = shown(field, value)
        if not few or _has(label, text):
            count = formats.count(row.metrics[0] or 0)
            yield Suggestion(label if few else value, label, field.note(value), count)


def _question(scope: Scope, field: Field | None, limit: int) -> Question:
    dimensions = (field.dimension,) if field else ()
    return Question(scope.site, scope.span.period, ("visitors",), dimensions, filters=scope.narrowed(), limit=limit)


def properties(store: Store, scope: Scope, text: str) -> list[Suggestion]:
    """The names of properties that contain `text`. Raises UserError as `ask` does."""
    found = reported.properties(store, _question(scope, None, MOST), text)
    return [Suggestion(one.name, one.name, count=formats.count(one.visitors)) for one in found]


def segments(scope: Scope, text: str) -> list[Suggestion]:
    """The reader's segments whose name contains `text`."""
    found = (Suggestion(one.name, one.name) for one in scope.state.segments.values() if _has(one.name, text))
    return sorted(found, key=lambda one: one.label.casefold())[:MOST]


def _has(name: str, text: str) -> bool:
    return text.casefold() in name.casefold()
