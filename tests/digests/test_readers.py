"""Whoever gets a report or an alert stops it by one request, without a sign-in; a look at the page changes nothing."""

import pytest
from django.test import Client

from tests import people
from trailhouse.digests import selectors, services
from trailhouse.digests.models import OptOut, Schedule
from trailhouse.digests.selectors import Place
from trailhouse.digests.services import AlertText, ScheduleText, Whom
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db
BOARD = "board@elsewhere.example"


@pytest.fixture
def strict() -> Client:
    """A browser, or a mail program, that has no cookie and no token against forgery."""
    return Client(enforce_csrf_checks=True)


def made(site: Site) -> tuple[Schedule, Schedule, str]:
    """Two reports and an alert to a board member, and the link in the first one's mail."""
    place, by, whom = (
        Place(site.account, site),
        people.reseller(),
        Whom([], addresses=[BOARD, "other@elsewhere.example"]),
    )
    first = services.save_schedule(place, ScheduleText("week", 8, whom=whom), by=by)
    second = services.save_schedule(place, ScheduleText("month", 8, whom=whom), by=by)
    services.save_alert(place, AlertText("spike", whom=whom), by=by)
    return first, second, f"/reports/{selectors.token_for(BOARD, first)}"


def emails(schedule: Schedule) -> list[str]:
    return [reader.email for reader in selectors.readers(schedule, schedule.site)]


def test_a_mail_program_stops_it_by_one_request(strict: Client) -> None:
    first, second, link = made(people.bakery())
    answer = strict.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert emails(first) == ["other@elsewhere.example"]
    assert BOARD in emails(second)
    assert strict.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    assert OptOut.objects.count() == 1


def test_a_scanner_that_follows_the_link_stops_nothing(strict: Client) -> None:
    first, _second, link = made(people.bakery())
    page = strict.get(link)
    assert page.status_code == 200
    assert page.headers["Cache-Control"]
    assert BOARD in page.text
    assert "other@elsewhere.example" not in page.text
    assert strict.head(link).status_code == 200
    assert BOARD in emails(first)


def test_the_page_stops_and_starts_each_of_them_and_all(strict: Client) -> None:
    first, second, link = made(people.bakery())
    assert strict.get(link).text.count("Stop it<") == 3
    strict.post(link, {"do": "stop", "which": f"schedule/{second.pk}"})
    assert BOARD not in emails(second)
    assert "Get it again" in strict.get(link).text
    strict.post(link, {"do": "want", "which": f"schedule/{second.pk}"})
    assert BOARD in emails(second)
    strict.post(link, {"do": "none"})
    assert BOARD not in emails(first) + emails(second)
    assert "All of it is stopped." in strict.get(link).text
    strict.post(link, {"do": "some"})
    assert BOARD in emails(first)


def test_a_link_stops_its_own_readers_mail_alone(strict: Client) -> None:
    first, _second, link = made(people.bakery())
    foreign = services.save_schedule(
        Place(people.account(), people.law_firm()),
        ScheduleText("day", 8, whom=Whom([people.reseller()])),
        by=people.reseller(),
    )
    strict.post(link, {"do": "stop", "which": f"schedule/{foreign.pk}"})
    strict.post(link, {"do": "anything"})
    assert OptOut.objects.count() == 0
    assert "vanleer-law" not in strict.get(link).text
    assert emails(first)


@pytest.mark.parametrize("token", ["x", "WyJhIiwxLDEsbnVsbF0:1:x", "a:b:c", "%00"])
def test_a_link_that_is_not_ours_leads_nowhere(strict: Client, token: str) -> None:
    made(people.bakery())
    assert strict.get(f"/reports/{token}").status_code == 404
    assert strict.post(f"/reports/{token}", {"do": "none"}).status_code == 404


def test_a_changed_link_is_not_ours(strict: Client) -> None:
    first, _second, link = made(people.bakery())
    other = selectors.token_for("other@elsewhere.example", first)
    forged = other.partition(":")[0] + ":" + link.removeprefix("/reports/").partition(":")[2]
    assert strict.get(f"/reports/{forged}").status_code == 404


def test_a_link_to_what_was_removed_still_shows_what_is_left(strict: Client) -> None:
    first, _second, link = made(people.bakery())
    services.remove(first, Place(first.account, first.site), by=people.reseller())
    page = strict.get(link)
    assert page.text.count("Stop it<") == 2
    assert strict.post(link, {"List-Unsubscribe": "One-Click"}).status_code == 200
    Schedule.objects.all().delete()
