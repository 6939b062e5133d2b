"""An account that changes hands or closes: once, in time, by whom it was offered to; and what becomes of everybody."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from tests import people
from tests.accounts.mails import newest, words
from tests.outbox.conftest import use_server
from trailhouse.accounts import handover as accounts
from trailhouse.accounts import selectors, services
from trailhouse.accounts.instance import publish_terms
from trailhouse.accounts.models import Account, AuditEntry, Handover, User
from trailhouse.accounts.terms import accept_for, acceptances
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox.services import MOST_TO_STRANGERS
from trailhouse.sites import handover
from trailhouse.sites.access import Privilege, allowed, allowed_in_account
from trailhouse.sites.models import Membership, Role

pytestmark = pytest.mark.django_db

HEIR = "heir@elsewhere.example"


@pytest.fixture
def reseller(client: Client) -> Client:
    """The reseller's browser, signed in, and confirmed to be her."""
    client.force_login(people.reseller())
    client.post("/confirm/password", {"password": people.PASSWORD})
    return client


def page(what: str) -> str:
    """An address of the reseller's account."""
    return f"/accounts/{people.account().pk}/{what}"


def offered(email: str = HEIR, *, leaves: bool = False) -> str:
    """The token of an offer of the reseller's account."""
    return accounts.offer(people.account(), email, leaves=leaves, by=people.reseller())[1]


def owner() -> User:
    """Who owns Northlight Studio now."""
    return Account.objects.get(name="Northlight Studio").owner


def test_name_and_zone_of_an_account_are_its_owners(reseller: Client) -> None:
    path = page("settings")
    reseller.post(path, {"name": "Northlight", "timezone": "Europe/Paris"})
    account = people.account()
    assert (account.name, account.timezone) == ("Northlight", "Europe/Paris")
    assert reseller.post(path, {"name": "", "timezone": "Europe/Paris"}).status_code == 422
    assert AuditEntry.objects.filter(action="account.changed", account=account).exists()


@pytest.mark.parametrize("what", ["settings", "hand-over", "hand-over/withdraw", "close"])
@pytest.mark.parametrize(
    "who", [people.colleague, people.client_person, people.bookkeeper, people.stranger, people.operator]
)
def test_the_settings_exist_for_the_owner_alone(client: Client, who: Callable[[], User], what: str) -> None:
    client.force_login(who())
    for number in (people.account().pk, 999_999):
        for method in (client.get, client.post):
            assert method(f"/accounts/{number}/{what}").status_code in {404, 405}
    assert not Handover.objects.exists()


@pytest.mark.parametrize("what", ["hand-over", "close"])
def test_handing_over_and_closing_ask_again_whether_it_is_you(client: Client, what: str) -> None:
    client.force_login(people.reseller())
    for method in (client.get, client.post):
        assert method(page(what), {"email": HEIR, "name": "Northlight Studio"})["Location"].startswith("/confirm/")
    assert not Handover.objects.exists()
    assert people.account().closed_at is None


def test_somebody_known_signs_in_and_accepts_and_the_former_owner_stays(reseller: Client) -> None:
    heir = people.person(HEIR, "Hella Heir", "Hella at home")
    reseller.post(page("hand-over"), {"email": HEIR})
    mail = newest(HEIR)
    assert (mail.template, mail.account_id, mail.stranger) == ("accounts/handover", people.account().pk, True)
    link = f"/handover/{mail.context['secret']['token']}"
    assert mail.context["secret"]["token"] not in str(list(Handover.objects.values()))
    assert "offered to heir@elsewhere.example" in words(reseller.get(page("settings")))
    fresh = Client()
    assert f"/sign-in?next={link}" in fresh.get(link).content.decode()
    assert fresh.post(link).status_code == 200
    assert owner() == people.reseller()
    fresh.post("/sign-in", {"login": HEIR, "password": people.PASSWORD})
    assert fresh.get(link).status_code == 200
    assert owner() == people.reseller(), "looking accepts nothing"
    assert fresh.post(link).status_code == 302
    assert owner() == heir
    stays = Membership.objects.get(account=_account(), user=people.reseller())
    assert (stays.role, stays.may_add_sites, stays.site, stays.client) == (Role.SUPER, True, None, None)
    assert newest(people.RESELLER).template == "accounts/handed_over"
    assert AuditEntry.objects.get(action="account.handed_over").user == heir
    assert fresh.post(link).status_code == 410


