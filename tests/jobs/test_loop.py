"""Regular jobs: each runs when it is due, whatever fails, and the console learns how it went at little cost."""

import logging
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from trailhouse.core import clock
from trailhouse.jobs import loop, table
from trailhouse.outbox import runs, selectors
from trailhouse.outbox.models import JobRun
from trailhouse.outbox.runs import Recorder, Run

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _keep_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "close_old_connections", lambda: None)  # it is the test's own


def carried_out(step: Callable[[], object], times: int) -> None:
    """A loop with one job, which is stopped after so many runs."""
    stop = threading.Event()
    left = iter(range(times - 1, -1, -1))

    def job() -> None:
        if next(left) == 0:
            stop.set()
        step()

    loop.run((loop.Job("try", 0, job),), stop)


def noted(recorder: Recorder, after_s: float, error: str = "") -> bool:
    """Whether a run so many seconds after noon is written down."""
    at = NOON + timedelta(seconds=after_s)
    with clock.frozen(at), CaptureQueriesContext(connection) as asked:
        recorder.note(Run("each second", 1, at, 12, error, "0a1b2c3d" if error else ""))
    assert len(asked) <= 3  # one statement, and its savepoint
    return len(asked) > 0


def test_a_job_that_fails_runs_again_and_tells_its_number(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> None:
        raise ValueError("no such table")

    with caplog.at_level(logging.ERROR):
        carried_out(fail, 3)
    [run] = selectors.job_runs()
    assert (run.name, run.error, run.failures) == ("try", "ValueError: no such table", 1)
    first = caplog.records[0]
    assert run.reference in first.getMessage()
    assert first.exc_info
    assert len(caplog.records) == 3


def test_a_run_that_goes_well_is_noted_with_its_length() -> None:
    with clock.frozen(NOON):
        carried_out(lambda: None, 1)
    run = JobRun.objects.get()
    assert (run.started_at, run.every_s, run.failures, run.error) == (NOON, 0, 0, "")
    assert 0 <= run.duration_ms < 60_000
    assert run.machine


def test_a_job_of_each_second_is_written_down_once_a_minute() -> None:
    recorder = Recorder()
    written = [second for second in range(180) if noted(recorder, second)]
    assert written == [0, 60, 120]
    assert JobRun.objects.get().started_at == NOON + timedelta(seconds=120)


def test_another_result_is_written_down_at_once_and_failures_are_counted() -> None:
    recorder = Recorder()
    assert noted(recorder, 0)
    assert noted(recorder, 1, "OSError: away")
    assert not any(noted(recorder, second, f"OSError: away {second}") for second in range(2, 61))
    assert noted(recorder, 61, "OSError: away 61")
    run = JobRun.objects.get()
    assert (run.failures, run.error, run.reference) == (61, "OSError: away 61", "0a1b2c3d")
    assert noted(recorder, 62)
    run.refresh_from_db()
    assert (run.failures, run.error, run.reference) == (0, "", "")


def test_two_machines_have_a_row_each(monkeypatch: pytest.MonkeyPatch) -> None:
    noted(Recorder(), 0)
    monkeypatch.setattr("socket.gethostname", lambda: "the-other")
    noted(Recorder(), 0, "OSError: away")
    assert {(run.machine == "the-other", run.failures) for run in selectors.job_runs()} == {(True, 1), (False, 0)}


def test_a_database_that_is_away_keeps_no_job_from_running(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def away(recorder: Recorder, run: Run) -> None:
        raise OSError("database is locked")

    monkeypatch.setattr(Recorder, "note", away)
    ran: list[int] = []
    carried_out(lambda: ran.append(1), 2)
    assert len(ran) == 2
    assert "could not be noted: database is locked" in caplog.text


def test_a_job_that_was_due_and_did_not_run_is_late() -> None:
    noted(Recorder(), 0)
    run = JobRun.objects.get()
    for after, late in ((timedelta(minutes=4), False), (timedelta(minutes=6), True)):
        with clock.frozen(NOON + after):
            assert selectors.is_late(run) == late


def test_jobs_of_which_nothing_is_heard_are_forgotten() -> None:
    noted(Recorder(), 0)
    with clock.frozen(NOON + timedelta(days=1)):
        runs.forget_gone()
        assert JobRun.objects.exists()
    with clock.frozen(NOON + timedelta(days=2, seconds=1)):
        runs.forget_gone()
    assert not JobRun.objects.exists()


def test_every_job_has_a_name_of_its_own() -> None:
    jobs = (*table.background(), *table.posting())
    assert len({job.name for job in jobs}) == len(jobs)
