"""What exists at the host of a brand: the sites that have its look, and the people who have something to do with them.

Everything else does not exist there: `access` asks this for every site, and sign-in for every person. An account at
large (its bills, people, keys, brands) is at the instance's own host alone.
"""

import copy

from django.db.models import Q

from trailhouse.accounts.models import Account, BrandHost, User
from trailhouse.core import clock
from trailhouse.sites.models import Invitation, Membership, Role, Site


def sites_at(there: BrandHost, to: str = "") -> Q:
    """The condition on Site that it exists at the host; `to` leads to it from another table: "sites__"."""
    of_client, of_site = Q(**{f"{to}client__isnull": False}), Q(**{f"{to}client__isnull": True})
    found = (of_client & Q(**{f"{to}client__brand": there.brand})) | (of_site & Q(**{f"{to}brand": there.brand}))
    if there.is_usual:
        found |= of_client & Q(**{f"{to}client__brand__isnull": True})
        found |= of_site & Q(**{f"{to}brand__isnull": True})
    return found & Q(**{f"{to}account": there.account})


def exists_at(there: BrandHost, site: Site | None) -> bool:
    """Whether `site` exists at the host, as `sites_at` says it for lists; None stands for an account at large."""
    if site is None or site.account_id != there.account:
        return False
    chosen = site.client.brand_id if site.client else site.brand_id
    return chosen == there.brand or (chosen is None and there.is_usual)


def belongs(user: User, there: BrandHost) -> bool:
    """Whether `user` has anything to look at at the host: who has not cannot sign in there.

    Whoever owns the account, or sees the statistics of all its sites, does; others by a site or a client with this
    look, also while the statistics are locked.
    """
    if Account.objects.filter(pk=there.account, owner=user, closed_at=None).exists():
        return True
    runs = Q(ends_at=None) | Q(ends_at__gt=clock.now())
    looking = Membership.objects.filter(runs, user=user, account=there.account).exclude(role=Role.BOOKKEEPER)
    everywhere = Q(site=None, client=None)
    return looking.filter(everywhere | sites_at(there, "site__") | clients_at(there, "client__")).exists()


def at_large(user: User) -> User:
    """`user` as they are at the instance's own host: for what they may give to others at a site that exists here."""
    if user.at_host is None:
        return user
    found = copy.copy(user)
    found.at_host = None
    return found


def clients_at(there: BrandHost, to: str = "") -> Q:
    """The condition on Client that it has the look of the host; `to` leads to it from another table: "client__"."""
    # The account comes last: where there is no client, neither is its account.
    found = Q(**{f"{to}brand": there.brand})
    if there.is_usual:
        found |= Q(**{f"{to}brand__isnull": True})
    return found & Q(**{f"{to}account": there.account})


def is_offered_at(there: BrandHost, invitation: Invitation) -> bool:
    """Whether an invitation can be taken up at the host: it is to everything, or to a site or client with this look."""
    if invitation.account_id != there.account:
        return False
    if invitation.everywhere:
        return invitation.role != Role.BOOKKEEPER
    if invitation.client is not None:
        chosen = invitation.client.brand_id
        return chosen == there.brand or (chosen is None and there.is_usual)
    return invitation.sites.filter(sites_at(there)).exists()
