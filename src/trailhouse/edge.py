"""The public process: the collector, and everything else forwarded to the app process over its Unix socket."""

import argparse
import asyncio
import gc
import hmac
import json
import logging
import sys
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import aiohttp
import uvloop
from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # its public name, not in its __all__
from yarl import URL

from trailhouse import processes
from trailhouse.collector.address import Proxies
from trailhouse.collector.app import Collector
from trailhouse.collector.draft import World
from trailhouse.collector.geo import Places
from trailhouse.collector.limits import Floods
from trailhouse.collector.request import (
    Exchange,
    Fields,
    Refused,
    Scope,
    answer,
    forwarded_for,
    peer_of,
    read_body,
)
from trailhouse.core.health import State, worst
from trailhouse.core.settings import Settings
from trailhouse.core.settings import settings as read_settings
from trailhouse.events import counters, health, spool
from trailhouse.events.registry import Registry
from trailhouse.passing import is_large, through_pipe

log = logging.getLogger("trailhouse.edge")

_HOP = frozenset(
    "connection keep-alive proxy-authenticate proxy-authorization te trailers transfer-encoding upgrade".split()  # noqa: SIM905
)
# What the edge says itself: whose request it is, and how long its body.
_OWN = frozenset(("x-forwarded-for", "x-forwarded-proto", "x-forwarded-host", "forwarded", "content-length"))
SWITCH_S = 0.001  # how long the thread that commits may have to wait for the one that answers
MOST_FORM = 1_100_000  # bytes of what is forwarded
FORM_S = 20.0
_HTML: Fields = [("content-type", "text/html; charset=utf-8"), ("cache-control", "no-store")]
_JSON: Fields = [("content-type", "application/json"), ("cache-control", "no-store")]
_TEXT: Fields = [("content-type", "text/plain; version=0.0.4; charset=utf-8"), ("cache-control", "no-store")]
_WITHOUT_BODY = frozenset((204, 304))

_AWAY = (
    b"<!doctype html><html lang=en><meta charset=utf-8><meta http-equiv=refresh content=2>"
    b"<meta name=viewport content='width=device-width'><title>Starting</title>"
    b"<p>The statistics are starting. This page tries again by itself; visits are being counted meanwhile."
)

_API = "/api/"  # whose programs read JSON, whatever happens

_COOKIE = (
    b"<!doctype html><html lang=en><meta charset=utf-8><meta name=viewport content='width=device-width'>"
    b"<title>A cookie that cannot be read</title><p>Another program on this domain has stored a cookie with characters"
    b" that do not belong into one, so nobody can be recognised here. Delete the cookies of this domain in your"
    b" browser, and load the page again."
)


def _say(scope: Scope, exchange: Exchange, status: int, text: str, fields: Fields, page: bytes = b"") -> None:
    """Answer in place of the app: programs by JSON as theirs is, people by `page`, or else by the text."""
    if scope.path.startswith(_API):
        code = "unavailable" if status >= 500 else "wrong_request"
        answer(exchange, status, _JSON, json.dumps({"error": text, "code": code}).encode())
    else:
        answer(exchange, status, fields, page or text.encode())


