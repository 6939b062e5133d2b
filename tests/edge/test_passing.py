"""A download goes through the edge no faster than its reader takes it, whole, and ends with its reader."""

import asyncio
import os
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from trailhouse import passing
from trailhouse.passing import is_large, through_pipe

PIECE = b"x" * 65_536
FULL = 1_000_000  # what pipe and transport hold at most


class Reader:
    """Stands for the server: it opens the file that it is given in a thread, and reads what it is told to."""

    def __init__(self, take: int | None) -> None:
        self._take = take
        self.got = b""
        self.goes = threading.Event()

    def response_file(self, status: int, fields: list[tuple[str, str]], file: str) -> None:
        """Answer with a file."""
        self.status, self.thread = status, threading.Thread(target=self._read, args=(file,))
        self.thread.start()

    def _read(self, file: str) -> None:
        with open(file, "rb", buffering=0) as opened:
            while piece := opened.read(65_536):
                self.got += piece
                if self._take is not None and len(self.got) >= self._take:
                    self.goes.wait(60)
                    return


async def pieces(count: int, sent: list[int]) -> AsyncIterator[bytes]:
    """So many pieces; how many were asked for stands in `sent`."""
    for number in range(count):
        sent.append(number)
        yield PIECE


def test_all_of_it_arrives() -> None:
    reader: Any = Reader(None)
    asyncio.run(through_pipe(reader, 200, [], pieces(100, [])))
    reader.thread.join(60)
    assert reader.got == PIECE * 100


def test_a_slow_reader_is_waited_for_and_one_that_goes_ends_it() -> None:
    reader: Any = Reader(200_000)
    sent: list[int] = []

    async def run() -> None:
        passed = asyncio.create_task(through_pipe(reader, 200, [], pieces(1000, sent)))
        before = -1
        while before != len(sent) or len(reader.got) < 200_000:  # until nothing moves any more
            before = len(sent)
            await asyncio.sleep(0.1)
        assert len(sent) * len(PIECE) < 200_000 + FULL
        reader.goes.set()
        await asyncio.wait_for(passed, 60)

    asyncio.run(run())
    assert len(sent) < 30
    reader.thread.join(60)


def test_a_reader_that_never_comes_is_not_waited_for(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(passing, "OPENS_S", 0.05)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    class Gone:
        """Its reader has gone before the answer."""

        def response_file(self, *_: Any) -> None:
            """Answer nobody."""

    nobody: Any = Gone()
    asyncio.run(through_pipe(nobody, 200, [], pieces(3, [])))
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("fields", "large"),
    [
        ({"content-disposition": 'attachment; filename="x.csv"'}, True),
        ({"content-disposition": 'attachment; filename="x.csv"', "content-length": "1000001"}, True),
        ({"content-disposition": 'attachment; filename="x.csv"', "content-length": "1000000"}, False),
        ({"content-disposition": "inline"}, False),
        ({"content-length": "5000000"}, False),
        ({}, False),
    ],
)
def test_only_large_files_to_keep_go_through_a_pipe(fields: dict[str, str], large: bool) -> None:
    assert is_large(list(fields.items())) is large
