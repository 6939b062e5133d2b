"""What a room above (`billing`) says of sites: whose statistics are locked, and which count no longer.

Part of the services of `sites`. It is apart from pausing, which is the reseller's own.
"""

from django.db import transaction

from trailhouse.core import clock
from trailhouse.sites.models import Site
from trailhouse.sites.services import touch_registry


@transaction.atomic
def close_site(number: int, *, locked: bool, stopped: bool) -> None:
    """Lock or open the statistics of a site everywhere at once, and have it count or not."""
    Site.objects.filter(pk=number).exclude(locked=locked).update(locked=locked)
    if Site.objects.filter(pk=number).exclude(stopped=stopped).update(stopped=stopped):
        touch_registry()


@transaction.atomic
def delete_soon(site: Site) -> None:
    """Have a site deleted with all that was counted, by the next run of the job that does so."""
    Site.objects.filter(pk=site.pk, delete_at=None).update(delete_at=clock.now(), stopped=True)
    touch_registry()
