from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import FLAGS, chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A Chromium for which every name leads to this machine, so that pages have the names of real sites."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=[*FLAGS, "--host-resolver-rules=MAP * 127.0.0.1"]
        )
        yield browser
        browser.close()
