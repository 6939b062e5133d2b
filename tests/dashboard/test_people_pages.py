"""The pages of people and clients: inviting, changing, taking up an invitation."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client, override_settings

from tests import people
from trailhouse.accounts.models import User
from trailhouse.core import clock
from trailhouse.outbox.models import Mail
from trailhouse.sites import clients as clients_services
from trailhouse.sites import invitations, selectors
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Client as SiteClient
from trailhouse.sites.models import Invitation, Membership, Role
from trailhouse.sites.roles import Grant

pytestmark = pytest.mark.django_db

NEW = "bo@new.example"


@pytest.fixture
def in_2029() -> Iterator[None]:
    """The clock stands, so that a last day in 2030 is still to come."""
    with clock.frozen(datetime(2029, 6, 1, 12, tzinfo=UTC)):
        yield


def text(response: Any) -> str:
    """What an answer says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def signed_in(user: User) -> Client:
    """A browser of its own for `user`."""
    client = Client()
    client.force_login(user)
    return client


def account_people(tail: str = "") -> str:
    """The address of the account's people."""
    return f"/accounts/{people.account().pk}/people{tail}"


def bakery_people(tail: str = "") -> str:
    """The address of the bakery's people."""
    return f"/sites/{people.bakery().key}/people{tail}"


def link_in(response: Any) -> str:
    """The path of the invitation that a page shows."""
    found = re.search(r"http://127.0.0.1:8000(/invitations/[\w-]+)", response.content.decode())
    assert found
    return found[1]


def mailed_link() -> str:
    """The path of the invitation that was mailed last."""
    return f"/invitations/{Mail.objects.latest('pk').context['secret']['token']}"


def test_the_link_goes_by_mail_to_the_address_alone(reseller: Client) -> None:
    people.law_firm()
    sent = {"email": NEW, "role": "standard", "where": "sites", "sites": [people.bakery().pk]}
    answer = reseller.post(account_people(), sent)
    assert answer.status_code == 200
    assert f"{NEW} is invited" in text(answer)
    assert "The link goes to this address by e-mail" in text(answer)
    assert Mail.objects.get().to == NEW
    assert mailed_link() not in answer.content.decode(), "whoever invites cannot take it up in that person's name"
    assert "Open until" in text(reseller.get(account_people()))
    assert list(Invitation.objects.get().sites.all()) == [people.bakery()]


