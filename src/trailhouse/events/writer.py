"""Spool → frozen batch → store, exactly once.

Exactly once by counting, not by tokens: a frozen batch holds final rows and a number that every stored row carries.
After any uncertain end the writer counts the rows of that number in the store: all there: done; none: insert again.
"""

import fcntl
import logging
import os
import sqlite3
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from operator import attrgetter
from pathlib import Path

from trailhouse.core import clock
from trailhouse.events import blocks, erasures, spool, visitor_erasures, visitors
from trailhouse.events.frozen import Batch, Frozen
from trailhouse.events.intake import Intake, month
from trailhouse.events.model import VISIT_COLUMNS, Event, Spooled
from trailhouse.events.registry import Registry
from trailhouse.events.store import Store
from trailhouse.events.visits import LONGEST_TIMEOUT_MS, LONGEST_VISIT_MS, Stitcher, Visit

log = logging.getLogger(__name__)

MOST_EVENTS = 40_000  # in one step; far below the block size at which an insert would be split
LATE_MS = 60_000  # an event this far behind the newest one may belong to a visit that the stitcher no longer knows
FORGET_MS = 60_000
USUAL_TIMEOUT_MS = 1_800_000  # of a site that is no longer served
MOST_TITLES = 100_000  # that are remembered, so that a title is stored when it changes and not with each pageview
MOST_PAIRS = 2_000  # visitors looked up in one statement
NO_VISIT = "engagement_without_visit"
EMPTIED = "site_emptied"

_ts = attrgetter("event.ts")


