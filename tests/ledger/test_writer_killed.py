"""A real SIGKILL at every point where an event passes from one place to the next, and in between."""

import signal
from pathlib import Path

import pytest

from tests.ledger.tracing import needs_strace
from tests.ledger.workshop import FILES, Workshop
from tests.ledger.writing import POINTS


def killed_at(calls: str, number: int) -> tuple[str, ...]:
    """The options under which strace kills at the given one of these system calls, before it is carried out.

    strace counts the calls of each thread by itself.
    """
    return "-e", f"trace={calls}", "-e", f"inject={calls}:signal=KILL:when={number}"


def calls_of(workshop: Workshop, work: str) -> int:
    """How many system calls that change files the work makes when nobody kills it."""
    assert workshop.work(work, strace=("-e", f"trace={FILES}")).returncode == 0
    return sum("resumed>" not in line for line in workshop.traced())


def test_a_kill_at_each_step_of_an_event_neither_loses_nor_doubles(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    for point in POINTS:
        workshop.acknowledge()
        assert workshop.work("write", kill=point).returncode == -signal.SIGKILL, point
    workshop.finish()


@needs_strace
def test_kills_at_the_rename_of_the_part_and_anywhere_in_a_write_neither_lose_nor_double(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    workshop.acknowledge()
    assert workshop.work("write", strace=killed_at("rename", 1)).returncode == -signal.SIGKILL
    (last,) = [line for line in workshop.traced() if "rename(" in line]
    assert "tmp_insert_" in last
    calls = calls_of(workshop, "write")
    for number in range(calls // 6, calls, calls // 4):
        workshop.acknowledge(groups=1)
        workshop.work("write", strace=killed_at(FILES, number))
    workshop.finish()


@needs_strace
def test_kills_in_a_merge_neither_lose_nor_double(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    for calls, number in (("rename", 1), ("fdatasync", 2)):
        workshop.acknowledge(groups=4)
        workshop.work("pieces")
        assert workshop.work("merge", strace=killed_at(calls, number)).returncode == -signal.SIGKILL
    workshop.finish()


@needs_strace
@pytest.mark.parametrize("number", [8, 25])
def test_a_kill_in_a_migration_leaves_a_store_that_the_next_start_completes(tmp_path: Path, number: int) -> None:
    workshop = Workshop(tmp_path, migrated=False)
    assert workshop.work("migrate", strace=killed_at(FILES, number)).returncode == -signal.SIGKILL
    workshop.acknowledge(groups=1)
    workshop.finish()


@needs_strace
def test_a_disk_that_fills_up_while_the_writer_works_is_waited_out(tmp_path: Path) -> None:
    workshop = Workshop(tmp_path)
    failures = []
    for number in (8, 16, 24):
        workshop.acknowledge(groups=1)
        full = ("-e", "trace=pwrite64", "-e", f"inject=pwrite64:error=ENOSPC:when={number}..{number + 5}")
        done = workshop.work("stubborn", strace=full)
        assert done.returncode == 0, done.stderr
        failures.append(int(done.stdout))
    assert sum(failures) > 1
    workshop.finish()
