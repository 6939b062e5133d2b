"""A tracked site and its collector: two real servers on two ports, so that they are of different origins."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from trailhouse.collector.tracker import ScriptSettings, script

KEY = "k7qp2mxz9a"
PATIENCE_S = 30

Sent = dict[str, Any]


@dataclass
class TrackedSite:
    """Serves any path as a page with the script; keeps what the script sends."""

    url: str = ""
    collector: str = ""
    settings: ScriptSettings = field(default_factory=lambda: ScriptSettings(key=KEY))
    head: str = ""  # further elements of every page
    body: str = "<p>Hello</p>"
    bodies: dict[str, str] = field(default_factory=dict)  # of single paths
    headers: dict[str, str] = field(default_factory=dict)  # of every page
    early: str = ""  # a script that runs before ours
    refusals: int = 0  # so many of the next events meet a broken connection
    script_served: threading.Event = field(default_factory=lambda: _set())  # cleared: the script is on its way
    events_answered: threading.Event = field(default_factory=lambda: _set())  # cleared: so are the answers
    held: threading.Event = field(default_factory=threading.Event)  # until it is set, /held has no answer
    visited: list[str] = field(default_factory=list)  # paths of the pages' server
    sent: list[Sent] = field(default_factory=list)
    types: list[str] = field(default_factory=list)  # content types of the events
    attempts: int = 0
    changed: threading.Condition = field(default_factory=threading.Condition)

    def html(self, path: str) -> str:
        """The page of a path; any path has one."""
        early = f'<script nonce="n">{self.early}</script>' if self.early else ""
        script = f'<script defer src="{self.collector}/s/{KEY}.js"></script>'
        head = f"<title>Page {path}</title>{self.head}{early}{script}"
        return f"<!doctype html><html><head>{head}</head><body>{self.bodies.get(path, self.body)}"

    def visit(self, path: str) -> None:
        """Note that the pages' server was asked for `path`."""
        with self.changed:
            self.visited.append(path)
            self.changed.notify_all()

    def wait_for_visit(self, path: str) -> None:
        """Return as soon as the pages' server was asked for `path`."""
        with self.changed:
            assert self.changed.wait_for(lambda: path in self.visited, PATIENCE_S), f"nobody asked for {path}"

    def keep(self, body: bytes, content_type: str) -> bool:
        """Keep one event, unless it is one to be refused."""
        with self.changed:
            self.attempts += 1
            self.changed.notify_all()
            if self.refusals:
                self.refusals -= 1
                return False
            self.sent.append(json.loads(body))
            self.types.append(content_type)
            return True

    def wait(self, enough: Callable[[], object], what: str = "events") -> list[Sent]:
        """All events so far, as soon as they are enough."""
        with self.changed:
            if not self.changed.wait_for(enough, PATIENCE_S):
                raise AssertionError(f"no {what} within {PATIENCE_S} s; there are {self.sent}")
            return list(self.sent)

    def named(self, name: str, count: int = 1) -> list[Sent]:
        """The events of this name, as soon as there are `count`."""
        self.wait(lambda: self.names().count(name) >= count, f"{count} × {name}")
        found = [event for event in self.sent if event["n"] == name]
        assert len(found) == count
        return found

    def only(self, *names: str) -> None:
        """Wait for as many events; they have these names, in whatever order they came: they overtake each other."""
        self.wait(lambda: len(self.sent) >= len(names), f"{len(names)} events")
        assert sorted(self.names()) == sorted(names)

    def names(self) -> list[str]:
        """The names of all events so far."""
        return [event["n"] for event in self.sent]

    def paths(self) -> list[str]:
        """The pages of all pageviews so far, without the origin."""
        return [event["u"].removeprefix(self.url) for event in self.sent if event["n"] == "pageview"]


def _set() -> threading.Event:
    event = threading.Event()
    event.set()
    return event


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    site: TrackedSite

    def handle(self) -> None:
        """Answer as long as the browser listens; it may leave at any time."""
        with suppress(ConnectionError):
            super().handle()

    def log_message(self, format: str, *args: object) -> None:
        """Tests say what they want to say themselves."""

    def answer(self, status: int, content_type: str, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": content_type, "Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class _Pages(_Handler):
    def do_GET(self) -> None:
        self.site.visit(self.path)
        if self.path == "/held":
            self.site.held.wait(PATIENCE_S)
        if self.path == "/favicon.ico":
            self.answer(404, "text/plain", b"", {})
        else:
            path = self.path.split("?")[0]
            self.answer(200, "text/html; charset=utf-8", self.site.html(path).encode(), self.site.headers)


class _Collector(_Handler):
    def do_GET(self) -> None:
        self.site.script_served.wait(PATIENCE_S)
        self.answer(200, "text/javascript; charset=utf-8", script(self.site.settings), {})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.site.keep(body, self.headers["Content-Type"]):
            self.site.events_answered.wait(PATIENCE_S)
            self.answer(202, "text/plain", b"ok", {"Access-Control-Allow-Origin": "*"})
        else:
            self.close_connection = True  # without an answer: a network failure


@contextmanager
def served() -> Iterator[TrackedSite]:
    """A site and its collector on free ports of this machine."""
    site = TrackedSite()
    servers = []
    for handler in (_Pages, _Collector):
        server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (handler,), {"site": site}))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        servers.append(server)
    site.url, site.collector = (f"http://127.0.0.1:{server.server_address[1]}" for server in servers)
    yield site
    for event in (site.script_served, site.events_answered, site.held):
        event.set()
    for server in servers:
        server.shutdown()
        server.server_close()
