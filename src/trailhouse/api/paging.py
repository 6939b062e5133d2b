"""Lists in pages: `after` and `before` are cursors that the answer before told."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from django.db.models import Model, QuerySet

from trailhouse.core.errors import UserError

Row = TypeVar("Row", bound=Model)

USUAL = 100
MOST = 1_000


@dataclass(frozen=True)
class Page:
    """The part of a list that was asked for, and how to go on."""

    entries: Sequence[str]
    meta: dict[str, Any]


def page(entries: Sequence[str], asked: Mapping[str, str]) -> Page:
    """The page of the sorted `entries` that follows `after`, or ends before `before`. Raises UserError."""
    limit, before, after = limit_of(asked), _entry(asked, "before"), _entry(asked, "after")
    if before:
        end = bisect_left(entries, before)
        start = max(0, end - limit)
    else:
        start = bisect_right(entries, after) if after else 0
        end = min(len(entries), start + limit)
    shown = entries[start:end]
    meta = {
        "after": cursor(shown[-1]) if shown and end < len(entries) else None,
        "before": cursor(shown[0]) if shown and start else None,
        "limit": limit,
    }
    return Page(shown, meta)


def cursor(entry: str) -> str:
    """An entry as a cursor, of letters that stand in an address as they are: programs paste it there."""
    return urlsafe_b64encode(entry.encode()).decode().rstrip("=")


def _entry(asked: Mapping[str, str], name: str) -> str:
    text = asked.get(name, "")
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:  # also what is no UTF-8
        raise _wrong_cursor(name) from None


def rows_of(found: QuerySet[Row], asked: Mapping[str, str]) -> tuple[list[Row], dict[str, Any]]:
    """The page of rows, by their number, that was asked for, and its `meta`. Raises UserError."""
    limit, before, after = limit_of(asked), _number(asked, "before"), _number(asked, "after")
    if before is not None:
        rows = list(found.filter(pk__lt=before).order_by("-pk")[: limit + 1])
        more_before, more_after = len(rows) > limit, found.filter(pk__gte=before).exists()
        rows = rows[:limit][::-1]
    else:
        rows = list(found.filter(pk__gt=after or 0).order_by("pk")[: limit + 1])
        more_before, more_after = bool(after) and found.filter(pk__lte=after).exists(), len(rows) > limit
        rows = rows[:limit]
    meta = {
        "after": str(rows[-1].pk) if rows and more_after else None,
        "before": str(rows[0].pk) if rows and more_before else None,
        "limit": limit,
    }
    return rows, meta


@dataclass(frozen=True)
class Window:
    """A page of a list that is sorted by figures: how many entries after how many."""

    limit: int
    offset: int
    asked: int  # the limit of a whole page

    def meta(self, total: int) -> dict[str, Any]:
        """How to go on in a list of so many. The cursors say how many entries come before."""
        end = self.offset + self.limit
        return {
            "after": str(end) if end < total else None,
            "before": str(self.offset) if self.offset else None,
            "limit": self.asked,
        }


def window(asked: Mapping[str, str]) -> Window:
    """The page that was asked for. Raises UserError."""
    limit, before, after = limit_of(asked), _number(asked, "before"), _number(asked, "after")
    if before:
        start = max(0, before - limit)
        return Window(before - start, start, limit)
    return Window(limit, after or 0, limit)


def limit_of(asked: Mapping[str, str]) -> int:
    """How many entries a page has. Raises UserError."""
    text = asked.get("limit") or str(USUAL)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST):
        raise UserError("wrong_limit", "Invalid limit.", f"Use 1 to {MOST}.")
    return int(text)


def _number(asked: Mapping[str, str], name: str) -> int | None:
    text = asked.get(name)
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise _wrong_cursor(name)
    return int(text)


def _wrong_cursor(name: str) -> UserError:
    return UserError("wrong_cursor", f"Invalid {name}.", "Use the one that the answer before told.")
