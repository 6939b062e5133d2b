"""Lines of the store → rows of an answer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isnan
from typing import Any

from trailhouse.core.clock import to_ms
from trailhouse.core.periods import Bucket
from trailhouse.stats.dimensions import HOUR_OF_WEEK, Level, dimension
from trailhouse.stats.goals import in_scope
from trailhouse.stats.metrics import Metric, metric
from trailhouse.stats.question import Question
from trailhouse.stats.scope import UNITS
from trailhouse.stats.sql import Statement

Value = int | float | None
Line = tuple[Any, ...]
Key = tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """One line: the values of the dimensions ("" is unknown) and the metrics, in the order of the question.

    A metric is None where it is undefined, such as the bounce rate of no visit. `bucket` belongs to a time dimension,
    whose value is its label; `comparison_bucket` is the one it is compared with.
    """

    dimensions: tuple[str, ...]
    metrics: tuple[Value, ...]
    comparison: tuple[Value, ...] | None = None
    bucket: Bucket | None = None
    comparison_bucket: Bucket | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """Turns the lines of one statement into rows."""

    statement: Statement
    levels: tuple[Level, ...]
    metrics: tuple[Metric, ...]
    goals: tuple[str, ...]  # by place, from 1
    labels: tuple[str, ...]  # of a time dimension, by place
    buckets: tuple[Bucket, ...]
    compared: tuple[Bucket, ...] | None  # None: there is no comparison

    @classmethod
    def of(cls, question: Question, statement: Statement) -> "Reader":
        """The reader of a checked question's statement."""
        levels = tuple(dimension(name).level for name in question.dimensions)
        metrics = tuple(metric(name) for name in question.metrics)
        goals = tuple(goal.name for goal in in_scope(question.site, question.filters)) if Level.GOAL in levels else ()
        buckets: tuple[Bucket, ...] = ()
        compared: tuple[Bucket, ...] = ()
        labels: tuple[str, ...] = ()
        if Level.TIME in levels:
            name = question.dimensions[levels.index(Level.TIME)]
            if name == HOUR_OF_WEEK:
                labels = tuple(f"{hour // 24 + 1}-{hour % 24:02}" for hour in range(7 * 24))
            else:
                buckets = tuple(question.period.buckets(UNITS[name]))
                labels = tuple(bucket.label for bucket in buckets)
                if question.comparison is not None:
                    compared = tuple(question.comparison.buckets(UNITS[name]))
        return cls(
            statement, levels, metrics, goals, labels, buckets, None if question.comparison is None else compared
        )

    def rows(self, lines: list[Line]) -> list[Row]:
        """The rows in the order of the lines."""
        if not self.statement.loose:
            return [self._row(*parts) for parts in self._split(lines)]
        main, compared = self._gathered(lines)
        return [self._row((), main.get((), self._zero), compared.get((), self._zero))]

    def together(self, lines: list[Line], order: Sequence[tuple[str, str]]) -> list[Row]:
        """The rows of a question's sides, put together by their key and sorted by columns as `order_of` names them."""
        found = [(key, values) for key, values in self._gathered(lines)[0].items()]
        for column, way in reversed(order):
            place, part = int(column[1:]), 1 if column.startswith("m") else 0
            last = way == "desc"  # what is undefined comes last both ways

            def by(one: tuple[Key, list[Value]], place: int = place, part: int = part, last: bool = last) -> Any:
                value = one[part][place]
                return (value is not None) is last, 0 if value is None else value

            found.sort(key=by, reverse=last)
        return [self._row(key, values, []) for key, values in found]

    def filled(self, lines: list[Line]) -> list[Row]:
        """A row for each interval in its order, also where nothing happened."""
        if self.statement.loose:
            main, compared = self._gathered(lines)
        else:
            split = self._split(lines)
            main = {key: own for key, own, _ in split}
            compared = {key: other for key, _, other in split}
        return [
            self._row((place,), main.get((place,), self._zero), compared.get((place,), self._zero))
            for place in range(len(self.labels))
        ]

    @property
    def _zero(self) -> list[Value]:
        return [metric.zero for metric in self.metrics]

    def _split(self, lines: list[Line]) -> list[tuple[Key, list[Value], list[Value]]]:
        """The key, the metrics and the comparison's metrics of each line."""
        first, count = len(self.levels), len(self.metrics)
        places = _places(self.buckets)
        found = []
        for line in lines:
            values = [_value(value) for value in line[first:]]
            found.append((self._placed(line[:first], places), values[:count], values[count : 2 * count]))
        return found

    def _gathered(self, lines: list[Line]) -> tuple[dict[Key, list[Value]], dict[Key, list[Value]]]:
        """The metrics of both periods by key, from lines of which each has some."""
        main: dict[Key, list[Value]] = {}
        compared: dict[Key, list[Value]] = {}
        first = len(self.levels)
        places = _places(self.buckets), _places(self.compared or ())
        for line in lines:
            key, values = line[:first], line[first:]
            own = True
            if self.compared is not None:
                own, values = bool(values[0]), values[1:]
            found = (main if own else compared).setdefault(self._placed(key, places[not own]), self._zero)
            for i, value in enumerate(values):
                if value is not None:
                    found[i] = _value(value)
        return main, compared

    def _placed(self, key: Key, places: Mapping[int, int]) -> Key:
        """The key with the place of its interval."""
        if not places or self.statement.places:
            return key
        pairs = zip(key, self.levels, strict=True)
        return tuple(places[part] if level is Level.TIME else part for part, level in pairs)

    def _row(self, key: Key, values: list[Value], compared: list[Value]) -> Row:
        place = next((int(part) for part, level in zip(key, self.levels, strict=True) if level is Level.TIME), None)
        return Row(
            tuple(self._label(part, level) for part, level in zip(key, self.levels, strict=True)),
            tuple(values),
            None if self.compared is None else tuple(compared),
            *self._pair(place),
        )

    def _label(self, part: Any, level: Level) -> str:
        if level is Level.TIME:
            return self.labels[int(part)]
        return self.goals[int(part) - 1] if level is Level.GOAL else str(part)

    def _pair(self, place: int | None) -> tuple[Bucket | None, Bucket | None]:
        if place is None or not self.buckets:
            return None, None
        compared = self.compared[place] if self.compared and place < len(self.compared) else None
        return self.buckets[place], compared


def _places(buckets: tuple[Bucket, ...]) -> dict[int, int]:
    return {to_ms(bucket.start): place for place, bucket in enumerate(buckets)}


def _value(value: Any) -> Value:
    if value is None or isinstance(value, int):
        return value
    number = float(value)
    return None if isnan(number) else number
