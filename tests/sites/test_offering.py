"""A site that is offered to somebody else: once, in time, by its administrator, to one address; and what goes along."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from tests import people
from tests.accounts.mails import newest, words
from tests.dashboard import visits
from tests.events.makers import event
from tests.outbox.conftest import use_server
from trailhouse.accounts.models import Account, AuditEntry, User
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.events.store import Store
from trailhouse.sites import goals, hostnames, invitations, lifecycle, offering, services, sharing
from trailhouse.sites.access import Privilege, allowed
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Annotation, Membership, Role, SharedLink, Site, SiteOffer
from trailhouse.sites.roles import Grant
from trailhouse.sites.sharing import LinkText

pytestmark = pytest.mark.django_db

TAKER = "stranger@elsewhere.example"


@pytest.fixture(autouse=True)
def _mail_is_sent(settings: Settings) -> None:
    use_server(settings, "smtp://127.0.0.1:1")


def offered(site: Site | None = None) -> str:
    """The token of an offer of the bakery to the stranger."""
    people.stranger()
    return offering.offer(site or people.bakery(), TAKER, by=people.reseller())[1]


def theirs() -> Account:
    """The stranger's account."""
    return people.stranger().accounts.get()


def refused(call: Callable[[], object]) -> str:
    """The code of the error that `call` raises."""
    with pytest.raises(UserError) as refusal:
        call()
    return refusal.value.code


def noted(action: str) -> AuditEntry:
    return AuditEntry.objects.get(action=action)


def test_it_moves_with_statistics_keys_and_goals_and_without_people(store: Store) -> None:
    site, client_person = people.bakery(), people.client_person()
    people.client()
    twin = hostnames.add_staging(site, "staging.harbour-bakery.example", by=people.reseller())
    goals.add(site, goals.GoalText("page", "/thanks", "Thanks", ""), by=people.reseller())
    sharing.add_link(site, LinkText("For all"), by=people.reseller())
    Site.objects.filter(pk=site.pk).update(labels=["mine"], public=True)
    day = clock.now().date()
    for text, internal in (("Pays late", True), ("Newsletter", False)):
        Annotation.objects.create(site=site, day=day, text=text, internal=internal)
    open_one = NewInvitation("new@elsewhere.example", Grant(Role.STANDARD, sites=(site,)))
    invited = invitations.invite(site.account, people.reseller(), open_one)[1]
    visits.add(store, [event(clock.to_ms(datetime(2026, 6, 1, tzinfo=UTC)), site_id=site.pk)])
    moved = offering.accept_offer(offered(), theirs(), by=people.stranger())
    assert (moved.pk, moved.key, moved.account, moved.client) == (site.pk, site.key, theirs(), None)
    twin.refresh_from_db()
    assert twin.account == theirs()
    assert [goal.name for goal in moved.goals.all()] == ["Thanks"]
    assert [note.text for note in moved.annotations.all()] == ["Newsletter"], "internal notes are the former team's"
    sql = "SELECT count() FROM events WHERE site_id = {site:UInt32}"
    assert store.rows(sql, {"site": site.pk}) == [(1,)]
    assert (moved.labels, moved.public, SharedLink.objects.count()) == ([], False, 0)
    assert not Membership.objects.filter(site=moved).exists()
    for former in (client_person, people.reseller(), people.colleague(), people.client_member()):
        assert not allowed(former, moved, Privilege.VIEW_STATS)
    assert allowed(people.stranger(), moved, Privilege.CHANGE_SITE)
    assert refused(lambda: invitations.open_invitation(invited)) == "invitation_void"
    assert (noted("site.moved_away").account, noted("site.moved_here").account) == (people.account(), theirs())
    assert (noted("site.moved_away").user, noted("site.moved_away").details) == (people.stranger(), {"to": "Elsewhere"})
    assert newest(people.RESELLER).template == "sites/offer_accepted"


def test_an_offer_works_once_for_one_address_and_seven_days() -> None:
    people.law_firm()
    token, now = offered(), clock.now()
    heir = people.person("heir@elsewhere.example", "Hella Heir", "Hella at home")
    assert refused(lambda: offering.accept_offer(token, heir.accounts.get(), by=heir)) == "other_person"
    assert refused(lambda: offering.accept_offer(token, people.account(), by=people.stranger())) == "no_transfer"
    with clock.frozen(now + timedelta(days=7, seconds=5)):
        assert refused(lambda: offering.open_offer(token)) == "link_void"
    offering.accept_offer(token, theirs(), by=people.stranger())
    assert refused(lambda: offering.accept_offer(token, theirs(), by=people.stranger())) == "link_void"
    assert token not in str(list(SiteOffer.objects.values()))


def withdrawn(site: Site) -> None:
    offering.withdraw_offer(site, by=people.reseller())


def offered_anew(site: Site) -> None:
    offering.offer(site, "somebody@elsewhere.example", by=people.reseller())


def deleted(site: Site) -> None:
    lifecycle.delete_later(site, site.domain, by=people.reseller())


def handed_over(site: Site) -> None:
    Account.objects.filter(pk=site.account_id).update(owner=people.colleague())


