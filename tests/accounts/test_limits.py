"""How often somebody may try: one limit for all processes that serve pages, over restarts; and no address is kept."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.cache import caches
from django.test import Client
from pytest_django import Settings

from tests import people
from tests.accounts.mails import words
from trailhouse import connections
from trailhouse.accounts import limits
from trailhouse.accounts.models import RateLimit
from trailhouse.core import clock

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ADDRESS = "198.51.100.7"


@pytest.fixture
def shared(settings: Settings) -> None:
    """Limits are counted as where PostgreSQL is."""
    settings.CACHES = {"default": connections.counts("postgres://x@127.0.0.1/x"), "memory": connections.counts("")}


def another_process() -> None:
    """What this process remembers is gone, and another one goes on."""
    caches["memory"].clear()
    caches.close_all()


def sign_in(password: str = "a wrong password") -> str:
    """What a browser that tries to sign in reads."""
    form = {"login": people.RESELLER, "password": password}
    return words(Client().post("/sign-in", form, headers={"x-forwarded-for": ADDRESS}, follow=True))


def test_one_process_counts_in_memory_and_several_in_the_database() -> None:
    assert "locmem" in connections.counts("")["BACKEND"]
    assert "db" in connections.counts("postgres://x@127.0.0.1/x")["BACKEND"]


def test_wrong_passwords_in_all_processes_count_together(shared: None) -> None:
    people.reseller()
    for _time in range(5):
        assert "is not right" in sign_in()
        another_process()
    assert "That was wrong too often" in sign_in(people.PASSWORD)


def test_what_is_counted_tells_no_address(shared: None) -> None:
    people.reseller()
    sign_in()
    kept = str(list(RateLimit.objects.values()))
    assert RateLimit.objects.count() > 1
    assert ADDRESS not in kept
    assert people.RESELLER not in kept


@pytest.mark.parametrize("where", ["memory", "database"])
def test_a_count_begins_anew_when_its_time_is_over(where: str, request: pytest.FixtureRequest) -> None:
    if where == "database":
        request.getfixturevalue("shared")
    limits.forget("door")
    with clock.frozen(NOW):
        assert (limits.counted("door"), limits.count("door", 60), limits.count("door", 60)) == (0, 1, 2)
    with clock.frozen(NOW + timedelta(seconds=59)):
        another_process() if where == "database" else None
        assert (limits.counted("door"), limits.count("door", 60)) == (2, 3)
    with clock.frozen(NOW + timedelta(seconds=60)):
        assert (limits.counted("door"), limits.count("door", 60)) == (0, 1)
        limits.forget("door")
        assert limits.counted("door") == 0


def test_what_is_over_is_deleted(shared: None) -> None:
    limits.count("door", 60)
    assert limits.prune() == 0
    with clock.frozen(clock.now() + timedelta(seconds=62)):
        assert limits.prune() == 1
