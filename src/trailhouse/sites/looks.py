"""Whose look a site, a client and a reader have.

A site's and a client's: the client's brand, else the site's, else the first one of the account. A reader's: whoever is
in an account at large (its owner, colleagues, bookkeeper) meets the operator's; whoever is at a client or at single
sites alone is somebody's client and meets theirs.
"""

from django.db.models import Q

from trailhouse.accounts.models import Account, Staff, User
from trailhouse.branding import looks, serving
from trailhouse.branding.looks import Look
from trailhouse.branding.models import Brand
from trailhouse.sites.access import running
from trailhouse.sites.models import Client, Invitation, Membership, Site

AT_LARGE = Q(site=None, client=None)


def brand_of(site: Site) -> Brand | None:
    """The one brand of `site`; None where its account has none."""
    chosen = site.client.brand if site.client else site.brand
    return chosen or looks.usual_brand(site.account)


def of_site(site: Site) -> Look:
    """What clients meet of `site`: on its pages, in its reports, in its files."""
    brand = brand_of(site)
    return looks.of_brand(brand) if brand else looks.of_account(site.account)


def of_client(client: Client) -> Look:
    """What the people of `client` meet where it is about no one site."""
    return looks.of_brand(client.brand) if client.brand else looks.of_account(client.account)


def of_reader(user: User, site: Site | None = None) -> Look:
    """What `user` meets: at `site`, or where it is about no one site.

    Somebody who is a client of two resellers meets neither's name where it is about no site.
    """
    if user.staff != Staff.NONE:
        return looks.of_instance()
    if site is not None:
        return looks.of_instance() if is_at_large(user, site.account) else of_site(site)
    if user.accounts.filter(closed_at=None).exists():
        return looks.of_instance()
    held = Membership.objects.filter(running(), user=user).select_related(
        "account", "client__account", "client__brand", "site__account", "site__client__brand", "site__brand"
    )
    at = list(held)
    if not at or any(_is_at_large(one) for one in at):
        return looks.of_instance()
    met = {look.key: look for look in map(_of_membership, at)}
    if len(met) == 1:
        return met.popitem()[1]
    accounts = {one.account_id for one in at}
    return looks.of_account(at[0].account) if len(accounts) == 1 else looks.of_nobody()


def of_told(user: User | None, account: Account, site: Site | None) -> Look:
    """What somebody meets who is told of `site`, or of all of `account`; None is an address and nobody by name."""
    if user is not None:
        return of_reader(user, site)
    return of_site(site) if site is not None else looks.of_account(account)


def of_invitation(invitation: Invitation) -> Look:
    """What somebody meets who is invited: to a client or to single sites, theirs; else the operator's."""
    if invitation.client is not None:
        return of_client(invitation.client)
    met = {look.key: look for look in map(of_site, invitation.sites.select_related("account", "client__brand"))}
    if not met:
        return looks.of_instance()
    return met.popitem()[1] if len(met) == 1 else looks.of_account(invitation.account)


def key_for(email: str) -> str:
    """The key of the look in which the person with this address is told of their sign-in: that of the host they are at.

    Else their own, and for an unknown address the operator's.
    """
    brand = serving.host_brand()
    if brand is not None:
        return looks.of_brand(brand).key
    user = User.objects.filter(email=email.lower()).first()
    return of_reader(user).key if user is not None else ""


def is_at_large(user: User, account: Account) -> bool:
    """Whether `user` is of the reseller's side: the owner, or with a role in all of the account."""
    return (
        account.owner_id == user.pk
        or Membership.objects.filter(running(), AT_LARGE, user=user, account=account).exists()
    )


def _is_at_large(one: Membership) -> bool:
    return one.site_id is None and one.client_id is None


def _of_membership(one: Membership) -> Look:
    if one.client is not None:
        return of_client(one.client)
    assert one.site is not None
    return of_site(one.site)
