"""The pixel of pages without JavaScript: `GET /s/KEY.gif`, whose referrer is the page itself."""

from trailhouse.collector.hit import Hit
from trailhouse.collector.request import Request
from trailhouse.events.model import PAGEVIEW

# The smallest transparent GIF: 43 bytes, one pixel.
GIF = bytes.fromhex("47494638396101000100800000000000ffffff21f90401000000002c00000000010001000002024401003b")


def hits(key: bytes, request: Request) -> list[Hit]:
    """One pageview of the page that shows the pixel; none where the browser does not say which page that is."""
    page = request.headers.get("referer", "")
    if not page:
        return []
    return [Hit(key.decode(errors="replace"), PAGEVIEW, page[:2000], request)]
