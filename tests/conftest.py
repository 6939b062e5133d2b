"""What all tests share: settings of their own, the real store, and real browsers."""

import os

from tests import memory

# Before Django reads its settings: nothing of this machine's environment but the database to test with, and a data
# directory for each process. That is also why pyproject.toml does not name the settings: pytest-django would read them
# before this file.
for _name in [name for name in os.environ if name.startswith("TRAILHOUSE_")]:
    del os.environ[_name]
os.environ["TRAILHOUSE_DATA"] = str(memory.directory())
os.environ["DJANGO_SETTINGS_MODULE"] = "trailhouse.settings"

import django  # noqa: E402

django.setup()
# The workers of pytest-xdist inherit the environment: they would read their settings before this file, and share a
# data directory.
del os.environ["DJANGO_SETTINGS_MODULE"]

import pytest  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.cache import cache  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import translation  # noqa: E402
from hypothesis import HealthCheck  # noqa: E402
from hypothesis import settings as hypothesis_settings  # noqa: E402

from trailhouse.billing import values  # noqa: E402
from trailhouse.branding import dns_records, hosts  # noqa: E402
from trailhouse.digests import posting  # noqa: E402
from trailhouse.outbox import sending, working  # noqa: E402
from trailhouse.sites import checking, fetching  # noqa: E402

# What is asserted is right on a slow machine as well: one step does all that is due, and who answers has the time.
hypothesis_settings.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("unhurried")
posting.LONGEST_S = sending.LONGEST_STEP_S = working.LONGEST_S = 600.0
if connection.vendor == "sqlite":
    connection.settings_dict["OPTIONS"]["timeout"] = 120  # seconds that one transaction waits for another
checking._SECONDS_TO_READ = dns_records.SECONDS = fetching.SECONDS = hosts.KEPT_S = 60

# The test client's own host, which Django adds to a list that we do not ask.
settings.OWN_HOSTS = [*settings.OWN_HOSTS, "testserver"]

# A password takes a quarter of a second to hash, by intention. The cast signs in too often for that.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nobodys_language() -> None:
    """The last request of the test before leaves its reader's language behind in this thread."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def _nobodys_hosts() -> None:
    """What the test before had looked up is undone with it."""
    hosts.forget()


@pytest.fixture(autouse=True)
def _nobody_tried_before() -> None:
    """How often somebody tried something is counted in the cache, by addresses that all tests share."""
    cache.clear()


@pytest.fixture(autouse=True)
def _no_book_remembered() -> None:
    """Each test's database has its own price books under the same numbers."""
    values._book.cache_clear()


pytest_plugins = ["tests.fast", "tests.database", "tests.store"]
