"""Taking the statistics of a site that has ended, in a real browser."""

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.billing import money
from tests.browser import browser, check
from tests.dashboard.payer import METER
from tests.dashboard.test_exports_in_browser import look
from tests.dashboard.test_pages_in_browser import NARROW, WIDE, Opener, opened
from trailhouse.billing import tick
from trailhouse.billing.models import Subscription
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.outbox.working import carry_out_due

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def ended(transactional_db: None, store: Store, browser: Browser, live_server: LiveServer) -> Iterator[Subscription]:
    """A site that nobody paid for."""
    current.use(store)
    with ExitStack() as held:
        held.enter_context(clock.frozen(money.START))
        money.switch_on()
        one = money.site("dune-hotel.example")
        for days in (30, 61):
            held.enter_context(clock.frozen(money.START + timedelta(days=days)))
            tick.run(METER)
        one.refresh_from_db()
        assert one.state == State.CANCELLED
        yield one
    current.use(None)


@pytest.mark.parametrize("viewport", [WIDE, NARROW], ids=["wide", "narrow"])
def test_the_page_of_a_site_that_has_ended_gives_its_statistics(
    viewport: dict[str, int], ended: Subscription, opened: Opener
) -> None:
    base = f"/accounts/{ended.account_id}/billing/sites/{ended.pk}"
    page = opened(base, viewport=viewport)
    page.get_by_label("What, and in which format").select_option(label="Totals by day · XLSX")
    page.get_by_role("button", name="Export").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    check(page)
    carry_out_due()
    with page.expect_download() as found:
        page.get_by_role("link", name="Get the file").click()
    assert found.value.suggested_filename.endswith(".xlsx")
    check(page)
    look(page, f"taken-{viewport['width']}")
    page.get_by_role("link", name="Back").click()
    expect(page.get_by_role("link", name="Totals by day · XLSX")).to_be_visible()
    check(page)
    look(page, f"leaving-{viewport['width']}")
