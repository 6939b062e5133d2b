"""Traffic for benchmarks: the demo's manners with the variety of many real sites."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from trailhouse.demo.shapes import Arrival, DemoSite, Page, Place
from trailhouse.demo.sites import SITES
from trailhouse.demo.traffic import Traffic
from trailhouse.events.model import Event

_TEXT = (
    "spring summer garden kitchen wood stone harbour letter market island morning winter travel family school bread",
    "coffee bicycle camera design music paper river mountain light water story guide recipe price review small large",
    "green blue quiet modern local fresh simple honest repair build choose compare learn plan begin finish",
)
_WORDS = [word for line in _TEXT for word in line.split()]
_TOP_LEVEL = (".com", ".com", ".com", ".nl", ".de", ".co.uk", ".fr", ".org", ".net", ".io")


def varied(base: DemoSite, number: int, visits: int) -> DemoSite:
    """A site with some hundred articles, referring pages and cities of its own, and `visits` on an ordinary day."""
    rnd = Random(f"bench {number}")
    articles = tuple(_article(rnd, rank) for rank in range(1, 60 + min(visits // 2, 2000)))
    referrers = tuple(_referrer(rnd) for _ in range(60))
    cities = tuple(_city(rnd, place) for place in base.places for _ in range(25))
    domain = f"{rnd.choice(_WORDS)}-{rnd.choice(_WORDS)}-{number}.example"
    return replace(
        base,
        domain=domain,
        visits=visits,
        growth=1.0,
        pages=base.pages + articles,
        arrivals=base.arrivals + referrers,
        places=base.places + cities,
    )


def _slug(rnd: Random, words: int) -> str:
    return "-".join(rnd.choice(_WORDS) for _ in range(words))


def _article(rnd: Random, rank: int) -> Page:
    path = f"/{rnd.choice(('blog', 'news', 'guides', 'products'))}/{_slug(rnd, rnd.randint(2, 7))}-{rank}"
    return Page(path, path, max(1, 900 // rank), rnd.randint(20, 200))


def _referrer(rnd: Random) -> Arrival:
    return Arrival(rnd.randint(1, 9), f"https://www.{_slug(rnd, 2)}{rnd.choice(_TOP_LEVEL)}/{_slug(rnd, 4)}")


def _city(rnd: Random, place: Place) -> Place:
    name = "".join(rnd.choice(_WORDS) for _ in range(2)).title()
    organisations = tuple(_slug(rnd, 2).replace("-", " ").title() for _ in range(3)) + place.organisations
    return replace(place, weight=1 + place.weight // 10, city=name if place.region else "", organisations=organisations)


def month_of_many_sites(sites: int, first: date, days: int, visits_a_day: int) -> Iterator[list[Event]]:
    """The events of `sites` sites, a day at a time and in the order of their time.

    The sites' sizes differ by up to fifty times; together they have about `visits_a_day`. `batch` is as the writer
    numbers: one a second, with another for the small tables in between.
    """
    sizes = [50 ** Random(f"size {n}").random() for n in range(sites)]
    each = [
        Traffic(varied(SITES[n % 3], n, max(1, round(visits_a_day * size / sum(sizes)))), n + 1)
        for n, size in enumerate(sizes)
    ]
    writer = 1_234_567_890 << 32
    for number in range(days):
        events = [event for one in each for event in one.day(first + timedelta(days=number))]
        events.sort(key=lambda event: event.ts)
        for event in events:
            event.batch = writer | (event.ts // 1000 - 1_700_000_000) * 2
        yield events
