"""The check of a site's page, and the proof of its domain that the check may find; part of the services of `sites`."""

import asyncio
import threading

from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from trailhouse.accounts import limits
from trailhouse.branding import domains
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.sites import checking
from trailhouse.sites.fetching import INTERNET, Reach
from trailhouse.sites.models import Site
from trailhouse.sites.script_address import SCRIPT, hosts_of
from trailhouse.sites.services import prove

MOST_A_MINUTE = 10  # checks by the people of one account
_SIDE_BY_SIDE = threading.BoundedSemaphore(3)  # a slow page must not hold all threads that answer


def token_of(site: Site) -> str:
    """What the record, the meta tag or the file must say for this site alone; it can be shown again at any time."""
    return salted_hmac("trailhouse.sites.proving", str(site.pk), algorithm="sha256").hexdigest()[:40]


def check_page(
    site: Site, reach: Reach = INTERNET, *, scheme: str = "https", port: int | None = None
) -> checking.Report:
    """Look at the site's page and its record in the DNS, and note the proof of its domain if it is there.

    Raises UserError where the account, or everybody together, asks too often.
    """
    _limit(site)
    if not _SIDE_BY_SIDE.acquire(timeout=2):
        raise _too_often()
    try:
        report = asyncio.run(checking.check(wanted_of(site), reach, scheme, port))
    finally:
        _SIDE_BY_SIDE.release()
    if report.proves:
        prove(site.pk, clock.now(), shown=True)
    return report


def wanted_of(site: Site) -> checking.Wanted:
    """What the check looks for."""
    keys = list(site.keys.all())
    return checking.Wanted(
        site.domain,
        site.key,
        frozenset(key.key for key in keys) - {site.key},
        settings().url,
        token_of(site),
        frozenset((*hosts_of(site.account), *domains.given_out_by(site.account))),
        {f"/{key.folder}/{key.file}{SCRIPT}": key.key for key in keys if key.folder},
        str(site.tracker.get("endpoint", "")),
    )


def _limit(site: Site) -> None:
    if limits.count(f"check/{site.account_id}", 60) > MOST_A_MINUTE:
        raise _too_often()


def _too_often() -> UserError:
    return UserError(
        "too_many_checks", _("Too many pages are being checked just now."), _("Try again in a minute."), status=429
    )
