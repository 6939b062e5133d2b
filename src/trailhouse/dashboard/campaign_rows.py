"""The return of campaigns as people read it: which figures somebody sees, rows, totals, and the table of an export."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from urllib.parse import quote, urlencode

from babel import numbers
from django.utils.translation import gettext_lazy as _

from trailhouse.core.money import MINUS, exponent
from trailhouse.dashboard import formats
from trailhouse.dashboard.state import Condition, State
from trailhouse.dashboard.vocabulary import Text
from trailhouse.outbox.locales import locale
from trailhouse.stats.answer import Value, change
from trailhouse.stats.export import Cell, ExportColumn, Table
from trailhouse.stats.metrics import Unit
from trailhouse.stats.reports.campaigns import BY_CAMPAIGN, BY_LINK, Figures, Key, Line

FIELDS = ("campaign", "utm_source", "medium")  # short names of the dimensions of BY_LINK


@dataclass(frozen=True, slots=True)
class Column:
    """One figure. Only who sees costs, or outcomes such as goals and revenue, sees those that tell of them.

    More of it is better (`sign` 1), worse (-1), or neither (0). `told`: its change stands beside it in each row.
    """

    key: str
    label: Text
    unit: Unit
    of: Callable[[Figures], Value]
    costs: bool = False
    outcomes: bool = False
    sign: int = 1
    headline: bool = False  # also stands above the table, for all campaigns together
    told: bool = False


COLUMNS = (
    Column("visits", _("Visits"), Unit.COUNT, lambda f: f.visits, headline=True, told=True),
    Column("conversions", _("Conversions"), Unit.COUNT, lambda f: f.conversions, outcomes=True, headline=True),
    Column("conversion_rate", _("Conversion rate"), Unit.PERCENT, lambda f: f.conversion_rate, outcomes=True),
    Column("cost", _("Cost"), Unit.MONEY, lambda f: f.cost, costs=True, sign=0, headline=True),
    Column("value", _("Value"), Unit.MONEY, lambda f: f.value, outcomes=True, headline=True),
    Column("return", _("Return"), Unit.MONEY, lambda f: f.gain, True, True, headline=True, told=True),
    Column("return_percent", _("Return on cost"), Unit.PERCENT, lambda f: f.gain_percent, True, True, headline=True),
    Column("cost_per_visit", _("Cost per visit"), Unit.MONEY, lambda f: f.cost_per_visit, True, sign=-1),
    Column(
        "cost_per_conversion", _("Cost per conversion"), Unit.MONEY, lambda f: f.cost_per_conversion, True, True, -1
    ),
)


def columns(*, costs: bool, outcomes: bool) -> tuple[Column, ...]:
    """The figures that somebody sees."""
    return tuple(one for one in COLUMNS if (costs or not one.costs) and (outcomes or not one.outcomes))


@dataclass(frozen=True, slots=True)
class Told:
    """One figure in words, with its change."""

    label: Text
    text: str
    change: str
    before: str
    mood: str  # up (better), down (worse), flat
    shows_change: bool
    is_cost: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: its name, the link that filters by it, its figures; `entered` is a new cost of it."""

    name: str
    note: str
    link: str
    chosen: bool
    width: str
    cells: tuple[Told, ...]
    entered: str
    free: bool  # without a cost


def money(minor: float, currency: str, most: int = 0) -> str:
    """An amount in the currency's own places, without its sign: 1,234.50; above `most` in whole ones, where given."""
    places = exponent(currency)
    amount = Decimal(round(minor)).scaleb(-places)
    pattern = "#,##0" + ("." + "0" * places if places and not (most and abs(amount) >= most) else "")
    return str(numbers.format_decimal(amount, format=pattern, locale=locale())).replace("-", MINUS)


def told(column: Column, line: Line, currency: str, most: int = 0) -> Told:
    """One figure of a line; `most` as in `money`."""
    now, then = column.of(line.now), column.of(line.before) if line.before else None
    moved = change(now, then, column.unit) if then is None or then >= 0 else None  # nothing grows from a loss
    amount = round(moved.amount, 1) * column.sign if moved else 0
    return Told(
        label=column.label,
        text=_text(column, now, currency, most),
        change=formats.change(moved) if moved and (now or then) else "",
        before=_text(column, then, currency, most) if then else "",
        mood="up" if amount > 0 else "down" if amount < 0 else "flat",
        shows_change=column.told,
        is_cost=column.key == "cost",
    )


def _text(column: Column, amount: Value, currency: str, most: int) -> str:
    if amount is None or (column.key == "cost" and not amount):
        return formats.NONE
    if column.unit is Unit.MONEY:
        return money(amount, currency, most)
    return formats.value(amount, column.unit, currency)


def rows(lines: Sequence[Line], shown: Sequence[Column], state: State, currency: str, most: int) -> list[Row]:
    """The lines as the template draws them; `most` are the visits of the longest bar."""
    return [_row(line, shown, state, currency, most) for line in lines]


def _row(line: Line, shown: Sequence[Column], state: State, currency: str, most: int) -> Row:
    conditions = [Condition(short, "is", (value,)) for short, value in zip(FIELDS, line.key, strict=False)]
    chosen = all(condition in state.filters for condition in conditions)
    return Row(
        name=line.key[0],
        note=" / ".join(part or formats.NONE for part in line.key[1:]),
        link=_toggled(state, conditions, chosen).url(),
        chosen=chosen,
        width=f"{100 * line.now.visits / most:.1f}%" if most else "0",
        cells=tuple(told(column, line, currency) for column in shown),
        entered=urlencode(dict(zip(("campaign", "source", "medium"), line.key, strict=False)), quote_via=quote),
        free=not line.now.cost,
    )


def _toggled(state: State, conditions: Sequence[Condition], chosen: bool) -> State:
    for condition in conditions:
        if chosen:
            state = state.without(condition)
        elif condition not in state.filters:
            state = state.toggled(condition.dimension, condition.values[0])
    return state.carried()


def table(lines: Sequence[Line], shown: Sequence[Column], split: Key) -> Table:
    """The same figures as a file; with a comparison each once more as `…_before`."""
    names = [ExportColumn(short) for short in FIELDS[: len(split)]]
    compared = any(line.before is not None for line in lines)
    figures = [ExportColumn(column.key, column.unit) for column in shown]
    before = [ExportColumn(f"{column.key}_before", column.unit) for column in shown] if compared else []

    def cells(line: Line) -> list[Cell]:
        found: list[Cell] = [*line.key, *(column.of(line.now) for column in shown)]
        if compared:
            found += [column.of(line.before) if line.before else None for column in shown]
        return found

    return Table("campaigns", (*names, *figures, *before), map(cells, lines))


SPLITS: dict[str, tuple[Key, Text]] = {
    "campaigns": (BY_CAMPAIGN, _("Campaigns")),
    "links": (BY_LINK, _("By source and medium")),
}
