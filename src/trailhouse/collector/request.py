"""What the wire formats need of an HTTP request, bounded before anything is parsed."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from trailhouse.collector.senders import HEADERS, Senders

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Headers = list[tuple[bytes, bytes]]

MOST_BODY = 64 * 1024
MOST_HEADERS = 64
MOST_HEADER = 8 * 1024

_MISSING = (b"",) * len(HEADERS)


class Refused(Exception):  # noqa: N818 - an answer, not a bug
    """A request that is answered with an error status before it is understood."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Request:
    """What a wire format needs of one request: who sends it, from where, and when it came.

    Raises Refused where there are too many headers or one is too long.
    """

    __slots__ = ("_forwarded", "_headers", "_peer", "_senders", "received_ms", "sender")

    def __init__(self, raw: Headers, peer: str, senders: Senders, received_ms: int) -> None:
        if len(raw) > MOST_HEADERS:
            raise Refused(431, "too many header fields")
        self._headers = dict(raw)
        values = tuple(map(self._headers.get, HEADERS, _MISSING))
        if values[-1] and len(self._headers) < len(raw):
            values = (*values[:-1], forwarded_for(raw))
        if max(map(len, values)) > MOST_HEADER:
            raise Refused(431, "a header field is too long")
        self._peer = peer
        self._forwarded = values[-1]
        self._senders = senders
        self.received_ms = received_ms
        self.sender = senders.find(peer, values)

    @property
    def address(self) -> str:
        """The client's address. It lives as long as the request."""
        return self._senders.address(self._peer, self._forwarded)

    @property
    def asks_address(self) -> bool:
        """Whether the sender only wants to know which address is used for it."""
        return b"x-debug-request" in self._headers

    @property
    def referer(self) -> str:
        """The page that asked, where the wire format itself does not say it."""
        return self._headers.get(b"referer", b"")[:MOST_HEADER].decode("latin-1")


def forwarded_for(raw: Headers) -> bytes:
    """The X-Forwarded-For of a request; a list may come as several fields, and its order is that of the fields."""
    return b",".join([value for name, value in raw if name == b"x-forwarded-for"])


async def read_body(receive: Receive, raw: list[tuple[bytes, bytes]], most: int = MOST_BODY) -> bytes:
    """The whole body. Raises Refused: 413 as soon as it is known to be too long, 400 where it breaks off."""
    announced = most + 1
    for name, value in raw:
        if name == b"content-length":
            announced = int(value) if value.isdigit() else announced
            if announced > most:
                raise Refused(413, f"at most {most} bytes")
    message = await receive()
    body: bytes = message.get("body", b"")
    # The server says that more may come as long as it has not looked; looking costs as much as all the rest.
    while len(body) < announced and message.get("more_body"):
        message = await receive()
        body += message.get("body", b"")
        if len(body) > most:
            raise Refused(413, f"at most {most} bytes")
    if message["type"] == "http.disconnect":
        raise Refused(400, "the body broke off")
    return body


async def answer(send: Send, status: int, headers: Headers, body: bytes = b"") -> None:
    """Send a whole response; a 503 says when to try again."""
    if status == 503:
        headers = [*headers, (b"retry-after", b"60")]
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    await send({"type": "http.response.body", "body": body})
