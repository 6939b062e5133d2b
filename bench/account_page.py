"""The account page over HTTP, on the 23 million events of 2,000 sites that `bench.overview` builds."""

import argparse
import http.client
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from bench import product, table, year
from bench.overview import times_ms
from trailhouse.events.store import Store
from trailhouse.stats.reports import all_sites

LIMIT_MS = 300
# What is read → how long after the start of the product.
FIRST: dict[str, float] = {
    "the first read, at once after a start": 0.0,
    "the first read, five seconds after a start": 5.0,
}
STARTS = 5
TIERS = (1_000, 3_000, 10_000, 100_000, 200_000)
PAGES: dict[str, str] = {
    "the first page again": "/sites",
    "by visitors, the 20th page": "/sites?sort=-visitors&page=20",
    "a search that finds a hundred": "/sites?q=other-17",
}
# Read by Python at the start of each process of the product: its clock stands where the data end, and goes on.
_CLOCK = """
import time
from trailhouse.core import clock
clock._source = lambda: time.time_ns() + {shift}
"""


@contextmanager
def at_the_end_of_the_data() -> Iterator[None]:
    """Have processes that are started meanwhile live on the afternoon of the last day that has events."""
    end = datetime(year.LAST.year, year.LAST.month, year.LAST.day, 15, tzinfo=UTC)
    before = os.environ.get("PYTHONPATH")
    with tempfile.TemporaryDirectory() as folder:
        shift = round(end.timestamp() * 1e9) - time.time_ns()
        (Path(folder) / "sitecustomize.py").write_text(_CLOCK.format(shift=shift))
        os.environ["PYTHONPATH"] = os.pathsep.join([folder, *([before] if before else [])])
        try:
            yield
        finally:
            os.environ.pop("PYTHONPATH")
            if before:
                os.environ["PYTHONPATH"] = before


@contextmanager
def reading(data: Path) -> Iterator[Callable[[str, str], int]]:
    """A product that has just started, and what reads one of its pages: by whose cookie, where; the bytes it took."""
    with at_the_end_of_the_data(), product.running(data) as served:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)

        def read(cookie: str, path: str) -> int:
            connection.request("GET", path, headers={"Cookie": cookie, "Accept-Encoding": "gzip, br"})
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise RuntimeError(f"{path} answered {response.status}")
            return len(body)

        yield read
        connection.close()


def first_ms(data: Path, cookie: str, wait_s: float) -> float:
    """How long the first read of the page takes `wait_s` after a start; its code is loaded."""
    with reading(data) as read:
        read(cookie, "/sites/add")
        time.sleep(wait_s)
        before = time.perf_counter()
        read(cookie, "/sites")
        return (time.perf_counter() - before) * 1000


def pages(data: Path, repeats: int) -> None:
    """Time the pages through the edge, one reader, and print the table."""
    rows = []
    cookie = product.cookie()
    for name, wait_s in FIRST.items():
        found = [first_ms(data, cookie, wait_s) for _ in range(STARTS)]
        rows.append((name, f"{statistics.median(found):.0f} ms", f"{max(found):.0f} ms", f"{LIMIT_MS} ms", ""))
    with reading(data) as read:
        for name, path in PAGES.items():
            size = read(cookie, path)
            found = times_ms(lambda path=path: read(cookie, path), repeats)  # type: ignore[misc]
            median, slow = statistics.median(found), statistics.quantiles(found, n=10)[8]
            rows.append((name, f"{median:.0f} ms", f"{slow:.0f} ms", f"{LIMIT_MS} ms", f"{size / 1000:.0f} kB"))
    head = ("account page over HTTP", "median", "p90", "at most (median)", "on the wire")
    notes = [
        f"First reads: {STARTS}, each after a start of the product, the slowest in place of p90. The others: {repeats}"
        " reads each, one after another, of figures that are renewed ahead of their reader. Warm file cache.",
    ]
    table.show("Account page of 2,000 sites, 100 a page with the sums over all", head, rows, data, notes)


