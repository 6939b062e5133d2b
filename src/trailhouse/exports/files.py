"""Where exports lie: a directory each below `<data>/exports`. What is unfinished has another name than what is done.

They are in no backup: whoever needs one again asks for it again.
"""

import os
import shutil
from pathlib import Path

from django.utils.translation import gettext as _

from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings

DIRECTORY = "exports"
UNFINISHED, FINISHED, PARTS = "unfinished", "file", "parts"


def directory(number: int) -> Path:
    """The directory of an export; it need not be there."""
    return settings().data.absolute() / DIRECTORY / str(number)


def begin(number: int) -> Path:
    """A new, empty directory for an export."""
    remove(number)
    found = directory(number)
    (found / PARTS).mkdir(parents=True, mode=0o700)
    found.parent.chmod(0o700)
    return found


def remove(number: int) -> None:
    """Delete all that lies there for an export."""
    shutil.rmtree(directory(number), ignore_errors=True)


def file_of(number: int) -> Path:
    """The finished file of an export. Raises UserError where it is not there (any more), or on another machine."""
    found = directory(number) / FINISHED
    if not found.is_file():
        raise UserError("export_gone", _("This file is not here any more."), _("Make the export again."), status=404)
    return found


def check_room() -> None:
    """Raise UserError where the disk has no more room than the event store needs for its own work."""
    where = settings().data.absolute()
    if shutil.disk_usage(where).free <= settings().disk_reserve_mb * 1_000_000:
        raise no_room()


def no_room() -> UserError:
    """What is said where the disk is full."""
    return UserError(
        "disk_full",
        _("There is not enough room on the server's disk for this export."),
        _("Choose a shorter period, or tell whoever runs this instance."),
        status=507,
    )


def append(path: Path, size: int, piece: bytes) -> int:
    """Have `path` hold its first `size` bytes and then `piece`, on disk; how long it is then.

    What a try that was broken off has written behind `size` is gone. Raises FileNotFoundError where there are fewer.
    """
    with path.open("r+b" if size else "wb") as file:
        if file.seek(0, os.SEEK_END) < size:
            raise FileNotFoundError(f"{path} is shorter than it was")
        file.truncate(size)
        file.seek(size)
        file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return size + len(piece)


def finish(unfinished: Path) -> int:
    """Give a whole file the name under which it is found; its size."""
    with unfinished.open("rb") as file:
        os.fsync(file.fileno())
    unfinished.rename(unfinished.with_name(FINISHED))
    shutil.rmtree(unfinished.with_name(PARTS), ignore_errors=True)
    return unfinished.with_name(FINISHED).stat().st_size


def there() -> list[int]:
    """The numbers of the exports for which something lies there."""
    where = settings().data.absolute() / DIRECTORY
    return sorted(int(one.name) for one in where.iterdir() if one.name.isdigit()) if where.is_dir() else []
