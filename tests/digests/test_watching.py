"""An alert is told when something happened, once, to whom it concerns, and not again within its quiet time."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests import people
from tests.dashboard import visits
from trailhouse.accounts.models import Account
from trailhouse.core import clock
from trailhouse.digests import services, texts, watching
from trailhouse.digests.models import Alert, Firing, Sending
from trailhouse.digests.selectors import Place
from trailhouse.digests.services import AlertText, Whom
from trailhouse.events import current
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.outbox import sending
from trailhouse.outbox.models import Mail
from trailhouse.sites.models import Membership, Site
from trailhouse.sites.services import add_goal

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
MINUTE = 60_000
_number = 0


@pytest.fixture
def site(store: Store) -> Iterator[Site]:
    """The bakery, five weeks after its first visit, with the store that is asked."""
    current.use(store)
    with clock.frozen(NOW - timedelta(days=1)):
        found = people.bakery()
    Site.objects.filter(pk=found.pk).update(first_event_at=NOW - timedelta(days=40), timezone="Europe/Amsterdam")
    found.refresh_from_db()
    yield found
    current.use(None)


def came(site: Site, count: int, at: datetime, **values: object) -> list[Event]:
    """`count` visitors who look at one page each, spread over the half hour before `at`."""
    global _number
    found: list[Event] = []
    for n in range(count):
        _number += 1
        start = clock.to_ms(at) - 30 * MINUTE + n * 1000
        found += visits.visit(site.pk, 6 * _number + 1, start, ("/",), **values)
    return found


def usual(store: Store, site: Site, *counts: int, now: datetime = NOW) -> None:
    """Visitors in the same local hour, one week before, two weeks before, and so on."""
    local = now.astimezone(ZoneInfo(site.timezone))
    for ago, count in enumerate(counts, 1):
        visits.add(store, came(site, count, (local - timedelta(weeks=ago)).astimezone(UTC)))


def alert(site: Site | None, kind: str, whom: Whom | None = None, **values: object) -> Alert:
    """An alert that was set up the day before."""
    place = Place(people.account(), site)
    with clock.frozen(NOW - timedelta(days=1)):
        text = AlertText(kind, whom=whom or Whom([people.reseller()]), **values)  # type: ignore[arg-type]
        return services.save_alert(place, text, by=people.reseller())


def watch(now: datetime = NOW) -> int:
    with clock.frozen(now):
        return watching.watch()


def told() -> list[str]:
    """The alerts that were written, subject and first sentence."""
    found = Mail.objects.filter(template="digests/alert").order_by("pk")
    return [f"{mail.context['title']}: {mail.context['text']}" for mail in found]


def test_many_more_visitors_than_usual_are_told_in_words(site: Site, store: Store) -> None:
    usual(store, site, 40, 70, 55, 62)
    visits.add(store, came(site, 312, NOW))
    alert(site, "spike")
    assert watch() == 1
    assert told() == [
        "Many more visitors than usual on harbour-bakery.example: "
        "312 visitors in the last hour. Usual at this time: 40 to 70."
    ]
    letter = sending.message(Mail.objects.get())
    assert letter.subject == "Many more visitors than usual on harbour-bakery.example"
    assert f"http://127.0.0.1:8000/sites/{site.key}?period=today" in letter.body
    assert letter.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_other_hours_and_weekdays_do_not_count_as_usual(site: Site, store: Store) -> None:
    usual(store, site, 10, 10, 10, 10)
    for hours in (2, 24, 26, 24 * 6):
        visits.add(store, came(site, 200, NOW - timedelta(hours=hours)))
    visits.add(store, came(site, 40, NOW))
    alert(site, "spike")
    assert watch() == 1


def test_the_same_hour_is_that_of_the_sites_clock_also_when_it_was_changed(site: Site, store: Store) -> None:
    """On 27 October clocks in Amsterdam had just gone back: the same local hour was an hour earlier in UTC before."""
    now = datetime(2026, 10, 27, 14, 0, tzinfo=UTC)
    Site.objects.filter(pk=site.pk).update(first_event_at=now - timedelta(days=40))
    usual(store, site, 100, 100, 100, 100, now=now)
    visits.add(store, came(site, 120, now))
    alert(site, "spike")
    Alert.objects.update(since=now - timedelta(days=1))
    assert watch(now) == 0


def test_far_fewer_visitors_than_usual_are_told(site: Site, store: Store) -> None:
    usual(store, site, 40, 70, 55, 62)
    visits.add(store, came(site, 6, NOW))
    alert(site, "drop")
    alert(site, "spike")
    assert watch() == 1
    assert told()[0].endswith("6 visitors in the last hour. Usual at this time: 40 to 70.")


def test_silence_is_told_where_there_usually_is_something(site: Site, store: Store) -> None:
    usual(store, site, 9, 12, 7, 30)
    alert(site, "silence", threshold=3)
    assert watch() == 1
    assert told()[0].startswith("No visits on harbour-bakery.example: No visit in the last 3 hours.")


def test_silence_at_an_hour_that_is_always_silent_is_nothing(site: Site, store: Store) -> None:
    usual(store, site, 9, 12, 7, 30)
    alert(site, "silence", threshold=3)
    assert watch(NOW - timedelta(hours=12)) == 0


def test_a_site_of_one_week_has_no_usual_yet(site: Site, store: Store) -> None:
    Site.objects.filter(pk=site.pk).update(first_event_at=NOW - timedelta(days=8))
    visits.add(store, came(site, 500, NOW))
    alert(site, "spike")
    assert watch() == 0


def test_the_history_of_a_site_that_nobody_has_opened_yet_is_looked_for(site: Site, store: Store) -> None:
    Site.objects.filter(pk=site.pk).update(first_event_at=None)
    visits.add(store, came(site, 1, NOW - timedelta(days=30)))
    usual(store, site, 10, 10, 10, 10)
    visits.add(store, came(site, 100, NOW))
    alert(site, "spike")
    assert watch() == 1
    site.refresh_from_db()
    assert site.first_event_at is not None
    assert site.first_event_at < NOW - timedelta(days=29)


def test_nothing_is_told_again_within_the_quiet_time(site: Site, store: Store) -> None:
    usual(store, site, 1, 1, 1, 1)
    visits.add(store, came(site, 100, NOW))
    one = alert(site, "spike", quiet_min=15)
    assert watch() == 1
    assert watch(NOW + timedelta(minutes=14)) == 0
    assert watch(NOW + timedelta(minutes=15)) == 1
    assert Firing.objects.filter(alert=one).count() == 2
    assert watch(NOW + timedelta(hours=2)) == 0, "they have left"


def test_two_processes_that_look_at_once_tell_it_once(site: Site, store: Store) -> None:
    usual(store, site, 1, 1, 1, 1)
    visits.add(store, came(site, 100, NOW))
    alert(site, "spike")
    with clock.frozen(NOW):
        [seen] = list(watching._watched(NOW))
        values = {"now": 100, "low": 1, "high": 1, "since_ms": 0}
        assert watching._fire(seen, values, NOW)
        assert not watching._fire(seen, values, NOW)
    assert len(told()) == 1


def test_the_first_visit_is_told_once(site: Site, store: Store) -> None:
    Site.objects.filter(pk=site.pk).update(first_event_at=None)
    alert(site, "first_visit")
    assert watch() == 0
    visits.add(store, came(site, 1, NOW))
    assert watch() == 1
    assert watch(NOW + timedelta(days=3)) == 0
    assert told() == ["The first visit on harbour-bakery.example: The script works: the first visit has been counted."]


def test_a_site_that_was_visited_before_has_no_first_visit_to_come(site: Site, store: Store) -> None:
    visits.add(store, came(site, 1, NOW))
    alert(site, "first_visit")
    assert watch() == 0


def test_a_goal_is_told_with_how_often_it_was_reached_since_it_was_told_lastly(site: Site, store: Store) -> None:
    goal = add_goal(site, "event", "Order", name="Order placed")
    visits.add(
        store, [one for n in range(3) for one in visits.visit(site.pk, 5 * n + 2, clock.to_ms(NOW) - 9 * MINUTE)]
    )
    alert(site, "goal", goal=goal)
    assert watch() == 1
    assert told()[0].startswith("Order placed: reached on harbour-bakery.example: It was reached 3 times since")
    later = NOW + timedelta(minutes=61)
    assert watch(later) == 0, "none since"
    visits.add(store, [*visits.visit(site.pk, 22, clock.to_ms(NOW) + 5 * MINUTE)])
    assert watch(later) == 1
    assert "reached 1 time since 24 Nov 2026, 15:00" in told()[1]


def test_a_goal_below_its_threshold_is_not_told(site: Site, store: Store) -> None:
    goal = add_goal(site, "event", "Order", name="Order placed")
    visits.add(store, [*visits.visit(site.pk, 2, clock.to_ms(NOW) - 9 * MINUTE)])
    alert(site, "goal", goal=goal, threshold=2)
    assert watch() == 0


def test_pages_that_are_not_found_are_told_over_a_threshold(site: Site, store: Store) -> None:
    visits.add(store, came(site, 19, NOW, name="404"))
    alert(site, "not_found")
    assert watch() == 0
    visits.add(store, came(site, 1, NOW, name="404"))
    assert watch() == 1
    assert told()[0].endswith("Pages that do not exist were shown 20 times in the last hour.")


def test_all_sites_of_all_accounts_are_counted_by_one_statement(
    site: Site, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    law = people.law_firm()
    Site.objects.filter(pk=law.pk).update(first_event_at=NOW - timedelta(days=40), timezone="Europe/Amsterdam")
    law.refresh_from_db()
    goal = add_goal(site, "event", "Order", name="Order placed")
    for kind in ("spike", "drop", "silence", "not_found"):
        alert(None, kind)
    alert(site, "goal", goal=goal)
    usual(store, law, 1, 1, 1, 1)
    visits.add(store, came(law, 100, NOW))
    asked: list[str] = []
    rows = store.rows

    def noted(sql: str, *rest: Any) -> list[tuple[Any, ...]]:
        asked.append(sql)
        return rows(sql, *rest)

    monkeypatch.setattr(store, "rows", noted)
    assert watch() == 1
    assert len(asked) == 1
    assert told()[0].startswith("Many more visitors than usual on vanleer-law.example")


@pytest.mark.parametrize("how", ["locked", "stopped", "deleted", "paused", "suspended", "closed", "off"])
def test_nothing_is_told_of_a_site_that_is_shut(site: Site, store: Store, how: str) -> None:
    usual(store, site, 9, 12, 7, 30)
    alert(site, "silence")
    alert(None, "silence")
    sites, accounts = Site.objects.filter(pk=site.pk), Account.objects.filter(pk=site.account_id)
    {
        "locked": lambda: sites.update(locked=True),
        "stopped": lambda: sites.update(stopped=True),
        "deleted": lambda: sites.update(delete_at=NOW),
        "paused": lambda: sites.update(counts=False),
        "suspended": lambda: accounts.update(suspended_at=NOW),
        "closed": lambda: accounts.update(closed_at=NOW),
        "off": lambda: Alert.objects.update(active=False),
    }[how]()
    assert watch() == 0
    assert Sending.objects.count() == 0


def test_it_is_told_to_those_alone_who_see_that_part(site: Site, store: Store) -> None:
    baker = people.client_person()
    Membership.objects.filter(user=baker).update(sections=["pages"])
    usual(store, site, 9, 12, 7, 30)
    visits.add(store, came(site, 100, NOW, name="404"))
    whom = Whom([people.reseller(), baker, people.stranger()])
    alert(site, "not_found", whom)
    alert(site, "spike", whom)
    assert watch() == 2
    assert sorted(Mail.objects.filter(template="digests/alert").values_list("to", "context__title")) == [
        (baker.email, "Pages not found on harbour-bakery.example"),
        (people.RESELLER, "Many more visitors than usual on harbour-bakery.example"),
        (people.RESELLER, "Pages not found on harbour-bakery.example"),
    ]


@pytest.mark.parametrize("kind", list(Alert.Kind))
def test_every_kind_has_words(kind: str) -> None:
    values = {"now": 2, "low": 1, "high": 1, "hours": 1, "goal": "Order", "since": "today"}
    assert texts.title(kind, "a.example", values)
    assert texts.text(kind, values)
