"""The pages of reports and alerts in a real browser: open to everyone, in every size, full and empty."""

import pytest
from playwright.sync_api import Browser, expect

from tests import people
from tests.browser import browser
from tests.dashboard.test_plain_pages_in_browser import SIZES, Opener, check, opened
from trailhouse.digests import posting, selectors, services, telling
from trailhouse.digests.models import Channel, Schedule
from trailhouse.digests.selectors import Place
from trailhouse.digests.services import AlertText, ScheduleText, Whom
from trailhouse.events.store import Store
from trailhouse.outbox import rendering
from trailhouse.outbox.models import Mail
from trailhouse.sites.models import Site

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
LONG = "a-very-long-name-of-somebody-that-goes-on-and-on@harbour-bakery-of-den-helder.example"
FORMS = ("", "/report", "/alert", "/alert?kind=spike", "/alert?kind=goal", "/destination", "/log")


def much(site: Site) -> str:
    """Fill every list of the pages of a site and of its account; a reader's token."""
    by = people.reseller()
    whom = Whom([by, people.client_person()], ["super", "standard"], [LONG, "board@elsewhere.example"])
    for place in (Place(site.account, site), Place(site.account)):
        for every in ("day", "week", "month"):
            schedule = services.save_schedule(place, ScheduleText(every, 8, whom=whom), by=by)
        services.set_active(schedule, place, active=False, by=by)
        channel, _ = services.add_channel(place, Channel.Kind.SLACK, f"#{LONG}", "https://hooks.slack.com/x", by=by)
        services.add_channel(place, Channel.Kind.WEBHOOK, "Own system", "https://hooks.example/x", by=by)
        for kind in ("spike", "drop", "silence", "first_visit", "not_found"):
            alert = services.save_alert(place, AlertText(kind, channels=[channel], whom=whom), by=by)
        telling.test(alert, by=by)
        posting.send_now(place.schedules[0], by=by)
    return selectors.token_for(LONG, alert)


@pytest.mark.parametrize("viewport", SIZES)
@pytest.mark.parametrize("full", [False, True], ids=["new", "full"])
def test_the_pages_are_open_to_everyone(
    viewport: dict[str, int], full: bool, opened: Opener, bakery: Site, reading: Store
) -> None:
    token = much(bakery) if full else selectors.token_for(LONG, _one(bakery))
    for start in (f"/sites/{bakery.key}/settings/reports", f"/accounts/{bakery.account_id}/reports"):
        for part in FORMS:
            check(opened(f"{start}{part}", signed_in=True, viewport=viewport))
    check(opened(f"/reports/{token}", viewport=viewport))


def _one(site: Site) -> Schedule:
    by = people.reseller()
    place = Place(site.account, site)
    schedule = services.save_schedule(place, ScheduleText("week", 8, whom=Whom([by], (), [LONG])), by=by)
    services.remove(schedule, place, by=by)
    schedule.pk = 1
    return schedule


def test_a_report_is_set_up_by_keyboard_and_told_what_is_wrong(opened: Opener, bakery: Site, reading: Store) -> None:
    page = opened(f"/sites/{bakery.key}/settings/reports", signed_in=True)
    page.get_by_role("link", name="Add report").click()
    page.get_by_label("How often").select_option("day")
    page.get_by_label("Further addresses").fill("nobody")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_text("nobody is no e-mail address.")).to_be_visible()
    check(page)
    page.get_by_label("Further addresses").fill("board@elsewhere.example")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.get_by_role("row", name="Every day at 08:00")).to_contain_text("board@elsewhere.example")


def test_the_secret_of_a_webhook_is_shown_once(opened: Opener, bakery: Site, reading: Store) -> None:
    page = opened(f"/sites/{bakery.key}/settings/reports/destination", signed_in=True)
    page.get_by_label("What it is").select_option("webhook")
    page.get_by_label("Name").fill("Own system")
    page.get_by_label("Address to post to").fill("https://hooks.example/x")
    page.get_by_role("button", name="Save").press("Enter")
    expect(page.locator("#secret")).to_contain_text("whsec_")
    check(page)
    page.get_by_role("link", name="Done").click()
    expect(page.get_by_role("row", name="Own system")).to_be_visible()
    assert "whsec_" not in page.content()


@pytest.mark.parametrize("viewport", SIZES)
def test_the_mails_are_open_to_everyone(
    viewport: dict[str, int], browser: Browser, bakery: Site, reading: Store
) -> None:
    much(bakery)
    page = browser.new_page(viewport=viewport)  # type: ignore[arg-type]
    written = [Mail.objects.filter(template=f"digests/{name}") for name in ("report", "alert")]
    for mail in [*written[0], written[1].first()]:
        assert mail is not None
        page.set_content(rendering.render(mail).html)
        check(page)
    page.close()
