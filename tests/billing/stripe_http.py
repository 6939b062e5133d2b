"""The HTTP of Stripe's double: its API, and the pages that a payer uses in a browser."""

from http.server import BaseHTTPRequestHandler
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

Thing = dict[str, Any]
PAGE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><title>Pay</title><h1>Pay</h1>"
    b"<form method=post><button>Go on</button></form>"
)


class Answers(Protocol):
    """What answers."""

    def answer(self, method: str, path: str, params: Thing, key: str) -> tuple[int, bytes] | None:
        """The answer to a request of the API; None for none."""

    def used(self, page: str, number: str) -> str:
        """A page was used; where it goes on."""


def _nested(pairs: list[tuple[str, str]]) -> Thing:
    found: Thing = {}
    for name, value in pairs:
        outer, _, inner = name.partition("[")
        if inner:
            found.setdefault(outer, {})[inner.rstrip("]")] = value
        else:
            found[outer] = value
    return found


def handler(double: Answers, key: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path.startswith("/v1/"):
                self._do("GET", urlsplit(self.path).query)
            else:
                self._send(200, PAGE, "text/html")

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if self.path.startswith("/v1/"):
                self._do("POST", text)
            else:
                self.send_response(303)
                self.send_header("Location", double.used(*self.path.split("/")[1:3]))
                self.send_header("Content-Length", "0")
                self.end_headers()

        def _do(self, method: str, text: str) -> None:
            if self.headers["Authorization"] != f"Bearer {key}":
                status, body = 401, b'{"error": {"message": "Invalid API Key", "type": "invalid_request_error"}}'
            else:
                params = _nested(parse_qsl(text, keep_blank_values=True))
                answer = double.answer(
                    method, urlsplit(self.path).path, params, self.headers.get("Idempotency-Key", "")
                )
                if answer is None:
                    return  # the line breaks
                status, body = answer
            self._send(status, body, "application/json")

        def _send(self, status: int, body: bytes, kind: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *arguments: Any) -> None:
            return

    return Handler
