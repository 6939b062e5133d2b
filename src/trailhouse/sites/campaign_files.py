"""Costs of campaigns as CSV: read line by line, say what is wrong with each, and what each will do."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext as _

from trailhouse.core.errors import UserError
from trailhouse.sites.campaigns import CostText, CostValue, Key, checked, costs_of
from trailhouse.sites.models import CampaignCost, Site

MOST_LINES = 2_000
MOST_BYTES = 500_000
# Heads of columns → what they say; capitals, blanks, hyphens and underscores make no difference.
HEADS = {
    "campaign": "campaign", "utmcampaign": "campaign", "campaignname": "campaign",
    "source": "source", "utmsource": "source", "medium": "medium", "utmmedium": "medium",
    "from": "first", "start": "first", "startdate": "first", "firstday": "first", "day": "day", "date": "day",
    "to": "last", "end": "last", "enddate": "last", "lastday": "last",
    "amount": "amount", "cost": "amount", "spend": "amount",
    "perclick": "click", "costperclick": "click", "cpc": "click", "currency": "currency",
}  # fmt: skip

Fate = Literal["new", "changed", "same", "wrong"]


@dataclass(frozen=True)
class Line:
    """One line of a file, counted from 1 with the heads: what it says, or what is wrong with it."""

    number: int
    fate: Fate
    campaign: str
    value: CostValue | None = None
    was: int | None = None  # the amount that it takes the place of, in minor units
    wrong: str = ""


def read(text: str, site: Site) -> list[Line]:
    """What each line of a file will do to the costs of `site`; nothing is changed.

    Raises UserError for a file that is none of costs: without heads, without lines, too long.
    """
    rows = _rows(text)
    columns = _columns(rows[0][1])
    there = {value.key: value for value in costs_of(site)}
    seen: dict[Key, int] = {}
    return [_line(number, row, columns, site.currency, there, seen) for number, row in rows[1:]]


def values(lines: Sequence[Line]) -> list[CostValue]:
    """What the lines say. Raises UserError where one is wrong: a file is taken whole or not at all."""
    if any(line.fate == "wrong" for line in lines):
        raise UserError(
            "cost_file_wrong", _("Nothing was saved: a line is wrong."), _("Correct it and send all again.")
        )
    return [line.value for line in lines if line.value is not None]


def _rows(text: str) -> list[tuple[int, list[str]]]:
    text = text.lstrip("\ufeff").replace("\0", "")
    if len(text.encode()) > MOST_BYTES:
        raise UserError("cost_file_long", _("This file is larger than 500 kB."), _("Split it, send the parts in turn."))
    sample = text[:10_000]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=lambda mark: sample.count(mark)))
    try:
        rows = [(reader.line_num, row) for row in reader if any(cell.strip() for cell in row)]
    except csv.Error:
        raise UserError("cost_file_unreadable", _("This file cannot be read."), _("Save it as CSV.")) from None
    if len(rows) < 2:
        raise UserError(
            "cost_file_empty", _("There is no cost in this file."), _("Below a line of heads, put one cost a line.")
        )
    if len(rows) > MOST_LINES + 1:
        raise UserError(
            "cost_file_long",
            _("This file has %(count)d lines; %(most)d are taken at once.")
            % {"count": len(rows) - 1, "most": MOST_LINES},
            _("Split it, send the parts in turn."),
        )
    return rows


def _columns(heads: Sequence[str]) -> dict[str, int]:
    """The place of each column that is known."""
    found: dict[str, int] = {}
    for place, head in enumerate(heads):
        name = HEADS.get("".join(letter for letter in head.casefold() if letter not in " -_\ufeff"), "")
        if name in found:
            raise UserError("cost_file_columns", _("Two columns say the same: %(head)s.") % {"head": head.strip()[:40]})
        if name:
            found[name] = place
    days = "day" in found or {"first", "last"} <= found.keys()
    if "campaign" not in found or not days or not {"amount", "click"} & found.keys():
        raise UserError(
            "cost_file_columns",
            _("The first line does not say which column is which."),
            _("Head them campaign, from, to, and amount or per click; source and medium may be there as well."),
        )
    return found


def _line(
    number: int,
    row: Sequence[str],
    columns: dict[str, int],
    currency: str,
    there: dict[Key, CostValue],
    seen: dict[Key, int],
) -> Line:
    cells = {name: row[place].strip() if place < len(row) else "" for name, place in columns.items()}
    campaign = cells["campaign"][:200]
    try:
        value = checked(_text(cells, currency), currency)
    except UserError as error:
        return Line(number, "wrong", campaign, wrong=f"{error.message} {error.hint}".strip())
    if value.key in seen:
        wrong = _("Line %(number)d has the same campaign and days.") % {"number": seen[value.key]}
        return Line(number, "wrong", campaign, wrong=wrong)
    seen[value.key] = number
    before = there.get(value.key)
    if before is None:
        return Line(number, "new", campaign, value)
    if before == value:
        return Line(number, "same", campaign, value)
    return Line(number, "changed", campaign, value, before.amount_minor)


def _text(cells: dict[str, str], currency: str) -> CostText:
    """A line as it would be typed into the form. Raises UserError where it says two things or none."""
    given = cells.get("currency", "")
    if given and given.upper() != currency:
        raise UserError(
            "cost_currency",
            _("The amount is in %(given)s.") % {"given": given[:10]},
            _("Costs are entered in the site's currency, %(currency)s.") % {"currency": currency},
        )
    amount, click = cells.get("amount", ""), cells.get("click", "")
    if bool(amount) == bool(click):
        raise UserError(
            "cost_amount",
            _("It has an amount and one per click.") if amount else _("The amount is missing."),
            _("Give one of the two."),
        )
    day = cells.get("day", "")
    return CostText(
        campaign=cells["campaign"],
        first=cells.get("first") or day,
        last=cells.get("last") or day,
        amount=amount or click,
        kind=CampaignCost.Kind.SUM if amount else CampaignCost.Kind.CLICK,
        source=cells.get("source", ""),
        medium=cells.get("medium", ""),
    )
