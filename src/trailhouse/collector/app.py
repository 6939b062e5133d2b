"""The public endpoint: read, run the pipeline, spool, answer. A plain RSGI application."""

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
from trailhouse.collector.request import Exchange, Fields, Headers, Refused, Request, Scope, answer, peer_of, read_body
from trailhouse.core import clock
from trailhouse.events.model import CANARY, Spooled
from trailhouse.events.registry import EVENTS
from trailhouse.events.spool import Sample, Spool

REFRESH_S = 0.5
CANARY_S = 60
PATIENT = 500  # bodies that may be on their way without a time limit, which costs time itself
BODY_S = 10.0
SCRIPT_SECONDS = 3600  # a changed setting reaches every page within an hour

log = logging.getLogger(__name__)

_CORS: Fields = [("access-control-allow-origin", "*"), ("cross-origin-resource-policy", "cross-origin")]
_PREFLIGHT: Fields = [
    *_CORS,
    ("access-control-allow-methods", "POST, OPTIONS"),
    ("access-control-allow-headers", "content-type, x-debug-request"),
    ("access-control-max-age", "86400"),
]
_PLAIN: Fields = [*_CORS, ("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")]
_JSON: Fields = [*_CORS, ("content-type", "application/json"), ("cache-control", "no-store")]
_GIF: Fields = [*_CORS, ("content-type", "image/gif"), ("cache-control", "no-store")]


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
    request = Request(scope.headers, peer_of(scope), world.senders, clock.now_ms())
    if "x-debug-request" in scope.headers:
        raise AddressWanted(request.address)
    hits = arrival.protocol(arrival.body, request)
    return [outcome for hit in hits for outcome in pipeline.outcomes(hit, world)]


class Collector:
    """Answers the collector's own paths; `serves` says which they are."""

    def __init__(self, world: World, spool: Spool) -> None:
        self._world = world
        self._inbox: Inbox[Arrival] = Inbox(spool, lambda arrival: events_of(arrival, world))
        self._scripts: dict[tuple[str, bool], tuple[bytes, dict[str, bytes]]] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._reading = 0

    def serves(self, path: str) -> bool:
        """Whether this path is the collector's."""
        if path == EVENTS or path in self._world.registry.own_paths:
            return True
        return path.startswith("/s/") and path.endswith((".js", ".gif"))

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

    async def __call__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer one request."""
        method = scope.method
        path = self._world.registry.own_paths.get(scope.path, scope.path)
        try:
            if path != EVENTS:
                await self._file(scope, exchange, path)
            elif method == "POST":
                body = await self._body(scope.headers, exchange)
                await self._event(Arrival(plausible.hits, scope, body), exchange)
            elif method == "OPTIONS":
                answer(exchange, 204, _PREFLIGHT)
            else:
                raise Refused(405, "use POST")
        except Refused as refusal:
            answer(exchange, refusal.status, _PLAIN, refusal.text.encode())

    # -- events

    async def _event(self, arrival: Arrival, exchange: Exchange) -> None:
        try:
            dropped = await self._keep(arrival)
        except plausible.Invalid as invalid:
            answer(exchange, 400, _JSON, msgspec.json.encode({"errors": invalid.errors}))
        except AddressWanted as wanted:
            answer(exchange, 200, _JSON, msgspec.json.encode({"ip": wanted.address}))
        else:
            fields = [*_PLAIN, ("x-plausible-dropped", str(dropped))] if dropped else _PLAIN
            exchange.response_bytes(202, fields, b"ok")

    async def _body(self, headers: Headers, exchange: Exchange) -> bytes:
        """The body; where many are still being read, none may take its time. Raises Refused."""
        self._reading += 1
        try:
            if self._reading <= PATIENT:
                return await read_body(headers, exchange)
            return await asyncio.wait_for(read_body(headers, exchange), BODY_S)
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

    async def _file(self, scope: Scope, exchange: Exchange, path: str) -> None:
        if scope.method not in ("GET", "HEAD"):
            raise Refused(405, "use GET")
        name = Path(path).name
        if name.endswith(".gif"):
            await self._keep(Arrival(pixel.hits, scope, name.removesuffix(".gif").encode()))
            answer(exchange, 200, _GIF, pixel.GIF)
        else:
            self._script(scope.headers, exchange, name.removesuffix(".js"), own=path != scope.path)

    def _script(self, headers: Headers, exchange: Exchange, key: str, *, own: bool) -> None:
        site = self._world.registry.by_key(key)
        if site is None:
            if not self._world.registry.ready:
                raise Refused(503, "starting: try again in a moment")
            raise Refused(404, "no site has this key")
        if (key, own) not in self._scripts:
            text = tracker.script(tracker.settings_of(site, key, own=own))
            self._scripts[key, own] = text, {"br": brotli.compress(text), "gzip": gzip.compress(text, mtime=0)}
        text, compressed = self._scripts[key, own]
        tag = tracker.etag(text)
        fields: Fields = [
            *_CORS,
            ("content-type", "text/javascript; charset=utf-8"),
            ("cache-control", f"public, max-age={SCRIPT_SECONDS}"),
            ("etag", tag),
            ("vary", "accept-encoding"),
            ("x-content-type-options", "nosniff"),
        ]
        if headers.get("if-none-match") == tag:
            answer(exchange, 304, fields)
            return
        for encoding, body in compressed.items():
            if encoding in headers.get("accept-encoding", ""):
                answer(exchange, 200, [*fields, ("content-encoding", encoding)], body)
                return
        answer(exchange, 200, fields, text)