def _account() -> Account:
    return Account.objects.get(name="Northlight Studio")


@pytest.mark.parametrize("leaves", [True, False])
def test_the_keys_of_a_former_owner_who_leaves_open_nothing(client: Client, leaves: bool) -> None:
    heir = people.person(HEIR, "Hella Heir", "Hella at home")
    _key, secret = services.create_api_key(people.account(), by=people.reseller())
    client.force_login(heir)
    link = f"/handover/{offered(leaves=leaves)}"
    assert ("its API keys are closed" in words(client.get(link))) == leaves
    answer = client.post(link, follow=True)
    assert (selectors.api_key(secret) is None) == leaves
    assert ("Its API keys go on working" in words(answer)) != leaves


def test_the_new_owner_accepts_the_terms_too(client: Client) -> None:
    terms = publish_terms("1", "Be kind.", by=people.operator())
    accept_for(people.account(), terms, people.reseller())
    first = f"/handover/{offered()}"
    joining = {"full_name": "Hella Heir", "password": people.PASSWORD}
    assert "I accept the terms of 1" in words(client.get(first))
    for box in ({}, {"terms": "0"}):
        assert client.post(first, joining | box).status_code == 422
    assert not User.objects.filter(email=HEIR).exists()
    assert client.post(first, joining | {"terms": "1"}).status_code == 302
    heir = User.objects.get(email=HEIR)
    assert [one.user for one in acceptances(_account())] == [heir, people.reseller()]
    back = accounts.offer(_account(), people.RESELLER, leaves=True, by=heir)[1]
    client.force_login(people.reseller())
    assert client.post(f"/handover/{back}").status_code == 422
    assert client.post(f"/handover/{back}", {"terms": "1"}).status_code == 302
    assert len(acceptances(_account())) == 2


@pytest.mark.parametrize("leaves", [True, False])
def test_the_former_owner_may_leave(leaves: bool) -> None:
    site, former = people.bakery(), people.reseller()
    handover.accept(offered(leaves=leaves), people.person(HEIR, "Hella Heir", "Hella at home"))
    site.account.refresh_from_db()
    assert allowed(former, site, Privilege.VIEW_STATS) != leaves
    assert allowed_in_account(former, _account(), Privilege.ADD_SITE) != leaves
    assert not allowed_in_account(former, _account(), Privilege.MANAGE_ACCOUNT)


def test_a_role_that_the_new_owner_had_is_gone(reseller: Client) -> None:
    colleague = people.colleague()
    handover.accept(offered(colleague.email), colleague)
    assert owner() == colleague
    assert not Membership.objects.filter(user=colleague, account=_account()).exists()


def test_somebody_new_sets_up_and_accepts_in_one_step(client: Client) -> None:
    link = f"/handover/{offered()}"
    weak = client.post(link, {"full_name": "Hella Heir", "password": "short"})
    assert weak.status_code == 422
    assert not User.objects.filter(email=HEIR).exists()
    assert client.post(link, {"full_name": "Hella Heir", "password": ""}).status_code == 302
    assert owner().email == HEIR
    assert client.get(f"/accounts/{_account().pk}/settings").status_code == 200


def test_where_no_mail_is_sent_somebody_new_needs_a_password(client: Client, settings: Settings) -> None:
    link = f"/handover/{offered()}"
    use_server(settings, "")
    assert client.post(link, {"full_name": "Hella Heir", "password": ""}).status_code == 422
    assert client.post(link, {"full_name": "Hella Heir", "password": people.PASSWORD}).status_code == 302


def test_nobody_else_can_accept(client: Client) -> None:
    token = offered()
    client.force_login(people.stranger())
    assert "You are signed in as stranger@elsewhere.example" in words(client.get(f"/handover/{token}"))
    assert client.post(f"/handover/{token}").status_code == 403
    assert owner() == people.reseller()


@pytest.mark.parametrize(("after", "works"), [(timedelta(days=6, hours=23), True), (timedelta(days=7), False)])
def test_an_offer_lasts_seven_days(after: timedelta, works: bool) -> None:
    now = datetime.now(UTC)
    with clock.frozen(now):
        token = offered()
    with clock.frozen(now + after):
        assert (selectors.open_handover(token) is not None) == works


