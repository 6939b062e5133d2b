"""What the commands of `trailhouse.cli` do. Each takes the parsed arguments and may return an exit code."""

from typing import Any

from trailhouse.events.store import Store


def answer_query(store: Store, payload: dict[str, Any]) -> dict[str, Any]:
    """What the running app process answers to `trailhouse query`."""
    from trailhouse.commands import query  # late: it needs Django, which not every command loads

    return query.answer(store, payload)


def move_clock(store: Store, payload: dict[str, Any]) -> dict[str, Any]:
    """What the running app process does for a step of `trailhouse clock`."""
    from trailhouse.commands import sandbox  # late, as above

    return sandbox.step(store, payload)
