"""The whole overview over HTTP, and what `ask()` costs beside SQL written by hand, on 23 million events."""

import argparse
import http.client
import os
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bench import product, table, year
from trailhouse.core.periods import Period, between
from trailhouse.events.store import Store
from trailhouse.stats.answer import ask
from trailhouse.stats.question import Question, SiteContext

LIMITS_MS = {year.SMALL: 80, year.MIDDLE: 160, year.BIG: 700}
MOST_OVERHEAD = 1.3

_SITE = "site_id = {site:UInt32} AND ts >= {start:DateTime64(3, 'UTC')} AND ts < {end:DateTime64(3, 'UTC')}"
_VISITS = (
    "SELECT count() AS visits, 100 * countIf(views = 1 AND acts = 0) / count(), avg(lasted) FROM ("
    " SELECT countIf(name = 'pageview') AS views,"
    " countIf(interactive AND name NOT IN ('pageview', 'engagement')) AS acts,"
    " dateDiff('millisecond', min(ts), max(ts)) / 1000 AS lasted FROM events"
    " WHERE site_id = {site:UInt32} AND ts >= {start:DateTime64(3, 'UTC')}"
    " AND ts < {end:DateTime64(3, 'UTC')} + INTERVAL 1 DAY AND visit_started >= {start:DateTime64(3, 'UTC')}"
    " AND visit_started < {end:DateTime64(3, 'UTC')} GROUP BY visit_id)"
)

# What is asked → metrics, dimensions, and the same written by hand.
PAIRS: dict[str, tuple[tuple[str, ...], tuple[str, ...], str]] = {
    "visitors and pageviews": (
        ("visitors", "pageviews"),
        (),
        f"SELECT uniqExact(visitor_id), countIf(name = 'pageview') FROM events WHERE {_SITE} AND name != 'engagement'",
    ),
    "visits, bounce rate, duration": (("visits", "bounce_rate", "visit_duration"), (), _VISITS),
    "visitors by source": (
        ("visitors",),
        ("visit:source",),
        f"SELECT source, uniqExact(visitor_id) AS n FROM events WHERE {_SITE} AND name != 'engagement'"
        " GROUP BY source ORDER BY n DESC LIMIT 8",
    ),
    "visitors by page": (
        ("visitors",),
        ("event:page",),
        f"SELECT path, uniqExact(visitor_id) AS n FROM events WHERE {_SITE} AND name != 'engagement'"
        " GROUP BY path ORDER BY n DESC LIMIT 8",
    ),
    "visitors by day": (
        ("visitors",),
        ("time:day",),
        "SELECT toStartOfDay(ts, 'Europe/Amsterdam') AS day, uniqExact(visitor_id) FROM events"
        f" WHERE {_SITE} AND name != 'engagement' GROUP BY day ORDER BY day",
    ),
}


def times_ms(run: Callable[[], object], repeats: int) -> list[float]:
    """How long each of `repeats` runs took, after one that is not counted."""
    run()
    found = []
    for _ in range(repeats):
        before = time.perf_counter()
        run()
        found.append((time.perf_counter() - before) * 1000)
    return found


def pages(data: Path, repeats: int) -> None:
    """Time the overview through the edge, one reader, and print the table."""
    cookie = product.cookie()
    rows = []
    with product.running(data) as served:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)

        def read(path: str) -> int:
            connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip, br"})
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise RuntimeError(f"{path} answered {response.status}")
            return len(body)

        for one in year.MEASURED:
            path = f"/sites/{_site(one).key}?from={year.FIRST}&to={year.LAST}"
            size = read(path)
            found = times_ms(lambda path=path: read(path), repeats)  # type: ignore[misc]
            median, slow = statistics.median(found), statistics.quantiles(found, n=10)[8]
            cells = (f"{median:.0f} ms", f"{slow:.0f} ms", f"{LIMITS_MS[one]} ms", f"{size / 1000:.0f} kB")
            rows.append((f"{one.events:,} events in 30 days", *cells))
        connection.close()
    head = ("overview over HTTP", "median", "p90", "at most (median)", "on the wire")
    notes = [
        f"{repeats} reads each, one after another, compared with the 30 days before; warm file cache.",
        f"The store: {_contents(data)}, after OPTIMIZE FINAL.",
    ]
    table.show("Overview of a site, all panels", head, rows, data, notes)


def questions(data: Path, repeats: int) -> None:
    """Time `ask()` against SQL written by hand and print the table."""
    store = Store(f"chdb://{(data / 'store').absolute()}")
    rows = []
    try:
        for one in (year.MIDDLE, year.BIG):
            period = between(year.FIRST, year.LAST, ZoneInfo("Europe/Amsterdam"))
            for name, (metrics, dimensions, sql) in PAIRS.items():
                question = Question(SiteContext(one.site_id, "Europe/Amsterdam"), period, metrics, dimensions, limit=8)
                asked, bare = _both(store, question, sql, _values(one, period), repeats)
                cells = (f"{asked:.1f} ms", f"{bare:.1f} ms", f"{asked / bare:.2f}", f"{MOST_OVERHEAD}")
                rows.append((f"{name}, {one.events:,} events", *cells))
    finally:
        store.close()
    head = ("question", "ask()", "SQL by hand", "ratio", "at most")
    notes = [f"Medians of {repeats} runs in turn, in one process, embedded store."]
    table.show("What ask() costs beside bare SQL", head, rows, data, notes)


def _both(store: Store, question: Question, sql: str, values: dict[str, Any], repeats: int) -> tuple[float, float]:
    asked, bare = [], []
    for _ in range(repeats):  # in turn, so that a busy moment meets both
        asked += times_ms(lambda: ask(store, question), 1)
        bare += times_ms(lambda: store.rows(sql, values), 1)
    return statistics.median(asked), statistics.median(bare)


def _values(one: year.Measured, period: Period) -> dict[str, Any]:
    return {"site": one.site_id, "start": period.start, "end": period.end}


def _site(one: year.Measured) -> Any:
    from trailhouse.sites.models import Site

    return Site.objects.get(pk=one.site_id)


def _contents(data: Path) -> str:
    store = Store(f"chdb://{(data / 'store').absolute()}")
    try:
        events, sites = store.rows("SELECT count(), uniqExact(site_id) FROM events")[0]
        sql = "SELECT count(), uniqExact(visit_id) FROM events WHERE site_id = {site:UInt32} AND ts >= {since:Date}"
        big, visits = store.rows(sql, {"site": year.BIG.site_id, "since": year.FIRST})[0]
    finally:
        store.close()
    return f"{events:,} events of {sites:,} sites over a year; the largest has {big:,} events of {visits:,} visits"


def main() -> None:
    """Run on the data of a scratch directory, which stays for the next run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=25)
    parser.add_argument("--directory", type=Path, default=year.default_directory(), help="of the data, kept")
    parser.add_argument("--only", choices=("pages", "questions"))
    options = parser.parse_args()
    os.chdir(Path(__file__).parent.parent)
    data = year.ensure(options.directory)
    if options.only != "questions":
        pages(data, options.repeats)
    if options.only != "pages":
        questions(data, options.repeats)


if __name__ == "__main__":
    main()
