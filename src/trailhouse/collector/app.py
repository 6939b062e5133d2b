"""The public endpoint: read, run the pipeline, spool, answer. A plain ASGI application."""

import asyncio
import gzip
import logging
from collections.abc import Callable
from pathlib import Path

import brotli
import msgspec

from trailhouse.collector import pipeline, tracker
from trailhouse.collector.draft import Drop, World
from trailhouse.collector.hit import Hit
from trailhouse.collector.inbox import Inbox, NotWritten
from trailhouse.collector.protocols import pixel, plausible
from trailhouse.collector.request import (
    Headers,
    Receive,
    Refused,
    Request,
    Scope,
    Send,
    answer,
    read_body,
)
from trailhouse.core import clock
from trailhouse.events.model import CANARY, Spooled
from trailhouse.events.spool import Sample, Spool

REFRESH_S = 0.5
CANARY_S = 60
PATIENT = 500  # bodies that may be on their way without a time limit, which costs time itself
BODY_S = 10.0
SCRIPT_SECONDS = 3600  # a changed setting reaches every page within an hour

log = logging.getLogger(__name__)

_CORS: Headers = [(b"access-control-allow-origin", b"*"), (b"cross-origin-resource-policy", b"cross-origin")]
_PREFLIGHT: Headers = [
    *_CORS,
    (b"access-control-allow-methods", b"POST, OPTIONS"),
    (b"access-control-allow-headers", b"content-type, x-debug-request"),
    (b"access-control-max-age", b"86400"),
]
_PLAIN: Headers = [*_CORS, (b"content-type", b"text/plain; charset=utf-8"), (b"cache-control", b"no-store")]
_JSON: Headers = [*_CORS, (b"content-type", b"application/json"), (b"cache-control", b"no-store")]
_GIF: Headers = [*_CORS, (b"content-type", b"image/gif"), (b"cache-control", b"no-store")]

_ACCEPTED = {"type": "http.response.start", "status": 202, "headers": [*_PLAIN, (b"content-length", b"2")]}
_OK = {"type": "http.response.body", "body": b"ok"}


