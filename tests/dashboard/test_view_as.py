"""Looking as another person: what they see, never more than oneself may see, and nothing can be changed."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern

from tests import people
from tests.sites.test_routes import MISSING, WORDS, places, routes
from trailhouse.accounts.models import AuditEntry, User
from trailhouse.core import clock
from trailhouse.dashboard.view_as import HELD
from trailhouse.sites import services
from trailhouse.sites.access import NEVER_AS_ANOTHER, Privilege, rights
from trailhouse.sites.models import Membership, Role, Site

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    """What an answer says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def view_as(browser: Client, who: User, site: Site | None = None) -> Any:
    """Begin to look as `who`."""
    one = Membership.objects.get(user=who, account=people.account())
    return browser.post(f"/sites/{(site or people.bakery()).key}/view-as/{one.pk}")


def browser_of(user: User) -> Client:
    """A browser of its own."""
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.mark.usefixtures("reading")
def test_the_reseller_sees_what_the_client_sees_and_is_told_so_on_each_page(reseller: Client) -> None:
    people.law_firm()
    who = people.client_person()
    assert view_as(reseller, who)["Location"] == f"/sites/{people.bakery().key}"
    for path in ("/sites", f"/sites/{people.bakery().key}", f"/sites/{people.bakery().key}/script", "/no-such-page"):
        page = reseller.get(path)
        assert f"You look as {who.email}. Nothing can be changed." in text(page), path
        assert "vanleer-law.example" not in text(page)
    assert reseller.get(f"/sites/{people.law_firm().key}").status_code == 404
    assert reseller.post("/view-as/stop")["Location"] == f"/sites/{people.bakery().key}/people"
    assert reseller.get(f"/sites/{people.law_firm().key}").status_code == 200
    assert "You look as" not in text(reseller.get("/sites"))


def test_from_the_list_of_the_account_one_begins_where_they_begin_and_comes_back_to_it(reseller: Client) -> None:
    one = Membership.objects.get(user=people.client_person())
    looking, back = f"/sites/{people.bakery().key}/view-as/{one.pk}", f"/accounts/{one.account_id}/people"
    assert f'name="back" value="{back}"' in reseller.get(back).content.decode()
    assert reseller.post(looking, {"back": back})["Location"] == "/"
    assert reseller.post("/view-as/stop")["Location"] == back
    for elsewhere in ("https://elsewhere.example/", "//elsewhere.example/accounts/1/people", "nonsense"):
        assert reseller.post(looking, {"back": elsewhere})["Location"] == f"/sites/{people.bakery().key}"
        assert reseller.post("/view-as/stop")["Location"] == f"/sites/{people.bakery().key}/people"


def test_beginning_and_ending_stand_in_the_audit_log_under_who_really_looked(reseller: Client) -> None:
    who = people.client_person()
    view_as(reseller, who)
    reseller.post("/view-as/stop")
    reseller.post("/view-as/stop")
    noted = AuditEntry.objects.filter(action__startswith="view.").order_by("at")
    assert [(e.action, e.user, e.subject) for e in noted] == [
        ("view.started", people.reseller(), who.email),
        ("view.stopped", people.reseller(), who.email),
    ]


def test_the_page_speaks_the_language_of_whom_one_looks_as(reseller: Client) -> None:
    who = people.client_member()
    User.objects.filter(pk=who.pk).update(language="de")
    view_as(reseller, who)
    assert '<html lang="de">' in reseller.get("/no/such/page").content.decode()


def test_the_viewed_persons_own_sites_and_accounts_stay_theirs(reseller: Client) -> None:
    """They may be somebody else's client too, or have an account: that is none of the reseller's business."""
    who = people.stranger()
    services.give_role(who, people.account(), Role.STANDARD, by=None, site=people.bakery())
    theirs = who.accounts.get()
    view_as(reseller, who)
    page = text(reseller.get("/sites"))
    assert "harbour-bakery.example" in page
    assert "elsewhere.example Waiting" not in page
    assert theirs.name not in page.replace(who.email, "")
    assert reseller.get(f"/sites/{theirs.sites.get().key}").status_code == 404
    assert reseller.get(f"/accounts/{theirs.pk}/people").status_code == 404


@pytest.mark.usefixtures("reading")
def test_a_super_user_sees_no_more_of_a_person_than_their_own_site() -> None:
    who = people.client_person()
    services.give_role(who, people.account(), Role.STANDARD, by=None, site=people.law_firm())
    browser = browser_of(people.site_super())
    one = Membership.objects.get(user=who, site=people.bakery())
    assert browser.post(f"/sites/{people.bakery().key}/view-as/{one.pk}").status_code == 302
    assert browser.get(f"/sites/{people.bakery().key}").status_code == 200
    assert browser.get(f"/sites/{people.law_firm().key}").status_code == 404
    assert "vanleer-law.example" not in text(browser.get("/sites"))


