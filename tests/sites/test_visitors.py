"""Naming, erasing and taking along what is kept of one visitor."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from tests import people
from tests.events.makers import MINUTE, NOON, event
from trailhouse.accounts.models import AuditEntry
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.events import blocks, current, visitor_erasures, visitors
from trailhouse.events.store import Store
from trailhouse.sites import services, upkeep
from trailhouse.sites import visitors as own
from trailhouse.sites.models import Site, VisitorName
from trailhouse.sites.visitors import names_for
from trailhouse.stats.reports.visitor_names import profile_of

pytestmark = pytest.mark.django_db
ANN, DAILY, BEN = 2**64 - 7, 0xAB, 0xBE
LATER = clock.from_ms(NOON + 60 * MINUTE)
HOSTILE = '"><img src=x onerror=alert(1)>'


@pytest.fixture
def site(store: Store) -> Iterator[Site]:
    """The bakery, which recognises: Ann agreed in her first visit and came again, Ben never did."""
    current.use(store)
    site = services.change_site(people.bakery(), {"privacy": "recognised"}, by=None)
    facts = {"name": "Ann", "plan": "pro"}
    put(
        store,
        visit(site, DAILY, NOON, 1),
        visit(site, DAILY, NOON + MINUTE, 1, start=NOON, person=ANN, name="identify", props=facts),
        visit(site, ANN, NOON + 40 * MINUTE, 2, person=ANN, path="/menu"),
        visit(site, ANN, NOON + 41 * MINUTE, 2, start=NOON + 40 * MINUTE, person=ANN, name="identify",
              props={"plan": "gold"}),
        visit(site, BEN, NOON, 3, path="/ben"),
    )  # fmt: skip
    with clock.frozen(LATER):
        yield site
    current.use(None)
    (settings().data / visitor_erasures.FILE).unlink(missing_ok=True)


def visit(site: Site, visitor: int, at: int, number: int, *, start: int = 0, **values: object) -> object:
    return event(at, site_id=site.pk, visitor_id=visitor, visit_id=number, visit_started=start or at, **values)


def put(store: Store, *events: object) -> None:
    visitors.note(store, events, 1)  # type: ignore[arg-type]
    store.insert_block("events", blocks.of_events(events))  # type: ignore[arg-type]


def called(site: Site, store: Store) -> dict[int, str]:
    return names_for(site, store, [ANN, DAILY, BEN])


def address(site: Site, what: str, visitor: int) -> str:
    return reverse(f"visitor_{what}", args=[site.key, own.hex_of(visitor)])


@pytest.fixture
def reseller(client: Client) -> Client:
    client.force_login(people.reseller())
    return client


def test_the_peoples_own_name_wins_under_all_numbers_and_none_gives_the_sites_back(site: Site, store: Store) -> None:
    assert called(site, store) == {ANN: "gold", DAILY: "Ann"}
    own.rename(site, DAILY, "  Ann   Berg ", store, by=people.reseller())
    assert called(site, store) == {ANN: "Ann Berg", DAILY: "Ann Berg"}
    own.rename(site, ANN, "", store, by=people.reseller())
    assert called(site, store) == {ANN: "gold", DAILY: "Ann"}


def test_at_a_level_that_keeps_no_names_none_is_told_or_given(site: Site, store: Store) -> None:
    own.rename(site, ANN, "Ann Berg", store, by=None)
    site.privacy = "visits"
    assert called(site, store) == {}
    assert own.own_names(site, [ANN]) == {}
    with pytest.raises(UserError, match="keeps no names"):
        own.rename(site, ANN, "Ann", store, by=None)


@pytest.mark.parametrize("name", ["a" * 121, "Ann\x00"])
def test_what_cannot_be_a_name_is_refused(name: str, site: Site, store: Store) -> None:
    with pytest.raises(UserError, match="cannot be a name"):
        own.rename(site, ANN, name, store, by=None)
    assert not VisitorName.objects.exists()


def test_a_profile_holds_the_newest_of_each_fact(site: Site, store: Store) -> None:
    wanted = {"name": "Ann", "plan": "gold"}
    assert profile_of(store, site.pk, ANN) == profile_of(store, site.pk, DAILY) == wanted
    assert profile_of(store, site.pk, BEN) == {}


def test_an_erased_visitor_leaves_nothing_and_the_log_tells_who_did_it(
    site: Site, store: Store, reseller: Client
) -> None:
    own.rename(site, ANN, "Ann Berg", store, by=people.reseller())
    page = reseller.get(address(site, "erase", DAILY))
    assert "Erase Ann Berg?" in page.content.decode()
    assert store.rows("SELECT count() FROM events") == [(5,)]
    assert reseller.post(address(site, "erase", DAILY)).status_code == 302
    assert store.rows("SELECT path FROM events") == [("/ben",)]
    assert called(site, store) == {}
    assert not VisitorName.objects.exists()
    entry = AuditEntry.objects.get(action="visitor.erased")
    assert (entry.user, entry.account, entry.details["visitor"]) == (people.reseller(), site.account, own.hex_of(DAILY))
    log = " ".join(str(e.details) for e in AuditEntry.objects.filter(account=site.account))
    assert "Ann Berg" not in log


def test_all_that_is_kept_can_be_taken_along(site: Site, store: Store, reseller: Client) -> None:
    own.rename(site, ANN, HOSTILE, store, by=None)
    answer = reseller.get(address(site, "export", ANN))
    told = json.loads(b"".join(answer.streaming_content))  # type: ignore[attr-defined]
    assert (told["site"], told["known_as"], len(told["events"])) == (site.domain, [HOSTILE], 4)
    first, *_, last = told["events"]
    assert (first["visitor_id"], last["visitor_id"]) == (own.hex_of(DAILY), own.hex_of(ANN))
    assert first["ts"] == "2026-03-14T12:00:00+00:00"
    assert last["props"] == {"plan": "gold"}
    assert answer["Content-Disposition"].startswith("attachment;")
    assert AuditEntry.objects.filter(action="visitor.exported", user=people.reseller()).count() == 1
    nobody = reseller.get(address(site, "export", 1))
    assert json.loads(b"".join(nobody.streaming_content))["events"] == []  # type: ignore[attr-defined]


def test_a_strict_site_has_nothing_of_one_visitor_to_give(site: Site, reseller: Client) -> None:
    services.change_site(site, {"privacy": "strict"}, by=None)
    assert reseller.get(address(site, "export", ANN)).status_code == 403
    assert reseller.post(address(site, "rename", ANN), {"name": "x"}).status_code == 403


def test_whoever_looks_alone_may_neither_rename_nor_erase(site: Site, store: Store, client: Client) -> None:
    client.force_login(people.client_person())
    for what in ("rename", "erase"):
        assert client.post(address(site, what, ANN)).status_code == 404
    assert client.get(address(site, "export", ANN)).status_code == 200
    assert store.rows("SELECT count() FROM events") == [(5,)]


@pytest.mark.parametrize("text", ["x", "0x7", "1" * 17, "-1"])
def test_what_is_no_number_of_a_visitor_is_not_found(text: str, site: Site, reseller: Client) -> None:
    for what in ("rename", "erase"):
        assert reseller.post(reverse(f"visitor_{what}", args=[site.key, text])).status_code == 404


def test_renaming_by_the_page_shows_what_was_typed_as_text(site: Site, store: Store, reseller: Client) -> None:
    assert reseller.post(address(site, "rename", ANN), {"name": HOSTILE}).status_code == 302
    assert called(site, store)[ANN] == HOSTILE
    page = reseller.get(address(site, "erase", ANN)).content.decode()
    assert "<img" not in page
    assert "&lt;img" in page


def test_names_go_with_the_last_event(site: Site, store: Store) -> None:
    own.rename(site, ANN, "Ann Berg", store, by=None)
    own.rename(site, BEN, "Ben", store, by=None)
    assert own.tidy(store) == 0
    store.command("DELETE FROM events WHERE path = '/ben'")
    own.tidy(store)
    assert sorted(VisitorName.objects.values_list("name", flat=True)) == ["Ann Berg", "Ann Berg"]


def test_what_is_kept_no_longer_is_forgotten_with_its_events(site: Site, store: Store) -> None:
    services.change_site(site, {"retention_months": 1}, by=None)
    put(store, visit(site, BEN, NOON + 50 * 24 * 60 * MINUTE, 9, person=BEN, name="identify", props={"name": "Ben"}))
    with clock.frozen(clock.from_ms(NOON) + timedelta(days=51)):
        assert upkeep.keep_to_retention(store) > 0
        assert upkeep.keep_to_retention(store) == 0
    assert called(site, store) == {BEN: "Ben"}
    assert store.rows("SELECT DISTINCT person FROM visitors") == [(BEN,)]


def test_an_emptied_site_has_no_visitors(site: Site, store: Store) -> None:
    from trailhouse.sites.lifecycle import reset_statistics

    reset_statistics(site, site.domain, store, by=None)
    for table in visitors.TABLES:
        assert store.rows(f"SELECT count() FROM {table}") == [(0,)]


def test_the_file_of_erasures_lies_where_a_backup_takes_it(site: Site, store: Store) -> None:
    own.erase(site, BEN, store, by=None)
    path: Path = settings().data / visitor_erasures.FILE
    assert [one.visitor_id for one in visitor_erasures.read(path)] == [BEN]
    assert path.stat().st_mode & 0o077 == 0
