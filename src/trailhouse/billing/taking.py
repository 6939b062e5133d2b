"""What the payers of a site that has ended may still take with them: its statistics, for some days."""

from datetime import datetime

from trailhouse.billing import enrolment
from trailhouse.billing.models import Subscription
from trailhouse.billing.states import State, export_ends
from trailhouse.billing.values import limits
from trailhouse.core import clock
from trailhouse.sites.models import Site


def open_until(one: Subscription) -> datetime | None:
    """Until when the statistics of this site can be exported although they are locked; None where they cannot be."""
    if one.state != State.CANCELLED or one.site_id is None or not enrolment.billing_on():
        return None
    ends = export_ends(one.since, limits())
    return ends if clock.now() < ends else None


def is_leaving(site: Site) -> bool:
    """Whether the statistics of `site` can be taken along now; `exports` asks this."""
    one = Subscription.objects.filter(site=site).first()
    return one is not None and open_until(one) is not None
