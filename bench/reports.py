"""Every report page over HTTP: a month of 250,000 events, a year of 3 million; the list of visits at any depth."""

import argparse
import html
import http.client
import os
import re
import statistics
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from bench import product, table, year
from bench.account_page import at_the_end_of_the_data
from bench.overview import times_ms

MONTH_MS, YEAR_MS, LIST_MS = 300, 1500, 200
DEEP = 150  # pages of the list of visits that are turned before one far down is timed
Read = Callable[[str], bytes]


def paths() -> dict[str, str]:
    """What is read: its words → its address below the site's."""
    from trailhouse.dashboard.panels import PANELS

    found = {
        "overview": "", "live": "/live", "visitors": "/visitors", "trends": "/trends",
        "trends, two figures by week": "/trends?tab_by=week&tab_with=bounce_rate",
        "hours of the week": "/hours", "new and returning": "/returning", "what was left out": "/left-out",
        "properties": "/properties", "map": "/places/map", "journeys": "/journeys", "not found": "/not-found",
        "goals": "/goals", "a goal by source": "/goals/{goal}/by/source", "funnels": "/funnels",
        "a funnel": "/funnels/{funnel}", "revenue": "/revenue", "campaign return": "/campaigns",
        "segments": "/segments", "two segments compared": "/segments/compare/{segments}",
        "overview, filtered by source and page": "?f=is:source:Google&f=contains:page:/blog",
    }  # fmt: skip
    for panel in PANELS:
        for tab in panel.tabs:
            found[f"{panel.key}: {tab.key}"] = f"/{panel.key}/{tab.key}"
    return found


def set_up(one: year.Measured) -> dict[str, str]:
    """A funnel and two segments on the site, where they are missing; what stands for them in addresses."""
    from trailhouse.sites import funnels, segments
    from trailhouse.sites.funnels import FunnelText, StepText
    from trailhouse.sites.models import Site
    from trailhouse.sites.segments import SegmentText

    site = Site.objects.get(pk=one.site_id)
    by = site.account.owner
    if not site.funnels.exists():
        steps = (StepText("page", "/"), StepText("page", "/menu*"), StepText("event", "Order"))
        funnels.add(site, FunnelText("Orders", steps), by=by)
    if not site.segments.exists():
        for name, value in (("Google", "Google"), ("Direct", "Direct")):
            groups = [{"how": "", "any": [["is", "visit:source", [value]]]}]
            segments.add(site, SegmentText(name, own=False, groups=groups), by=by)
    chosen = ",".join(str(number) for number in site.segments.order_by("pk").values_list("pk", flat=True)[:2])
    return {
        "goal": str(site.goals.order_by("pk")[0].pk),
        "funnel": str(site.funnels.order_by("pk")[0].pk),
        "segments": chosen,
    }


@contextmanager
def reading(data: Path, cookie: str) -> Iterator[Read]:
    """The product at the end of the data, and what reads one of its pages."""
    with at_the_end_of_the_data(), product.running(data) as served:
        connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)

        def read(path: str) -> bytes:
            connection.request("GET", path, headers={"Cookie": cookie})
            response = connection.getresponse()
            body = response.read()
            if response.status != 200:
                raise RuntimeError(f"{path} answered {response.status}")
            return body

        yield read
        connection.close()


def pages(read: Read, one: year.Measured, days: int, limit: int, repeats: int, data: Path) -> None:
    """Time every page of a site over so many days, and print the table."""
    from trailhouse.sites.models import Site

    key = Site.objects.get(pk=one.site_id).key
    span = f"from={year.LAST - timedelta(days - 1)}&to={year.LAST}"
    words = set_up(one)
    rows = []
    for name, path in paths().items():
        address = f"/sites/{key}{path.format(**words)}"
        address += ("&" if "?" in address else "?") + span
        found = times_ms(lambda address=address: read(address), repeats)  # type: ignore[misc]
        median = statistics.median(found)
        told = f"{median:.0f} ms" if median <= limit else f"**{median:.0f} ms**"
        rows.append((name, told, f"{max(found):.0f} ms"))
    head = (f"report of {days} days, {one.events:,} events", f"median (at most {limit} ms)", "slowest")
    table.show("Report pages over HTTP", head, rows, data, [f"{repeats} reads each, after one that is not counted."])


def visits(read: Read, one: year.Measured, repeats: int, data: Path) -> None:
    """Time the list of visits of a year: its first page, one far down, the last."""
    from trailhouse.sites.models import Site

    key = Site.objects.get(pk=one.site_id).key
    path = f"/sites/{key}/visitors?from={year.LAST - timedelta(359)}&to={year.LAST}"
    found = [("the first page", path)]
    for _ in range(DEEP):
        path = _older(read(path), path)
    found.append((f"the {DEEP + 1}st page", path))
    early = f"/sites/{key}/visitors?from={year.LAST - timedelta(359)}&to={year.LAST - timedelta(300)}"
    found.append(("ten months down", _older(read(early), early)))
    rows = []
    for name, address in found:
        times = times_ms(lambda address=address: read(address), repeats)  # type: ignore[misc]
        rows.append((name, f"{statistics.median(times):.0f} ms", f"{max(times):.0f} ms"))
    head = (f"list of visits, a year of {one.events:,} events", f"median (at most {LIST_MS} ms)", "slowest")
    table.show("The list of visits over HTTP", head, rows, data, [f"{repeats} reads each. A page holds 100 visits."])


def _older(body: bytes, path: str) -> str:
    links = re.findall(r'href="(\?[^"]*\bbefore=[^"]*)"', body.decode())
    if not links:
        raise RuntimeError(f"{path} leads to no older visits")
    return path.partition("?")[0] + html.unescape(links[-1])


def main() -> None:
    """Run on the data of a scratch directory, which stays for the next run."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=9)
    parser.add_argument("--directory", type=Path, default=year.default_directory(), help="of the data, kept")
    options = parser.parse_args()
    os.chdir(Path(__file__).parent.parent)
    data = year.ensure(options.directory)
    for one in (year.MIDDLE, year.YEARLY):
        set_up(one)
    with reading(data, product.cookie()) as read:
        pages(read, year.MIDDLE, 30, MONTH_MS, options.repeats, data)
        pages(read, year.YEARLY, 360, YEAR_MS, max(3, options.repeats // 2), data)
        visits(read, year.YEARLY, options.repeats, data)


if __name__ == "__main__":
    main()
