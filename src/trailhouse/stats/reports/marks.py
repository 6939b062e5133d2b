"""A place in the list of visits as addresses carry it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from struct import Struct
from struct import error as StructError  # noqa: N812

from trailhouse.stats.reports.visits import Mark

_place = Struct(">QQ")


def encoded(mark: Mark) -> str:
    """A place in the list, for an address."""
    return urlsafe_b64encode(_place.pack(mark.started_ms, mark.visit_id)).decode().rstrip("=")


def decoded(text: str) -> Mark | None:
    """The place that an address names; None for any other text."""
    try:
        started, visit = _place.unpack(urlsafe_b64decode(text + "=="))
    except (ValueError, StructError):
        return None
    return Mark(started, visit) if started < 1 << 42 else None
