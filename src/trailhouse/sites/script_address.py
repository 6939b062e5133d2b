"""Where the script of a site is given out: on which host, at the usual path or one of its own.

Part of the services of `sites`. Whatever was handed out goes on counting: the collector answers under every host name
that leads to it, and a path lasts as long as its key.
"""

from urllib.parse import urlsplit

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.branding import domains, hosts
from trailhouse.branding.models import Brand
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.sites import looks
from trailhouse.sites.models import Site
from trailhouse.sites.services import give_path, touch_registry

SCRIPT, PIXEL = ".js", ".gif"


def hosts_of(account: Account, brand: Brand | None = None) -> tuple[str, ...]:
    """The host names, beside the instance's own, that scripts of `account` may come from: each leads to this instance.

    First the proved domains of its brands, primary ones before others; with `brand`, of that one alone, since a site
    must not tell of another. Then the operator's, which are open to everybody.
    """
    own = urlsplit(settings().url).netloc
    proved = [one for one in domains.proved_of(account) if brand is None or one.brand_id == brand.pk]
    found = [*(hosts.with_port(one.name) for one in proved), *settings().hosts]
    return tuple(dict.fromkeys(host for host in found if host != own))


def begin(site: Site, by: User | None = None) -> None:
    """Give the script of a new site out at the primary domain of its brand, where that is proved and leads here."""
    del by  # it stands in the audit log already
    brand = looks.brand_of(site)
    if brand is None:
        return
    primary = domains.proved_of(site.account).filter(brand=brand, primary=True, problem="").first()
    if primary is not None:
        site.script_host = hosts.with_port(primary.name)
        site.save(update_fields=["script_host"])
        domains.give_out(site.account, primary.name)


def base_of(site: Site) -> str:
    """The address that the site's script is given out at, without a path: the chosen host, if it is still offered."""
    own = settings().url
    if site.script_host and site.script_host in hosts_of(site.account):
        return f"{urlsplit(own).scheme}://{site.script_host}"
    return own


def src_of(site: Site, ending: str = SCRIPT) -> str:
    """The whole address of the site's script, or of its pixel."""
    key = site.present_key
    path = f"/{key.folder}/{key.file}" if site.own_path and key.folder else f"/s/{key.key}"
    return f"{base_of(site)}{path}{ending}"


@transaction.atomic
def choose(site: Site, *, host: str, own_path: bool, by: User | None) -> Site:
    """Give the script out on `host` (empty: the instance's own), at a path of its own or at the usual one.

    The path is random, and the same when it is chosen again. The scripts on the site's pages go on counting. Raises
    UserError where the account may not use the host.
    """
    if host and host != site.script_host and host not in hosts_of(site.account, looks.brand_of(site)):
        raise UserError(
            "script_host_refused",
            _("Scripts cannot come from %(host)s.") % {"host": host[:100]},
            _("Choose one of the host names that lead to this instance."),
        )
    domains.give_out(site.account, host.partition(":")[0])
    site.script_host, site.own_path = host, own_path
    site.save(update_fields=["script_host", "own_path"])
    if own_path:
        give_path(site.keys.get(expires_at=None))
        site.__dict__.pop("present_key", None)  # the cached one
    touch_registry()
    details = {"host": host, "own_path": own_path}
    record("site.script_address", account=site.account, by=by, subject=site.domain, details=details)
    return site
