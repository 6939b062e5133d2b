"""Where made-up visitors live and what they browse with."""

from datetime import date
from functools import lru_cache
from random import Random

from trailhouse.collector.agents import screen_class
from trailhouse.demo.shapes import DemoSite, Place

PROFILES = 4096  # different kinds of people a site has; a power of two

_DUTCH = ("nl",) * 8 + ("en", "de")
_HOME = ("KPN",) * 5 + ("Ziggo",) * 5 + ("Odido",) * 2
_WORK = ("Noorderhaven Shipping", "Texel Ferry Company", "Marram Insurance", "Zeewind Energy")

NETHERLANDS = (
    Place(260, "NL", "North Holland", "Den Helder", _DUTCH, (*_HOME, *_HOME, "Royal Netherlands Navy", *_WORK[:2])),
    Place(120, "NL", "North Holland", "Amsterdam", ("nl",) * 6 + ("en",) * 3 + ("fr",), _HOME + _WORK),
    Place(80, "NL", "North Holland", "Alkmaar", _DUTCH, _HOME),
    Place(60, "NL", "North Holland", "Schagen", _DUTCH, _HOME),
    Place(50, "NL", "North Holland", "Haarlem", _DUTCH, _HOME),
    Place(48, "NL", "North Holland", "Den Burg", _DUTCH, _HOME),
    Place(60, "NL", "South Holland", "Rotterdam", _DUTCH, _HOME + _WORK[2:]),
    Place(42, "NL", "South Holland", "The Hague", _DUTCH, (*_HOME, "Rijksoverheid")),
    Place(28, "NL", "South Holland", "Leiden", _DUTCH, (*_HOME, "Universiteit Leiden")),
    Place(56, "NL", "Utrecht", "Utrecht", _DUTCH, (*_HOME, "SURF", _WORK[2])),
    Place(30, "NL", "North Brabant", "Eindhoven", _DUTCH, (*_HOME, "TU Eindhoven")),
    Place(22, "NL", "Gelderland", "Arnhem", _DUTCH, _HOME),
    Place(20, "NL", "Groningen", "Groningen", _DUTCH, (*_HOME, "SURF")),
    Place(18, "NL", "Friesland", "Leeuwarden", _DUTCH, _HOME),
)
_TELEKOM = ("Deutsche Telekom",) * 3 + ("Vodafone Germany", "Telefónica Germany")
ABROAD = (
    Place(30, "DE", "North Rhine-Westphalia", "Cologne", ("de",) * 9 + ("en",), _TELEKOM),
    Place(24, "DE", "North Rhine-Westphalia", "Düsseldorf", ("de",) * 9 + ("en",), _TELEKOM),
    Place(16, "DE", "Hamburg", "Hamburg", ("de",) * 9 + ("en",), _TELEKOM),
    Place(12, "DE", "Berlin", "Berlin", ("de",) * 7 + ("en",) * 2 + ("tr",), _TELEKOM),
    Place(10, "DE", "Lower Saxony", "Oldenburg", ("de",), _TELEKOM),
    Place(20, "BE", "Flanders", "Antwerp", ("nl",) * 8 + ("fr", "en"), ("Telenet", "Proximus")),
    Place(12, "BE", "Brussels", "Brussels", ("fr",) * 6 + ("nl",) * 2 + ("en",), ("Proximus", "European Commission")),
    Place(18, "GB", "England", "London", ("en",), ("BT", "Sky UK", "Virgin Media")),
    Place(6, "GB", "Scotland", "Edinburgh", ("en",), ("BT", "JANET")),
    Place(10, "FR", "Île-de-France", "Paris", ("fr",) * 8 + ("en",), ("Orange", "Free SAS")),
    Place(4, "FR", "Hauts-de-France", "Lille", ("fr",), ("Orange", "SFR")),
    Place(8, "US", "New York", "New York", ("en",) * 8 + ("es",), ("Verizon", "Comcast")),
    Place(7, "US", "California", "San Francisco", ("en",), ("Comcast", "AT&T")),
    Place(6, "ES", "Catalonia", "Barcelona", ("es",) * 6 + ("ca",), ("Telefónica",)),
    Place(5, "PL", "Mazovia", "Warsaw", ("pl",), ("Orange Polska",)),
    Place(4, "SE", "Stockholm", "Stockholm", ("sv",) * 4 + ("en",), ("Telia",)),
    Place(4, "DK", "Capital Region", "Copenhagen", ("da",), ("TDC",)),
    Place(4, "IT", "Lombardy", "Milan", ("it",), ("Telecom Italia",)),
    Place(3, "AT", "Vienna", "Vienna", ("de",), ("A1 Telekom Austria",)),
    Place(3, "CH", "Zurich", "Zürich", ("de",) * 3 + ("fr",), ("Swisscom",)),
    Place(3, "IE", "Leinster", "Dublin", ("en",), ("Eircom",)),
    Place(2, "JP", "Tokyo", "Tokyo", ("ja",), ("NTT",)),
    Place(2, "BR", "São Paulo", "São Paulo", ("pt",), ("Claro",)),
    Place(2, "AU", "Victoria", "Melbourne", ("en",), ("Telstra",)),
    Place(2, "IN", "Karnataka", "Bengaluru", ("en",), ("Bharti Airtel",)),
    Place(1, "ZA", "Western Cape", "Cape Town", ("en", "af"), ("Vodacom",)),
    Place(14, "", languages=("nl", "en", "")),
)

