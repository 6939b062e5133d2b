"""Part of the services of `sites`: the domain of a site, its aliases and its staging twin."""

from dataclasses import dataclass
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events.store import Store
from trailhouse.sites.domains import normal_domain, normal_hostname
from trailhouse.sites.models import Alias, Site, SiteKey
from trailhouse.sites.services import touch_registry

MOST_ALIASES = 200
MOST_FOREIGN = 20
LATELY = timedelta(days=30)
TWIN_SHARES = (
    "timezone", "currency", "visit_timeout_min", "privacy", "query_allow", "search_param", "exclude_networks",
    "exclude_countries", "exclude_paths", "tracker", "retention_months", "properties", "return_after_hours",
)  # fmt: skip


@dataclass(frozen=True)
class ForeignHost:
    """A hostname whose pages were left out, and how many of the kept samples are of it."""

    hostname: str
    samples: int


def covers(site: Site, hostname: str) -> bool:
    """Whether pages of `hostname` count without an alias: it is the site's domain or a sub-domain of it."""
    host = site.domain.partition("/")[0]
    return hostname == host or hostname.endswith(f".{host}")


def counts(site: Site, hostname: str) -> bool:
    """Whether pages of `hostname` count: by themselves or by an alias."""
    return covers(site, hostname) or site.aliases.filter(hostname=hostname).exists()


@transaction.atomic
def rename(site: Site, domain: str, *, by: User | None) -> Site:
    """Give `site` another domain. The one before goes on counting as an alias, and what was counted stays.

    Raises UserError where the domain is refused or another site of the account has it. The same domain changes nothing.
    """
    before, new = site.domain, normal_domain(domain)
    if new == before:
        return site
    site.domain, site.renamed_at = new, clock.now()
    site.proved_at = site.shown_at = site.key_visit_at = None  # what was proved was the other one
    try:
        with transaction.atomic():
            site.save(update_fields=["domain", "renamed_at", "proved_at", "shown_at", "key_visit_at"])
    except IntegrityError:
        site.domain = before
        raise _taken(new) from None
    old_host = before.partition("/")[0]
    if not covers(site, old_host):
        Alias.objects.get_or_create(site=site, hostname=old_host)
    site.aliases.filter(hostname=new.partition("/")[0]).delete()
    touch_registry()
    record("site.renamed", account=site.account, by=by, subject=new, details={"before": before})
    return site


def _taken(domain: str) -> UserError:
    return UserError(
        "site_exists",
        _("%(domain)s is in this account already.") % {"domain": domain},
        _("Choose another one, or use the site that has it."),
        status=409,
    )


@transaction.atomic
def add_alias(site: Site, hostname: str, *, by: User | None) -> str:
    """Let pages of `hostname` count for `site`; its one form. A second call changes nothing. Raises UserError."""
    name = normal_hostname(hostname)
    if covers(site, name):
        raise UserError(
            "alias_needless",
            _("%(host)s counts already.") % {"host": name},
            _("The domain and its sub-domains need no alias."),
        )
    if site.aliases.exclude(hostname=name).count() >= MOST_ALIASES:
        raise UserError("too_many_aliases", _("A site has at most 200 aliases."), _("Remove one that is not needed."))
    if Alias.objects.get_or_create(site=site, hostname=name)[1]:
        touch_registry()
        record("site.alias_added", account=site.account, by=by, subject=site.domain, details={"hostname": name})
    return name


@transaction.atomic
def remove_alias(site: Site, hostname: str, *, by: User | None) -> None:
    """Let pages of `hostname` count no longer; what was counted stays. A second call changes nothing."""
    if site.aliases.filter(hostname=hostname).delete()[0]:
        touch_registry()
        record("site.alias_removed", account=site.account, by=by, subject=site.domain, details={"hostname": hostname})


def foreign_hosts(site: Site, store: Store) -> list[ForeignHost]:
    """The hostnames that were left out lately (30 days) and would still be, most samples first.

    Of what is left out only samples are kept, so the numbers say which is common, not how often it came.
    """
    page = "JSONExtractString(detail, 'page')"
    rows = store.rows(
        f"SELECT substring({page}, 1, position(concat({page}, '/'), '/') - 1) AS host, count() AS n FROM quarantine"
        " WHERE site_id = {site:UInt32} AND reason = 'foreign_hostname' AND host != ''"
        " AND ts > fromUnixTimestamp64Milli({since:Int64})"
        " GROUP BY host ORDER BY n DESC, host LIMIT 500",
        {"site": site.pk, "since": clock.to_ms(clock.now() - LATELY)},
    )
    counted = set(site.aliases.values_list("hostname", flat=True))
    found = [ForeignHost(host, n) for host, n in rows if host not in counted and not covers(site, host)]
    return found[:MOST_FOREIGN]


@transaction.atomic
def add_staging(site: Site, hostname: str, *, by: User | None) -> Site:
    """Add the staging twin of `site`: a free site of its own with the same settings, for `hostname`.

    Raises UserError where the hostname is refused or taken, where there is a twin already, and for a twin.
    """
    Site.objects.select_for_update().get(pk=site.pk)  # one at a time
    if site.staging_of_id is not None or site.twins.exists():
        raise UserError(
            "staging_exists",
            _("A site has one staging twin, and a twin has none."),
            _("Delete the twin first, or add the hostname to it as an alias."),
            status=409,
        )
    domain = normal_domain(hostname)
    shared = {name: getattr(site, name) for name in TWIN_SHARES}
    try:
        with transaction.atomic():
            twin = Site.objects.create(
                account_id=site.account_id, client_id=site.client_id, staging_of=site, domain=domain, **shared
            )
    except IntegrityError:
        raise _taken(domain) from None
    SiteKey.objects.create(site=twin)
    touch_registry()
    record("site.staging_added", account=site.account, by=by, subject=site.domain, details={"domain": domain})
    return twin
