from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import headless, started


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for which every name leads to this machine, so that pages have the names of real sites."""
    with started(headless(), "--host-resolver-rules=MAP * 127.0.0.1") as browser:
        yield browser
