"""What the page of a site that has ended offers of its statistics."""

from typing import Any

from trailhouse.billing import taking
from trailhouse.billing.models import Subscription
from trailhouse.billing.values import day_of
from trailhouse.dashboard import formats
from trailhouse.dashboard.export_page import NAMES, shown
from trailhouse.exports import access
from trailhouse.exports.models import Export
from trailhouse.exports.values import FORMATS

ROWS = 20


def leaving(one: Subscription) -> dict[str, Any] | None:
    """What the page of a site that has ended offers of its statistics; None where there is nothing to take."""
    until = taking.open_until(one)
    if until is None or one.site is None or one.account.suspended_at is not None:
        return None
    whats = (Export.What.EVENTS, Export.What.TOTALS) if access.tells_events(one.site) else (Export.What.TOTALS,)
    made = one.site.exports.filter(through=Export.Through.LEAVING).select_related("by")[:ROWS]
    return {
        "until": formats.short_day(day_of(one.account, until)),
        "forms": [(f"{what}/{form}", f"{what.label} · {NAMES[form]}") for what in whats for form in FORMATS[what]],
        "strict": len(whats) == 1,
        "made": [shown(export) for export in made],
    }
