"""Pictures for tests, made by hand."""

import struct
import zlib


def png(width: int, height: int) -> bytes:
    """A blue picture."""
    rows = b"".join(b"\0" + b"\x1d\x4e\xd8" * width for _ in range(height))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    chunks = (struct.pack(">I", len(d)) + k + d + struct.pack(">I", zlib.crc32(k + d)) for k, d in parts)
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
