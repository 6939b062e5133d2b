"""Who is on the site now."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from trailhouse.core.periods import named
from trailhouse.events.store import Store
from trailhouse.stats.answer import ask_all
from trailhouse.stats.question import Question, SiteContext


@dataclass(frozen=True, slots=True)
class Live:
    """Visitors with an event, not counting engagement pings, in the last 5 and in the last 30 minutes."""

    current: int
    recent: int


def live(store: Store, site: SiteContext, now: datetime) -> Live:
    """How many visitors are on the site at `now` (aware)."""
    zone = ZoneInfo(site.timezone)
    answers = ask_all(store, [Question(site, named(name, zone, now), ("visitors",)) for name in ("realtime", "30m")])
    current, recent = (int(answer.first.metrics[0] or 0) for answer in answers)
    return Live(current, recent)
