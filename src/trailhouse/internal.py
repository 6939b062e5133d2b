"""How the command line talks to the running app process: JSON over its Unix socket, which only its owner can open."""

import http.client
import json
import socket
from contextlib import closing
from pathlib import Path
from typing import Any

from trailhouse.core.errors import UserError


class _Connection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("app", timeout=3600)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


def call(app_socket: Path, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
    """Have the app process carry out `name`; its answer, or None where no app process runs.

    Raises UserError with what the app process refused, where it belongs to somebody else, and where it ends meanwhile.
    """
    with closing(_Connection(app_socket)) as connection:
        return _call(connection, app_socket, name, payload)


def _call(connection: _Connection, app_socket: Path, name: str, payload: dict[str, Any]) -> dict[str, Any] | None:
    try:
        connection.connect()
    except PermissionError:
        raise UserError(
            "not_yours", f"{app_socket} belongs to another user.", "Run this as the user who runs the server."
        ) from None
    except OSError:
        return None
    try:
        connection.request("POST", f"/internal/{name}", json.dumps(payload), {"content-type": "application/json"})
        response = connection.getresponse()
        answer: dict[str, Any] = json.loads(response.read())
    except (OSError, http.client.HTTPException, ValueError):
        raise UserError(
            "server_ended", f"The server ended before it had answered {name}.", "See its log, and try again."
        ) from None
    if response.status != 200:
        raise UserError(**answer["error"])
    return answer
