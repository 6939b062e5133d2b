"""Pausing, moving, emptying and deleting a site, and keeping to its retention, on the real store."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from tests import people
from tests.dashboard import visits
from tests.events.makers import event
from trailhouse.accounts.models import Account, AuditEntry
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events import erasures
from trailhouse.events.store import Store
from trailhouse.exports.models import Export
from trailhouse.jobs import table
from trailhouse.sites import access, hostnames, lifecycle, selectors, services, upkeep
from trailhouse.sites.access import Privilege
from trailhouse.sites.models import Invitation, Role, Site, SiteKey

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 6, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    with clock.frozen(NOON):
        yield


def count(store: Store, site: Site, when: datetime) -> None:
    visits.add(store, [event(clock.to_ms(when), site_id=site.pk)])


def days(store: Store, site: Site) -> list[date]:
    rows = store.rows("SELECT toDate(ts) FROM events WHERE site_id = {site:UInt32} ORDER BY ts", {"site": site.pk})
    return [row[0] for row in rows]


def counts(site: Site) -> bool:
    return next(one.counts for one in selectors.snapshot().sites if one.site_id == site.pk)


def run_jobs(store: Store) -> None:
    for job in table.deleting(store):
        job.run()


def noted(action: str) -> int:
    return AuditEntry.objects.filter(action=action).count()


# -- pause


def test_a_paused_site_counts_nothing_until_it_is_resumed() -> None:
    site = people.bakery()
    for _twice in range(2):
        lifecycle.pause(site, by=people.reseller())
    assert not counts(site)
    lifecycle.resume(site, by=people.reseller())
    assert counts(site)
    assert (noted("site.paused"), noted("site.resumed")) == (1, 1)


# -- retention


@pytest.mark.parametrize(
    ("today", "months", "first"),
    [
        pytest.param(date(2026, 6, 15), 25, date(2024, 5, 15), id="the same day"),
        pytest.param(date(2026, 3, 31), 1, date(2026, 2, 28), id="a shorter month ends earlier"),
        pytest.param(date(2028, 3, 30), 1, date(2028, 2, 29), id="a leap year"),
        pytest.param(date(2026, 1, 31), 1, date(2025, 12, 31), id="over the turn of the year"),
        pytest.param(date(2026, 6, 15), 120, date(2016, 6, 15), id="ten years"),
    ],
)
def test_the_first_day_that_is_kept(today: date, months: int, first: date) -> None:
    assert upkeep.first_day_kept(today, months) == first


def test_events_are_kept_as_long_as_each_site_says(store: Store) -> None:
    bakery, law_firm = people.bakery(), people.law_firm()
    services.change_site(bakery, {"retention_months": 2}, by=None)
    last_before, first_kept = datetime(2026, 4, 14, 23, 59, 59, tzinfo=UTC), datetime(2026, 4, 15, tzinfo=UTC)
    for site in (bakery, law_firm):
        for when in (datetime(2024, 6, 1, tzinfo=UTC), last_before, first_kept, NOON):
            count(store, site, when)
    run_jobs(store)
    assert days(store, bakery) == [first_kept.date(), NOON.date()]
    assert len(days(store, law_firm)) == 4
    assert upkeep.keep_to_retention(store) == 0, "a second run has nothing to do"
    with clock.frozen(NOON + DAY):
        assert upkeep.keep_to_retention(store) == 1
        assert days(store, bakery) == [NOON.date()]


def test_many_sites_go_into_few_statements(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(erasures, "SITES_A_STATEMENT", 2)
    sites = [services.add_site(people.account(), services.NewSite(f"s{n}.example"), by=None) for n in range(5)]
    for site in sites:
        count(store, site, NOON - 900 * DAY)
    assert upkeep.keep_to_retention(store) == 3
    assert not any(days(store, site) for site in sites)


# -- reset


def test_a_reset_deletes_what_was_counted_of_this_site_alone(store: Store) -> None:
    bakery, law_firm = people.bakery(), people.law_firm()
    for site in (bakery, law_firm):
        count(store, site, NOON)
        assert services.look_for_first_event(site, store)
        there = {"first_day": NOON.date(), "last_day": NOON.date()}
        Export.objects.create(site=site, what="events", through="statistics", form="csv", **there)
    with pytest.raises(UserError):
        lifecycle.reset_statistics(bakery, "vanleer-law.example", store, by=people.reseller())
    assert days(store, bakery)
    lifecycle.reset_statistics(bakery, " Harbour-Bakery.example", store, by=people.reseller())
    assert (days(store, bakery), len(days(store, law_firm))) == ([], 1)
    assert [export.site for export in Export.objects.all()] == [law_firm], "prepared files hold what was counted"
    assert Site.objects.get(pk=bakery.pk).first_event_at is None
    assert counts(bakery)
    assert noted("site.reset") == 1


# -- deletion


def test_a_site_that_will_be_deleted_counts_no_more_and_can_be_kept(store: Store) -> None:
    site = people.bakery()
    with pytest.raises(UserError):
        lifecycle.delete_later(site, "bakery", by=people.reseller())
    assert counts(site)
    assert lifecycle.delete_later(site, site.domain, by=people.reseller()) == NOON + 7 * DAY
    assert not counts(site)
    with clock.frozen(NOON + DAY):
        assert lifecycle.delete_later(site, site.domain, by=None) == NOON + 7 * DAY
        run_jobs(store)
        lifecycle.keep(site, by=people.reseller())
        assert counts(site)
        lifecycle.keep(site, by=None)
    with clock.frozen(NOON + 30 * DAY):
        run_jobs(store)
    assert Site.objects.filter(pk=site.pk, delete_at=None).exists()
    assert (noted("site.deletion_asked"), noted("site.kept")) == (1, 1)


def test_a_paused_site_that_is_kept_stays_paused() -> None:
    site = people.bakery()
    lifecycle.pause(site, by=None)
    lifecycle.delete_later(site, site.domain, by=None)
    lifecycle.keep(site, by=None)
    assert not counts(site)


@pytest.mark.parametrize("later", [timedelta(days=7), timedelta(days=40)], ids=["in time", "after days of downtime"])
def test_after_seven_therethe_site_is_gone_with_all_that_was_counted(store: Store, later: timedelta) -> None:
    site, other = people.bakery(), people.law_firm()
    twin = hostnames.add_staging(site, "staging.example", by=None)
    for one in (site, twin, other):
        count(store, one, NOON)
    number = site.pk
    lifecycle.delete_later(site, site.domain, by=people.reseller())
    with clock.frozen(NOON + later - timedelta(seconds=1) if later == 7 * DAY else NOON):
        run_jobs(store)
        assert days(store, site)
    with clock.frozen(NOON + later):
        with pytest.raises(UserError) as refusal:
            lifecycle.keep(site, by=None)
        assert refusal.value.code == "site_gone"
        for _twice in range(2):
            run_jobs(store)
    assert not Site.objects.filter(pk__in=[number, twin.pk]).exists()
    assert not SiteKey.objects.filter(site=number).exists()
    assert (days(store, site), days(store, twin), len(days(store, other))) == ([], [], 1)
    assert noted("site.deleted") == 1
    assert people.bakery().pk != number, "a number is never used again"


def test_a_site_stays_where_its_events_cannot_be_deleted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    site = people.bakery()
    lifecycle.delete_later(site, site.domain, by=None)

    def fail(*_args: object) -> None:
        raise RuntimeError("away")

    with clock.frozen(NOON + 8 * DAY):
        monkeypatch.setattr(erasures, "erase", fail)
        with pytest.raises(RuntimeError):
            upkeep.delete_due(store)
        assert Site.objects.filter(pk=site.pk).exists()
        monkeypatch.undo()
        assert upkeep.delete_due(store) == 1


def invitation(*sites: Site) -> Invitation:
    made = Invitation.objects.create(
        account=people.account(),
        email="new@elsewhere.example",
        role=Role.STANDARD,
        hash=str(len(sites)) * 64,
        expires_at=NOON + 30 * DAY,
    )
    made.sites.set(sites)
    return made


def test_an_invitation_to_a_deleted_site_never_becomes_one_to_all_sites(store: Store) -> None:
    bakery, law_firm = people.bakery(), people.law_firm()
    alone, both = invitation(bakery), invitation(bakery, law_firm)
    lifecycle.delete_later(bakery, bakery.domain, by=None)
    with clock.frozen(NOON + 8 * DAY):
        upkeep.delete_due(store)
    alone.refresh_from_db()
    both.refresh_from_db()
    assert alone.revoked_at is not None
    assert both.revoked_at is None
    assert list(both.sites.all()) == [law_firm]


# -- moving


def second_account() -> Account:
    return Account.objects.create(name="Southlight", owner=people.reseller())


def test_a_site_moves_to_another_account_of_its_owner_with_its_people(store: Store) -> None:
    site, client = people.bakery(), people.client_person()
    twin = hostnames.add_staging(site, "staging.example", by=None)
    key, waiting, source, colleague = site.key, invitation(site), people.account(), people.colleague()
    target = second_account()
    lifecycle.transfer(site, target, by=people.reseller())
    there = access.find_site(client, key, Privilege.VIEW_STATS)
    assert (there.account, Site.objects.get(pk=twin.pk).account) == (target, target)
    assert not access.allowed(colleague, there, Privilege.VIEW_STATS)
    waiting.refresh_from_db()
    assert waiting.revoked_at is not None
    assert set(AuditEntry.objects.filter(action__startswith="site.moved").values_list("action", "account")) == {
        ("site.moved_away", source.pk),
        ("site.moved_here", target.pk),
    }


def test_people_of_a_site_lose_access_where_it_moves_to_another_owner() -> None:
    site, client, reseller = people.bakery(), people.client_person(), people.reseller()
    target = people.stranger().accounts.get()
    role = services.give_role(reseller, target, Role.SUPER, by=None)
    assert target not in lifecycle.accounts_to_move_to(site, reseller)
    role.may_add_sites = True
    role.save()
    lifecycle.transfer(site, target, by=reseller)
    there = Site.objects.get(pk=site.pk)
    assert not access.allowed(client, there, Privilege.VIEW_STATS)
    assert access.allowed(people.stranger(), there, Privilege.CHANGE_SITE)


def test_a_site_moves_nowhere_without_leave() -> None:
    site, colleague, elsewhere = people.bakery(), people.colleague(), people.stranger().accounts.get()
    target = second_account()
    services.give_role(colleague, target, Role.SUPER, by=None)
    twin = hostnames.add_staging(site, "staging.example", by=None)
    for what, to, by in (
        (site, elsewhere, people.reseller()),
        (site, target, colleague),
        (site, site.account, people.reseller()),
        (twin, target, people.reseller()),
    ):
        with pytest.raises(UserError) as refusal:
            lifecycle.transfer(what, to, by=by)
        assert refusal.value.code == "no_transfer"
    services.add_site(target, services.NewSite(site.domain), by=None)
    with pytest.raises(UserError) as refusal:
        lifecycle.transfer(site, target, by=people.reseller())
    assert refusal.value.code == "site_exists"
    assert Site.objects.get(pk=site.pk).account == site.account
