"""What the wire formats need of an HTTP request, bounded before anything is parsed."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import msgspec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

Headers = list[tuple[bytes, bytes]]

MOST_BODY = 64 * 1024
MOST_HEADERS = 64
MOST_HEADER = 8 * 1024

# The only headers that are read; none of the others leaves the server.
WANTED = frozenset(
    b"accept-language user-agent referer content-length origin sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform"
    b" sec-ch-ua-platform-version sec-ch-ua-full-version-list sec-ch-ua-model sec-purpose purpose x-purpose x-moz"
    b" sec-gpc x-forwarded-for x-debug-request if-none-match accept-encoding".split()
)


class Refused(Exception):  # noqa: N818 - an answer, not a bug
    """A request that is answered with an error status before it is understood."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Request(msgspec.Struct, gc=False):
    """What a wire format needs of one request: the client's address is settled, header names are lower-case."""

    headers: dict[str, str]
    address: str
    received_ms: int


def wanted_headers(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """The headers that are read. Raises Refused where there are too many or one is too long."""
    if len(raw) > MOST_HEADERS:
        raise Refused(431, "too many header fields")
    headers: dict[str, str] = {}
    for name, value in raw:
        if name in WANTED:
            if len(value) > MOST_HEADER:
                raise Refused(431, "a header field is too long")
            key = name.decode("ascii")
            text = value.decode("latin-1")
            # A list may come as several fields; its order is that of the fields.
            headers[key] = f"{headers[key]},{text}" if key in headers and key == "x-forwarded-for" else text
    return headers


def forwarded_for(raw: list[tuple[bytes, bytes]]) -> str:
    """The X-Forwarded-For of a request; a list may come as several fields, and its order is that of the fields."""
    return ",".join(value.decode("latin-1") for name, value in raw if name == b"x-forwarded-for")


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
