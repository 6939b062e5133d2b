"""Directories in memory for the databases of the test process itself.

What is on disk before it is acknowledged is tested with processes of their own, which write to a real disk.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

PLACE = Path("/dev/shm")
ROOM = 1 << 30


def directory() -> Path:
    """A directory that goes with this process: in memory, where the machine has room there."""
    roomy = os.access(PLACE, os.W_OK) and shutil.disk_usage(PLACE).free > ROOM
    made = tempfile.mkdtemp(prefix="trailhouse-test-", dir=PLACE if roomy else None)
    atexit.register(shutil.rmtree, made, ignore_errors=True)
    return Path(made)
