"""A scratch directory in which writers are killed, and the ledger that is held against the store afterwards."""

import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.events.makers import NOON, event, group
from trailhouse.events import counters, spool
from trailhouse.events.counters import Counters

ROOT = Path(__file__).resolve().parents[2]
FILES = "rename,renameat,renameat2,fsync,fdatasync,unlink,mkdir"  # what makes a change of a file visible or durable


class Workshop:
    """Spools events as an edge does and has processes move them; `ids` is everything that was acknowledged."""

    def __init__(self, directory: Path, *, migrated: bool = True) -> None:
        self.directory = directory
        self.spool_dir = directory / spool.DIRECTORY
        self.ids: list[str] = []
        if migrated:
            self.work("migrate")

    def acknowledge(self, groups: int = 3, events: int = 20) -> None:
        """Put new events on disk, each with an id of its own."""
        own = spool.Spool(self.spool_dir / "edge-0.sqlite3")
        for _ in range(groups):
            first = len(self.ids)
            new = [str(number) for number in range(first, first + events)]
            own.append(group(*[event(NOON + int(i), visitor_id=7 + int(i) % 5, props={"id": i}) for i in new]))
            self.ids += new
        own.close()

    def work(self, work: str, kill: str = "", strace: Iterable[str] = ()) -> subprocess.CompletedProcess[str]:
        """Run `tests.ledger.writing`; under strace where its options are given."""
        command = [sys.executable, "-m", "tests.ledger.writing", str(self.directory), work, *([kill] if kill else [])]
        options = list(strace)
        if options:
            command = ["strace", "-f", "-qq", "-o", str(self.directory / "strace.txt"), *options, *command]
        environment = os.environ | {"TMPDIR": str(self.directory)}
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def traced(self) -> list[str]:
        """The system calls that the last process under strace made."""
        return (self.directory / "strace.txt").read_text().splitlines()

    def numbers(self) -> Counters:
        """The four numbers."""
        return counters.read(self.spool_dir)

    def finish(self) -> None:
        """Let a writer that nobody kills move what is left, and hold the store against what was acknowledged."""
        done = self.work("finish")
        assert done.returncode == 0, done.stderr
        stored: dict[str, int] = json.loads(done.stdout)
        assert sorted(stored, key=int) == self.ids
        assert set(stored.values()) == {1}
        numbers = self.numbers()
        assert numbers.balanced
        assert (numbers.stored, numbers.queued) == (len(self.ids), 0)
