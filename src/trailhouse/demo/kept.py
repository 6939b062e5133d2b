"""What the people of the made-up sites have set up: funnels, segments, groups of pages, notes, costs, a report."""

from dataclasses import dataclass

Step = tuple[str, str, str]  # kind, pattern (of a goal: its name), name
Condition = tuple[str, str, tuple[str, ...]]  # operator, dimension, values


@dataclass(frozen=True)
class Cost:
    """What a campaign cost from a day of each year on; without one, in each of the last twelve months."""

    campaign: str  # may hold {year}
    source: str
    medium: str
    amount: str  # in all, or of each click
    begins: tuple[int, int] | None = None
    days: int = 1
    click: bool = False


@dataclass(frozen=True)
class Kept:
    """What belongs to one site. Notes stand so many days before today."""

    funnels: tuple[tuple[str, tuple[Step, ...], int | None], ...] = ()  # name, steps, days (None: within a visit)
    segments: tuple[tuple[str, str, tuple[Condition, ...]], ...] = ()  # name, description, what must all hold
    groups: tuple[tuple[str, tuple[str, ...]], ...] = ()
    notes: tuple[tuple[int, str, bool], ...] = ()  # days ago, text, whether it is the team's alone
    work: tuple[tuple[int, str], ...] = ()  # days ago, and what the agency did
    costs: tuple[Cost, ...] = ()
    weekly: bool = False
    alert: bool = False


_BAKERY = Kept(
    funnels=(
        (
            "From the shop to an order",
            (
                ("page", "/shop*", "Looked at the shop"),
                ("event", "Add to basket", "Put something into the basket"),
                ("page", "/checkout", "Went to the checkout"),
                ("goal", "Order", "Ordered"),
            ),
            None,
        ),
        (
            "From a recipe to the shop",
            (("page", "/recipes*", "Read a recipe"), ("page", "/shop*", "Looked at the shop"), ("goal", "Order", "")),
            None,
        ),
    ),
    segments=(
        ("From Den Helder", "People from near by", (("is", "visit:city", ("NL/North Holland/Den Helder",)),)),
        (
            "Phones from social media",
            "Posts and advertisements, seen on a phone",
            (
                ("is", "visit:channel", ("Organic social", "Paid social")),
                ("is", "visit:device", ("Mobile",)),
            ),
        ),
    ),
    groups=(
        ("Shop", ("/shop*",)),
        ("Ordering", ("/basket", "/checkout", "/order/*")),
        ("Recipes", ("/recipes*",)),
        ("Workshops", ("/workshops*",)),
        ("Visiting us", ("/menu*", "/opening-hours", "/contact")),
    ),
    notes=(
        (6, "Christmas orders are open", False),
        (19, "New photographs in the shop", False),
        (47, "The newspaper wrote about the workshops", False),
        (88, "Delivery by bicycle begins", False),
        (131, "The web shop was down from 9 to 11", True),
        (204, "New menu page", False),
    ),
    work=((20, "New menu page with autumn prices"), (39, "Shop put on the map of the town")),
    costs=(
        Cost("bakery-near-me", "google", "cpc", "96.00"),
        Cost("cakes-to-order", "google", "cpc", "0.42", click=True),
        Cost("summer-{year}", "instagram", "paid-social", "240.00", (6, 12), 16),
        Cost("summer-{year}", "facebook", "paid-social", "180.00", (6, 12), 16),
        Cost("easter-{year}", "google", "cpc", "150.00", (3, 24), 12),
        Cost("christmas-{year}", "facebook", "paid-social", "260.00", (11, 20), 30),
        Cost("christmas-{year}", "google", "cpc", "310.00", (11, 25), 26),
        Cost("autumn-{year}", "autumn-fair", "qr", "75.00", (10, 16), 9),
    ),
    weekly=True,
    alert=True,
)

_LAW = Kept(
    funnels=(
        (
            "From an article to a request",
            (("page", "/articles*", "Read an article"), ("page", "/contact", ""), ("goal", "Contact form", "")),
            None,
        ),
    ),
    groups=(("Articles", ("/articles*",)), ("Practice", ("/practice*", "/costs")), ("People", ("/people*", "/jobs"))),
    notes=((24, "The page about costs was written anew", False), (79, "Aisha Demir becomes a partner", False)),
    work=((26, "Pages load in half the time"), (48, "Old addresses lead to the new pages")),
    costs=(Cost("dismissal", "google", "cpc", "420.00"), Cost("shipping", "bing", "cpc", "1.10", click=True)),
)

_HOTEL = Kept(
    funnels=(
        (
            "From a room to a booking",
            (
                ("page", "/rooms*", "Looked at rooms"),
                ("event", "Dates searched", ""),
                ("page", "/book/details", "Began to book"),
                ("goal", "Booking", "Booked"),
            ),
            30,
        ),
    ),
    segments=(("German guests", "Their browser speaks German", (("contains", "visit:language", ("de",)),)),),
    groups=(
        ("Rooms", ("/rooms*", "/de/zimmer")),
        ("Offers", ("/offers*",)),
        ("Booking", ("/book*",)),
        ("Restaurant", ("/restaurant*", "/breakfast")),
        ("Around us", ("/surroundings*", "/route")),
    ),
    notes=((12, "Storm weekends can be booked", False), (63, "Prices of next year are out", False)),
    work=(
        (15, "New form for bookings"),
        (37, "Photos of the rooms replaced"),
        (44, "Campaign for storm weekends prepared"),
    ),
    costs=(
        Cost("hotel-by-the-sea", "google", "cpc", "640.00"),
        Cost("hotel-nordsee", "google", "cpc", "380.00"),
        Cost("hotel-by-the-sea", "bing", "cpc", "0.38", click=True),
        Cost("storm-{year}", "instagram", "paid-social", "420.00", (10, 24), 28),
        Cost("spring-{year}", "facebook", "paid-social", "350.00", (2, 20), 24),
    ),
)

KEPT = {"harbour-bakery.example": _BAKERY, "vanleer-law.example": _LAW, "dune-hotel.example": _HOTEL}
