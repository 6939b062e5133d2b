"""One HTTP request as the server hands it over (RSGI), and what the wire formats need of it.

The server itself bounds the head of a request: a hundred fields, and `processes.MOST_HEAD` bytes.
"""

from collections.abc import AsyncIterator, Awaitable
from typing import Any, Protocol

from trailhouse.collector.senders import HEADERS, Senders

MOST_BODY = 64 * 1024
MOST_HEADER = 8 * 1024
UNREADABLE = "Mozilla/0.0 (unreadable)"  # stands for a user agent that is not ASCII: a person's all the same
_MISSING = ("",) * len(HEADERS)

Fields = list[tuple[str, str]]  # of an answer


class Headers(Protocol):
    """The fields of a request, by lower-case name. A value that is not ASCII reads as if it were missing."""

    def __contains__(self, name: str) -> bool:
        """Whether there is such a field, readable or not."""

    def get(self, name: str, default: Any = None) -> Any:
        """The first value."""

    def get_all(self, name: str) -> list[str]:
        """All values."""

    def items(self) -> list[tuple[str, str]]:
        """All readable fields in their order."""


class Scope(Protocol):
    """The head of a request. `path` is decoded; `client` is address and port."""

    method: str
    path: str
    query_string: str
    client: str
    authority: str | None
    headers: Headers


class Stream(Protocol):
    """An answer under way."""

    def send_bytes(self, data: bytes) -> Awaitable[None]:
        """Send the next piece."""


class Exchange(Protocol):
    """The rest of a request, and the way back. Reading raises RuntimeError where the client has gone."""

    def __call__(self) -> Awaitable[bytes]:
        """The whole body."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body in pieces."""

    def response_empty(self, status: int, headers: Fields) -> None:
        """Answer without a body."""

    def response_bytes(self, status: int, headers: Fields, body: bytes) -> None:
        """Answer at once."""

    def response_file(self, status: int, headers: Fields, file: str) -> None:
        """Answer with a file, which is read as it is taken."""

    def response_stream(self, status: int, headers: Fields) -> Stream:
        """Begin an answer."""


class Refused(Exception):  # noqa: N818 - an answer, not a bug
    """A request that is answered with an error status before it is understood."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Request:
    """What a wire format needs of one request: who sends it, from where, and when it came."""

    __slots__ = ("_forwarded", "_peer", "_senders", "headers", "received_ms", "sender")

    def __init__(self, headers: Headers, peer: str, senders: Senders, received_ms: int) -> None:
        """Raise Refused where a header field is too long."""
        values = tuple(map(headers.get, HEADERS, _MISSING))
        if not values[0] and "user-agent" in headers and headers.get("user-agent") is None:
            values = (UNREADABLE, *values[1:])
        if values[-1]:
            values = (*values[:-1], forwarded_for(headers))
        if max(map(len, values)) > MOST_HEADER:
            raise Refused(431, "a header field is too long")
        self.headers = headers
        self.received_ms = received_ms
        self._peer = peer
        self._forwarded = values[-1]
        self._senders = senders
        self.sender = senders.find(peer, values)

    @property
    def address(self) -> str:
        """The client's address. It lives as long as the request."""
        return self._senders.address(self._peer, self._forwarded)


def peer_of(scope: Scope) -> str:
    """The address at the other end of the connection."""
    return scope.client.rpartition(":")[0].strip("[]")


def forwarded_for(headers: Headers) -> str:
    """The X-Forwarded-For of a request; a list may come as several fields, and its order is that of the fields."""
    return ",".join(headers.get_all("x-forwarded-for"))


async def read_body(headers: Headers, exchange: Exchange, most: int = MOST_BODY) -> bytes:
    """The whole body. Raises Refused: 413 as soon as it is known to be too long, 400 where it breaks off."""
    try:
        if (announced := headers.get("content-length")) is not None:
            if int(announced) > most:
                raise Refused(413, f"at most {most} bytes")
            return await exchange()
        body = b""
        async for piece in exchange:
            body += piece
            if len(body) > most:
                raise Refused(413, f"at most {most} bytes")
    except RuntimeError:
        raise Refused(400, "the body broke off") from None
    return body


def answer(exchange: Exchange, status: int, fields: Fields, body: bytes = b"") -> None:
    """Send a whole answer; a 503 says when to try again."""
    if status == 503:
        fields = [*fields, ("retry-after", "60")]
    if body:
        exchange.response_bytes(status, fields, body)
    else:
        exchange.response_empty(status, fields)