@override_settings(EMAIL_BACKEND="django.core.mail.backends.dummy.EmailBackend")
def test_without_a_mail_server_the_link_is_handed_over_and_a_password_is_needed(reseller: Client) -> None:
    answer = reseller.post(bakery_people(), {"email": NEW, "role": "standard"})
    assert "This instance sends no e-mail" in text(answer)
    browser = Client()
    assert browser.post(link_in(answer), {"full_name": "Bo"}).status_code == 422
    assert browser.post(link_in(answer), {"full_name": "Bo", "password": people.PASSWORD}).status_code == 302
    assert User.objects.get(email=NEW).check_password(people.PASSWORD)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "required"),
        ({"email": "nobody"}, "valid email address"),
        ({"where": "sites", "sites": []}, "Nothing was chosen"),
        ({"where": "client", "client": ""}, "Nothing was chosen"),
        ({"role": "bookkeeper"}, "Choose all sites for this role"),
        ({"role": "administrator"}, "Select a valid choice"),
        ({"ends_on": "2001-01-01"}, "would have ended already"),
        ({"ends_on": "9999-12-31"}, "within the next ten years"),
        ({"email": people.RESELLER}, "has a role there already"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_is_invited(reseller: Client, sent: dict[str, Any], said: str) -> None:
    people.client()
    whole = {"email": NEW, "role": "standard", "where": "sites", "sites": [people.bakery().pk]} | sent if sent else {}
    answer = reseller.post(account_people(), whole or {"email": ""})
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Invitation.objects.exists()


def test_the_last_day_is_whole_in_the_accounts_zone(in_2029: None, reseller: Client) -> None:
    sent = {"email": NEW, "role": "standard", "ends_on": "2030-07-31", "sections": ["sources", "pages"]}
    reseller.post(bakery_people(), sent)
    one = Invitation.objects.get()
    assert one.access_ends_at is not None
    assert one.access_ends_at.isoformat() == "2030-07-31T22:00:00+00:00"
    assert "Pages, Sources · until 31 Jul 2030" in text(reseller.get(bakery_people()))


@pytest.mark.parametrize(
    "forged",
    [
        {"where": "all"},
        {"where": "sites", "sites": "LAW_FIRM"},
        {"sites": "LAW_FIRM", "everywhere": "on"},
        {"role": "bookkeeper"},
        {"may_add_sites": "on"},
        {"client": "CLIENT", "where": "client"},
    ],
)
def test_a_forged_form_of_a_sites_super_user_reaches_no_further_than_the_site(forged: dict[str, str]) -> None:
    numbers = {"LAW_FIRM": str(people.law_firm().pk), "CLIENT": str(people.client().pk)}
    browser = signed_in(people.site_super())
    sent = {"email": NEW, "role": "standard"} | {name: numbers.get(value, value) for name, value in forged.items()}
    assert browser.post(account_people(), sent).status_code == 404
    browser.post(bakery_people(), sent)
    for one in Invitation.objects.all():
        assert (one.role, one.everywhere, one.client, one.may_add_sites) == ("standard", False, None, False)
        assert list(one.sites.all()) == [people.bakery()]


def test_a_forged_form_of_an_account_wide_super_user_gives_no_leave_to_spend() -> None:
    browser = signed_in(people.colleague())
    whole = {"email": NEW, "role": "super", "where": "all", "may_add_sites": "on"}
    assert browser.post(account_people(), whole).status_code == 200
    assert not Invitation.objects.get().may_add_sites
    assert browser.post(account_people(), whole | {"role": "bookkeeper"}).status_code == 422


def test_a_site_shows_its_people_and_no_others(reseller: Client) -> None:
    people.client_person()
    people.client_member()
    people.colleague()
    users = people.stranger()
    law = Grant(Role.STANDARD, sites=(people.law_firm(),))
    invitations.invite(people.account(), people.reseller(), NewInvitation("lawyer@new.example", law))
    said = text(reseller.get(bakery_people()))
    for email in ("baker@harbour-bakery.example", "owner@harbour-bakery.example", "colleague@northlight.example"):
        assert email in said
    assert users.email not in said
    assert "lawyer@new.example" not in said
    assert "lawyer@new.example" in text(reseller.get(account_people()))


def test_a_sites_super_user_does_not_read_to_which_other_sites_somebody_is_invited() -> None:
    grant = Grant(Role.STANDARD, sites=(people.bakery(), people.law_firm()))
    invitations.invite(people.account(), people.reseller(), NewInvitation(NEW, grant))
    page = f"/sites/{people.bakery().key}/people"
    assert people.law_firm().domain in text(signed_in(people.reseller()).get(page))
    theirs = text(signed_in(people.site_super()).get(page))
    assert NEW in theirs
    assert people.law_firm().domain not in theirs


def test_a_super_user_gets_no_button_for_those_above_them() -> None:
    people.colleague()
    people.client_person()
    page = signed_in(people.site_super()).get(bakery_people()).content.decode()
    offered = re.findall(r'href="/sites/\w+/people/(\d+)"', page)
    assert offered == [str(Membership.objects.get(user=people.client_person()).pk)]


def test_a_role_is_changed_and_removed_on_the_persons_page(in_2029: None, reseller: Client) -> None:
    one = Membership.objects.get(user=people.client_person())
    address = bakery_people(f"/{one.pk}")
    assert "Bente Baker" in text(reseller.get(address))
    sent = {"role": "super", "sections": ["pages"], "ends_on": "2030-01-01"}
    assert reseller.post(address, sent)["Location"] == bakery_people()
    one.refresh_from_db()
    assert (one.role, one.sections) == ("super", ["pages"])
    assert 'value="2030-01-01"' in reseller.get(address).content.decode()
    assert reseller.post(address, {"role": "owner"}).status_code == 422
    assert reseller.post(f"{address}/remove")["Location"] == bakery_people()
    assert not Membership.objects.exists()
    assert reseller.post(f"{address}/remove").status_code == 404


def test_access_that_ended_is_shown_as_ended(reseller: Client) -> None:
    now = clock.now()
    user = people.client_person()
    Membership.objects.filter(user=user).update(ends_at=now + timedelta(days=1))
    with clock.frozen(now + timedelta(days=2)):
        assert "Ended on" in text(reseller.get(bakery_people()))
        assert "View as" not in text(reseller.get(bakery_people()))
        assert not selectors.sites_of(user).filter(account=people.account()).exists()


def test_an_expired_invitation_is_sent_again_or_taken_back(reseller: Client) -> None:
    grant = Grant(Role.STANDARD, sites=(people.bakery(),))
    one, _token = invitations.invite(people.account(), people.reseller(), NewInvitation(NEW, grant))
    Invitation.objects.update(expires_at=clock.now() - timedelta(days=1))
    assert "Expired" in text(reseller.get(account_people()))
    path = f"/accounts/{people.account().pk}/invitations/{one.pk}"
    reseller.post(f"{path}/resend")
    assert Client().get(mailed_link()).status_code == 200
    assert reseller.post(f"{path}/revoke")["Location"] == account_people()
    assert Client().get(mailed_link()).status_code == 410
    assert reseller.post(f"{path}/revoke").status_code == 404


# -- taking it up


def invitation_to(email: str, grant: Grant | None = None) -> str:
    """The path of an invitation to the bakery, or to what `grant` says."""
    offer = NewInvitation(email, grant or Grant(Role.STANDARD, sites=(people.bakery(),)))
    return f"/invitations/{invitations.invite(people.account(), people.reseller(), offer)[1]}"


def test_somebody_new_gives_a_name_and_is_signed_in(client: Client) -> None:
    path = invitation_to(NEW)
    for look in (client.get, client.head, client.get):
        assert look(path).status_code == 200, "looking does not use it up"
    assert "Northlight Studio invites you to see the statistics of harbour-bakery.example" in text(client.get(path))
    assert client.post(path, {"full_name": ""}).status_code == 422
    assert client.post(path, {"full_name": "Bo", "password": "short"}).status_code == 422
    assert client.post(path, {"full_name": "Bo"})["Location"] == f"/sites/{people.bakery().key}"
    assert client.get("/profile").status_code == 200
    assert client.get(path)["Location"] == "/", "the same browser may click again"
    assert Client().get(path).status_code == 410


def test_a_known_person_signs_in_first_and_accepts_with_one_click(client: Client) -> None:
    user = people.stranger()
    path = invitation_to(user.email)
    page = client.get(path)
    assert f'href="/sign-in?next={path.replace("/", "%2F")}"' in page.content.decode()
    assert 'name="full_name"' not in page.content.decode()
    assert client.post(path, {"full_name": "Not Stan"}).status_code == 200
    assert Invitation.objects.get().used_at is None
    client.force_login(user)
    assert "You are signed in as" in text(client.get(path))
    assert client.post(path)["Location"] == f"/sites/{people.bakery().key}"
    user.refresh_from_db()
    assert user.full_name == "Stan Stranger"


@pytest.mark.parametrize("email", [NEW, "stranger@elsewhere.example"])
def test_somebody_else_is_told_so_and_uses_nothing_up(client: Client, email: str) -> None:
    people.stranger()
    path = invitation_to(email)
    client.force_login(people.client_person())
    for answer in (client.get(path), client.post(path, {"full_name": "X"})):
        assert answer.status_code == 403
        assert f"This invitation is for {email}, and you are signed in as baker@" in text(answer)
    assert Invitation.objects.get().used_at is None


def test_a_client_reads_the_clients_language_from_the_invitation_on(client: Client) -> None:
    path = invitation_to(NEW, Grant(Role.STANDARD, client=people.client()))
    assert '<html lang="de">' in client.get(path, headers={"accept-language": "fr"}).content.decode()
    assert client.post(path, {"full_name": "Bo"})["Location"] == "/"
    assert '<html lang="de">' in client.get("/profile", headers={"accept-language": "fr"}).content.decode()


# -- clients


def clients(tail: str = "") -> str:
    """The address of the account's clients."""
    return f"/accounts/{people.account().pk}/clients{tail}"


def test_a_client_is_added_with_its_sites_changed_and_deleted(reseller: Client) -> None:
    bakery, law_firm = people.bakery(), people.law_firm()
    assert "No clients yet" in text(reseller.get(clients()))
    sent = {"name": "Bakers", "contact_email": "b@bakers.example", "language": "nl", "sites": [bakery.pk]}
    answer = reseller.post(clients("/add"), sent)
    one = SiteClient.objects.get()
    assert answer["Location"] == clients(f"/{one.pk}")
    assert (one.name, one.email, one.language, list(one.sites.all())) == ("Bakers", "b@bakers.example", "nl", [bakery])
    assert reseller.post(clients("/add"), {"name": "Bakers"}).status_code == 422
    reseller.post(clients(f"/{one.pk}"), {"name": "Bakers & Co", "sites": [law_firm.pk]})
    one.refresh_from_db()
    assert (one.name, list(one.sites.all())) == ("Bakers & Co", [law_firm])
    assert "Bakers &amp; Co" in reseller.get(clients()).content.decode()
    assert "Delete Bakers" in text(reseller.get(clients(f"/{one.pk}/delete")))
    assert reseller.post(clients(f"/{one.pk}/delete"))["Location"] == clients()
    assert not SiteClient.objects.exists()
    law_firm.refresh_from_db()
    assert law_firm.client is None


def test_a_client_is_not_given_a_site_of_another_account(reseller: Client) -> None:
    theirs = people.stranger().accounts.get().sites.get()
    people.bakery()
    answer = reseller.post(clients("/add"), {"name": "Thief", "sites": [theirs.pk]})
    assert answer.status_code == 422
    assert not SiteClient.objects.exists()


def test_people_are_invited_to_a_client_on_its_page(reseller: Client) -> None:
    one = people.client()
    reseller.post(clients(f"/{one.pk}/people"), {"email": NEW, "role": "standard"})
    browser = Client()
    browser.post(mailed_link(), {"full_name": "Bo"})
    assert browser.get("/")["Location"] == f"/sites/{people.bakery().key}"
    assert list(selectors.sites_of(User.objects.get(email=NEW))) == [people.bakery()]
    assert NEW in text(reseller.get(clients(f"/{one.pk}")))
    assert reseller.post(clients(f"/{one.pk}/people"), {"email": "x"}).status_code == 422


def test_who_looks_at_one_site_alone_lands_on_its_statistics() -> None:
    member = people.client_member()
    here = f"/sites/{people.bakery().key}"
    assert signed_in(member).get("/")["Location"] == here
    Membership.objects.filter(user=member).update(sections=["visitors"])
    assert signed_in(member).get("/")["Location"] == here
    Membership.objects.filter(user=member).update(sections=[])
    for user in (people.reseller(), people.colleague(), people.adding_super(), people.bookkeeper()):
        assert signed_in(user).get("/")["Location"] == "/sites", user
    clients_services.set_sites(people.client(), [people.bakery().pk, people.law_firm().pk], by=None)
    assert signed_in(member).get("/")["Location"] == "/sites"


@pytest.mark.usefixtures("reading")
def test_the_note_about_a_client_is_not_for_the_client(reseller: Client) -> None:
    one = people.client()
    SiteClient.objects.filter(pk=one.pk).update(note="pays late")
    assert "pays late" in text(reseller.get(clients(f"/{one.pk}")))
    clients_services.set_sites(one, [people.bakery().pk, people.law_firm().pk], by=None)
    browser = signed_in(people.client_member())
    for path in ("/sites", f"/sites/{people.bakery().key}", f"/sites/{people.bakery().key}/script"):
        answer = browser.get(path)
        assert answer.status_code == 200
        assert "pays late" not in answer.content.decode()


def test_hostile_names_stay_text(reseller: Client) -> None:
    hostile = "<script>alert(1)</script>"
    reseller.post(clients("/add"), {"name": hostile, "contact": hostile, "note": hostile})
    one = SiteClient.objects.get()
    User.objects.filter(pk=people.client_person().pk).update(full_name=hostile)
    for path in (clients(), clients(f"/{one.pk}"), clients(f"/{one.pk}/delete"), account_people()):
        page = reseller.get(path).content.decode()
        assert "&lt;script&gt;alert" in page
        assert "<script>alert" not in page