class Writer:
    """Moves events from a machine's spool files into the store. One writer a machine: the directory is locked."""

    def __init__(self, store: Store, directory: Path, registry: Registry) -> None:
        self._store = store
        self._directory = directory
        self._registry = registry
        self._frozen = Frozen(directory)
        self._lock = _lock(directory / "writer.lock")
        self._files: dict[Path, _SpoolFile] = {}
        self._stitcher = Stitcher()
        self._timeouts: dict[int, int] = {}
        self._forgot = 0  # time of the newest event when visits were last forgotten
        self._titles: dict[tuple[int, str], str] = {}
        self._newest = 0  # time of the newest event that was taken
        self._looked = clock.now_ms()  # for sites that were erased
        self._started = False

    def start(self) -> None:
        """Bring what an earlier writer left behind to its end, and learn which visits are running."""
        for batch in self._frozen.waiting():
            self._settle(batch)
        self._newest = min(clock.now_ms(), self._oldest_waiting())
        since = self._newest - LATE_MS - LONGEST_TIMEOUT_MS
        self._recall(f"ts >= fromUnixTimestamp64Milli({since})")
        self._started = True

    def step(self) -> int:
        """Move what waits, at most MOST_EVENTS of it; how many events were taken.

        Raises whatever the store raises; nothing is lost then, and the next `step` goes on where this one was.
        """
        if not self._started:
            self.start()
        for batch in self._frozen.waiting():
            self._settle(batch)
        intake = self._take()
        if not intake.positions:
            return 0
        taken, taken_at = intake.events, clock.now_ms()
        self._leave_out_erased(intake, taken_at)
        batches = self._batches(intake)
        self._frozen.freeze(batches, intake.positions, intake.counts, taken_at)
        for batch in batches:
            self._insert(batch)
        self._take_out_erased(batches)
        for batch in batches:
            self._frozen.done(batch, "stored")
        return taken

    def close(self) -> None:
        """Close the files; the lock goes with them."""
        for file in self._files.values():
            file.db.close()
        self._frozen.close()
        os.close(self._lock)

    # -- from the spool

    def _take(self) -> Intake:
        self._open_files()
        intake = Intake()
        for path, file in self._files.items():
            position = self._frozen.position(file.name)
            file.forget(position)
            room = MOST_EVENTS - intake.weight
            if room <= 0:
                break
            last = self._read(file, position, room, intake)
            if last > position:
                intake.positions[file.name] = last
            elif path.suffix == spool.ASIDE:
                file.exhausted = True
        return intake

    def _read(self, file: "_SpoolFile", position: int, most: int, intake: Intake) -> int:
        for group in file.groups(position, most):
            if group.seq != position + 1:
                log.error("the spool has a gap: %d to %d are missing", position + 1, group.seq - 1)
                intake.counts["lost"] += group.seq - position - 1
            position = group.seq
            intake.weight += group.weight
            if group.payload is None:
                log.error("group %d of the spool is damaged: %d events", group.seq, group.events)
                intake.counts["corrupt"] += 1
                intake.counts["quarantined"] += group.events
            else:
                intake.add(group.payload)
        return position

    def _open_files(self) -> None:
        for path in spool.files(self._directory):
            known = self._files.get(path)
            if known is not None and known.inode != path.stat().st_ino:  # set aside by its edge, and begun anew
                known.db.close()
                known = None
            if known is None:
                self._open_file(path)

    def _open_file(self, path: Path) -> None:
        try:
            self._files[path] = _SpoolFile(path)
        except sqlite3.DatabaseError as error:
            if not spool.is_malformed(error):
                raise
            if path.suffix == spool.SUFFIX:  # its edge, if there is one, sets it aside
                path.with_suffix(spool.MALFORMED).touch()

    def _oldest_waiting(self) -> int:
        oldest = clock.now_ms()
        for item in self._take().items:
            oldest = min(oldest, item.event.ts)
        return oldest

    # -- into the store

    def _batches(self, intake: Intake) -> list[Batch]:
        batches = []
        for events, visits in _by_month(*self._stitched(intake)):
            number = self._frozen.new_number()
            batches.append(Batch(number, "events", len(events), blocks.of_stitched(number, events, visits)))
        for target, table_rows in intake.other_rows():
            number = self._frozen.new_number()
            block = blocks.of_rows(target, [(*row[:1], number, *row[1:]) for row in table_rows])
            batches.append(Batch(number, target, len(table_rows), block))
        return batches

    def _stitched(self, intake: Intake) -> tuple[list[Event], list[Visit]]:
        """The events that count, in the order of their time, and the visit of each."""
        timeouts = self._timeouts = {
            site.site_id: site.visit_timeout_s * 1000 for site in self._registry.snapshot.sites
        }
        items = sorted(intake.items, key=_ts)
        self._recall_late(items)
        events, visits = [], []
        for item in items:
            event = item.event
            visit = self._stitcher.stitch(event, item.other_visitor_id, timeouts.get(event.site_id, USUAL_TIMEOUT_MS))
            if visit is None:
                intake.drop(event, NO_VISIT)
                continue
            events.append(event)
            visits.append(visit)
            if item.title:
                self._note_title(item, intake)
        self._grow_older(items)
        theirs = [(event, visit) for event, visit in zip(events, visits, strict=True) if event.person]
        visitors.recognise(self._store, theirs)
        for event, visit in theirs:
            intake.recognised.add(event, visit)
        return events, visits

    def _grow_older(self, items: Sequence[Spooled]) -> None:
        past = bisect_right(items, clock.now_ms(), key=_ts)
        if past:
            self._newest = max(self._newest, items[past - 1].event.ts)
        if self._newest >= self._forgot + FORGET_MS:  # it looks at every running visit
            longest = max(self._timeouts.values(), default=LONGEST_TIMEOUT_MS)
            self._stitcher.forget_before(self._newest - LATE_MS - longest)
            self._forgot = self._newest

    def _note_title(self, item: Spooled, intake: Intake) -> None:
        """Send a page's title along where it is not the one that was sent last."""
        page = item.event.site_id, item.event.path
        if self._titles.get(page) != item.title:
            if len(self._titles) >= MOST_TITLES:
                self._titles.clear()
            self._titles[page] = item.title
            intake.titles[page] = (item.event.ts, item.title)

    def _timeout(self, site_id: int) -> int:
        return self._timeouts.get(site_id, USUAL_TIMEOUT_MS)

    def _insert(self, batch: Batch) -> None:
        self._store.insert_block(batch.target, batch.block)

    def _settle(self, batch: Batch) -> None:
        """Bring a batch whose insert ended uncertainly to its end."""
        there = self._store.count_batch(batch.target, batch.number)
        if not batch.sound:
            log.error("frozen batch %d is damaged: %d rows, %d in the store", batch.number, batch.rows, there)
            self._frozen.done(batch, "stored" if there == batch.rows else "quarantined")
            return
        if batch.target == "events" and there > batch.rows:
            raise RuntimeError(f"batch {batch.number}: {there} of {batch.rows} rows are in the store")
        # All of a batch goes in at once: where some of it is there, it was stored, and a site's events deleted since.
        if not there:
            self._insert(batch)
        self._take_out_erased([batch])
        self._frozen.done(batch, "stored")

    def _leave_out_erased(self, intake: Intake, now: int) -> None:
        """What happened before its site was emptied or deleted, and waited in the spool since, is left out."""
        oldest = min((item.event.ts for item in intake.items), default=now)
        erased = erasures.last_since(self._store, min(oldest, self._looked))
        self._looked = now
        if not erased:
            return
        self._titles = {page: title for page, title in self._titles.items() if page[0] not in erased}
        intake.leave_out_before(erased, EMPTIED)

    def _take_out_erased(self, batches: Sequence[Batch]) -> None:
        """What was frozen before its site was emptied or deleted, and inserted after it, is deleted with the rest.

        So is what a visitor did before being erased, however late it arrives.
        """
        if batches and erasures.erased_since(self._store, oldest := min(batch.frozen_at for batch in batches)):
            for batch in batches:
                erasures.erase_from_batch(self._store, batch.target, batch.number, oldest)
        visitor_erasures.erase_from_batches(self._store, batches)

    # -- visits that are known to the store alone

    def _recall_late(self, items: list[Spooled]) -> None:
        """Before late events are stitched: bring back the visits that they may belong to."""
        wanted: set[tuple[int, int]] = set()
        bounds = []
        late = bisect_left(items, self._newest - LATE_MS, key=_ts) if self._store.embedded else len(items)
        for item in items[:late]:
            event = item.event
            if self._stitcher.running(event, item.other_visitor_id, self._timeout(event.site_id)) is None:
                wanted.update((event.site_id, v) for v in (event.visitor_id, item.other_visitor_id) if v)
                bounds.append(event.ts)
        ordered = sorted(wanted)
        for start in range(0, len(ordered), MOST_PAIRS):
            some = ordered[start : start + MOST_PAIRS]
            low, high = min(bounds) - LONGEST_VISIT_MS, max(bounds) + LONGEST_TIMEOUT_MS
            self._recall(
                f"site_id IN ({','.join(sorted({str(site) for site, _ in some}))})"
                f" AND ts BETWEEN fromUnixTimestamp64Milli({low}) AND fromUnixTimestamp64Milli({high})"
                f" AND (site_id, visitor_id) IN ({','.join(f'({site},{visitor})' for site, visitor in some)})"
            )

    def _recall(self, condition: str) -> None:
        attributes = ", ".join(f"any({name})" for name in VISIT_COLUMNS)
        rows = self._store.rows_at_once(
            "SELECT site_id, visit_id, any(visitor_id), toUnixTimestamp64Milli(any(visit_started)),"
            f" toUnixTimestamp64Milli(max(ts)), {attributes} FROM events WHERE {condition} GROUP BY site_id, visit_id"
        )
        for site_id, number, visitor_id, started, last, *values in rows:
            self._stitcher.remember(site_id, Visit(number, visitor_id, started, last, tuple(values)))


