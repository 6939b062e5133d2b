"""A backup made under load brings back every event that was acknowledged before it, once; and no salt."""

import base64
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.ledger.generator import Generator, read
from tests.ledger.kills import check
from tests.ledger.server import Server, command, environment, stored, until
from tests.ledger.workshop import Workshop


def salts(data: Path) -> list[bytes]:
    with closing(sqlite3.connect(data / "trailhouse.sqlite3")) as db:
        return [row[0] for row in db.execute("SELECT key FROM sites_salt")]


def everything(directory: Path) -> bytes:
    return b"\0".join(path.read_bytes() for path in sorted(directory.rglob("*")) if path.is_file())


def test_a_backup_under_load_brings_back_all_that_was_acknowledged_before_it(data: Path, tmp_path: Path) -> None:
    journals, saved, elsewhere = tmp_path / "journals", tmp_path / "it's saved", tmp_path / "elsewhere"
    with Server(data) as server:
        server.wait()
        with Generator(server.port, journals) as generator:
            until(lambda: generator.answers > 300, what="answers")
            before = read(journals).acknowledged
            done = command(data, "backup", str(saved))
            assert done.returncode == 0, done.stderr
            answers = generator.answers
            until(lambda: generator.answers > answers + 100, what="answers after the backup")
        numbers = server.drained()
        secret = salts(data)
    check(read(journals), stored(data), numbers)
    assert secret
    content = everything(saved)
    for salt in secret:
        for form in (salt, salt.hex().encode(), base64.b64encode(salt)):
            assert form not in content
    done = command(tmp_path, "restore", str(saved), "--data", str(elsewhere))
    assert done.returncode == 0, done.stderr
    with Server(elsewhere) as server:
        server.wait()
        with Generator(server.port, journals, threads=1) as generator:
            until(lambda: generator.answers > 20, what="answers where it was restored")
        numbers = server.drained()
    there = stored(elsewhere)
    sent = read(journals).sent
    assert before <= there.keys() <= sent
    assert set(there.values()) == {1}
    assert numbers["stored_total"] == numbers["received_total"] == len(there)
    assert not set(salts(elsewhere)) & set(secret)


@pytest.fixture
def saved(prepared: Path, tmp_path: Path) -> Path:
    """A backup of a few events, some of them waiting in the spool."""
    own = shutil.copytree(prepared, tmp_path / "own")
    workshop = Workshop(own)
    workshop.acknowledge()
    workshop.work("write")
    workshop.acknowledge()
    done = command(own, "backup", str(tmp_path / "saved"))
    assert done.returncode == 0, done.stderr
    return tmp_path / "saved"


def test_restored_events_are_counted_once_and_a_damaged_backup_or_a_place_in_use_is_refused(
    saved: Path, tmp_path: Path
) -> None:
    new = tmp_path / "new"
    done = command(new, "restore", str(saved))
    assert done.returncode == 0, done.stderr
    workshop = Workshop(new)
    workshop.ids = [str(n) for n in range(120)]
    workshop.finish()
    _refused(command(new, "restore", str(saved)), "holds data already")
    _refused(command(tmp_path / "own", "backup", str(saved)), "exists already")
    _refused(command(tmp_path / "other", "restore", str(tmp_path)), "is no backup")
    for name in ("trailhouse.sqlite3", "spool/edge-0.sqlite3", ".backup"):
        path = next(path for path in saved.rglob("*") if str(path).endswith(name))
        content = path.read_bytes()
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        _refused(command(tmp_path / "other", "restore", str(saved)), "damaged")
        path.write_bytes(content)
    assert not (tmp_path / "other").exists()


def _refused(done: subprocess.CompletedProcess[str], why: str) -> None:
    assert done.returncode == 2
    assert why in done.stderr
    assert "Traceback" not in done.stderr


def test_what_fails_leaves_nothing_half_written(saved: Path, tmp_path: Path) -> None:
    own, new, target = tmp_path / "own", tmp_path / "new", tmp_path / "second"
    for data, words in ((own, f"backup {target}"), (new, f"restore {saved}")):
        script = f"ulimit -f 100; exec {sys.executable} -m trailhouse.cli {words}"  # no file may grow over 100 kB
        done = subprocess.run(["bash", "-c", script], env=environment(data), capture_output=True, check=False)
        assert done.returncode not in (0, -9), done.stderr
    assert not target.exists()
    assert list(tmp_path.glob("*.partial")) == []
    assert [path for path in (own / "tmp").rglob("*") if path.is_file()] == []
    assert not new.exists() or list(new.iterdir()) == []


def test_the_data_directory_may_be_given_relative_to_where_one_stands(prepared: Path, tmp_path: Path) -> None:
    shutil.copytree(prepared, tmp_path / "data")
    line = [sys.executable, "-m", "trailhouse.cli", "backup", "saved"]
    done = subprocess.run(line, cwd=tmp_path, env=environment(Path("data")), capture_output=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "saved" / "manifest.json").exists()
