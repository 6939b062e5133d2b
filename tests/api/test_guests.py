"""Guests of a site by program: invited, changed and removed as Plausible's API has it."""

import pytest

from tests import people
from tests.api.test_sites import BAKERY, GUEST, _rested, ask, operate
from trailhouse.outbox.models import Mail
from trailhouse.sites import invitations
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Invitation, Membership, Role
from trailhouse.sites.roles import Grant

__all__ = ["_rested"]
pytestmark = pytest.mark.django_db


def test_a_guest_is_invited_once_and_the_invitation_is_taken_back() -> None:
    people.bakery()
    told = {"email": GUEST, "role": "viewer", "status": "invited"}
    assert [operate("guest", BAKERY).json() for _again in range(2)] == [told, told]
    assert Invitation.objects.get().role == Role.STANDARD
    assert Mail.objects.filter(to=GUEST).count() == 1
    assert operate("guests", BAKERY).json()["guests"] == [told]
    delete = ("DELETE", f"/guests/{GUEST.upper()}?site_id={BAKERY}")
    assert [ask(*delete).status_code for _again in range(2)] == [200, 404]
    assert operate("guests", BAKERY).json()["guests"] == []


def test_known_and_unknown_people_are_answered_alike() -> None:
    people.bakery()
    known = {"site_id": BAKERY, "email": people.stranger().email, "role": "viewer"}
    assert ask("PUT", "/guests", known).json() == {"email": known["email"], "role": "viewer", "status": "invited"}
    assert not Membership.objects.filter(user=people.stranger()).exists()


def test_who_is_a_guest_gets_the_role_that_is_asked_for() -> None:
    guest = people.client_person()
    for role in ("viewer", "editor", "editor"):
        answer = ask("PUT", "/guests", {"site_id": BAKERY, "email": guest.email, "role": role}).json()
        assert answer == {"email": guest.email, "role": role, "status": "accepted"}
    assert Membership.objects.get(user=guest).role == Role.SUPER
    assert not Mail.objects.exists()
    assert operate("delete guest", BAKERY).json() == {"deleted": True}
    assert not Membership.objects.filter(user=guest).exists()


def test_people_of_the_whole_account_are_no_guests() -> None:
    colleague, member = people.colleague(), people.client_member()
    assert operate("guests", BAKERY).json()["guests"] == []
    for one in (colleague, member):
        assert ask("DELETE", f"/guests/{one.email}", {"site_id": BAKERY}).status_code == 404
    assert Membership.objects.count() == 2


def test_an_invitation_to_several_sites_stays_for_the_others() -> None:
    sites = (people.bakery(), people.law_firm())
    offer = NewInvitation(GUEST, Grant(Role.STANDARD, sites=sites))
    invitation, _token = invitations.invite(people.account(), people.reseller(), offer)
    assert operate("guest", BAKERY).json()["status"] == "invited"
    assert ask("DELETE", f"/guests/{GUEST}", {"site_id": BAKERY}).status_code == 200
    invitation.refresh_from_db()
    assert (list(invitation.sites.all()), invitation.revoked_at) == ([sites[1]], None)


@pytest.mark.parametrize("values", [{"role": "owner"}, {"role": ""}, {"email": "nobody"}, {"email": ""}])
def test_a_wrong_guest_is_refused(values: dict[str, str]) -> None:
    people.bakery()
    asked = {"site_id": BAKERY, "email": GUEST, "role": "viewer"} | values
    assert ask("PUT", "/guests", asked).status_code == 400
    assert not Invitation.objects.exists()


def test_the_administrator_is_no_guest() -> None:
    people.bakery()
    asked = {"site_id": BAKERY, "email": people.RESELLER, "role": "viewer"}
    assert ask("PUT", "/guests", asked).status_code == 409
