"""A real Chromium for tests: Debian's, driven by Playwright.

The fixtures live as long as one test module, not the whole session: while Playwright's synchronous interface is
open, its event loop counts as running in this thread, and other tests could not start theirs.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.base import AXE_SCRIPT, AxeResults
from playwright.sync_api import Browser, Page, expect, sync_playwright

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
# Playwright switches the back/forward cache off, and with it what a test is about.
LEFT_ON = ("--disable-back-forward-cache",)

# Playwright waits half a minute for what is to be done, and five seconds for what is expected: too few where other
# tests run beside this one. What comes sooner is not waited for any longer.
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
CONTRAST = {"type": "rule", "values": ["color-contrast"]}  # all that the dark colours change


def chromium() -> str:
    """The path of Debian's Chromium, installed first if it is missing; fails clearly where that is impossible."""
    found = shutil.which("chromium")
    if found is None and os.geteuid() == 0:
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "chromium"]):
            subprocess.run(["apt-get", *command], check=True, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
        found = shutil.which("chromium")
    if found is None:
        raise RuntimeError("the browser tests need Chromium: run `apt-get install chromium` as root")
    return found


def headless() -> str:
    """The path of Chromium's headless shell, the same engine without windows in a quarter of the time.

    Where the system has none, that of Chromium.
    """
    return shutil.which("chromium-headless-shell") or chromium()


def check(page: Page) -> None:
    """Nothing that axe finds, by day and by night, and nothing beyond the right edge."""
    page.wait_for_load_state()  # the click before may have led here
    for scheme, rules in (("dark", CONTRAST), ("light", RULES)):
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
        found = _axe(page, rules)
        assert found.violations_count == 0, f"{page.url}, {scheme}: {found.generate_report()}"
    assert page.viewport_size
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"], page.url


def _axe(page: Page, rules: Any) -> AxeResults:
    """What is wrong by these rules; axe need not describe all that is right."""
    if not page.evaluate("Boolean(window.axe)"):
        page.evaluate(AXE_SCRIPT)
    options = {"runOnly": rules, "resultTypes": ["violations"]}
    return AxeResults(page.evaluate("options => axe.run(options)", options))


@contextmanager
def unattended(url: str) -> Iterator[None]:
    """A Chromium that opens `url` with nobody driving it: what it refuses under a debugger, such as prerendering."""
    flags = [flag for flag in FLAGS if flag != "--disable-background-networking"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        command = [chromium(), "--headless", *flags, f"--user-data-dir={profile}", url]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)


@contextmanager
def started(path: str, *flags: str) -> Iterator[Browser]:
    """The Chromium at `path`, driven by Playwright.

    Its loop runs in this thread, so Django would take each query of a test for one in a coroutine.
    """
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "yes")
        browser = playwright.chromium.launch(
            executable_path=path, args=[*FLAGS, *flags], ignore_default_args=list(LEFT_ON)
        )
        browser.on("context", lambda context: context.set_default_timeout(PATIENCE_MS))
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A headless Chromium for the tests of one module."""
    with started(headless()) as browser:
        yield browser


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own; the test fails if a script's error reached it."""
    context = browser.new_context()
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []
