"""What is counted on the whole instance, remembered for ten minutes: the statement reads every site's month."""

from datetime import date, timedelta
from pathlib import Path
from threading import Lock

from django.db import connection

from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events import current
from trailhouse.stats.reports import instance
from trailhouse.stats.reports.instance import Counted

DAYS = 30
FRESH_MS = 10 * 60_000

_lock = Lock()
_remembered: tuple[int, Counted] | None = None


def utc_days(number: int) -> list[date]:
    """So many UTC days up to today, oldest first."""
    today = clock.now().date()
    return [today - timedelta(ago) for ago in range(number - 1, -1, -1)]


def counted() -> Counted | None:
    """What was counted in the last DAYS days; None while the store cannot say."""
    global _remembered
    with _lock:  # of several who ask at once, one has the store read
        now = clock.now_ms()
        if _remembered is not None and 0 <= now - _remembered[0] < FRESH_MS:
            return _remembered[1]
        span = utc_days(DAYS)
        try:
            found = instance.counted(current.store(), span[0], span[-1])
        except UserError:
            return None
        _remembered = now, found
        return found


def store_bytes() -> int | None:
    """The bytes that the event store takes; None while it cannot say."""
    try:
        return instance.bytes_on_disk(current.store())
    except UserError:
        return None


def database_bytes() -> int | None:
    """The bytes that the database takes, with its log; None where it is a server's."""
    if connection.vendor != "sqlite":
        return None
    main = Path(connection.settings_dict["NAME"])
    return sum(one.stat().st_size for one in (main, main.with_name(f"{main.name}-wal")) if one.is_file())


def forget() -> None:
    """Ask anew."""
    global _remembered
    with _lock:
        _remembered = None
