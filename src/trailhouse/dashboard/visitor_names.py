"""What visitors are called on the pages: by the site's people, else by the site."""

from collections.abc import Collection

from trailhouse.events.store import Store
from trailhouse.sites.models import Privacy, Site
from trailhouse.sites.visitors import own_names
from trailhouse.stats.reports.visitor_names import names_of


def names_for(site: Site, store: Store, visitor_ids: Collection[int]) -> dict[int, str]:
    """The name of each of these visitors that has one; none at a level that keeps no names."""
    if site.privacy != Privacy.RECOGNISED:
        return {}
    return names_of(store, site.pk, visitor_ids) | own_names(site, visitor_ids)