# Weight, browser, major version at the beginning of 2025, days from one version to the next (0: as Apple counts),
# system, its versions, device, widths of its screen in CSS pixels.
_PHONES = (
    (38, "Chrome", 132, 28, "Android", ("13", "14", "15", "15", "16"), "Mobile", (360, 384, 393, 412)),
    (8, "Samsung Internet", 27, 130, "Android", ("14", "15", "16"), "Mobile", (360, 384, 412)),
    (44, "Safari", 18, 0, "iOS", ("", "", "", "", "18.6"), "Mobile", (375, 390, 393, 430)),
    (3, "Firefox", 134, 28, "Android", ("14", "15"), "Mobile", (360, 412)),
    (7, "Safari", 18, 0, "iPadOS", ("", "", "", "18.6"), "Tablet", (768, 820, 1024)),
)
_DESKS = (
    (46, "Chrome", 132, 28, "Windows", ("11", "11", "11", "10"), "Desktop", (1280, 1366, 1536, 1920, 2560)),
    (18, "Edge", 132, 28, "Windows", ("11", "11", "10"), "Desktop", (1280, 1536, 1920)),
    (9, "Chrome", 132, 28, "macOS", ("14", "15", "15"), "Desktop", (1440, 1512, 1728, 2560)),
    (14, "Safari", 18, 0, "macOS", ("",), "Desktop", (1440, 1512, 1728)),
    (8, "Firefox", 134, 28, "Windows", ("10 or 11",), "Desktop", (1366, 1920)),
    (3, "Firefox", 134, 28, "Linux", ("",), "Desktop", (1920, 2560)),
    (2, "Opera", 116, 30, "Windows", ("11",), "Desktop", (1536,)),
)
AGENTS = (*_PHONES, *_DESKS)

FIRST_NAMES = (
    "Ada", "Bram", "Chloé", "Daan", "Elif", "Femke", "Georg", "Hanna", "Iris", "Jonas", "Klara", "Lucía", "Mats",
    "Nora",
)  # fmt: skip
LAST_NAMES = (
    "Bakker",
    "Díaz",
    "Fischer",
    "de Graaf",
    "Jansen",
    "Klein",
    "Lindqvist",
    "Moreau",
    "Novak",
    "Visser",
    "Wolf",
)
NAMED = 7  # one in so many guests has booked before and gave a name


def name_of(person: int) -> str:
    """What the site calls somebody; "" for most."""
    if person % NAMED:
        return ""
    number = person // NAMED
    return f"{FIRST_NAMES[number % len(FIRST_NAMES)]} {LAST_NAMES[number * 31 // 14 % len(LAST_NAMES)]}"


# Country, region, city, organisation, number of the agent, system version, screen, language, versions behind.
Profile = tuple[str, str, str, str, int, str, str, str, int]


def profiles(site: DemoSite) -> list[Profile]:
    """PROFILES people as they use `site`: the same ones at each call."""
    rnd = Random(site.domain)
    places = rnd.choices(site.places, [place.weight for place in site.places], k=PROFILES)
    found: list[Profile] = []
    for place in places:
        table, offset = (_PHONES, 0) if rnd.random() < site.mobile else (_DESKS, len(_PHONES))
        number = rnd.choices(range(len(table)), [row[0] for row in table])[0]
        _, _, _, _, _, versions, _, widths = table[number]
        found.append((
            *place.columns, rnd.choice(place.organisations), number + offset, rnd.choice(versions),
            screen_class(rnd.choice(widths)), rnd.choice(place.languages), rnd.choice((0, 0, 0, 0, 0, 0, 1, 1, 3)),
        ))  # fmt: skip
    return found


@lru_cache(maxsize=16)
def versions_on(day: date) -> tuple[tuple[str, ...], ...]:
    """The versions of each agent's browser on `day`, the newest first, in the order of AGENTS."""
    since = max(0, (day - date(2025, 1, 1)).days)
    # Apple's browser and systems carry the year that follows since September 2025.
    autumn = date(day.year - (day < date(day.year, 9, 15)), 9, 15)
    apple = f"{18 if autumn.year == 2024 else autumn.year - 1999}.{min((day - autumn).days // 50, 6)}"
    newest = ((row[2] + since // row[3] if row[3] else 0) for row in AGENTS)
    return tuple(tuple(str(major - behind) for behind in range(4)) if major else (apple,) * 4 for major in newest)