class Edge:
    """One RSGI application for everything that is public."""

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

    async def __call__(self, scope: Scope, exchange: Exchange) -> None:
        """Answer or forward one request."""
        path = scope.path
        try:
            if self._collector.serves(path):
                await self._collector(scope, exchange)
            elif path == "/health":
                await self._health(exchange)
            elif path == "/metrics":
                await self._metrics(scope, exchange)
            elif path.startswith("/internal/"):
                answer(exchange, 404, _TEXT, b"not found")
            else:
                await self._forward(scope, exchange)
        except ProtocolClosed:
            log.debug("whoever asked has gone before the answer")
        except Exception:
            log.exception("a request failed")
            raise

    # -- health and figures

    async def _health(self, exchange: Exchange) -> None:
        numbers = await asyncio.to_thread(counters.read, self._spool_dir)
        app = await self._ask_app("status")
        red = app.get("red", [])
        known = health.Vitals(writer_fails="writer" in red, canary_lost="canary" in red) if app else None
        is_red = worst(health.of_machine(self._settings, known, numbers)) is State.RED
        body = {"live": True, "ready": self._registry.ready and bool(app), "health": "red" if is_red else "green"}
        answer(exchange, 200 if body["ready"] else 503, _JSON, json.dumps(body).encode())

    async def _ask_app(self, what: str) -> dict[str, Any]:
        """What the app process answers; nothing where it does not within two seconds."""
        assert self._session is not None
        try:
            timeout = aiohttp.ClientTimeout(total=2)
            async with self._session.post(f"http://app/internal/{what}", data=b"{}", timeout=timeout) as response:
                status: dict[str, Any] = await response.json()
                return status if response.status == 200 else {}
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            return {}

    async def _metrics(self, scope: Scope, exchange: Exchange) -> None:
        given = scope.headers.get("authorization", "").removeprefix("Bearer ")
        token = self._settings.ops_token
        if not token or not hmac.compare_digest(given.encode(), token.encode()):
            answer(exchange, 404, _TEXT, b"not found")
            return
        numbers = await asyncio.to_thread(counters.read, self._spool_dir)
        gauges = await self._ask_app("gauges")
        gauges |= {
            "spool_limit_bytes": health.spool_limit(self._settings),
            "disk_free_bytes": health.disk(self._settings).free * 1_000_000,
        }
        answer(exchange, 200, _TEXT, prometheus(numbers, gauges).encode())

    # -- everything else

    async def _forward(self, scope: Scope, exchange: Exchange) -> None:
        """Have the app answer. The body is read first: a slow sender must not hold one of the app's connections."""
        assert self._session is not None
        if scope.headers.get("cookie") is None and "cookie" in scope.headers:
            answer(exchange, 400, _HTML, _COOKIE)
            return
        try:
            body = b""
            if scope.method not in ("GET", "HEAD", "OPTIONS"):
                async with asyncio.timeout(FORM_S):
                    body = await read_body(scope.headers, exchange, MOST_FORM)
        except (Refused, TimeoutError) as refusal:
            status = refusal.status if isinstance(refusal, Refused) else 408
            _say(scope, exchange, status, str(refusal) or "The request came too slowly.", _TEXT)
            return
        started = False
        try:
            async with self._session.request(
                scope.method,
                _url(scope),
                headers=self._headers_to_app(scope),
                data=body or None,
                allow_redirects=False,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
            ) as response:
                fields = [(n.decode("latin-1").lower(), v.decode("latin-1")) for n, v in response.raw_headers]
                fields = [(name, value) for name, value in fields if name not in _HOP]
                started = True
                await _pass_on(response, fields, exchange, head=scope.method == "HEAD")
        except (aiohttp.ClientError, TimeoutError, OSError):
            if started:
                raise
            _say(scope, exchange, 503, "The statistics are starting. Ask again in a minute.", _HTML, _AWAY)

    def _headers_to_app(self, scope: Scope) -> Fields:
        headers = scope.headers
        peer = peer_of(scope)
        client = self._proxies.client(peer, forwarded_for(headers))
        trusted = client != peer or self._proxies.trusts(peer)
        scheme = headers.get("x-forwarded-proto", "http") if trusted else "http"
        fields = [(name, value) for name, value in headers.items() if name not in _HOP and name not in _OWN]
        if scope.authority and "host" not in headers:  # HTTP/2 says it there
            fields.append(("host", scope.authority))
        return [*fields, ("x-forwarded-for", client), ("x-forwarded-proto", scheme)]


async def _pass_on(response: aiohttp.ClientResponse, fields: Fields, exchange: Exchange, *, head: bool) -> None:
    """Send what the app answers as it comes."""
    if head or response.status in _WITHOUT_BODY:
        exchange.response_empty(response.status, fields)
        return
    if is_large(fields):
        await through_pipe(exchange, response.status, fields, response.content.iter_any())
        return
    stream = exchange.response_stream(response.status, fields)
    async for piece in response.content.iter_any():
        await stream.send_bytes(piece)


def _url(scope: Scope) -> URL:
    path = quote(scope.path, safe="/:@!$&'()*+,;=~")
    return URL(f"http://app{path}{'?' + scope.query_string if scope.query_string else ''}", encoded=True)


# What the app process and the machine say, by name; a figure that nobody knows is left out.
GAUGES = {
    "spool_limit_bytes": "Bytes that the spool may hold before nothing more is taken",
    "disk_free_bytes": "Bytes that are free on the disk of the data directory",
    "writer_behind_seconds": "Seconds since the writer had stored all that waited",
    "canary_age_seconds": "Seconds since the newest canary that came back from the store",
    "mail_waiting": "Mails that wait to be sent",
    "mail_refused": "Of these, mails that wait after a failed try",
    "mail_given_up": "Mails that were given up",
    "jobs_failing": "Regular jobs whose last run failed",
    "jobs_late": "Regular jobs that have not run when they were due",
    "tasks_waiting": "Long tasks that are under way",
    "tasks_given_up": "Long tasks that were given up within 30 days",
}


def prometheus(numbers: counters.Counters, gauges: Mapping[str, int]) -> str:
    """The numbers in Prometheus' text format."""
    rows: list[tuple[str, str, str, int]] = [
        ("received_total", "counter", "Events that were acknowledged", numbers.received),
        ("stored_total", "counter", "Events in the store", numbers.stored),
        ("quarantined_total", "counter", "Events that cannot be stored", numbers.quarantined),
        ("dropped_total", "counter", "Events left out with a reason", numbers.dropped),
        ("queued", "gauge", "Events on their way to the store", numbers.queued),
        ("spool_corrupt_groups_total", "counter", "Damaged groups of the spool", numbers.corrupt),
        ("spool_lost_groups_total", "counter", "Missing groups of the spool", numbers.lost),
        ("spool_bytes", "gauge", "Bytes that the spool holds", numbers.spool_bytes),
        *((name, "gauge", meaning, gauges[name]) for name, meaning in GAUGES.items() if name in gauges),
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
    await processes.serve(edge, edge.stop, interface="rsgi", address=settings.host, port=settings.port)


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
