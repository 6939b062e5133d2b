"""A price book as it stands in the editor's fields: texts, with rows that come and go; and the book they mean."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Protocol

from trailhouse.billing.book import BookError, Fees, PriceBook, Problem, Step, Tier
from trailhouse.billing.models import Book
from trailhouse.core.money import CURRENCIES, decimal_text
from trailhouse.core.typed_amounts import typed_amount
from trailhouse.dashboard.book_words import FEES, rate_of

MOST_ROWS = 60
TIER = ("pageviews", "monthly", "yearly")
STEP = ("rank", "rate")
Row = dict[str, str]


class Sent(Protocol):
    """What a form sends."""

    def get(self, name: str, default: str) -> Any:
        """The value of a field."""


@dataclass
class Edit:
    """The fields of the editor."""

    name: str = ""
    currency: str = "EUR"
    valid_from: str = ""
    tiers: list[Row] = field(default_factory=list)
    steps: list[Row] = field(default_factory=list)
    fees: dict[str, str] = field(default_factory=dict)


def of_book(book: Book) -> Edit:
    """The fields of a book that is kept."""
    prices = PriceBook.from_json(book.content)
    code = prices.currency
    return Edit(
        book.name, code, book.valid_from.isoformat(),
        [
            {"pageviews": str(one.pageviews), "monthly": decimal_text(one.monthly, code),
             "yearly": decimal_text(one.yearly, code)}
            for one in prices.tiers
        ],
        [{"rank": str(one.rank), "rate": rate_of(one.rate)} for one in prices.ladder],
        {name: "" if (fee := getattr(prices.fees, name)) is None else decimal_text(fee, code) for name in FEES},
    )  # fmt: skip


def of_sent(sent: Mapping[str, Any]) -> Edit:
    """The fields as they were sent; rows in their order, and gaps between them closed."""

    def rows(kind: str, names: tuple[str, ...]) -> list[Row]:
        found = []
        for number in range(MOST_ROWS):
            if f"{kind}-{number}-{names[0]}" in sent:
                found.append({name: _text(sent, f"{kind}-{number}-{name}") for name in names})
        return found

    return Edit(
        _text(sent, "name")[:80], _text(sent, "currency"), _text(sent, "valid_from"), rows("tier", TIER),
        rows("step", STEP), {name: _text(sent, f"fee-{name}") for name in FEES},
    )  # fmt: skip


def _text(sent: Mapping[str, Any], name: str) -> str:
    return str(sent.get(name, "")).replace("\0", "").strip()[:60]


def changed(edit: Edit, what: str) -> Edit | None:
    """The fields after a row was added or removed: add_tier, add_step, remove_tier:3 …; None for another word."""
    match = re.fullmatch(r"(add|remove)_(tier|step)(?::([0-9]{1,3}))?", what)
    if match is None:
        return None
    rows, names = (edit.tiers, TIER) if match[2] == "tier" else (edit.steps, STEP)
    if match[1] == "add" and len(rows) < MOST_ROWS:
        rows.append(dict.fromkeys(names, ""))
    elif match[1] == "remove" and match[3] and int(match[3]) < len(rows):
        del rows[int(match[3])]
    return edit


@dataclass(frozen=True)
class Meant:
    """What the fields mean; `prices` and `valid_from` are there where nothing is wrong."""

    problems: list[Problem]
    prices: PriceBook | None = None
    valid_from: date | None = None


def meant(edit: Edit) -> Meant:
    """The book that the fields mean, or everything that is wrong with them at once."""
    reader = _Reader(edit.currency)
    if edit.currency not in CURRENCIES:
        return Meant([("unknown_currency", (edit.currency or "–",))])
    tiers = [_tier(reader, row) for row in edit.tiers if any(row.values())]
    steps = [_step(reader, row) for row in edit.steps if any(row.values())]
    fees = {name: reader.amount(name, text) if text else None for name, text in edit.fees.items()}
    problems = reader.problems
    on = _day(edit.valid_from)
    problems += [("no_day", ())] if on is None else []
    problems += [] if edit.name else [("no_name", ())]
    try:
        prices = PriceBook(
            edit.currency, tuple(one for one in tiers if one), tuple(one for one in steps if one), Fees(**fees)
        )
    except BookError as error:
        # A tier that cannot be read is not one that is missing.
        return Meant(problems + [one for one in error.problems if one[0] != "no_tier" or not tiers])
    return Meant(problems) if problems else Meant([], prices, on)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


class _Reader:
    """Reads numbers and notes those that are none."""

    def __init__(self, currency: str) -> None:
        self.currency = currency
        self.problems: list[Problem] = []

    def whole(self, what: str, text: str) -> int | None:
        plain = re.sub(r"[\s.,'\u00a0\u202f]", "", text)
        if plain.isascii() and plain.isdigit() and len(plain) < 17:
            return int(plain)
        self.problems.append(("no_number", (what, text)))
        return None

    def amount(self, what: str, text: str) -> int | None:
        try:
            return typed_amount(text, self.currency)
        except ValueError:
            self.problems.append(("no_amount", (what, text)))
            return None

    def rate(self, what: str, text: str) -> int | None:
        match = re.fullmatch(r"([0-9]{1,3})(?:[.,]([0-9]{1,2}))?\s*%?", text, re.ASCII)
        if match:
            return int(match[1]) * 100 + int((match[2] or "0").ljust(2, "0"))
        self.problems.append(("no_rate", (what, text)))
        return None


def _tier(reader: _Reader, row: Row) -> Tier | None:
    views = reader.whole(row["pageviews"] or "–", row["pageviews"])
    monthly = reader.amount(row["pageviews"] or "–", row["monthly"])
    yearly = reader.amount(row["pageviews"] or "–", row["yearly"])
    return None if views is None or monthly is None or yearly is None else Tier(views, monthly, yearly)


def _step(reader: _Reader, row: Row) -> Step | None:
    rank = reader.whole(row["rank"] or "–", row["rank"])
    rate = reader.rate(row["rank"] or "–", row["rate"])
    return None if rank is None or rate is None else Step(rank, rate)
