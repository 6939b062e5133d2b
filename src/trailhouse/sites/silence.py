"""Sites that were added and never visited; part of the services of `sites`."""

from collections import defaultdict
from datetime import UTC, datetime, time, timedelta

from django.db import transaction

from trailhouse.accounts.models import Account
from trailhouse.core import clock
from trailhouse.core.settings import settings
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.outbox import services as outbox
from trailhouse.outbox.models import Mail
from trailhouse.sites.models import Site
from trailhouse.sites.notices import MOST_LISTED, language_of, script_url
from trailhouse.sites.services import look_for_visits

NO_VISIT = "sites/no_visit"
PATIENCE = timedelta(days=7)
LOOKS_BACK = timedelta(days=7)  # how long a machine may have been off without a reminder being lost


def remind_of_silence(store: Store | None = None) -> int:
    """Tell administrators, once, of sites without a visit seven days after they were added; how many mails.

    Sites that an account added on the same day (UTC) are told in one mail, so that a long list does not become as many.
    """
    today = datetime.combine(clock.now().date(), time(), UTC)
    # A day of adding is told of when all its sites are seven days old.
    before = today - PATIENCE
    rows = Site.objects.filter(
        added_at__gte=before - LOOKS_BACK, added_at__lt=before, first_event_at=None, counts=True, stopped=False,
        staging_of=None, delete_at=None, account__demo=False, account__closed_at=None, account__suspended_at=None,
    ).select_related("account__owner").prefetch_related("keys").order_by("domain", "id")  # fmt: skip
    waiting = list(rows)
    look_for_visits(waiting, store or current.store())
    by_day: dict[tuple[Account, str], list[Site]] = defaultdict(list)
    for site in waiting:
        if site.first_event_at is None:
            by_day[site.account, site.added_at.astimezone(UTC).date().isoformat()].append(site)
    return sum(_tell(account, day, sites) for (account, day), sites in by_day.items())


@transaction.atomic
def _tell(account: Account, day: str, sites: list[Site]) -> bool:
    key = f"account/{account.pk}/no_visit/{day}"
    if Mail.objects.filter(key=key).exists():
        return False
    url = script_url(sites[0]) if len(sites) == 1 else f"{settings().url}/sites"
    context = {
        "domain": sites[0].domain,
        "count": len(sites),
        "lines": [f"{site.domain}: {script_url(site)}" for site in sites[:MOST_LISTED]] if len(sites) > 1 else [],
        "more": max(0, len(sites) - MOST_LISTED),
        "url": url,
    }
    outbox.mail(
        account.owner.email, NO_VISIT, context,
        language=language_of(account.owner, None), account_id=account.pk, key=key,
    )  # fmt: skip
    return True
