"""The discount by number of sites as pages show it: the ladder, where the account stands, what the next site costs."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from trailhouse.billing import statement
from trailhouse.billing.models import BillingAccount
from trailhouse.billing.pricing import Counted, NextStep, Tier
from trailhouse.billing.statement import Rung
from trailhouse.billing.values import book_of
from trailhouse.dashboard import formats


@dataclass(frozen=True)
class LadderRow:
    """A step of the ladder in words; how many of the account's sites stand on it."""

    text: str
    rate: int
    sites: int


@dataclass(frozen=True)
class Ladder:
    """What `billing/ladder.html` shows."""

    rows: Sequence[LadderRow]
    nexts: Sequence[tuple[Tier, NextStep]]
    currency: str

    @property
    def highest(self) -> int:
        """The rate whose bar takes the whole width, in basis points; 1 where there is no discount."""
        return max((row.rate for row in self.rows), default=0) or 1


def ladder_of(billing: BillingAccount, paid: Collection[Counted]) -> Ladder:
    """The ladder of the account's book with its `paid` sites on it, which are those that count for the discount."""
    book = book_of(billing)
    rows = [LadderRow(_ranks(rung), rung.rate, rung.sites) for rung in statement.ladder_of(book, len(paid))]
    return Ladder(rows, statement.next_sites(billing, paid), book.currency)


def _ranks(rung: Rung) -> str:
    names = {"first": formats.count(rung.first), "last": formats.count(rung.last or 0)}
    if rung.last is None:
        return _("from site %(first)s on") % names
    return _("site %(first)s") % names if rung.first == rung.last else _("sites %(first)s to %(last)s") % names
