"""The event: as the store keeps it (`Event`), as the spool carries it (`Spooled`); as it came: collector.hit."""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

PAGEVIEW = "pageview"
ENGAGEMENT = "engagement"
IDENTIFY = "identify"  # gives a recognised visitor a name
# The names that reports are made of: they count however many names a site invents.
OWN_NAMES = frozenset({PAGEVIEW, ENGAGEMENT, IDENTIFY, "404", "Outbound Link: Click", "File Download"})
CANARY = "canary"  # the reason of the sample that proves that the way from edge to store is open

UInt8 = Annotated[int, Meta(ge=0, le=2**8 - 1)]
UInt32 = Annotated[int, Meta(ge=0, le=2**32 - 1)]
UInt64 = Annotated[int, Meta(ge=0)]  # msgpack carries no larger ones
Int64 = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
# What DateTime64(3) holds without wrapping round: 1970 to 2262 in milliseconds.
Moment = Annotated[int, Meta(ge=0, le=9_223_372_036_854)]

Privacy = Literal["strict", "visits", "recognised"]


class Event(msgspec.Struct, array_like=True, gc=False):
    """One event as stored. The order of the fields is the order of the columns of table `events`.

    The bounds of the types are those of the columns: what does not fit is quarantined before any insert.
    The writer stores it under the number of its batch, with the ids and the attributes of its visit.
    """

    site_id: UInt32
    batch: UInt64
    origin: str  # live, import
    ts: Moment  # milliseconds since 1970, UTC
    visitor_id: UInt64
    visit_id: UInt64
    visit_started: Moment  # milliseconds since 1970, UTC
    name: str
    interactive: bool
    hostname: str
    path: str
    referrer: str
    source: str
    channel: str
    utm_source: str
    utm_medium: str
    utm_campaign: str
    utm_term: str
    utm_content: str
    click_id: str  # kind of click id, such as gclid; never its value
    search_term: str
    entry_path: str
    country: str  # ISO 3166-1 alpha-2; "" unknown
    region: str  # "NL/North Holland"; "" unknown
    city: str  # "NL/North Holland/Den Helder"; "" unknown
    organisation: str
    browser: str
    browser_version: str
    os: str
    os_version: str
    device: str  # Desktop, Mobile, Tablet, TV, …; "" unknown
    screen: str  # class of width; "" unknown
    language: str  # primary tag such as "nl"; "" unknown
    props: dict[str, str]
    revenue: Int64  # minor units of the site's currency
    revenue_amount: Int64  # minor units of revenue_currency
    revenue_currency: str  # ISO 4217; "" no revenue
    scroll_depth: UInt8
    engaged_ms: UInt32
    # Added later: what was spooled before has none of these.
    network_kind: str = ""  # of the organisation: company, provider (sells access to people), hosting; "" unknown
    person: UInt64 = 0  # the recognised id that the event itself came with; 0: it came with none
    first_seen: Moment = 0  # when that person's first visit began, in milliseconds since 1970; 0: without a person
    by_key: bool = False  # the event named its site by a key of it; False: by a domain, or nobody knows any more


class Spooled(msgspec.Struct, array_like=True, gc=False):
    """What the edge hands to the writer: an event and what only stitching needs."""

    event: Event
    other_visitor_id: UInt64  # the same visitor under the salt of the day before; 0 when there is none
    title: str = ""


COLUMNS: tuple[str, ...] = Event.__struct_fields__

# What belongs to the visit and is fixed at its first event: repeated on each of its events, so that any filter
# works on any report.
VISIT_COLUMNS: tuple[str, ...] = (
    "referrer", "source", "channel", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
    "click_id", "search_term", "entry_path", "country", "region", "city", "organisation", "browser",
    "browser_version", "os", "os_version", "device", "screen", "language", "network_kind",
)  # fmt: skip
