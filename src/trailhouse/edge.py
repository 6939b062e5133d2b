"""The public process: the collector, and everything else forwarded to the app process over its Unix socket."""

import argparse
import asyncio
import gc
import hmac
import json
import logging
import sys

import aiohttp
import uvloop
from yarl import URL

from trailhouse import processes
from trailhouse.collector.address import Proxies
from trailhouse.collector.app import Collector
from trailhouse.collector.draft import World
from trailhouse.collector.geo import Places
from trailhouse.collector.limits import Floods
from trailhouse.collector.request import (
    Headers,
    Receive,
    Refused,
    Scope,
    Send,
    answer,
    forwarded_for,
    read_body,
)
from trailhouse.core.settings import Settings
from trailhouse.core.settings import settings as read_settings
from trailhouse.events import counters, spool
from trailhouse.events.registry import Registry

log = logging.getLogger("trailhouse.edge")

_HOP = frozenset(
    b"connection keep-alive proxy-authenticate proxy-authorization te trailers transfer-encoding upgrade".split()
)
# What the edge says itself: whose request it is, and how long its body.
_OWN = frozenset((b"x-forwarded-for", b"x-forwarded-proto", b"x-forwarded-host", b"forwarded", b"content-length"))
SWITCH_S = 0.001  # how long the thread that commits may have to wait for the one that answers
MOST_FORM = 1_100_000  # bytes of what is forwarded
FORM_S = 20.0
_HTML: Headers = [(b"content-type", b"text/html; charset=utf-8"), (b"cache-control", b"no-store")]
_JSON: Headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
_TEXT: Headers = [(b"content-type", b"text/plain; version=0.0.4; charset=utf-8"), (b"cache-control", b"no-store")]

_AWAY = (
    b"<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=2>"
    b"<meta name=viewport content='width=device-width'><title>Starting</title>"
    b"<p>The statistics are starting. This page tries again by itself; visits are being counted meanwhile."
)


class Edge:
    """One ASGI application for everything that is public."""

    def __init__(self, settings: Settings, number: int) -> None:
        self._settings = settings
        self._spool_dir = settings.data / spool.DIRECTORY
        registry = Registry(settings.data)
        proxies = Proxies(settings.trusted_proxies)
        self._proxies = proxies
        world = World(registry, Places(settings.data), proxies, Floods(site=settings.site_flood))
        self._registry = registry
        file = spool.Spool(
            self._spool_dir / f"edge-{number}{spool.SUFFIX}",
            limit_bytes=settings.spool_limit_mb * 1_000_000,
            reserve_bytes=settings.disk_reserve_mb * 1_000_000,
        )
        self._collector = Collector(world, file)
        self._session: aiohttp.ClientSession | None = None

    async def start(self) -> None:
        """Follow the sites, and keep connections to the app."""
        connector = aiohttp.UnixConnector(str(self._settings.app_socket), limit=64, keepalive_timeout=30)
        self._session = aiohttp.ClientSession(
            connector=connector,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=120),
        )
        await self._collector.start()

    async def stop(self) -> None:
        """Put on disk what waits, and close."""
        await self._collector.stop()
        if self._session is not None:
            await self._session.close()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or forward one request."""
        try:
            await self._answer(scope, receive, send)
        except Exception:
            log.exception("a request failed")
            raise

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"]
        if Collector.serves(path):
            await self._collector(scope, receive, send)
        elif path == "/health":
            await self._health(send)
        elif path == "/metrics":
            await self._metrics(scope, send)
        elif path.startswith("/internal/"):
            await answer(send, 404, _TEXT, b"not found")
        else:
            await self._forward(scope, receive, send)

    # -- health and figures

    async def _health(self, send: Send) -> None:
        numbers = await asyncio.to_thread(counters.read, self._spool_dir)
        app = await self._app_status()
        reasons = [*app.get("red", [])]
        if numbers.corrupt or numbers.lost:
            reasons.append("spool")
        body = {
            "live": True,
            "ready": self._registry.ready and bool(app),
            "health": "red" if reasons or not app else "green",
        }
        await answer(send, 200 if body["ready"] else 503, _JSON, json.dumps(body).encode())

    async def _app_status(self) -> dict[str, list[str]]:
        assert self._session is not None
        try:
            timeout = aiohttp.ClientTimeout(total=2)
            async with self._session.post("http://app/internal/status", data=b"{}", timeout=timeout) as response:
                status: dict[str, list[str]] = await response.json()
                return status
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return {}

    async def _metrics(self, scope: Scope, send: Send) -> None:
        given = dict(scope["headers"]).get(b"authorization", b"").removeprefix(b"Bearer ")
        token = self._settings.ops_token.encode()
        if not token or not hmac.compare_digest(given, token):
            await answer(send, 404, _TEXT, b"not found")
            return
        numbers = await asyncio.to_thread(counters.read, self._spool_dir)
        await answer(send, 200, _TEXT, prometheus(numbers).encode())

    # -- everything else

    async def _forward(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the app answer. The body is read first: a slow sender must not hold one of the app's connections."""
        assert self._session is not None
        try:
            body = b""
            if scope["method"] not in ("GET", "HEAD", "OPTIONS"):
                async with asyncio.timeout(FORM_S):
                    body = await read_body(receive, scope["headers"], MOST_FORM)
        except (Refused, TimeoutError) as refusal:
            status = refusal.status if isinstance(refusal, Refused) else 408
            await answer(send, status, _TEXT, str(refusal).encode())
            return
        started = False
        try:
            async with self._session.request(
                scope["method"],
                _url(scope),
                headers=self._headers_to_app(scope),
                data=body or None,
                allow_redirects=False,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            ) as response:
                headers = [(n.lower(), v) for n, v in response.raw_headers if n.lower() not in _HOP]
                await send({"type": "http.response.start", "status": response.status, "headers": headers})
                started = True
                async for chunk in response.content.iter_any():
                    await send({"type": "http.response.body", "body": chunk, "more_body": True})
                await send({"type": "http.response.body", "body": b""})
        except (aiohttp.ClientError, TimeoutError, OSError):
            if started:
                raise
            await answer(send, 503, _HTML, _AWAY)

    def _headers_to_app(self, scope: Scope) -> list[tuple[str, str]]:
        raw = scope["headers"]
        given = dict(raw)
        peer = scope["client"][0] if scope.get("client") else ""
        client = self._proxies.client(peer, forwarded_for(raw).decode("latin-1"))
        trusted = client != peer or self._proxies.trusts(peer)
        scheme = given.get(b"x-forwarded-proto", b"http").decode("latin-1") if trusted else "http"
        headers = [
            (name.decode("latin-1"), value.decode("latin-1"))
            for name, value in raw
            if name not in _HOP and name not in _OWN
        ]
        return [*headers, ("x-forwarded-for", client), ("x-forwarded-proto", scheme)]


