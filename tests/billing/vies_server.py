"""A real HTTP server on this machine that answers as the EU's register of VAT numbers does."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from trailhouse.billing.vies import Register


@dataclass
class Vies:
    """What it says of numbers, by their path; of others that the member state is away. And what it was asked."""

    port: int
    valid: dict[str, bool] = field(default_factory=dict)
    broken: bool = False
    asked: list[str] = field(default_factory=list)

    @property
    def register(self) -> Register:
        """A client that asks here."""
        return Register(f"http://127.0.0.1:{self.port}/rest-api", timeout_s=60)

    def answer(self, path: str) -> tuple[int, dict[str, Any]]:
        """Status and body."""
        self.asked.append(path)
        _, _, _, country, _, number = path.split("/")
        if self.broken:
            return 500, {}
        known = self.valid.get(country + number)
        error = "MS_UNAVAILABLE" if known is None else "VALID" if known else "INVALID"
        return 200, {"isValid": bool(known), "userError": error, "vatNumber": number}


@contextmanager
def serving() -> Iterator[Vies]:
    """The server, as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            status, body = vies.answer(self.path)
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    vies = Vies(http.server_address[1])
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield vies
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
