"""Passing on what the app answers, no faster than whoever asked takes it.

The server queues what a stream is sent without bound: a large file for a slow reader would lie in the edge's memory as
a whole. It reads files only as they are taken, though, and a pipe with a name is a file. So a download goes through
one: the pipe is full as long as the reader is behind, and broken as soon as the reader has gone.
"""

import asyncio
import errno
import os
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from trailhouse.collector.request import Exchange, Fields

SMALL = 1_000_000  # bytes that may wait in memory
OPENS_S = 5.0  # after which the server will not open the pipe any more: the reader has gone
_LOOK_S = 0.002


def is_large(fields: Fields) -> bool:
    """Whether an answer is a file to keep that is large, or whose size nobody knows yet."""
    told = dict(fields)
    size = told.get("content-length", "")
    return told.get("content-disposition", "").startswith("attachment") and not (size.isdigit() and int(size) <= SMALL)


async def through_pipe(exchange: Exchange, status: int, fields: Fields, pieces: AsyncIterator[bytes]) -> None:
    """Answer with `pieces` as they are taken. It ends early, without an error, where the reader has gone."""
    with tempfile.TemporaryDirectory(prefix="passing-") as directory:
        pipe = Path(directory) / "pipe"
        os.mkfifo(pipe, 0o600)
        exchange.response_file(status, fields, str(pipe))
        end = await _opened(pipe)
    if end is None:
        return
    loop = asyncio.get_running_loop()
    transport, flow = await loop.connect_write_pipe(_Flow, os.fdopen(end, "wb", 0))
    try:
        async for piece in pieces:
            await flow.may_go_on()
            if transport.is_closing():
                break
            transport.write(piece)
        transport.close()
        await flow.lost.wait()
    except BaseException:
        transport.abort()
        raise


class _Flow(asyncio.BaseProtocol):
    """Says when the pipe takes more."""

    def __init__(self) -> None:
        self._free = asyncio.Event()
        self._free.set()
        self.lost = asyncio.Event()  # all is written, or nobody reads any more

    def pause_writing(self) -> None:
        """The pipe is full."""
        self._free.clear()

    def resume_writing(self) -> None:
        """The pipe takes more."""
        self._free.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """It is closed."""
        self._free.set()
        self.lost.set()

    async def may_go_on(self) -> None:
        """Wait until the pipe takes more, or nobody reads it any more."""
        await self._free.wait()


async def _opened(pipe: Path) -> int | None:
    """The end to write into, as soon as the server has opened the other one; None where it does not."""
    deadline = asyncio.get_running_loop().time() + OPENS_S
    while asyncio.get_running_loop().time() < deadline:
        try:
            return os.open(pipe, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
        await asyncio.sleep(_LOOK_S)
    os.close(os.open(pipe, os.O_RDWR | os.O_NONBLOCK))  # lets go whoever opens it just now
    return None