def _url(scope: Scope) -> URL:
    raw = (scope.get("raw_path") or scope["path"].encode()).decode("latin-1")
    query = scope["query_string"].decode("latin-1")
    return URL(f"http://app{raw}{'?' + query if query else ''}", encoded=True)


def prometheus(numbers: counters.Counters) -> str:
    """The numbers in Prometheus' text format."""
    rows = [
        ("received_total", "counter", "Events that were acknowledged", numbers.received),
        ("stored_total", "counter", "Events in the store", numbers.stored),
        ("quarantined_total", "counter", "Events that cannot be stored", numbers.quarantined),
        ("dropped_total", "counter", "Events left out with a reason", numbers.dropped),
        ("queued", "gauge", "Events on their way to the store", numbers.queued),
        ("spool_corrupt_groups_total", "counter", "Damaged groups of the spool", numbers.corrupt),
        ("spool_lost_groups_total", "counter", "Missing groups of the spool", numbers.lost),
        ("spool_bytes", "gauge", "Bytes that the spool holds", numbers.spool_bytes),
    ]
    return "".join(
        f"# HELP trailhouse_{name} {meaning}\n# TYPE trailhouse_{name} {kind}\ntrailhouse_{name} {value}\n"
        for name, kind, meaning, value in rows
    )


async def _run(settings: Settings, number: int) -> None:
    edge = Edge(settings, number)
    await edge.start()
    # What is loaded by now stays; what comes and goes with a request is freed without the collector's help.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    sys.setswitchinterval(SWITCH_S)
    await processes.serve(edge, edge.stop, address=settings.host, port=settings.port)


def main(arguments: list[str]) -> None:
    """Run edge process `number`; started by the supervisor."""
    parser = argparse.ArgumentParser()
    parser.add_argument("number", type=int)
    parser.add_argument("--parent", type=int)
    options = parser.parse_args(arguments)
    settings = read_settings()
    processes.begin(settings, options.parent)
    uvloop.run(_run(settings, options.number))


if __name__ == "__main__":
    main(sys.argv[1:])
