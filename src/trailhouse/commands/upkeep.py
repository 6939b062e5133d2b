"""Backup, restore and databases of places."""

import argparse

from trailhouse import internal
from trailhouse.commands.output import print_values
from trailhouse.core.settings import settings


def backup(options: argparse.Namespace) -> None:
    """Save everything: by the running app process, or by this one where none runs."""
    own, target = settings(), options.directory.absolute()
    made = internal.call(own.app_socket, "backup", {"directory": str(target)})
    if made is None:
        from trailhouse import backup as saving
        from trailhouse.app import open_store

        store = open_store(own)
        try:
            made = saving.save(own, store, target, None)
        finally:
            store.close()
    print_values(made, as_json=False)


def restore(options: argparse.Namespace) -> None:
    """Bring a backup back."""
    from trailhouse import backup as saving

    print_values(saving.restore(settings(), options.directory.absolute()), as_json=False)


def geo_use(options: argparse.Namespace) -> None:
    """Take databases of places; a running server reads them without a restart."""
    from trailhouse.collector import geo

    for line in geo.install(options.files, settings().data):
        print(line)