@contextmanager
def billed() -> Iterator[None]:
    """Have the instance bill its accounts meanwhile: nearly all of these sites are active, with tiers and prices."""
    from trailhouse.accounts import selectors
    from trailhouse.accounts.models import Instance
    from trailhouse.billing import enrolment
    from trailhouse.billing.models import Subscription
    from trailhouse.sites.models import Site

    began = datetime(year.LAST.year, year.LAST.month, year.LAST.day, tzinfo=UTC) - timedelta(60)
    paid_until = year.LAST + timedelta(20)
    account = selectors.account_of(product.EMAIL)
    assert account is not None
    Instance.objects.update_or_create(
        pk=Instance.ONLY, defaults={"billing": Instance.Billing.ON, "billed_since": began}
    )
    enrolment.billing_of(account)
    known = Subscription.objects.filter(account=account).values("site")
    made = [
        Subscription(
            account=account,
            site=site,
            site_number=site.pk,
            domain=site.domain,
            state="trial" if n % 20 == 0 else "active",
            tier=TIERS[n % len(TIERS)],
            interval="monthly" if n % 3 else "yearly",
            since=began,
            began_at=began,
            first_visit_at=began,
            trial_ends_at=began + timedelta(90),
            activated_on=began.date(),
            paid_until=paid_until,
        )
        for n, site in enumerate(Site.objects.filter(account=account).exclude(pk__in=known).order_by("pk"))
    ]
    Subscription.objects.bulk_create(made, 500)
    try:
        yield
    finally:
        Instance.objects.update(billing=Instance.Billing.OFF)


def cpu(data: Path, repeats: int) -> None:
    """Print the processor time of the figures beside that of just reading the same columns, in turn, in one process."""
    now = datetime(year.LAST.year, year.LAST.month, year.LAST.day, 15, tzinfo=UTC)
    store = Store(f"chdb://{(data / 'store').absolute()}")
    rows = []
    others = year.OTHERS + 3
    for name, first, last in (("2,000 sites", 1, others + 1), ("1,996 sites without the largest", 4, others)):
        zones = dict.fromkeys(range(first, last + 1), "Europe/Amsterdam")
        bare = (
            "SELECT sum(site_id), sum(visitor_id), sum(toUnixTimestamp64Milli(ts)) FROM events"
            f" WHERE site_id BETWEEN {first} AND {last} AND name != 'engagement'"
            f" AND ts >= '{(now - timedelta(2 * all_sites.DAYS - 1)).date()}' AND ts < '{now.date() + timedelta(1)}'"
        )
        found: list[list[float]] = [[], []]
        for _ in range(repeats):
            asked: list[Callable[[], object]] = [
                partial(all_sites.all_sites, store, zones, now),
                partial(store.rows, bare),
            ]
            for times, run in zip(found, asked, strict=True):
                before = time.process_time()
                run()
                times.append((time.process_time() - before) * 1000)
        mine, read = (statistics.median(times) for times in found)
        rows.append((name, f"{mine:.0f} ms", f"{read:.0f} ms", f"{mine / read:.1f}"))
    store.close()
    head = ("figures of all sites, processor time", "all_sites()", "reading the same columns", "ratio")
    table.show("What the figures of the account page cost", head, rows, data, ["Medians, of all threads together."])


def main() -> None:
    """Run on the data of a scratch directory, which stays for the next run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=25)
    parser.add_argument("--directory", type=Path, default=year.default_directory(), help="of the data, kept")
    parser.add_argument("--billed", action="store_true", help="with prices, the ladder and what clients are charged")
    options = parser.parse_args()
    os.chdir(Path(__file__).parent.parent)
    data = year.ensure(options.directory)
    cpu(data, 7)
    with billed() if options.billed else nullcontext():
        pages(data, options.repeats)


if __name__ == "__main__":
    main()
