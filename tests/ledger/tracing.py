"""strace around a process or a moment of it."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import pytest

from tests.ledger.server import until


@cache
def available() -> bool:
    """Whether strace is there and may trace processes."""
    if not shutil.which("strace"):
        return False
    return subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True, check=False).returncode == 0


needs_strace = pytest.mark.skipif(not available(), reason="strace is not installed, or may not trace processes here")


@contextmanager
def traced(pid: int, output: Path, *options: str) -> Iterator[None]:
    """Trace all threads of a running process for the length of the block, with a path beside each descriptor."""
    with output.with_suffix(".err").open("w+") as errors:
        tracer = subprocess.Popen(["strace", "-f", "-y", "-o", str(output), *options, "-p", str(pid)], stderr=errors)
        try:
            until(lambda: "attached" in output.with_suffix(".err").read_text(), what="strace")
            yield
        finally:
            tracer.terminate()
            tracer.wait(120)
