"""How often, and how long after one another, what is in the outbox is tried. Part of its services."""

from datetime import timedelta
from typing import TypeVar

from django.db.models import F, QuerySet

from trailhouse.core import clock
from trailhouse.outbox.models import Mail, Task

Row = TypeVar("Row", Mail, Task)

# After the first failure, the second, and so on; after the last of these tries it is given up.
AFTER = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 4 * 60, 12 * 60, 24 * 60))
# How long a row belongs to whoever took it; longer than any try takes. Whoever dies with it loses it then.
CLAIM = timedelta(minutes=10)
MOST_A_STEP = 50


def due(model: type[Row]) -> list[int]:
    """The numbers of what is to be tried now, longest due first."""
    rows = model._default_manager.filter(state=model.State.WAITING, next_try_at__lte=clock.now())
    return list(rows.order_by("next_try_at", "pk").values_list("pk", flat=True)[:MOST_A_STEP])


def claim(model: type[Row], number: int) -> Row | None:
    """Take a row for a try, which counts from now on, so that a row that kills its process is given up too.

    None where another process has taken it: of two, the condition of one UPDATE holds for one.
    """
    now = clock.now()
    rows = model._default_manager.filter(pk=number)
    waiting = rows.filter(state=model.State.WAITING, next_try_at__lte=now)
    return rows.get() if waiting.update(next_try_at=now + CLAIM, attempts=F("attempts") + 1) else None


def claimed(row: Row) -> QuerySet[Row]:
    """`row`, as long as it belongs to whoever took it."""
    model = type(row)
    return model._default_manager.filter(pk=row.pk, state=model.State.WAITING, next_try_at=row.next_try_at)


def put_off(row: Row, error: str, *, for_good: bool = False) -> bool:
    """Note why the try failed and when the next one is. True where there is none: it is given up."""
    if for_good or row.attempts > len(AFTER):
        claimed(row).update(state=type(row).State.FAILED, last_error=error[:500])
        return True
    claimed(row).update(next_try_at=clock.now() + AFTER[row.attempts - 1], last_error=error[:500])
    return False
