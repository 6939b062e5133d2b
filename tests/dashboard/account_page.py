"""The account page as the server sends it, read by tests."""

import re
from typing import Any

from django.test import Client

from tests import people
from trailhouse.sites.models import Client as Customer
from trailhouse.sites.models import Site, SiteKey


def text_of(html: str) -> str:
    """What a page says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def page(client: Client, query: str = "", **kwargs: Any) -> str:
    """The account page."""
    answer = client.get(f"/sites{query}", **kwargs)
    assert answer.status_code == 200
    return str(answer.content.decode())


def listed(html: str) -> list[str]:
    """What the rows are called, in their order."""
    return re.findall(r'class="name" href="[^"]+">([^<]+)<', html)


def many(count: int) -> None:
    """That many sites of the reseller."""
    account = people.account()
    sites = Site.objects.bulk_create(Site(account=account, domain=f"site-{n:04}.example") for n in range(count))
    SiteKey.objects.bulk_create(SiteKey(site=site) for site in sites)


def customer(name: str = "Harbour Bakery BV") -> Customer:
    """A client of the reseller."""
    return Customer.objects.get_or_create(account=people.account(), name=name)[0]
