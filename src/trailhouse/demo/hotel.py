"""Dune Hotel: bookings worth much, guests from abroad, high summer; people come back before they book."""

from trailhouse.demo.people import ABROAD, NETHERLANDS
from trailhouse.demo.shapes import Action, Arrival, Campaign, DemoGoal, DemoSite, Page

_ROOMS = ("/rooms/dune", "/rooms/sea-view", "/rooms/family", "/rooms/beach-house")
_BOOK = ("/book", "/book", "/rooms")

PAGES = (
    Page("/", "Dune Hotel", 300, 26, ("/rooms", "/rooms", "/book", "/offers", "/surroundings", "/breakfast")),
    Page("/de", "Dünenhotel", 110, 26, ("/de/zimmer", "/de/zimmer", "/book", "/surroundings")),
    Page("/de/zimmer", "Zimmer", 40, 44, (*_ROOMS, "/book")),
    Page("/rooms", "Rooms", 88, 42, (*_ROOMS, "/rooms/sea-view", "/book")),
    Page("/rooms/dune", "Dune room", 32, 50, (*_BOOK, "/rooms/sea-view")),
    Page("/rooms/sea-view", "Room with a view of the sea", 54, 58, (*_BOOK, "/offers")),
    Page("/rooms/family", "Family room", 28, 56, (*_BOOK, "/surroundings")),
    Page("/rooms/beach-house", "Beach house", 38, 72, (*_BOOK, "/offers")),
    Page("/offers", "Offers", 64, 40, ("/offers/midweek", "/offers/storm-weekend", "/rooms", "/book")),
    Page("/offers/midweek", "Midweek: three nights for two", 20, 54, _BOOK),
    Page("/offers/storm-weekend", "Storm weekend", 16, 56, _BOOK),
    Page("/offers/spring", "Spring in the dunes", 6, 48, _BOOK),
    Page("/book", "Find your dates", 30, 66, ("/book/details", "/book/details", "/rooms")),
    Page("/book/details", "Your details", 1, 110, ("/book/details", "/book")),
    Page("/book/confirmed", "See you soon", 0, 24, ("/surroundings", "/breakfast"), views=1),
    Page("/breakfast", "Breakfast", 18, 34, ("/rooms", "/restaurant")),
    Page("/restaurant", "Restaurant Samphire", 66, 50, ("/restaurant/menu", "/restaurant/reserve")),
    Page("/restaurant/menu", "Menu of the season", 40, 58, ("/restaurant/reserve", "/restaurant")),
    Page("/restaurant/reserve", "Reserve a table", 22, 60, ("/restaurant", "/")),
    Page("/wellness", "Sauna and sea", 26, 46, ("/offers", "/rooms")),
    Page(
        "/surroundings",
        "What to do",
        44,
        66,
        ("/surroundings/lighthouse", "/surroundings/seals", "/surroundings/cycling"),
    ),
    Page("/surroundings/lighthouse", "The lighthouse", 52, 92, ("/surroundings", "/rooms")),
    Page("/surroundings/seals", "Where to see seals", 86, 110, ("/surroundings", "/rooms", "/offers")),
    Page("/surroundings/cycling", "Six rides through the dunes", 62, 128, ("/surroundings", "/rooms")),
    Page("/route", "How to get here", 38, 30, ("/", "/surroundings")),
    Page("/weddings", "Marry by the sea", 20, 88, ("/weddings/request", "/rooms")),
    Page("/weddings/request", "Ask for our wedding book", 2, 70, ("/weddings",)),
    Page("/faq", "Questions", 14, 48, ("/book", "/route")),
)

ARRIVALS = (
    Arrival(200),
    Arrival(190, "https://www.google.com/"),
    Arrival(64, "https://www.google.de/", landing="/de"),
    Arrival(14, "https://www.google.be/"),
    Arrival(34, "https://www.bing.com/"),
    Arrival(15, "https://duckduckgo.com/"),
    Arrival(17, "https://www.ecosia.org/", landing="/de"),
    Arrival(62, "https://www.booking.com/hotel/nl/dune.html"),
    Arrival(36, "https://www.tripadvisor.com/Hotel_Review-Dune.html"),
    Arrival(22, "https://www.trivago.de/", landing="/de"),
    Arrival(42, "https://l.instagram.com/"),
    Arrival(28, "https://m.facebook.com/"),
    Arrival(12, "https://www.pinterest.de/", landing="/weddings"),
    Arrival(10, "https://www.tiktok.com/", landing="/surroundings/seals"),
    Arrival(12, "https://www.youtube.com/", landing="/surroundings/cycling"),
    Arrival(30, "https://chatgpt.com/"),
    Arrival(13, "https://www.perplexity.ai/", landing="/surroundings/seals"),
    Arrival(9, "https://gemini.google.com/"),
    Arrival(5, "https://claude.ai/"),
    Arrival(26, "https://www.denhelder.example/stay"),
    Arrival(14, "https://www.cycling-north.example/routes/dunes", landing="/surroundings/cycling"),
    Arrival(9, "https://harbour-bakery.example/about"),
    Arrival(52, "https://www.google.com/", "gclid=1&utm_source=google&utm_medium=cpc&utm_campaign=hotel-by-the-sea"
            "&utm_term=hotel+by+the+sea"),
    Arrival(30, "https://www.google.de/", "gclid=1&utm_source=google&utm_medium=cpc&utm_campaign=hotel-nordsee"
            "&utm_term=hotel+nordsee", "/de"),
    Arrival(9, "https://www.bing.com/", "msclkid=1&utm_source=bing&utm_medium=cpc&utm_campaign=hotel-by-the-sea"),
    Arrival(16, "", "utm_source=partner-ferry&utm_medium=affiliate&utm_campaign=ferry-and-stay", "/offers"),
)  # fmt: skip

