"""Part of the services of `sites`: what is deleted in the event store, and the jobs that do it when it is due."""

from calendar import monthrange
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import transaction

from trailhouse.accounts import offers
from trailhouse.accounts.models import Handover, SecondStepRequest
from trailhouse.accounts.services import record
from trailhouse.core import clock
from trailhouse.core.settings import settings
from trailhouse.events import erasures, visitors
from trailhouse.events.store import Store
from trailhouse.sites.models import Invitation, Site, SiteOffer
from trailhouse.sites.services import touch_registry

# -- what there is


@dataclass(frozen=True)
class Counted:
    """How many events of some sites are kept, and when the oldest came; None where there are none."""

    events: int
    since: datetime | None


def counted(store: Store, site_ids: Collection[int], *, before: date | None = None) -> Counted:
    """What is kept of these sites; with `before`, from before that day (UTC). Raises StoreUnavailable."""
    until = "" if before is None else " AND ts < fromUnixTimestamp64Milli({until:Int64}, 'UTC')"
    until_ms = 0 if before is None else clock.to_ms(datetime.combine(before, time(), UTC))
    events, first = store.rows(
        f"SELECT count(), toUnixTimestamp64Milli(min(ts)) FROM events WHERE site_id IN {{sites:Array(UInt32)}}{until}",
        {"sites": list(site_ids), "until": until_ms},
    )[0]
    return Counted(int(events), clock.from_ms(int(first)) if events else None)


# -- what is kept no longer


def first_day_kept(today: date, months: int) -> date:
    """The first day (UTC) whose events are kept for `months`: the same day of that month, or its last."""
    year, month = divmod(today.year * 12 + today.month - 1 - months, 12)
    return date(year, month + 1, min(today.day, monthrange(year, month + 1)[1]))


def keep_to_retention(store: Store) -> int:
    """Delete the events of each site that are older than it keeps them; how many statements that took.

    Cheap where nothing is due, so it may run often; after an outage it deletes what has become due meanwhile.
    """
    return sum(_forget(store, some, first) for some, first in _too_old(clock.now().date()))


def _forget(store: Store, site_ids: Sequence[int], first_ms: int) -> int:
    which = f"site_id IN ({','.join(map(str, site_ids))})"
    old = erasures.delete(store, "events", f"{which} AND ts < fromUnixTimestamp64Milli({first_ms}, 'UTC')")
    return old + visitors.keep_since(store, site_ids, first_ms)


def _too_old(today: date) -> Iterator[tuple[Sequence[int], int]]:
    by_months: defaultdict[int, list[int]] = defaultdict(list)
    for pk, months in Site.objects.order_by("pk").values_list("pk", "retention_months"):
        by_months[months].append(pk)
    for months, ids in sorted(by_months.items()):
        first = clock.to_ms(datetime.combine(first_day_kept(today, months), time(), UTC))
        for some in erasures.parts(ids):
            yield some, first


# -- sites whose seven days are over


def delete_due(store: Store) -> int:
    """Delete the sites that are due, with their twins and all that was counted; how many.

    The store comes first: a site whose events are not gone yet is still there, and is tried again.
    """
    due = list(Site.objects.filter(delete_at__lte=clock.now()).order_by("pk"))
    for site in due:
        twins = list(site.twins.values_list("pk", flat=True))
        erasures.erase(store, [site.pk, *twins])
        _delete_row(site, [site.pk, *twins])
    return len(due)


@transaction.atomic
def _delete_row(site: Site, ids: list[int]) -> None:
    revoke_invitations_of(ids)
    record("site.deleted", account=site.account, by=None, subject=site.domain)
    Site.objects.filter(pk=site.pk).delete()
    touch_registry()


def revoke_invitations_of(ids: Collection[int]) -> None:
    """Revoke the open invitations to these sites alone: an invitation that names no site is one to all of them."""
    waiting = Invitation.objects.filter(used_at=None, revoked_at=None, sites__in=ids).distinct()
    for invitation in waiting:
        invitation.sites.remove(*ids)
        if not invitation.sites.exists():
            Invitation.objects.filter(pk=invitation.pk).update(revoked_at=clock.now())


# -- offers that nobody can take up any more


def prune_offers() -> int:
    """Delete invitations, offers of accounts and of sites, and requests about lost second steps that ended long ago.

    Used ones too: `offer_days` after they would have expired. How many.
    """
    before = clock.now() - timedelta(days=settings().offer_days)
    invited = Invitation.objects.filter(expires_at__lt=before).delete()[0]
    asked = SecondStepRequest.objects.filter(ended_at__lt=before).delete()[0]
    return invited + asked + offers.prune(Handover.objects.all()) + offers.prune(SiteOffer.objects.all())