@pytest.mark.parametrize("above", [people.colleague, people.adding_super, people.client_member])
def test_a_super_user_looks_as_nobody_above_them(above: Callable[[], User]) -> None:
    browser = browser_of(people.site_super())
    assert view_as(browser, above()).status_code == 404
    assert HELD not in browser.session


@pytest.mark.parametrize("who", [people.client_person, people.client_member, people.bookkeeper, people.stranger])
def test_others_look_as_nobody(who: Callable[[], User]) -> None:
    one = Membership.objects.get(user=people.colleague())
    assert browser_of(who()).post(f"/sites/{people.bakery().key}/view-as/{one.pk}").status_code == 404


def test_there_is_nothing_to_see_as_a_bookkeeper_or_after_the_end(reseller: Client) -> None:
    assert view_as(reseller, people.bookkeeper()).status_code == 403
    who = people.client_person()
    now = clock.now()
    Membership.objects.filter(user=who).update(ends_at=now + timedelta(days=1))
    with clock.frozen(now + timedelta(days=1)):
        assert view_as(reseller, who).status_code == 403


def test_no_post_goes_through_but_stopping(reseller: Client) -> None:
    who = people.colleague()
    view_as(reseller, who)
    people.client_person()
    before = AuditEntry.objects.count()
    every = places()
    tried = 0
    started = AuditEntry.objects.count()
    for path, route in routes():
        if route.name in {"view_as_stop", "sign_out", "account_logout"}:
            continue
        answer = reseller.post(_address(every, path, route))
        assert answer.status_code in {403, 404}, route.name
        tried += 1
    assert tried > 25
    assert AuditEntry.objects.count() == started >= before
    assert reseller.session[HELD]["email"] == who.email


def _address(every: list[Any], path: str, route: URLPattern) -> str:
    place = next(p for p in every if ("key" in p.ids) == (not hasattr(route.callback, "account_privilege")))
    path = re.sub(r"<(?!str:|int:)[^>]*>", "x", path)
    kept = {name: 1 for name in re.findall(r"<int:(\w+)>", path) if name not in place.ids | WORDS}
    return str(place.address(path, token="x", code="x", **kept))


def test_neither_billing_nor_the_account_is_shown_even_of_somebody_who_has_them(reseller: Client) -> None:
    who = people.colleague()
    services.give_role(who, people.account(), Role.BOOKKEEPER, by=None)
    who.viewed_by = people.reseller()
    for site in (None, people.bakery()):
        assert not rights(who, people.account(), site).privileges & NEVER_AS_ANOTHER
    assert Privilege.VIEW_BILLING in NEVER_AS_ANOTHER
    assert Privilege.CHANGE_BILLING in NEVER_AS_ANOTHER
    people.adding_super()
    view_as(reseller, people.adding_super())
    assert reseller.get(f"/accounts/{people.account().pk}/audit").status_code == 404


def test_pages_that_no_access_rule_guards_are_closed(reseller: Client) -> None:
    view_as(reseller, people.client_person())
    for path in ("/sites/add", "/sign-in", "/invitations/x", "/set-up/x", "/enter/x"):
        assert reseller.get(path).status_code == 403, path


def test_it_ends_by_itself_after_an_hour(reseller: Client) -> None:
    now = clock.now()
    with clock.frozen(now):
        view_as(reseller, people.client_person())
    with clock.frozen(now + timedelta(minutes=59)):
        assert "You look as" in text(reseller.get("/sites"))
    with clock.frozen(now + timedelta(hours=1)):
        assert "You look as" not in text(reseller.get("/sites"))
        assert AuditEntry.objects.filter(action="view.stopped", user=people.reseller()).count() == 1


def test_it_ends_when_the_person_is_removed_or_the_looker_loses_their_rights() -> None:
    who, by = people.client_person(), people.site_super()
    browser = browser_of(by)
    view_as(browser, who)
    Membership.objects.filter(user=by).update(role=Role.STANDARD)
    assert "You look as" not in text(browser.get("/sites"))
    Membership.objects.filter(user=by).update(role=Role.SUPER)
    view_as(browser, who)
    Membership.objects.filter(user=who).delete()
    assert "You look as" not in text(browser.get("/sites"))
    assert AuditEntry.objects.filter(action="view.stopped", user=by).count() == 2


def test_signing_out_ends_both(reseller: Client) -> None:
    view_as(reseller, people.client_person())
    assert reseller.post("/sign-out")["Location"] == "/sign-in"
    assert reseller.get("/sites").status_code == 302
    assert AuditEntry.objects.filter(action="view.stopped", user=people.reseller()).count() == 1


def test_a_missing_member_is_not_found(reseller: Client) -> None:
    assert reseller.post(f"/sites/{people.bakery().key}/view-as/{MISSING}").status_code == 404
