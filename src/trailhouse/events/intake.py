"""What one step of the writer takes from the spool: events that fit the store, and what is told beside them."""

from collections import defaultdict
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

from trailhouse.core import clock
from trailhouse.events.model import Event, Spooled
from trailhouse.events.spool import Group, Left, Sample
from trailhouse.events.visitors import Noted

MALFORMED = "malformed"

_groups = msgspec.msgpack.Decoder(Group)


class LooseGroup(msgspec.Struct, array_like=True):
    """A group whose events are looked at one by one, because one of them does not fit the store."""

    spooled: list[msgspec.Raw] = []
    left: list[Left] = []
    samples: list[Sample] = []


class Intake:
    """What one step has taken from the spool."""

    def __init__(self) -> None:
        self.weight = 0  # of its groups; see spool.Stored
        self.items: list[Spooled] = []
        self.left: dict[tuple[int, int, str], int] = defaultdict(int)
        self.samples: list[Sample] = []
        self.titles: dict[tuple[int, str], tuple[int, str]] = {}
        self.recognised = Noted()
        self.positions: dict[str, int] = {}
        self.counts: dict[str, int] = defaultdict(int)

    @property
    def events(self) -> int:
        """How many events it holds."""
        return len(self.items)

    def add(self, payload: bytes) -> None:
        """Take a group of the spool."""
        try:
            group = _groups.decode(payload)
        except msgspec.DecodeError:
            group = self._sift(payload)
        self.items += group.spooled
        for left in group.left:
            self.left[left.site_id, left.day, left.reason] += left.n
        self.samples += group.samples

    def _sift(self, payload: bytes) -> Group:
        """Quarantine the events of a group that do not fit the store, and keep the others."""
        loose = msgspec.msgpack.decode(payload, type=LooseGroup)
        group = Group(left=loose.left, samples=loose.samples)
        for raw in loose.spooled:
            try:
                group.spooled.append(msgspec.msgpack.decode(raw, type=Spooled))
            except msgspec.DecodeError as error:
                self.counts["quarantined"] += 1
                self.samples.append(Sample(0, clock.now_ms(), MALFORMED, str(error)))
        return group

    def leave_out_before(self, moments: Mapping[int, int], reason: str) -> None:
        """Leave out for `reason` what happened at a site before its moment (milliseconds); its samples go as well."""
        kept = []
        for item in self.items:
            if item.event.ts < moments.get(item.event.site_id, 0):
                self.drop(item.event, reason)
            else:
                kept.append(item)
        self.items = kept
        self.samples = [one for one in self.samples if one.ts >= moments.get(one.site_id, 0)]

    def drop(self, event: Event, reason: str) -> None:
        """Leave `event` out for `reason`."""
        self.left[event.site_id, event.ts // 86_400_000, reason] += 1
        self.counts["dropped"] += 1

    def other_rows(self) -> list[tuple[str, list[tuple[Any, ...]]]]:
        """Rows of the small tables, a list for each table and month, without their batch number (second place)."""
        lists: dict[tuple[str, int], list[tuple[Any, ...]]] = defaultdict(list)
        for (site, day, reason), n in self.left.items():
            lists["drops", month(day * 86_400_000)].append((site, day, reason, n))
        for sample in self.samples:
            row = (sample.site_id, sample.ts, sample.reason, sample.detail)
            lists["quarantine", month(sample.ts)].append(row)
        for (site, path), (ts, title) in self.titles.items():
            lists["titles", 0].append((site, ts, path, title))
        return [*((target, rows) for (target, _), rows in lists.items()), *self.recognised.rows()]


def month(ms: int) -> int:
    """The number of the month, in UTC, by which the store parts its tables."""
    return _month_of_day(ms // 86_400_000)


@lru_cache(maxsize=1024)
def _month_of_day(day: int) -> int:
    moment = clock.from_ms(day * 86_400_000)
    return moment.year * 12 + moment.month
