"""Files that are made in the background: whole, each event once, whatever happens on the way."""

import csv
import errno
import gzip
import io
import json
import shutil
import zipfile
from collections import Counter
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import TestCase

from tests import people
from tests.dashboard import visits
from trailhouse import backup
from trailhouse.accounts.models import AuditEntry
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.exports import files, making, services, telling
from trailhouse.exports.models import Export
from trailhouse.outbox import working
from trailhouse.outbox.models import Mail, Task
from trailhouse.outbox.rendering import render
from trailhouse.outbox.working import carry_out_due
from trailhouse.sites import visitors
from trailhouse.sites.models import Membership, Privacy, Site
from trailhouse.stats.reports import raw_events

FIRST, LAST = date(2026, 10, 1), date(2026, 11, 23)


def asked(site: Site, form: str = "csv", what: str = "events") -> Export:
    """What the reseller has asked for."""
    return services.ask(site, what, form, FIRST, LAST, through=Export.Through.STATISTICS, by=people.reseller())


def task_of(export: Export) -> Task:
    """Its task, as it is now."""
    assert export.task is not None
    return Task.objects.get(pk=export.task)


def finish(export: Export) -> Export:
    """Do all that there is to do."""
    carry_out_due()
    export.refresh_from_db()
    return export


def stored(store: Store, site: Site) -> int:
    """How many events the site has."""
    return int(store.rows(f"SELECT count() FROM events WHERE site_id = {site.pk}")[0][0])