class _SpoolFile:
    """The writer's end of one spool file."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.inode = path.stat().st_ino
        self.exhausted = False
        self.db = spool.connect(path, sync="NORMAL")  # what the writer deletes is frozen already
        self.name = spool.spool_id(self.db, path)
        self._salvage = path.suffix == spool.ASIDE
        self._seen = 0
        self._deleted = 0

    def groups(self, after: int, most: int) -> Iterator[spool.Stored]:
        """The groups after `after`; from a malformed file, what can still be read of them."""
        if self.exhausted:
            return
        if not self._salvage:
            try:
                for group in spool.read(self.db, after, most):
                    yield group
                    after = group.seq
                    most -= group.weight
            except sqlite3.DatabaseError as error:
                if not spool.is_malformed(error):
                    raise
                self._give_up(error)
        if self._salvage and most > 0:
            yield from spool.salvage(self.db, after, most)

    def _give_up(self, error: sqlite3.DatabaseError) -> None:
        log.error("%s is damaged (%s): reading each group by itself", self._path, error)
        self._salvage = True
        self._path.with_suffix(spool.MALFORMED).touch()

    def forget(self, position: int) -> None:
        """Delete what is frozen, one step late: whoever counts finds each event in one place or the other."""
        if self._seen > self._deleted and not self._salvage:
            spool.forget(self.db, self._seen)
            self._deleted = self._seen
        self._seen = position


def _by_month(events: list[Event], visits: list[Visit]) -> Iterator[tuple[list[Event], list[Visit]]]:
    """What is in the order of its time, cut where a month ends."""
    start = 0
    while start < len(events):
        end = bisect_right(events, month(events[start].ts), lo=start, key=lambda event: month(event.ts))
        yield events[start:end], visits[start:end]
        start = end


def _lock(path: Path) -> int:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        raise RuntimeError(f"another writer holds {path}") from None
    return descriptor
