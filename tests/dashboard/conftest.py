"""What the tests of the pages share: the bakery with its visits, and people who are signed in."""

from collections.abc import Iterator

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from trailhouse.core import clock
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.sites.models import Site
from trailhouse.sites.services import add_goal


@pytest.fixture
def reading(store: Store) -> Iterator[Store]:
    """The store, as the one that pages ask, while the clock stands at NOW."""
    current.use(store)
    with clock.frozen(visits.NOW):
        yield store
    current.use(None)


@pytest.fixture
def bakery(reading: Store, db: None) -> Site:
    """The bakery with 45 days of visits and two goals."""
    site = people.bakery()
    visits.fill(reading, site.pk)
    add_goal(site, "event", "Order", name="Order placed", value_minor=4200)
    add_goal(site, "page", "/contact", name="Asked for contact")
    return site


@pytest.fixture
def reseller(client: Client) -> Client:
    """The reseller's browser, signed in."""
    client.force_login(people.reseller())
    return client
