"""`trailhouse serve`."""

import argparse

from trailhouse.core.settings import settings


def serve(options: argparse.Namespace) -> None:
    """Run the product until it is told to stop."""
    from trailhouse import supervisor

    supervisor.serve(settings(), options.only)
