"""An export as its pages show it."""

from dataclasses import dataclass

from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trailhouse.dashboard import formats
from trailhouse.exports.models import Export
from trailhouse.exports.services import kept_until, state_of
from trailhouse.outbox.selectors import Progress

NAMES = {"csv": "CSV", "jsonl": "JSON", "json": "JSON", "xlsx": "XLSX", "parquet": "Parquet"}


@dataclass(frozen=True)
class Shown:
    """An export in words. `progress` is None where nobody knows any more how far it came."""

    export: Export
    what: str
    days: str
    form: str
    by: str
    state: str  # of Export.State
    progress: Progress | None
    counts: str  # "40,000 of 120,000 events"
    left: str  # "About 20s left", where that is known
    size: str
    rows: str
    until: str

    @property
    def running(self) -> bool:
        """Whether it is being made."""
        return self.state == Export.State.WAITING


def shown(export: Export) -> Shown:
    """The export as it is now."""
    state, progress = state_of(export)
    left = progress.seconds_left if progress and progress.done > 1 else None  # the first step only counts
    return Shown(
        export=export,
        what=str(Export.What(export.what).label),
        days=formats.day_range(export.first_day, export.last_day),
        form=NAMES.get(export.form, export.form),
        by=str(export.by or ""),
        state=state,
        progress=progress,
        counts=_counts(export, progress),
        left=_("About %(time)s left.") % {"time": formats.duration(left)} if left else "",
        size=size_text(export.size),
        rows=formats.count(export.rows),
        until=formats.short_day(localtime(kept_until(export)).date()),
    )


def size_text(size: int) -> str:
    """The size of a file: 640 bytes, 12.4 kB, 1.2 GB; of thousands, as browsers and disks count."""
    if size < 1000:
        return ngettext("%(n)s byte", "%(n)s bytes", size) % {"n": formats.count(size)}
    unit, name = next((pair for pair in _UNITS if size >= pair[0]), _UNITS[-1])
    return f"{formats.ratio(size / unit)} {name}"


_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


def _counts(export: Export, progress: Progress | None) -> str:
    """How much is done. A task counts one more for its beginning and one for its end."""
    if progress is None or progress.total < 2 or export.what == Export.What.TOTALS:
        return _("It begins in a moment.")
    done, total = min(progress.done - 1, progress.total - 2), progress.total - 2
    return _("%(done)s of %(total)s events written.") % {"done": formats.count(done), "total": formats.count(total)}
