"""The store locked, the app away, the disk full, the spool at its limit: what is answered, and what is there later."""

import fcntl
import http.client
import random
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.ledger.generator import Generator, Ledger, read, send
from tests.ledger.kills import check, rounds
from tests.ledger.server import Server, stored, until
from tests.ledger.tracing import needs_strace, traced

KILLS = 50
AWAY_S = 20.0
PADDING = 25  # properties of 2,000 characters


@pytest.mark.parametrize("half", ["first", "second"])  # side by side
def test_fifty_kills_at_random_points_neither_lose_nor_double(data: Path, half: str) -> None:
    rounds(data, KILLS // 2, seed=time.time_ns() % 1_000_000)


def test_a_locked_store_and_a_dead_app_do_not_stop_counting(data: Path) -> None:
    with Server(data) as server:
        server.wait()
        with Generator(server.port, data.with_name("journals"), threads=2) as generator:
            until(lambda: generator.answers > 50, what="answers")
            with locked(data / "store.lock", server):
                _answers_for(AWAY_S, server, generator)
                until(lambda: server.health().get("health") == "red", what="red")
            server.wait()
            assert generator.refusals == 0
        numbers = server.drained()
    _nothing_refused_is_stored(data, numbers)


@contextmanager
def locked(path: Path, server: Server) -> Iterator[None]:
    """Kill the app and hold the store's lock, so that no new one opens it."""
    with path.open("r+") as lock:
        while True:
            server.kill("app")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                time.sleep(0.01)
        yield


def _answers_for(seconds: float, server: Server, generator: Generator) -> None:
    queued = server.numbers()["queued"]
    answers = [generator.answers]
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        until(lambda: generator.answers > answers[-1] + 50, what="acknowledgements without the app")
        answers.append(generator.answers)
        time.sleep(1)
    until(lambda: server.numbers().get("queued", 0) > queued + 500, what="a queue")


def _nothing_refused_is_stored(data: Path, numbers: dict[str, int]) -> Ledger:
    ledger, there = read(data.with_name("journals")), stored(data)
    assert set(ledger.refused.values()) <= {503}
    assert not there.keys() & ledger.refused.keys()
    check(ledger, there, numbers)
    return ledger


def test_at_its_limit_the_spool_refuses_politely_and_then_goes_on(data: Path) -> None:
    with Server(data, TRAILHOUSE_SPOOL_LIMIT_MB="10") as server:
        server.wait()
        with Generator(server.port, data.with_name("journals"), padding=PADDING) as generator:
            with locked(data / "store.lock", server):
                until(lambda: generator.refusals, what="a refusal")
                status, retry = _post(server)
                assert (status, retry) == (503, "60")
            server.wait()
            before = generator.answers
            until(lambda: generator.answers > before + 10, what="an answer after the spool is drained")
        numbers = server.drained()
    assert _nothing_refused_is_stored(data, numbers).refused


def _post(server: Server) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    body = '{"n": "pageview", "u": "https://harbour-bakery.example/", "d": "harbour-bakery.example"}'
    connection.request("POST", "/api/event", body, {"User-Agent": "Mozilla/5.0"})
    response = connection.getresponse()
    connection.close()
    return response.status, response.getheader("retry-after", "") or ""


@needs_strace
def test_a_disk_that_is_full_for_the_edge_refuses_and_leaves_nothing_half_written(data: Path, tmp_path: Path) -> None:
    with Server(data) as server:
        server.wait()
        with Generator(server.port, data.with_name("journals"), threads=2) as generator:
            until(lambda: generator.answers > 20, what="answers")
            full = ("-e", "trace=pwrite64", "-e", "inject=pwrite64:error=ENOSPC")
            with traced(server.pids()["edge"], tmp_path / "strace.txt", *full):
                until(lambda: generator.refusals > 5, what="refusals")
            before = generator.answers
            until(lambda: generator.answers > before + 20, what="answers once there is room")
        numbers = server.drained()
    assert _nothing_refused_is_stored(data, numbers).refused


@pytest.fixture
def small_disk(data: Path) -> Iterator[Path]:
    """The data directory on a file system of 64 MB."""
    small = data.with_name("small")
    small.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", str(small)], check=False).returncode:
        pytest.skip("no file system may be mounted here")
    subprocess.run(["cp", "-a", f"{data}/.", str(small)], check=True)
    yield small
    subprocess.run(["umount", "-l", str(small)], check=True)


def test_a_full_disk_refuses_and_recovers_by_itself(small_disk: Path) -> None:
    with Server(small_disk) as server:
        server.wait()
        with Generator(server.port, small_disk.with_name("journals"), threads=2) as generator:
            until(lambda: generator.answers > 20, what="answers")
            ballast = small_disk / "ballast"
            _fill_up(ballast)
            until(lambda: generator.refusals > 5, what="refusals")
            ballast.unlink()
            before = generator.answers
            until(lambda: generator.answers > before + 20, what="answers once there is room")
        numbers = server.drained()
        until(lambda: server.health().get("health") == "green", what="green")
    assert _nothing_refused_is_stored(small_disk, numbers).refused


def _fill_up(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        for size in (1 << 20, 4096):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def test_a_damaged_spool_turns_health_red(data: Path) -> None:
    with Server(data) as server:
        server.wait()
        until(lambda: server.health().get("health") == "green", what="green")
        (data / "spool" / "edge-0-was.aside").write_bytes(b"this is no database" * 500)
        until(lambda: server.health().get("health") == "red", what="red")
        assert server.ready()
        assert server.numbers()["spool_corrupt_groups_total"] == 1


@needs_strace
def test_an_event_is_on_disk_before_it_is_acknowledged(data: Path, tmp_path: Path) -> None:
    trace = tmp_path / "strace.txt"
    calls = "trace=pwrite64,fsync,fdatasync,write,writev,sendto,sendmsg"
    with Server(data) as server:
        server.wait()
        with traced(server.pids()["edge"], trace, "-s", "64", "-e", calls):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            assert send(connection, "traced", random.Random(1), {})[0] == 202
            connection.close()
    lines = trace.read_text().splitlines()
    answered = next(n for n, line in enumerate(lines) if "HTTP/1.1 202" in line)
    synced = max(n for n, line in enumerate(lines[:answered]) if _is_synced(line))
    written = [
        n for n, line in enumerate(lines) if "pwrite64" in line and "edge-0.sqlite3-wal" in line and n < answered
    ]
    assert written
    assert written[-1] < synced < answered


def _is_synced(line: str) -> bool:
    return "sync" in line and line.endswith("= 0") and ("edge-0.sqlite3-wal" in line or "resumed>" in line)
