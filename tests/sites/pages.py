"""A real web server on this machine that stands for a site's, and a reach that leads to it."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address

from trailhouse.sites.fetching import Address, Reach, is_public

HERE = ip_address("127.0.0.1")


@dataclass
class Answer:
    """What the server says at one path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/html; charset=utf-8"})


@dataclass
class Server:
    """The server's answers by host and path ("client.example/shop"), or by path alone; and what was asked."""

    port: int
    answers: dict[str, Answer] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    agents: list[str] = field(default_factory=list)
    stall: threading.Event = field(default_factory=threading.Event)  # a path "/stall" waits for it
    names: dict[str, list[str]] = field(default_factory=dict)  # what other names lead to
    texts: dict[str, str] = field(default_factory=dict)  # TXT records

    def reach(self) -> Reach:
        """Lets the check come here: names lead to this machine unless `names` says otherwise."""

        async def resolve(host: str) -> list[str]:
            return self.names.get(host, [str(HERE)])

        def allows(address: Address) -> bool:
            return address == HERE or is_public(address)

        async def texts(name: str) -> frozenset[str]:
            return frozenset(text for at, text in self.texts.items() if at == name)

        return Reach(resolve, allows, frozenset({self.port}), texts)


@contextmanager
def serving() -> Iterator[Server]:
    """The server, as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host = self.headers["Host"].partition(":")[0]
            server.asked.append((host, self.path))
            server.agents.append(self.headers.get("User-Agent", ""))
            if self.path == "/stall":
                server.stall.wait(120)
            answer = server.answers.get(host + self.path) or server.answers.get(self.path) or Answer(b"", 404)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            try:
                self.wfile.write(answer.body)
            except ConnectionError:  # whoever asked had enough
                self.close_connection = True

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    server = Server(http.server_address[1])
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stall.set()
        http.shutdown()
        http.server_close()
        thread.join()