def test_of_several_offers_the_newest_counts_and_it_can_be_withdrawn(reseller: Client) -> None:
    first, second = offered(), offered("other@elsewhere.example")
    assert selectors.open_handover(first) is None
    assert selectors.open_handover(second) is not None
    reseller.post(page("hand-over/withdraw"))
    assert selectors.open_handover(second) is None
    for token in (first, second, "unknown"):
        assert reseller.get(f"/handover/{token}").status_code == 410


def test_only_the_operators_own_account_writes_to_any_number_of_strangers() -> None:
    for by, most in ((people.reseller(), MOST_TO_STRANGERS), (people.operator(), MOST_TO_STRANGERS + 1)):
        for number in range(most):
            accounts.offer(by.accounts.get(), f"heir{number}@elsewhere.example", leaves=False, by=by)
    with pytest.raises(UserError) as refused:
        accounts.offer(people.account(), HEIR, leaves=False, by=people.reseller())
    assert refused.value.code == "too_many_mails"


def test_nobody_offers_an_account_to_themselves(reseller: Client) -> None:
    assert reseller.post(page("hand-over"), {"email": people.RESELLER}).status_code == 422
    assert not Handover.objects.exists()


def test_closing_takes_the_name_and_stops_sites_and_access(reseller: Client) -> None:
    site, colleague = people.bakery(), people.colleague()
    _key, token = services.create_api_key(people.account(), by=people.reseller())
    path = page("close")
    assert reseller.post(path, {"name": "Something else"}).status_code == 422
    assert people.account().closed_at is None
    assert reseller.post(path, {"name": "Northlight Studio"})["Location"] == "/sites"
    site.refresh_from_db()
    site.account.refresh_from_db()
    assert site.account.closed_at is not None
    assert not site.counts
    for user in (people.reseller(), colleague):
        assert not allowed(user, site, Privilege.VIEW_STATS)
        client = Client()
        client.force_login(user)
        assert client.get(f"/sites/{site.key}").status_code == 404
        assert site.domain not in client.get("/sites").content.decode()
    assert selectors.api_key(token) is None
    assert reseller.get(path).status_code == 404
    mail = newest(people.RESELLER)
    assert (mail.template, mail.context["days"]) == ("accounts/closed", 60)
    assert AuditEntry.objects.filter(action="account.closed", account=site.account).count() == 1


def test_closing_twice_is_told_once() -> None:
    account, by = people.account(), people.reseller()
    handover.close(account, "Northlight Studio", by=by)
    handover.close(account, "Northlight Studio", by=by)
    assert AuditEntry.objects.filter(action="account.closed").count() == 1


def test_an_offer_of_a_closed_account_is_void() -> None:
    token = offered()
    handover.close(people.account(), "Northlight Studio", by=people.reseller())
    with pytest.raises(UserError):
        handover.accept(token, people.person(HEIR, "Hella Heir", "Hella at home"))


def test_the_operator_opens_a_closed_account_again_within_sixty_days(client: Client) -> None:
    site, now = people.bakery(), datetime.now(UTC)
    number = site.account_id
    with clock.frozen(now):
        handover.close(people.account(), "Northlight Studio", by=people.reseller())
    client.force_login(people.stranger())
    assert client.post(f"/operator/accounts/{number}/open").status_code == 404
    client.force_login(people.operator())
    assert "Northlight Studio" in words(client.get("/operator/accounts?state=closed"))
    Account.objects.update(deletion_told_at=now + timedelta(days=52))
    assert (now + timedelta(days=60)).strftime("%b %Y") in words(client.get(f"/operator/accounts/{number}"))
    with clock.frozen(now + timedelta(days=60)):
        assert client.post(f"/operator/accounts/{number}/open").status_code == 409
    assert client.post(f"/operator/accounts/{number}/open").status_code == 302
    site.refresh_from_db()
    site.account.refresh_from_db()
    assert allowed(people.reseller(), site, Privilege.VIEW_STATS)
    assert not site.counts
    assert newest(people.RESELLER).template == "accounts/reopened"
    assert client.post(f"/operator/accounts/{number}/open").status_code == 409
