"""How commands print: a table or lines for people, JSON for scripts; and how they reach the control database."""

import json
from collections.abc import Mapping, Sequence
from typing import Any


def print_json(value: Any) -> None:
    """One line of JSON."""
    print(json.dumps(value, ensure_ascii=False))


def print_values(values: Mapping[str, Any], *, as_json: bool) -> None:
    """JSON, or one `name: value` a line."""
    if as_json:
        print_json(values)
        return
    width = max(map(len, values)) + 1
    for name, value in values.items():
        print(f"{name + ':':<{width}} {value}")


def print_table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Columns under their names, numbers to the right."""
    cells = [[_cell(value) for value in row] for row in rows]
    widths = [max(len(name), *(len(row[i]) for row in cells), 0) for i, name in enumerate(head)]
    right = [bool(rows) and all(isinstance(row[i], int | float | None) for row in rows) for i in range(len(head))]
    for row in [list(head), ["-" * width for width in widths], *cells]:
        parts = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        print("  ".join(parts).rstrip())


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:g}" if isinstance(value, float) else str(value)


def open_database() -> None:
    """Start Django and bring the control database up to date, as the first start would."""
    import django

    django.setup()
    from trailhouse.accounts import startup

    startup.prepare()
