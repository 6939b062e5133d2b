"""Plausible's events, which our own tracker speaks too: `POST /api/event`.

Short and long names both count. Ours adds `t` (page title), `c` (first-party id of the recognised level) and `o` (own
visit), and reads `w` (width of the window in CSS pixels), which others ignore.
"""

from typing import Any

import msgspec

from trailhouse.collector.hit import Hit
from trailhouse.collector.request import Request
from trailhouse.events.model import ENGAGEMENT

MOST_NAME = 120
MOST_URL = 2000
MOST_PROPS = 30
MOST_PROP_NAME = 300
MOST_PROP_VALUE = 2000
MOST_SITES = 10
MOST_SITE = 350
MOST_ENGAGED_MS = 3_600_000  # by the page's own clock, which runs on while a laptop sleeps


class Invalid(Exception):  # noqa: N818 - an answer, not a bug
    """A body that is no event; `errors` says by field what is wrong."""

    def __init__(self, **errors: str) -> None:
        super().__init__(str(errors))
        self.errors = {name: [text] for name, text in errors.items()}


class Body(msgspec.Struct, gc=False, rename={"dollar": "$"}):
    """The JSON of one event; what may come in several shapes is looked at later."""

    n: str = ""
    name: str = ""
    u: str = ""
    url: str = ""
    d: str = ""
    domain: str = ""
    r: str | None = None
    referrer: str | None = None
    p: Any = None
    props: Any = None
    m: Any = None
    meta: Any = None
    dollar: Any = None
    revenue: Any = None
    i: Any = None
    interactive: Any = None
    h: Any = None
    hashMode: Any = None  # noqa: N815 - the name on the wire
    sd: Any = None
    e: Any = None
    w: Any = None
    t: str = ""
    c: str = ""
    o: Any = None


_YES = (1, True)
_decode = msgspec.json.Decoder(Body).decode
_NOT_JSON = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)  # the last: nested beyond reason


def hits(body: bytes, request: Request) -> list[Hit]:
    """The events of one request, one for each site that it names. Raises Invalid."""
    try:
        data = _decode(body)
    except _NOT_JSON as error:
        raise Invalid(body=f"is no JSON object of an event: {error}") from None
    name, url = data.n or data.name, data.u or data.url
    if not name or len(name) > MOST_NAME:
        raise Invalid(event_name=f"must have 1 to {MOST_NAME} characters")
    if not url or len(url) > MOST_URL or url.startswith("data:"):
        raise Invalid(url=f"must be the page's address, of 1 to {MOST_URL} characters")
    depth, engaged = _engagement(data) if name == ENGAGEMENT else (0, 0)
    props, revenue = _props(data), _revenue(data)
    return [
        Hit(
            site,
            name,
            url,
            request,
            (data.r or data.referrer or "")[:MOST_URL],
            data.t,
            props,
            revenue,
            data.i is not False and data.interactive is not False,
            depth,
            engaged,
            data.w if type(data.w) is int and 0 < data.w < 20_000 else 0,
            data.h in _YES or data.hashMode in _YES,
            data.c[:64],
            bool(data.o),
        )
        for site in _sites(data.d or data.domain)
    ]  # fmt: skip


def _sites(named: str) -> list[str]:
    """The sites of an event, as keys or domains. Raises Invalid."""
    sites = named.split(",", MOST_SITES)[:MOST_SITES] if "," in named else [named]
    for site in sites:
        if len(site) > MOST_SITE:
            raise Invalid(domain=f"must have at most {MOST_SITE} characters")
    return [site.strip() for site in sites]


def _engagement(data: Body) -> tuple[int, int]:
    depth = data.sd if type(data.sd) is int and 0 <= data.sd <= 100 else None
    engaged = data.e if type(data.e) is int and data.e >= 0 else None
    if depth is None and engaged is None:
        raise Invalid(engagement="needs sd (0 to 100) or e (milliseconds)")
    return depth or 0, min(engaged or 0, MOST_ENGAGED_MS)


def _props(data: Body) -> dict[str, str]:
    raw = data.p or data.props or data.m or data.meta
    if not raw and raw in (None, ""):
        return {}
    if isinstance(raw, str):
        try:
            raw = msgspec.json.decode(raw)
        except _NOT_JSON:
            raise Invalid(props="must be an object, or one as JSON in a string") from None
    if not isinstance(raw, dict):
        raise Invalid(props="must be an object, or one as JSON in a string")
    props: dict[str, str] = {}
    for name, value in raw.items():
        text = _text(value)
        if text and name and len(props) < MOST_PROPS:
            props[str(name)[:MOST_PROP_NAME]] = text[:MOST_PROP_VALUE]
    return props


def _text(value: object) -> str:
    """A property as text; nested ones have none."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, str | int | float) else ""


def _revenue(data: Body) -> tuple[str, str] | None:
    raw = data.dollar or data.revenue
    if raw is None:
        return None
    if isinstance(raw, str):
        try:
            raw = msgspec.json.decode(raw)
        except _NOT_JSON:
            return None
    if not isinstance(raw, dict):
        return None
    amount, currency = raw.get("amount"), raw.get("currency")
    if isinstance(amount, bool) or not isinstance(amount, str | int | float) or not isinstance(currency, str):
        return None
    return str(amount), currency.upper()
