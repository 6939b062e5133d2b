"""Who may have a site's events and exports. Decided by `sites.access`, as all else is."""

from collections.abc import Callable

from trailhouse.accounts.models import User
from trailhouse.exports.models import Export
from trailhouse.sites.access import Principal, Privilege, allowed, rights
from trailhouse.sites.models import Privacy, Site

Leaving = Callable[[Site], bool]
_leaving: list[Leaving] = []


def tell_leaving_by(hook: Leaving) -> None:
    """Have `hook(site)` say whether a site has ended whose payers may still take its statistics with them."""
    if hook not in _leaving:
        _leaving.append(hook)


def may_export(who: Principal, site: Site) -> bool:
    """Whether `who` may have all that the site's statistics hold: a member who sees every section, as themselves."""
    if not isinstance(who, User) or who.viewed_by is not None:
        return False
    found = rights(who, site.account, site)
    return Privilege.VIEW_STATS in found.privileges and found.sections is None and found.within is None


def may_take(who: Principal, site: Site) -> bool:
    """Whether `who` may take the statistics of a site that has ended: somebody of its account who sees what is paid.

    Not while the operator has suspended the account: what is closed then is closed everywhere.
    """
    if not isinstance(who, User) or site.account.suspended_at is not None:
        return False
    return allowed(who, site, Privilege.VIEW_BILLING) and any(hook(site) for hook in _leaving)


def may_read(who: Principal | None, export: Export) -> bool:
    """Whether `who` may have this file now."""
    if who is None:
        return False
    return (may_take if export.through == Export.Through.LEAVING else may_export)(who, export.site)


def tells_events(site: Site) -> bool:
    """Whether the site's events leave it at all: a strict site tells figures only."""
    return site.privacy != Privacy.STRICT
