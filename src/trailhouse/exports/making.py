"""Makes exports, a step at a time. Part of the services of `exports`.

Events are read in parts: those of text are appended to one file, each part a gzip member of its own, so that a step
that is broken off is done again from where its file was; those of Parquet are files, put into one archive at last.
The whole file gets its name in the last step.
"""

import errno
import gzip
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.periods import Period, between
from trailhouse.events import current
from trailhouse.exports import access, files, telling
from trailhouse.exports.models import Export
from trailhouse.exports.services import KIND, strict
from trailhouse.exports.totals import totals
from trailhouse.exports.values import name_of
from trailhouse.outbox import working
from trailhouse.outbox.models import Task
from trailhouse.sites.models import Site
from trailhouse.stats.export import written
from trailhouse.stats.reports import raw_events
from trailhouse.stats.reports.raw_events import Part

AWAY = 503
COMPRESSION = 4  # of 9: a third of the time, for a tenth more


class TryAgainError(Exception):
    """The step could not be done now, through nobody's fault."""


@working.register(KIND)
def step(task: Task) -> None:
    """Do the next step of an export. Raises UserError, after which it is given up, where it cannot be made."""
    export = Export.objects.select_related("site__account", "by").filter(pk=task.payload["export"]).first()
    if export is None:  # deleted by whoever asked for it
        files.remove(task.payload["export"])
        working.progress(task, task.total)
        return
    with translation.override(telling.language_of(export)):
        try:
            _check(export)
            with _room():
                _next(export, task)
        except UserError as error:
            if error.status == AWAY:  # such as the store, which comes back
                raise TryAgainError(str(error)) from error
            Export.objects.filter(pk=export.pk).update(state=Export.State.FAILED, ended_at=clock.now())
            files.remove(export.pk)
            raise


def _check(export: Export) -> None:
    """Raise UserError where whoever asked may not have it any more."""
    if not access.may_read(export.by, export):
        raise UserError("not_yours", _("You may no longer export these statistics."))
    if export.what == Export.What.EVENTS and not access.tells_events(export.site):
        raise strict()
    files.check_room()


@contextmanager
def _room() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise files.no_room() from error
        raise


def _next(export: Export, task: Task) -> None:
    if export.what == Export.What.TOTALS:
        _make_totals(export, task)
    elif "parts" not in task.result or not files.directory(export.pk).is_dir():
        _plan(export, task)
    elif task.result["at"] < len(task.result["parts"]):
        _make_part(export, task)
    else:
        _put_together(export, task)


def period_of(export: Export) -> Period:
    """The days of an export, as the site counts them."""
    return between(export.first_day, export.last_day, ZoneInfo(export.site.timezone))


def _is_text(export: Export) -> bool:
    return export.form != "parquet"


def _plan(export: Export, task: Task) -> None:
    """Say which parts there are; `done` and `total` count events, and one more for this and for the last step."""
    most = raw_events.PART if _is_text(export) else raw_events.PARQUET_PART
    found = raw_events.parts(current.store(), export.site_id, period_of(export), most)
    where = files.begin(export.pk)
    size = 0
    if _is_text(export):
        size = files.append(where / files.UNFINISHED, 0, gzip.compress(raw_events.header(export.form), mtime=0))
    result = {"parts": [part.plain() for part in found], "at": 0, "size": size, "rows": 0}
    working.progress(task, 1, result, total=2 + sum(part.rows for part in found))


def _make_part(export: Export, task: Task) -> None:
    result: dict[str, Any] = dict(task.result)
    part, where, site = Part.of(result["parts"][result["at"]]), files.directory(export.pk), export.site
    if _is_text(export):
        text = raw_events.read(current.store(), site.pk, site.currency, part, export.form)
        piece = gzip.compress(text, COMPRESSION, mtime=0)
        try:
            result["size"] = files.append(where / files.UNFINISHED, result["size"], piece)
        except FileNotFoundError:  # begun on another machine, or lost with its disk
            return _plan(export, task)
    else:
        raw_events.save(current.store(), site.pk, site.currency, part, _parquet(where, result["at"], new=True))
    result["at"] += 1
    result["rows"] += part.rows
    working.progress(task, task.done + part.rows, result)


def _parquet(where: Path, at: int, *, new: bool = False) -> Path:
    found = where / files.PARTS / f"events-{at + 1:04d}.parquet"
    if new:
        found.unlink(missing_ok=True)
    return found


def _put_together(export: Export, task: Task) -> None:
    where, count = files.directory(export.pk), len(task.result["parts"])
    unfinished = where / files.UNFINISHED
    if not _is_text(export) and not (where / files.FINISHED).exists():
        _archive(export, where, count)
    _done(export, task, unfinished, task.result["rows"], parts=1 if _is_text(export) else count)


def _archive(export: Export, where: Path, count: int) -> None:
    unfinished = where / files.UNFINISHED
    if count == 0:
        empty = Part(0, 0, 0)
        unfinished.unlink(missing_ok=True)
        raw_events.save(current.store(), export.site_id, export.site.currency, empty, unfinished)
    elif count == 1:
        if _parquet(where, 0).exists():  # else a try that was broken off has moved it
            _parquet(where, 0).rename(unfinished)
    else:
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_STORED) as archive:  # Parquet is compressed already
            for at in range(count):
                archive.write(_parquet(where, at), _parquet(where, at).name)


def _make_totals(export: Export, task: Task) -> None:
    table = totals(export.site, period_of(export))
    where = files.begin(export.pk)
    rows = list(table.rows)
    whole = type(table)(table.name, table.columns, rows)
    with (where / files.UNFINISHED).open("wb") as file:
        file.writelines(written(whole, export.form, currency=export.site.currency, store=current.store()))
    _done(export, task, where / files.UNFINISHED, len(rows))


def _done(export: Export, task: Task, unfinished: Path, rows: int, *, parts: int = 1) -> None:
    finished = unfinished.with_name(files.FINISHED)
    size = files.finish(unfinished) if unfinished.exists() else finished.stat().st_size
    site: Site = export.site
    name = name_of(site.domain, export.what, export.form, export.first_day, export.last_day, parts=parts)
    with transaction.atomic():
        ready = {"state": Export.State.READY, "name": name, "size": size, "rows": rows, "ended_at": clock.now()}
        Export.objects.filter(pk=export.pk).update(**ready)
        for field, value in ready.items():
            setattr(export, field, value)
        if task.payload.get("mail", True):
            telling.tell_ready(export)
        working.progress(task, task.total)
