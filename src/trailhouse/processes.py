"""What every process of the product does at its start: die with its parent, log, end when it is told to."""

import asyncio
import ctypes
import logging
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import Any

from trailhouse.core.settings import Settings

MOST_HEAD = 64 * 1024  # bytes of the request line and the header fields together

_PR_SET_PDEATHSIG = 1


def begin(settings: Settings, parent: int | None) -> None:
    """Set up logging, and end with `parent` (a process id): nobody would mind this process any more."""
    logging.basicConfig(
        level=settings.log_level.upper(), stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for noisy in ("_granian", "granian.access"):
        logging.getLogger(noisy).setLevel("WARNING")
    if parent is not None:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before the call above
            sys.exit(0)


async def serve(
    application: Any, stop: Callable[[], Awaitable[None]], *, interface: str = "asginl", **where: Any
) -> None:
    """Serve an application in this process until SIGTERM or SIGINT, then let requests end and call `stop`.

    `interface` is asginl (ASGI without lifespan) or rsgi, the server's own, which costs less.
    """
    from granian.constants import Interfaces
    from granian.http import HTTP1Settings
    from granian.server.embed import Server

    logging.getLogger("_granian").setLevel("ERROR")
    server = Server(
        application,
        interface=Interfaces(interface),
        http1_settings=HTTP1Settings(max_buffer_size=MOST_HEAD),
        websockets=False,
        log_enabled=False,
        backlog=4096,
        backpressure=8192,
        **where,
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    try:
        await server.serve()
    finally:
        await stop()
