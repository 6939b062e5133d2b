"""A tracked site for each test, and a real browser."""

from collections.abc import Iterator

import pytest

from tests.browser import browser as browser
from tests.browser import page as page
from tests.tracker.site import TrackedSite, served


@pytest.fixture
def site() -> Iterator[TrackedSite]:
    """A tracked site with its collector."""
    with served() as site:
        yield site
