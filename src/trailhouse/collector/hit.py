"""One event as received, before the pipeline."""

import msgspec

from trailhouse.collector.request import Request


class Hit(msgspec.Struct, gc=False):
    """What a wire format says of one event, and the request that brought it; it never leaves that request."""

    site: str  # key or domain
    name: str
    url: str
    request: Request
    referrer: str = ""
    title: str = ""
    props: dict[str, str] = {}
    revenue: tuple[str, str] | None = None  # decimal amount, ISO 4217 code
    interactive: bool = True
    scroll_depth: int = 0  # percent
    engaged_ms: int = 0
    screen_width: int = 0  # CSS pixels; 0 unknown
    hash_mode: bool = False  # the fragment is part of the path
    person: str = ""  # first-party id of the recognised level
    own_visit: bool = False
    sent_ms: int = 0  # the client's own time where the format carries one; 0: now
