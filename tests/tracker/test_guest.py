"""The script is a guest on the page: it never throws there, never delays it, and copes with strict hosts."""

import pytest
from msgspec.structs import replace
from playwright.sync_api import Page

from tests.tracker.site import TrackedSite

pytestmark = pytest.mark.browser

FREEZE = """for (const object of %s) Object.freeze(object.prototype || object);"""
LANGUAGE = "[Object, Function, Array, String, Promise, RegExp, Map, Date, JSON, Math, Reflect, Symbol.iterator]"
EVERYTHING = (
    "Object.getOwnPropertyNames(window).filter(name => /^[A-Z]/.test(name)).map(name => window[name])"
    ".filter(Boolean).concat([JSON, Math])"
)
USE = "trailhouse('Used', {props: {a: 1}}); trailhouse.consent(true); trailhouse.name('Ann')"


def test_a_strict_content_security_policy_that_allows_the_host_is_enough(page: Page, site: TrackedSite) -> None:
    site.settings = replace(site.settings, recognised=True)
    site.headers["Content-Security-Policy"] = (
        f"default-src 'none'; script-src {site.collector}; connect-src {site.collector}; base-uri 'none'; "
        "require-trusted-types-for 'script'; trusted-types 'none'; sandbox allow-scripts allow-same-origin"
    )
    page.goto(f"{site.url}/one")
    page.evaluate(USE)
    site.named("identify")
    page.evaluate("history.pushState({}, '', '/two')")
    site.named("pageview", 2)


def test_a_policy_that_forbids_sending_is_no_error(page: Page, site: TrackedSite) -> None:
    site.headers["Content-Security-Policy"] = f"script-src {site.collector}; connect-src 'none'"
    page.clock.install()
    page.goto(f"{site.url}/one")
    page.evaluate(USE)
    page.clock.run_for(10_000)
    assert site.sent == []


def test_a_page_that_froze_the_prototypes_of_the_language_is_counted_whole(page: Page, site: TrackedSite) -> None:
    site.settings = replace(site.settings, recognised=True)
    site.early = FREEZE % LANGUAGE
    page.goto(f"{site.url}/one")
    page.evaluate(USE)
    site.named("identify")
    page.evaluate("history.pushState({}, '', '/two')")
    site.named("pageview", 2)


def test_a_page_that_froze_everything_is_counted_and_unharmed(page: Page, site: TrackedSite) -> None:
    site.early = FREEZE % EVERYTHING
    page.goto(f"{site.url}/one")
    page.evaluate(USE)
    site.named("Used")
    page.evaluate("location.hash = 'a'; history.pushState({}, '', '/two')")
    assert page.evaluate("location.pathname") == "/two"


@pytest.mark.parametrize(
    "vandalism",
    [
        "JSON.stringify = null",
        "JSON.stringify = () => { throw 1 }",
        "Array.prototype.map = () => { throw 1 }",
        "Object.prototype.toJSON = () => { throw 1 }",
        "String.prototype.split = null; Object.defineProperties = null",
        "addEventListener = null",
        "fetch = () => { throw 1 }",
        "fetch = () => undefined",
        "URL = null",
        "Promise = null; Math = null; Date = null",
        "history.pushState = null",
        "Element.prototype.closest = null",
        "window.trailhouse = 5",
        "window.trailhouse = {q: 7}",
        "Object.defineProperty(window, 'trailhouse', {value: () => 0})",
        "Object.defineProperty(window, 'localStorage', {value: null})",
        "document.addEventListener('DOMContentLoaded', () => { document.hasFocus = null })",
    ],
)
def test_a_page_that_breaks_the_language_sees_no_error_of_ours(page: Page, site: TrackedSite, vandalism: str) -> None:
    site.early, site.body = vandalism, '<a href="#x">go</a>'
    page.goto(f"{site.url}/one")
    page.click("a")
    page.evaluate("window.trailhouse && trailhouse.consent && (trailhouse('x'), trailhouse('y', {props: 1}))")
    page.evaluate("dispatchEvent(new Event('blur')); dispatchEvent(new Event('scroll'))")
    assert page.inner_text("a") == "go"


def test_arguments_that_make_no_sense_are_no_error(page: Page, site: TrackedSite) -> None:
    page.goto(f"{site.url}/one")
    page.evaluate(
        """const loop = {}; loop.loop = loop
        for (const name of [undefined, null, 7, {}, () => 1, Symbol('x')])
          for (const options of [undefined, null, 7, 'x', [], {props: loop}, {u: loop}, {callback: 5}])
            trailhouse(name, options)
        trailhouse.consent({}); trailhouse.consent(); trailhouse.name(); trailhouse.name(loop, loop)
        trailhouse('End')"""
    )
    site.wait(lambda: "End" in [event.get("n") for event in site.sent])


def test_a_sandboxed_frame_without_storage_is_counted(page: Page, site: TrackedSite) -> None:
    site.bodies["/frame"] = '<iframe sandbox="allow-scripts" src="/inside"></iframe>'
    page.goto(f"{site.url}/frame")
    site.named("pageview", 2)
    assert sorted(site.paths()) == ["/frame", "/inside"]


def test_a_network_failure_is_tried_again_twice(page: Page, site: TrackedSite) -> None:
    page.clock.install()
    page.add_init_script(
        """window.calls = []; const real = fetch
        window.fetch = (...args) => {
          const call = real(...args)
          calls.push(call.catch(() => "failed"))
          return call
        }"""
    )
    site.refusals = 100  # Chromium by itself tries once more on a broken connection
    page.goto(f"{site.url}/one")
    for attempt in range(3):
        assert page.evaluate(f"calls[{attempt}]") == "failed"
        page.clock.run_for(3_000)
    page.clock.run_for(600_000)
    assert page.evaluate("calls.length") == 3

    page.evaluate("trailhouse('Later')")
    assert page.evaluate("calls[3]") == "failed"
    site.refusals = 0
    page.clock.run_for(3_000)
    site.named("Later")


def test_a_slow_script_and_a_slow_collector_delay_nothing(page: Page, site: TrackedSite) -> None:
    site.script_served.clear()
    site.events_answered.clear()
    site.body = '<a href="/two">go</a>'
    page.goto(f"{site.url}/one", wait_until="commit")
    assert page.inner_text("a") == "go"  # shown while the script is still on its way
    site.script_served.set()
    page.wait_for_load_state("load")
    page.click("a")
    page.wait_for_url("**/two")  # left while the answer is still on its way
    site.named("pageview", 2)
    assert sorted(site.paths()) == ["/one", "/two"]
