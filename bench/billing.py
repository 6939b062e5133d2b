"""The billing day of thousands of accounts: all are due at once, each with ten sites, and one step after another bills.

`python -m bench.billing 1000 10000` measures both and says how the time grows; `--profile` shows where it goes.
The pageviews come from a meter of steady figures: what the store costs is in `bench.overview`.
"""

import argparse
import cProfile
import os
import pstats
import resource
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench import table

if TYPE_CHECKING:
    from trailhouse.billing.models import Subscription

SITES = 10
START = datetime(2027, 1, 4, 9, tzinfo=UTC)
DUE = datetime(2027, 6, 4, 12, tzinfo=UTC)
LIMIT_S = 600  # for 10,000 accounts
AT_ONCE = 2_000  # rows of one INSERT


class Steady:
    """Each site has 300 pageviews a day and keeps its tier; every tenth has shrunk."""

    def days(self, subscriptions: "Sequence[Subscription]", first: date, until: date) -> dict[int, dict[date, int]]:
        """The same on each day."""
        span = [first + timedelta(number) for number in range((until - first).days)]
        return {one.pk: dict.fromkeys(span, 300 if one.site_number % 10 else 30) for one in subscriptions}

    def close_days(self, now: datetime | None = None) -> int:
        """Nothing changes."""
        return 0


def fill(accounts: int) -> None:
    """Accounts with ten active sites each, whose paid month ends on the day that is due."""
    from django.db import transaction

    from trailhouse.accounts.models import Account, Instance, User
    from trailhouse.billing.models import BillingAccount, Book, Seller, Subscription
    from trailhouse.sites.models import Site

    day = DUE.date()
    with transaction.atomic():
        Instance.objects.update_or_create(pk=1, defaults={"billing": "on", "billed_since": START})
        Seller.objects.create(name="Hosting", address="Kade 1", city="Amsterdam", country="NL", vat_number="NL1")
        book = Book.objects.get()
        users = [User(email=f"p{n}@bench.example", language="en") for n in range(accounts)]
        User.objects.bulk_create(users, AT_ONCE)
        made = [Account(name=f"A{n}", owner=user, timezone="Europe/Amsterdam") for n, user in enumerate(users)]
        Account.objects.bulk_create(made, AT_ONCE)
        BillingAccount.objects.bulk_create(
            [
                BillingAccount(
                    account=one, book=book, billing_day=4, next_billing_on=day, country="NL", address="Haven 7",
                    city="Den Helder", look_at=DUE - timedelta(hours=1), created_at=START,
                )
                for one in made
            ],
            AT_ONCE,
        )  # fmt: skip
        domains = [(one, f"s{n}.example") for one in made for n in range(SITES)]
        sites = [Site(account=one, domain=domain, added_at=START, first_event_at=START) for one, domain in domains]
        Site.objects.bulk_create(sites, AT_ONCE)
        Subscription.objects.bulk_create(
            [
                Subscription(
                    account=site.account, site=site, site_number=site.pk, domain=site.domain, state="active",
                    since=START, began_at=START, first_visit_at=START, trial_ends_at=START, interval="monthly",
                    tier=10_000, activated_on=START.date(), paid_until=day,
                )
                for site in sites
            ],
            AT_ONCE,
        )  # fmt: skip


def bill() -> tuple[float, float]:
    """Seconds until nothing is due any more, and those of the processor."""
    from trailhouse.billing import tick
    from trailhouse.core import clock

    with clock.frozen(DUE):
        began = time.perf_counter(), time.process_time()
        while tick.run(Steady()):
            pass
        return time.perf_counter() - began[0], time.process_time() - began[1]


def measure(accounts: int, profile: bool) -> list[float]:
    """Seconds, those of the processor, and megabytes for so many accounts, in a process with a database of its own."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            with os.fdopen(writing, "w") as out:
                out.write(" ".join(map(str, _measured(accounts, profile))))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        text = answer.read()
    os.waitpid(child, 0)
    return [float(figure) for figure in text.split()]


def _measured(accounts: int, profile: bool) -> tuple[float, float, float]:
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"TRAILHOUSE_DATA": folder, "DJANGO_SETTINGS_MODULE": "trailhouse.settings"}
        from trailhouse.commands.output import open_database

        open_database()
        from trailhouse.billing.models import Document, Line

        fill(accounts)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        profiler = cProfile.Profile()
        if profile:
            profiler.enable()
        seconds, busy = bill()
        profiler.disable()
        grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
        assert (Document.objects.count(), Line.objects.count()) == (accounts, accounts * SITES)
        if profile:
            pstats.Stats(profiler).sort_stats("cumulative").print_stats(60)
        return seconds, busy, grown


def main() -> None:
    """Measure each number of accounts that is named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("accounts", nargs="*", type=int, default=[1_000, 10_000])
    parser.add_argument("--profile", action="store_true")
    options = parser.parse_args()
    rows = []
    for accounts in options.accounts:
        seconds, busy, grown = measure(accounts, options.profile)
        each = f"{busy / accounts * 1000:.1f}"
        rows.append((f"{accounts:,} accounts of {SITES} sites", f"{seconds:.1f}", f"{busy:.1f}", each, f"{grown:.0f}"))
    head = ("due at once", "seconds", "processor seconds", "ms of it an account", "memory grew by, MB")
    note = f"Limit: {LIMIT_S} s for 10,000 accounts on SQLite. Load: {os.getloadavg()[0]:.1f}."
    table.show("A billing day", head, rows, Path(tempfile.gettempdir()), [note])


if __name__ == "__main__":
    main()
