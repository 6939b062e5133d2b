"""What the tests of exports share: the bakery with its visits, while the clock stands at NOW."""

import shutil
from collections.abc import Iterator

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from trailhouse.core import clock
from trailhouse.core.settings import settings
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.exports import files
from trailhouse.sites.models import Site


@pytest.fixture
def reading(store: Store) -> Iterator[Store]:
    """The store, as the one that pages and tasks ask."""
    current.use(store)
    with clock.frozen(visits.NOW):
        yield store
    current.use(None)


@pytest.fixture
def bakery(reading: Store, db: None) -> Iterator[Site]:
    """The bakery with 45 days of visits."""
    site = people.bakery()
    visits.fill(reading, site.pk)
    yield site
    shutil.rmtree(settings().data / files.DIRECTORY, ignore_errors=True)


@pytest.fixture
def reseller(client: Client) -> Client:
    """The reseller's browser, signed in."""
    client.force_login(people.reseller())
    return client