def rows_of(export: Export) -> list[dict[str, Any]]:
    """The rows of a finished file of text."""
    text = gzip.decompress(files.file_of(export.pk).read_bytes()).decode()
    if export.form == "jsonl":
        return [json.loads(line) for line in text.splitlines()]
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts are so small that an export takes several steps."""
    monkeypatch.setattr(raw_events, "PART", 60)
    monkeypatch.setattr(raw_events, "PARQUET_PART", 100)


@pytest.mark.parametrize("form", ["csv", "jsonl"])
def test_a_file_of_text_holds_each_event_once_and_is_told_of_by_mail(
    form: str, bakery: Site, reading: Store, in_parts: None
) -> None:
    export = finish(asked(bakery, form))
    assert (export.state, export.rows) == (Export.State.READY, stored(reading, bakery))
    assert len(rows_of(export)) == export.rows > 300
    assert len(task_of(export).result["parts"]) > 3
    assert export.name == f"harbour-bakery.example-events-2026-10-01-2026-11-23.{form}.gz"
    assert export.size == files.file_of(export.pk).stat().st_size
    mail = Mail.objects.get(template="exports/ready")
    assert mail.to == people.RESELLER
    told = render(mail)
    assert told.subject == "The export of harbour-bakery.example is ready"
    assert f"/sites/{bakery.key}/export/{export.pk}" in told.text
    assert f"/sites/{bakery.key}/export/{export.pk}" in told.html
    assert "November 30, 2026" in told.text


def test_events_as_parquet_in_several_parts_are_an_archive_of_them(
    bakery: Site, reading: Store, in_parts: None, tmp_path: Path
) -> None:
    export = finish(asked(bakery, "parquet"))
    assert export.name.endswith(".zip")
    with zipfile.ZipFile(files.file_of(export.pk)) as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path)
    assert len(list(tmp_path.glob("*.parquet"))) > 2
    assert reading.rows(f"SELECT count() FROM file('{tmp_path}/*.parquet', 'Parquet')")[0][0] == export.rows
    assert export.rows == stored(reading, bakery)


def test_events_as_parquet_in_one_part_are_one_file(bakery: Site, reading: Store) -> None:
    export = finish(asked(bakery, "parquet"))
    assert export.name.endswith("23.parquet")
    path = files.file_of(export.pk)
    assert reading.rows(f"SELECT count() FROM file('{path}', 'Parquet')")[0][0] == stored(reading, bakery)


@pytest.mark.parametrize("form", ["csv", "jsonl", "parquet"])
def test_a_period_without_events_is_an_empty_file(form: str, bakery: Site, reading: Store) -> None:
    day = date(2020, 1, 1)
    through = Export.Through.STATISTICS
    export = finish(services.ask(bakery, "events", form, day, day, through=through, by=people.reseller()))
    assert (export.state, export.rows) == (Export.State.READY, 0)
    if form != "parquet":
        assert rows_of(export) == []


@pytest.mark.parametrize("form", ["csv", "xlsx", "json", "parquet"])
def test_totals_are_the_days_of_the_period(form: str, bakery: Site) -> None:
    export = finish(asked(bakery, form, "totals"))
    assert (export.state, export.rows) == (Export.State.READY, 54)
    if form == "json":
        days = json.loads(files.file_of(export.pk).read_bytes())
        assert days[-1]["day"] == "2026-11-23"
        assert sum(day["pageviews"] for day in days) > 300


# -- whatever happens on the way


@pytest.mark.parametrize("left", [b"", b"torn piece of a member"])
def test_a_step_that_dies_after_writing_is_done_again_without_doubles(
    left: bytes, bakery: Site, reading: Store, in_parts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(bakery)
    task = task_of(export)
    for _ in range(3):
        making.step(task)
        task.refresh_from_db()

    class Killed(BaseException):
        """Stands for a kill."""

    def dies(*args: Any, **kwargs: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(working, "progress", dies)
        with pytest.raises(Killed):
            making.step(task)
    with (files.directory(export.pk) / files.UNFINISHED).open("ab") as file:
        file.write(left)
    finish(export)
    assert len(rows_of(export)) == stored(reading, bakery)


@pytest.mark.parametrize("form", ["csv", "parquet"])
def test_a_last_step_that_dies_before_it_is_noted_is_done_again(
    form: str, bakery: Site, reading: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(bakery, form)
    task = task_of(export)
    for _ in range(2):
        making.step(task)
        task.refresh_from_db()

    def dies(export: Export) -> None:
        raise ConnectionError

    with monkeypatch.context() as patch:
        patch.setattr(telling, "tell_ready", dies)
        with pytest.raises(ConnectionError), transaction.atomic():
            making.step(task)
    assert Export.objects.get(pk=export.pk).state == Export.State.WAITING
    assert finish(export).state == Export.State.READY
    assert Mail.objects.filter(template="exports/ready").count() == 1


def test_what_was_begun_on_a_lost_disk_begins_anew(bakery: Site, reading: Store, in_parts: None) -> None:
    export = asked(bakery)
    task = task_of(export)
    for _ in range(3):
        making.step(task)
        task.refresh_from_db()
    (files.directory(export.pk) / files.UNFINISHED).write_bytes(b"short")
    finish(export)
    assert len(rows_of(export)) == stored(reading, bakery)


def test_a_store_that_is_away_is_waited_for(bakery: Site, reading: Store) -> None:
    export = asked(bakery)
    current.use(None)
    carry_out_due()
    assert (task_of(export).state, task_of(export).attempts) == (Task.State.WAITING, 1)
    current.use(reading)
    with clock.frozen(visits.NOW + timedelta(minutes=2)):
        assert finish(export).state == Export.State.READY


def test_a_store_that_takes_too_long_is_tried_again(
    bakery: Site, reading: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    export = asked(bakery, "parquet")

    def slow(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("Code: 159. Timeout exceeded")

    with monkeypatch.context() as patch:
        patch.setattr(reading, "save", slow)
        carry_out_due()
    assert task_of(export).state == Task.State.WAITING
    assert "Choose a shorter period" in task_of(export).last_error
    with clock.frozen(visits.NOW + timedelta(minutes=2)):
        assert finish(export).state == Export.State.READY


def test_a_full_disk_is_said_and_nothing_is_left(bakery: Site, reading: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    export = asked(bakery)

    def full(*args: Any) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files, "append", full)
    assert finish(export).state == Export.State.FAILED
    assert task_of(export).state == Task.State.FAILED
    assert "not enough room" in task_of(export).last_error
    assert not files.directory(export.pk).exists()


def test_the_reserve_of_the_disk_is_left_alone(bakery: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(".")._replace(free=settings().disk_reserve_mb * 1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(UserError) as refused:
        asked(bakery)
    assert refused.value.code == "disk_full"
    assert not Export.objects.exists()


# -- who may


def test_whoever_lost_the_access_meanwhile_gets_no_file(bakery: Site) -> None:
    client = people.client_person()
    export = services.ask(bakery, "events", "csv", FIRST, LAST, through=Export.Through.STATISTICS, by=client)
    Membership.objects.filter(user=client).delete()
    assert finish(export).state == Export.State.FAILED
    assert not files.directory(export.pk).exists()
    assert not Mail.objects.filter(template="exports/ready").exists()


def test_the_events_of_a_strict_site_are_not_told(bakery: Site) -> None:
    export = asked(bakery)
    Site.objects.filter(pk=bakery.pk).update(privacy=Privacy.STRICT)
    bakery.refresh_from_db()
    with pytest.raises(UserError) as refused:
        asked(bakery)
    assert (refused.value.code, refused.value.status) == ("figures_only", 403)
    assert finish(export).state == Export.State.FAILED  # the level was changed after it was asked for
    assert finish(asked(bakery, "csv", "totals")).state == Export.State.READY


def test_an_account_has_a_few_exports_made_at_once(bakery: Site) -> None:
    for _ in range(services.MOST_WAITING):
        asked(bakery)
    with pytest.raises(UserError) as refused:
        asked(bakery)
    assert (refused.value.code, refused.value.status) == ("too_many_exports", 429)


def test_an_account_keeps_a_number_of_files(bakery: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(services, "MOST_KEPT", 2)
    for _ in range(2):
        finish(asked(bakery, what="totals"))
    with pytest.raises(UserError) as refused:
        asked(bakery)
    assert "are kept already" in refused.value.message


def test_that_statistics_were_exported_is_in_the_audit_log(bakery: Site) -> None:
    asked(bakery)
    entry = AuditEntry.objects.get(action="site.exported")
    assert entry.details == {"what": "events", "form": "csv", "first": "2026-10-01", "last": "2026-11-23"}


# -- what is kept


def test_a_backup_leaves_exports_out(bakery: Site, tmp_path: Path) -> None:
    assert files.file_of(finish(asked(bakery)).pk).exists()
    backup._save_files(settings(), tmp_path)
    assert not (tmp_path / files.DIRECTORY).exists()


def test_the_files_of_a_deleted_site_go_with_it(bakery: Site) -> None:
    export = finish(asked(bakery))
    Site.objects.filter(pk=bakery.pk).delete()
    assert services.delete_due() == 1
    assert not files.directory(export.pk).exists()


def test_a_file_is_deleted_after_seven_days(bakery: Site) -> None:
    export = finish(asked(bakery))
    with clock.frozen(visits.NOW + services.KEPT - timedelta(seconds=1)):
        assert services.delete_due() == 0
    with TestCase.captureOnCommitCallbacks(execute=True), clock.frozen(visits.NOW + services.KEPT):
        assert services.delete_due() == 1
    assert not Export.objects.exists()
    assert not files.directory(export.pk).exists()


def test_what_lies_there_for_nobody_is_deleted(bakery: Site) -> None:
    export = finish(asked(bakery))
    left = files.begin(export.pk + 1000)
    assert services.delete_due() == 1
    assert not left.exists()
    assert files.file_of(export.pk).exists()


def test_an_export_that_is_deleted_while_it_is_made_stops(bakery: Site, in_parts: None) -> None:
    export = asked(bakery)
    task = task_of(export)
    for _ in range(3):
        making.step(task)
        task.refresh_from_db()
    with TestCase.captureOnCommitCallbacks(execute=True):
        services.delete(export)
    carry_out_due()
    assert task_of(export).state == Task.State.DONE
    assert not files.directory(export.pk).exists()


def test_parts_hold_the_same_events_as_the_store(bakery: Site, reading: Store, in_parts: None) -> None:
    rows = rows_of(finish(asked(bakery)))
    by_page = dict(reading.rows(f"SELECT path, count() FROM events WHERE site_id = {bakery.pk} GROUP BY path"))
    assert Counter(row["path"] for row in rows) == Counter(by_page)
    assert connection.in_atomic_block  # of the test: nothing was committed on the way


def test_erasing_a_visitor_takes_the_files_of_events_along_and_leaves_totals(
    bakery: Site, reading: Store, django_capture_on_commit_callbacks: Any
) -> None:
    events, totals, other = finish(asked(bakery)), finish(asked(bakery, what="totals")), asked(people.law_firm())
    assert events.state == totals.state == Export.State.READY
    with django_capture_on_commit_callbacks(execute=True):
        visitors.erase(bakery, 7, reading, by=None)
    assert set(Export.objects.values_list("pk", flat=True)) == {totals.pk, other.pk}
    assert not files.directory(events.pk).exists()
