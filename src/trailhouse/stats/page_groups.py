"""Groups of pages: a name for all pages whose path fits one of its patterns."""

from collections.abc import Sequence
from dataclasses import dataclass

from trailhouse.stats.params import Params


@dataclass(frozen=True, slots=True)
class PageGroup:
    """Pages that a report shows as one. A pattern is a path in which `*` stands for any text, also none."""

    name: str
    patterns: tuple[str, ...]


def like(pattern: str) -> str:
    """A path with `*` for any run of characters, as a pattern of LIKE."""
    escaped = pattern.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return escaped.replace("*", "%")


def path_fits(pattern: str, params: Params, column: str = "path") -> str:
    """SQL: whether the path in `column` fits a pattern."""
    stars = pattern.count("*")
    if stars == 1 and pattern[-1] == "*":  # most are, and this is many times as fast
        return f"startsWith({column}, {params.text(pattern[:-1])})"
    return f"{column} LIKE {params.text(like(pattern))}" if stars else f"{column} = {params.text(pattern)}"


def group_of(groups: Sequence[PageGroup], params: Params, column: str = "path") -> str:
    """SQL: the name of the first group that the path in `column` fits; "" for none."""
    none = f"left({column}, 0)"  # a constant could not be grouped by
    cases = [
        f"{' OR '.join(path_fits(pattern, params, column) for pattern in group.patterns)}, {params.text(group.name)}"
        for group in groups
        if group.patterns
    ]
    return f"multiIf({', '.join(cases)}, {none})" if cases else none
