"""Whoever was erased stays erased, also where a backup of an earlier day is brought back."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.backup.test_backup import saved
from tests.ledger.server import command, environment
from trailhouse.events.visitor_erasures import FILE

__all__ = ["saved"]

ERASE = """
from trailhouse.app import open_store
from trailhouse.core.settings import settings
from trailhouse.events import visitor_erasures
store = open_store(settings())
visitor_erasures.erase(store, settings().data, 1, [7])
store.close()
"""
COUNT = """
from trailhouse.app import open_store
from trailhouse.core.settings import settings
store = open_store(settings())
print(*store.rows("SELECT countIf(visitor_id = 7), countIf(visitor_id != 7) FROM events")[0])
store.close()
"""


def python(data: Path, script: str) -> str:
    """What a script says that runs as the product on this data directory."""
    line = [sys.executable, "-c", script]
    done = subprocess.run(line, env=environment(data), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def restored(saved: Path, data: Path) -> str:
    """How many events of visitor 7 and of the others are there after a restore."""
    done = command(data, "restore", str(saved))
    assert done.returncode == 0, done.stderr
    return python(data, COUNT)


def test_without_an_erasure_everybody_comes_back(saved: Path, tmp_path: Path) -> None:
    assert restored(saved, tmp_path / "new") == "12 48"


@pytest.mark.parametrize("where", ["a backup beside it", "the data directory"])
def test_an_erasure_outlives_the_restore_of_an_older_backup(where: str, saved: Path, tmp_path: Path) -> None:
    own, new = tmp_path / "own", tmp_path / "new"
    python(own, ERASE)
    assert python(own, COUNT) == "0 48"
    if where == "a backup beside it":
        done = command(own, "backup", str(tmp_path / "saved later"))
        assert done.returncode == 0, done.stderr
    else:
        new.mkdir()
        shutil.copy2(own / FILE, new / FILE)
    shutil.rmtree(own)
    assert restored(saved, new) == "0 48"
    assert (new / FILE).exists()
