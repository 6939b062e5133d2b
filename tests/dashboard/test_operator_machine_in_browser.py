"""The operator's pages about the machine in a real browser: open to everyone, by keyboard, renewed by themselves."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.browser import browser
from tests.dashboard import visits
from tests.dashboard.test_operator_machine import left_out, sample
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from tests.dashboard.test_people_in_browser import Opener, opened
from tests.dashboard.test_plain_pages_in_browser import check
from trailhouse.core import clock
from trailhouse.dashboard import instance_figures
from trailhouse.events import health
from trailhouse.events.health import Vitals
from trailhouse.events.store import Store
from trailhouse.outbox import services as outbox
from trailhouse.outbox.models import Task
from trailhouse.outbox.runs import Recorder, Run
from trailhouse.sites.models import Site

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = ("/operator", "/operator/jobs", "/operator/left-out", "/operator/mail", "/operator/instance")


@pytest.fixture(autouse=True)
def _known() -> Iterator[None]:
    instance_figures.forget()
    health.watch(Vitals)
    yield
    instance_figures.forget()
    health.watch(Vitals)


def much(store: Store, site: Site) -> Task:
    """A busy instance on which not all is well; a task that was given up."""
    health.watch(lambda: Vitals(canary_lost=True, canary_ms=340_000, behind_ms=1_000, minute=48_213, hour=2_913_400))
    visits.add(store, list(visits.ordinary(site.pk)))
    for ago in range(25):
        left_out(store, site.pk, "bot_user_agent", 3_000 + 97 * ago, ago)
        left_out(store, 0, "unknown_site", 1_000 + 31 * ago, ago)
    page = f"{'very-long-name.' * 5}example/private"
    for reason in ("foreign_hostname", "bot_headless", "malformed"):
        sample(store, site.pk, reason, f'{{"name": "pageview", "page": "{page}", "user_agent": "{"Robot/1.0 " * 9}"}}')
    Recorder().note(Run("send mail", 1, clock.now(), 5, f"OSError: {'no-route-to-host' * 20}", "0a1b2c3d"))
    for name in ("delete sites", "turn salts", "publish sites"):
        Recorder().note(Run(name, 600, clock.now() - timedelta(minutes=5), 5_000))
    outbox.task("sites/bulk", {}, total=4_000, account_id=site.account_id)
    Task.objects.update(done=1_500, created_at=clock.now() - timedelta(minutes=1))
    failed = outbox.task("sites/bulk", {}, total=40, account_id=site.account_id)
    gone = {"state": Task.State.FAILED, "done": 7, "ended_at": clock.now(), "last_error": "OSError: away " * 20}
    Task.objects.filter(pk=failed.pk).update(**gone)
    return failed


@pytest.mark.parametrize("viewport", [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")])
def test_the_pages_are_open_to_everyone(
    viewport: dict[str, int], opened: Opener, reading: Store, live_server: LiveServer
) -> None:
    page = opened("/operator", people.operator(), viewport=viewport)
    for path in PAGES:  # nothing yet
        page.goto(live_server.url + path)
        check(page)
    much(reading, people.bakery())
    instance_figures.forget()
    for path in PAGES[:3]:
        page.goto(live_server.url + path)
        for closed in page.locator("main details > summary").all():
            closed.click()
        check(page)


def test_by_keyboard_work_is_run_again_and_the_page_renews_itself(
    opened: Opener, reading: Store, live_server: LiveServer
) -> None:
    failed = much(reading, people.bakery())
    page = opened("/operator/jobs", people.operator())
    button = page.locator(f"#again-{failed.pk}")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_contain_text("goes on where it was")
    failed.refresh_from_db()
    assert failed.state == Task.State.WAITING
    page.goto(f"{live_server.url}/operator")
    expect(page.locator("#machine h2").first).to_have_text("Something needs mending")
    page.locator("#figure-8").focus()
    health.watch(lambda: Vitals(canary_ms=1_000))
    page.evaluate("htmx.ajax('GET', '/operator', {target: '#machine', swap: 'outerHTML'})")
    expect(page.locator("#machine h2").first).to_have_text("It works; some things are worth a look")
    expect(page.locator("#figure-8")).to_be_focused()  # what had the focus keeps it
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Left out").press("Enter")
    page.get_by_role("link", name="The user agent is that of a known bot").press("Enter")
    expect(page.locator(".chip")).to_contain_text("The user agent is that of a known bot")
