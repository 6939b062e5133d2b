"""Whose look a site and a client have: the client's brand, else the site's, else the first one of the account."""

from trailhouse.branding import looks
from trailhouse.branding.looks import Look
from trailhouse.branding.models import Brand
from trailhouse.sites.models import Client, Site


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
