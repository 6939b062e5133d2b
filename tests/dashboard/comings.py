"""Visits of recognised visitors to the bakery, always the same: each comes again after their own number of days."""

from collections.abc import Iterator

from tests.dashboard import visits
from trailhouse.core import clock
from trailhouse.events import visitors
from trailhouse.events.model import Event
from trailhouse.events.store import Store

DAY = visits.DAY
EVERY = (1, 2, 3, 5, 8, 13, 40)  # days between the visits of a person
PERSONS = 40


def fill(store: Store, site_id: int) -> list[Event]:
    """Put the visits of 60 days into the store; one in five never agreed to be recognised."""
    events = list(of_persons(site_id))
    visitors.note(store, events, 1)
    visits.add(store, events)
    return events


def of_persons(site_id: int) -> Iterator[Event]:
    """Everybody's visits."""
    now = clock.to_ms(visits.NOW)
    for number in range(PERSONS):
        start = now - (60 - 3 * number // 2) * DAY - number * 17 * visits.MINUTE
        while start < now:
            person = 0 if number % 5 == 4 else 1000 + 50_000 + number
            yield from visits.visit(site_id, 50_000 + number, start, person=person)
            start += EVERY[number % len(EVERY)] * DAY
