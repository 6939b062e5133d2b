"""An empty ASGI handler under the product's own server settings: what there is to compare with."""

import sys
from typing import Any

import uvloop

from trailhouse import processes

_START = {"type": "http.response.start", "status": 202, "headers": [(b"content-type", b"text/plain")]}
_BODY = {"type": "http.response.body", "body": b"ok"}


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    """Answer every request at once, without reading it."""
    await send(_START)
    await send(_BODY)


async def _nothing() -> None:
    pass


def main() -> None:
    """Serve on the port given as the only argument until SIGTERM."""
    uvloop.run(processes.serve(application, _nothing, address="127.0.0.1", port=int(sys.argv[1])))


if __name__ == "__main__":
    main()