CAMPAIGNS = (
    Campaign(0.5, "utm_source=newsletter&utm_medium=email&utm_campaign=guests-{year}-{month}", "/offers", 4,
             weeks=3, weekday=1),
    Campaign(0.9, "utm_source=facebook&utm_medium=paid-social&utm_campaign=spring-{year}&utm_content=dunes",
             "/offers/spring", 24, (2, 20), referrer="https://m.facebook.com/"),
    Campaign(0.7, "utm_source=google&utm_medium=display&utm_campaign=spring-{year}", "/offers/spring", 20, (2, 24)),
    Campaign(0.9, "utm_source=instagram&utm_medium=paid-social&utm_campaign=storm-{year}&utm_content=reel-waves",
             "/offers/storm-weekend", 28, (10, 24), referrer="https://l.instagram.com/"),
    Campaign(0.6, "utm_source=tiktok&utm_medium=paid-social&utm_campaign=seals-{year}", "/surroundings/seals", 14,
             (5, 6), referrer="https://www.tiktok.com/"),
    Campaign(2.1, "", "/rooms/beach-house", 6, (4, 18), referrer="https://www.sunday-travel.example/ten-beach-houses"),
)  # fmt: skip

ACTIONS = (
    Action("/book", "Dates searched", 0.6, tuple(
        {"nights": nights, "guests": guests} for nights in ("1", "2", "2", "3", "3", "4", "7")
        for guests in ("1", "2", "2", "2", "4"))),
    Action("/book/details", "Booking", 0.4,
           tuple({"room": path.rsplit("/", 1)[1]} for path in _ROOMS), (9_500, 148_000),
           then="/book/confirmed"),
    Action("/restaurant/reserve", "Table reserved", 0.34,
           ({"guests": "2"}, {"guests": "2"}, {"guests": "4"}, {"guests": "6"})),
    Action("/weddings/request", "Wedding book", 0.4, then="/weddings"),
    Action("/weddings", "File Download", 0.1, ({"url": "https://dune-hotel.example/files/weddings.pdf"},)),
    Action("/restaurant/menu", "File Download", 0.06, ({"url": "https://dune-hotel.example/files/samphire-menu.pdf"},)),
    Action("/surroundings/cycling", "File Download", 0.15, ({"url": "https://dune-hotel.example/files/rides.gpx"},)),
    Action("/route", "Outbound Link: Click", 0.22, (
        {"url": "https://maps.google.com/?q=Dune+Hotel"}, {"url": "https://www.ns.nl/en/journeyplanner"})),
    Action("/surroundings", "Outbound Link: Click", 0.08, (
        {"url": "https://www.texel-ferry.example/timetable"}, {"url": "https://www.denhelder.example/museums"})),
    Action("/breakfast", "Outbound Link: Click", 0.12, ({"url": "https://harbour-bakery.example/"},)),
    Action("", "Newsletter sign-up", 0.004, ({"place": "footer"},)),
    Action("", "Call", 0.003),
)  # fmt: skip

HOTEL = DemoSite(
    domain="dune-hotel.example", client="Dune Hotel", timezone="Europe/Amsterdam", currency="EUR", privacy="recognised",
    visits=66, growth=1.45, returning=0.36, stay=0.54, mobile=0.55,
    weekdays=(1.04, 1.0, 0.98, 0.96, 0.9, 0.94, 1.22),
    months=(0.92, 0.9, 0.98, 1.1, 1.2, 1.28, 1.36, 1.22, 0.94, 0.84, 0.72, 0.74),
    hours=(12, 6, 3, 2, 2, 4, 10, 22, 36, 46, 52, 52, 54, 52, 50, 50, 52, 56, 62, 74, 86, 84, 58, 28),
    pages=PAGES, arrivals=ARRIVALS, campaigns=CAMPAIGNS, actions=ACTIONS,
    places=(*NETHERLANDS, *ABROAD, *ABROAD, *ABROAD),
    goals=(
        DemoGoal("Booking", "event", "Booking"),
        DemoGoal("Dates searched", "event", "Dates searched"),
        DemoGoal("Table reserved", "event", "Table reserved", 4_500),
        DemoGoal("Wedding book", "event", "Wedding book", 25_000),
        DemoGoal("Saw the rooms", "page", "/rooms*"),
    ),
)  # fmt: skip
