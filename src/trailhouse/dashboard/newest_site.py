"""The script of the newest site, on the account page: while it waits for its first visit or is on trial."""

from collections.abc import Collection
from dataclasses import dataclass

from babel.dates import format_timedelta

from trailhouse.billing.states import State as Payment
from trailhouse.core import clock
from trailhouse.dashboard.account_rows import Row, State
from trailhouse.outbox.locales import locale
from trailhouse.sites import listing
from trailhouse.sites.snippets import snippet


@dataclass(frozen=True, slots=True)
class NewestSite:
    """The site with what is to be pasted. `seen`: whether it was visited, `ago` when first, such as "3 hours ago"."""

    domain: str
    key: str
    snippet: str
    seen: bool
    ago: str


def newest_of(rows: Collection[Row]) -> NewestSite | None:
    """The newest of the sites that their reader may change, as long as it is new; None where there is none."""
    own = [row for row in rows if row.site.changes]
    row = max(own, key=lambda row: (row.site.added_at, row.site.number), default=None)
    if row is None or not _is_new(row):
        return None
    site = listing.with_script(row.site.number)
    if site is None:
        return None
    first = row.site.first_event_at
    ago = format_timedelta(first - clock.now(), add_direction=True, locale=locale()) if first else ""
    return NewestSite(site.domain, site.key, snippet(site), row.state is not State.WAITING, ago)


def _is_new(row: Row) -> bool:
    on_trial = row.cost is not None and row.cost.subscription.state == Payment.TRIAL
    return row.state is State.WAITING or (on_trial and row.state is State.COUNTING)
