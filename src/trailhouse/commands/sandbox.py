"""`trailhouse clock`: shows the test clock of a sandbox, or moves it on day by day."""

import argparse
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from trailhouse import internal
from trailhouse.commands.output import open_database, print_json
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.events.store import Store

DAY = timedelta(days=1)
MOST_DAYS = 3_660

Ask = Callable[[dict[str, Any]], dict[str, Any]]


def run(options: argparse.Namespace) -> None:
    """Show the clock, or walk to the day that was named and print what happened on the way."""
    open_database()
    with _asking() as ask:
        shown = ask({})
        target = _target(options.ahead, options.to, datetime.fromisoformat(shown["now"]))
        days = []
        while target is not None and (now := datetime.fromisoformat(shown["now"])) < target:
            shown = ask({"to": min(now + DAY, target).isoformat()})
            days.append({"day": shown["now"][:10], "happened": shown["happened"]})
            if not options.json:
                for line in shown["happened"]:
                    print(f"{shown['now'][:10]}  {line}", flush=True)
    ahead = round(shown["ahead_s"] / DAY.total_seconds())
    if options.json:
        print_json({"now": shown["now"], "ahead_days": ahead, "days": days})
    else:
        now = datetime.fromisoformat(shown["now"])
        print(f"It is {now:%Y-%m-%d %H:%M} UTC, {ahead} day{'' if ahead == 1 else 's'} ahead.")


def step(store: Store, payload: dict[str, Any]) -> dict[str, Any]:
    """Show the clock, or move it `to` a moment, over `store`. Raises UserError."""
    from trailhouse.billing import sandbox
    from trailhouse.billing.metering import Meter

    done = sandbox.move_to(datetime.fromisoformat(payload["to"]), Meter(store)) if "to" in payload else sandbox.shown()
    return {"now": done.now.isoformat(), "ahead_s": done.ahead_s, "happened": done.happened}


@contextmanager
def _asking() -> Iterator[Ask]:
    """By the running app process, which alone holds an embedded store; by this one where none runs."""
    own = settings()
    if internal.call(own.app_socket, "status", {}) is not None:
        yield lambda payload: internal.call(own.app_socket, "clock", payload) or {}
        return
    from trailhouse.billing import sandbox

    sandbox.start()  # before the store is opened for nothing
    from trailhouse.app import open_store

    store = open_store(own)
    try:
        yield lambda payload: step(store, payload)
    finally:
        store.close()


def _target(ahead: str, to: str, now: datetime) -> datetime | None:
    """Where the clock is to stand; None where it is only shown."""
    if ahead and to:
        raise UserError("wrong_time", "Two times were named.", "Give +40d or --to 2027-03-01.")
    target = None
    if ahead:
        match = re.fullmatch(r"\+([0-9]{1,4})d", ahead)
        if match is None:
            raise UserError("wrong_time", f"{ahead} is no number of days.", "Use +40d.")
        target = now + int(match[1]) * DAY
    elif to:
        try:
            target = datetime.combine(date.fromisoformat(to), datetime.min.time(), UTC)
        except ValueError:
            raise UserError("wrong_time", f"{to} is no day.", "Use a day such as 2027-03-01.") from None
    if target is not None and target < now:
        raise UserError("clock_back", "The test clock cannot go back.", "Name a later day.")
    if target is not None and target - now > MOST_DAYS * DAY:
        raise UserError("wrong_time", "That is more than ten years.", "Go in shorter steps.")
    return target
