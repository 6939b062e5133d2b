"""Lists in pages: `after` and `before` are cursors that the answer before told."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trailhouse.core.errors import UserError

USUAL = 100
MOST = 1_000


@dataclass(frozen=True)
class Page:
    """The part of a list that was asked for, and how to go on. The cursors are its first and last entry."""

    entries: Sequence[str]
    meta: dict[str, Any]


def page(entries: Sequence[str], asked: Mapping[str, str]) -> Page:
    """The page of the sorted `entries` that follows `after`, or ends before `before`. Raises UserError."""
    text = asked.get("limit") or str(USUAL)
    if not (text.isascii() and text.isdigit() and len(text) < 6 and 1 <= int(text) <= MOST):
        raise UserError("wrong_limit", "Invalid limit.", f"Use 1 to {MOST}.")
    limit = int(text)
    if asked.get("before"):
        end = bisect_left(entries, asked["before"])
        start = max(0, end - limit)
    else:
        start = bisect_right(entries, asked["after"]) if asked.get("after") else 0
        end = min(len(entries), start + limit)
    shown = entries[start:end]
    meta = {
        "after": shown[-1] if shown and end < len(entries) else None,
        "before": shown[0] if shown and start else None,
        "limit": limit,
    }
    return Page(shown, meta)
