"""Files that are made while they are sent."""

import asyncio
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path

import brotli
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

from trailhouse.stats.export import pieces

FASTEST = 1  # quality of brotli: rows that are alike shrink to a tenth all the same


def content(path: Path) -> Iterator[bytes]:
    """What is in a file, in pieces."""
    with path.open("rb") as opened:
        yield from pieces(opened)


class Download(StreamingHttpResponse):
    """A file that is made while it is sent, a piece at a time, whoever serves it.

    Django's own would collect all pieces of a plain iterator before it sends the first one under ASGI. The pieces are
    made in other threads than the view: they ask the database nothing.
    """

    def __init__(
        self, pieces: Iterator[bytes], name: str, content_type: str, *, length: int | None = None, encoding: str = ""
    ) -> None:
        sent = _compressed(pieces) if encoding else pieces
        super().__init__(_begun(sent), content_type=content_type)
        if encoding:
            self.headers["Content-Encoding"] = encoding
            self.headers["Vary"] = "Accept-Encoding"
        if isinstance(pieces, Generator):  # whoever goes away in the middle leaves nothing behind
            self._resource_closers.append(pieces.close)  # type: ignore[attr-defined]  # Django's own
        self.headers["Content-Disposition"] = content_disposition_header(True, name)
        if length is not None:
            self.headers["Content-Length"] = str(length)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces, each made in a thread."""
        pieces = iter(self)
        loop = asyncio.get_running_loop()
        while (piece := await loop.run_in_executor(None, next, pieces, None)) is not None:
            yield piece


def _compressed(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, packed as fast as they come."""
    packing = brotli.Compressor(quality=FASTEST)
    for piece in pieces:
        if packed := packing.process(piece):
            yield packed
    yield packing.finish()


def _begun(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """The same pieces, the first of them made already: what fails at once is still answered by a page of its own."""
    first = next(pieces, b"")

    def all_of_them() -> Iterator[bytes]:
        yield first
        yield from pieces

    return all_of_them()