def suspended(site: Site) -> None:
    Account.objects.filter(pk=site.account_id).update(suspended_at=clock.now())


@pytest.mark.parametrize("change", [withdrawn, offered_anew, deleted, handed_over, suspended])
def test_an_offer_ends_when_it_could_not_be_made_any_more(change: Callable[[Site], None]) -> None:
    token = offered()
    change(people.bakery() if change is not handed_over else Site.objects.get(domain="harbour-bakery.example"))
    assert refused(lambda: offering.open_offer(token)) == "link_void"


def test_a_domain_that_is_there_already_is_refused_and_the_offer_stays() -> None:
    token = offered()
    services.add_site(theirs(), services.NewSite("harbour-bakery.example"), by=people.stranger(), mail=False)
    people.client_person()
    assert refused(lambda: offering.accept_offer(token, theirs(), by=people.stranger())) == "site_exists"
    assert offering.open_offer(token)
    assert Membership.objects.filter(site=people.bakery()).exists()


@pytest.mark.parametrize("who", [people.colleague, people.site_super, people.client_person, people.stranger])
def test_only_the_administrator_offers(client: Client, who: Callable[[], User]) -> None:
    site = people.bakery()
    assert refused(lambda: offering.offer(site, TAKER, by=who())) == "no_transfer"
    client.force_login(who())
    for page in ("offer", "offer/withdraw"):
        assert client.post(f"/sites/{site.key}/{page}", {"email": TAKER}).status_code == 404
    assert not SiteOffer.objects.exists()


def test_a_staging_site_is_not_offered_by_itself() -> None:
    twin = hostnames.add_staging(people.bakery(), "staging.harbour-bakery.example", by=people.reseller())
    assert refused(lambda: offering.offer(twin, TAKER, by=people.reseller())) == "no_transfer"
    assert refused(lambda: offering.offer(people.bakery(), people.RESELLER, by=people.reseller())) == "own_email"
    assert refused(lambda: offering.offer(people.bakery(), "nonsense", by=people.reseller())) == "wrong_email"


@pytest.fixture
def reseller(client: Client) -> Client:
    """The reseller's browser, signed in, and confirmed to be her."""
    client.force_login(people.reseller())
    client.post("/confirm/password", {"password": people.PASSWORD})
    return client


def test_the_pages_from_the_offer_to_the_new_account(reseller: Client) -> None:
    site, taker = people.bakery(), people.stranger()
    danger = f"/sites/{site.key}/settings/danger"
    assert f"/sites/{site.key}/offer" in reseller.get(danger).content.decode()
    answer = reseller.post(f"/sites/{site.key}/offer", {"email": TAKER}, follow=True)
    assert "The offer is on its way." in words(answer)
    assert "offered to stranger@elsewhere.example" in words(reseller.get(danger))
    mail = newest(TAKER)
    assert (mail.template, mail.account_id, mail.stranger) == ("sites/offer", people.account().pk, True)
    token = mail.context["secret"]["token"]
    assert token not in answer.content.decode()
    link, fresh = f"/site-offers/{token}", Client()
    assert f"/sign-in?next={link.replace('/', '%2F')}" in fresh.get(link).content.decode()
    assert "You are signed in as reseller@northlight.example" in words(reseller.get(link))
    fresh.force_login(taker)
    assert "Elsewhere" in words(fresh.get(link))
    site.refresh_from_db()
    assert site.account != theirs(), "looking accepts nothing"
    assert fresh.post(link, {"account": people.account().pk}).status_code == 422
    assert fresh.post(link, {"account": theirs().pk})["Location"] == f"/sites/{site.key}/settings"
    assert fresh.post(link, {"account": theirs().pk}).status_code == 410
    assert reseller.get(danger).status_code == 404


def test_an_offer_is_withdrawn_on_the_page(reseller: Client) -> None:
    site, token = people.bakery(), offered()
    reseller.post(f"/sites/{site.key}/offer/withdraw")
    assert refused(lambda: offering.open_offer(token)) == "link_void"
    assert noted("site.offer_withdrawn").account == people.account()


def test_where_no_mail_is_sent_the_link_is_shown_once(reseller: Client, settings: Settings) -> None:
    use_server(settings, "")
    site = people.bakery()
    people.stranger()
    shown = reseller.post(f"/sites/{site.key}/offer", {"email": TAKER})
    token = newest(TAKER).context["secret"]["token"]
    assert f"http://127.0.0.1:8000/site-offers/{token}" in words(shown)
    assert token not in reseller.get(f"/sites/{site.key}/settings/danger").content.decode()
    account = people.account()
    handed = reseller.post(f"/accounts/{account.pk}/hand-over", {"email": TAKER})
    assert f"/handover/{newest(TAKER).context['secret']['token']}" in words(handed)


def test_somebody_without_an_account_is_told_that_they_need_one(client: Client) -> None:
    token = offering.offer(people.bakery(), "freelancer@elsewhere.example", by=people.reseller())[1]
    client.force_login(people.site_super())
    assert "You have no account of your own" in words(client.get(f"/site-offers/{token}"))
    assert client.get("/site-offers/nonsense").status_code == 410