class AddressWanted(Exception):  # noqa: N818 - an answer, not a bug
    """The sender asks which address is used for it."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address


class Arrival(msgspec.Struct, gc=False):
    """One request as it came in, and the wire format that it speaks."""

    protocol: Callable[[bytes, Request], list[Hit]]
    scope: Scope
    body: bytes


def events_of(arrival: Arrival, world: World) -> list[Spooled | Drop]:
    """The events of one request, kept or left out. Raises Refused, AddressWanted and what its wire format raises."""
    scope = arrival.scope
    client = scope.get("client")
    request = Request(scope["headers"], client[0] if client else "", world.senders, clock.now_ms())
    if request.asks_address:
        raise AddressWanted(request.address)
    return [pipeline.run(hit, world) for hit in arrival.protocol(arrival.body, request)]


class Collector:
    """Answers the collector's own paths; `serves` says which they are."""

    def __init__(self, world: World, spool: Spool) -> None:
        self._world = world
        self._inbox: Inbox[Arrival] = Inbox(spool, lambda arrival: events_of(arrival, world))
        self._scripts: dict[str, tuple[bytes, dict[bytes, bytes]]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._reading = 0

    @staticmethod
    def serves(path: str) -> bool:
        """Whether this path is the collector's."""
        return path == "/api/event" or (path.startswith("/s/") and path.endswith((".js", ".gif")))

    async def start(self) -> None:
        """Begin to follow changes of the sites."""
        self._tasks = [asyncio.create_task(self._refresh()), asyncio.create_task(self._canary())]

    async def stop(self) -> None:
        """Put on disk what waits, and close."""
        for task in self._tasks:
            task.cancel()
        await self._inbox.close()

    async def _refresh(self) -> None:
        while True:
            await asyncio.sleep(REFRESH_S)
            revision = self._world.registry.snapshot.revision
            try:
                self._world.refresh()
            except Exception:  # whatever it is: the next look may go well, and salts have to turn
                log.exception("the sites could not be read anew")
            if self._world.registry.snapshot.revision != revision:
                self._scripts.clear()

    async def _canary(self) -> None:
        """Once a minute, send a sample of site 0 on the whole way: whoever reads it back knows that the way is open."""
        while True:
            self._inbox.note(Sample(0, clock.now_ms(), CANARY, ""))
            await asyncio.sleep(CANARY_S)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        try:
            path = scope["path"]
            if path == "/api/event":
                await self._event(scope, receive, send)
            else:
                await self._file(scope, send, path)
        except Refused as refusal:
            await answer(send, refusal.status, _PLAIN, refusal.text.encode())

    # -- events

    async def _event(self, scope: Scope, receive: Receive, send: Send) -> None:
        method = scope["method"]
        if method == "OPTIONS":
            await answer(send, 204, _PREFLIGHT)
            return
        if method != "POST":
            raise Refused(405, "use POST")
        arrival = Arrival(plausible.hits, scope, await self._body(receive, scope["headers"]))
        try:
            dropped = await self._keep(arrival)
        except plausible.Invalid as invalid:
            await answer(send, 400, _JSON, msgspec.json.encode({"errors": invalid.errors}))
        except AddressWanted as wanted:
            await answer(send, 200, _JSON, msgspec.json.encode({"ip": wanted.address}))
        else:
            if dropped:
                await answer(send, 202, [*_PLAIN, (b"x-plausible-dropped", str(dropped).encode())], b"ok")
            else:
                await send(_ACCEPTED)
                await send(_OK)

    async def _body(self, receive: Receive, headers: Headers) -> bytes:
        """The body; where many are still being read, none may take its time. Raises Refused."""
        self._reading += 1
        try:
            if self._reading <= PATIENT:
                return await read_body(receive, headers)
            return await asyncio.wait_for(read_body(receive, headers), BODY_S)
        except TimeoutError:
            raise Refused(408, "the body did not come") from None
        finally:
            self._reading -= 1

    async def _keep(self, arrival: Arrival) -> int:
        """Have every event kept or counted as left out, on disk; how many were left out. Raises Refused (503)."""
        if self._inbox.full or not self._world.registry.ready:
            raise Refused(503, "busy: try again in a minute")
        try:
            return await self._inbox.put(arrival)
        except NotWritten:
            raise Refused(503, "busy: try again in a minute") from None

    # -- script and pixel

    async def _file(self, scope: Scope, send: Send, path: str) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            raise Refused(405, "use GET")
        name = Path(path).name
        if name.endswith(".gif"):
            await self._pixel(scope, send, name.removesuffix(".gif"))
        else:
            await self._script(scope, send, name.removesuffix(".js"))

    async def _pixel(self, scope: Scope, send: Send, key: str) -> None:
        await self._keep(Arrival(pixel.hits, scope, key.encode()))
        await answer(send, 200, _GIF, pixel.GIF)

    async def _script(self, scope: Scope, send: Send, key: str) -> None:
        site = self._world.registry.by_key(key)
        if site is None:
            if not self._world.registry.ready:
                raise Refused(503, "starting: try again in a moment")
            raise Refused(404, "no site has this key")
        if key not in self._scripts:
            text = tracker.script(tracker.settings_of(site, key))
            self._scripts[key] = text, {b"br": brotli.compress(text), b"gzip": gzip.compress(text, mtime=0)}
        text, compressed = self._scripts[key]
        request = dict(scope["headers"])
        tag = tracker.etag(text)
        headers: Headers = [
            *_CORS,
            (b"content-type", b"text/javascript; charset=utf-8"),
            (b"cache-control", b"public, max-age=%d" % SCRIPT_SECONDS),
            (b"etag", tag.encode()),
            (b"vary", b"accept-encoding"),
            (b"x-content-type-options", b"nosniff"),
        ]
        if request.get(b"if-none-match") == tag.encode():
            await answer(send, 304, headers)
            return
        for encoding, body in compressed.items():
            if encoding in request.get(b"accept-encoding", b""):
                await answer(send, 200, [*headers, (b"content-encoding", encoding)], body)
                return
        await answer(send, 200, headers, text)
