"""Invitations: for one address, once, for a while; and nobody gives more than they have."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.template import Context
from django.template.loader import get_template

from tests import people
from trailhouse.accounts.models import AuditEntry, User
from trailhouse.accounts.selectors import hash_of
from trailhouse.accounts.services import NewPerson
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox.models import Mail
from trailhouse.sites import clients, invitations, roles, selectors, services
from trailhouse.sites.access import Privilege, allowed
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Invitation, Membership, Role
from trailhouse.sites.roles import Grant

pytestmark = pytest.mark.django_db

NEW = "bo@new.example"
SOMEBODY = NewPerson("ignored@elsewhere.example", full_name="Bo New")


def looking(**changes: Any) -> Grant:
    """The role of somebody who looks at the bakery."""
    return replace(Grant(Role.STANDARD, sites=(people.bakery(),)), **changes)


def invited(email: str = NEW, grant: Grant | None = None, by: User | None = None) -> str:
    """The token of an invitation, by the reseller unless said otherwise."""
    return invitations.invite(people.account(), by or people.reseller(), NewInvitation(email, grant or looking()))[1]


def refused(call: Callable[[], Any]) -> str:
    """The code of the error that `call` raises."""
    with pytest.raises(UserError) as refusal:
        call()
    return refusal.value.code


def test_somebody_new_is_made_by_a_name_alone_and_sees_what_was_offered() -> None:
    people.law_firm()
    user, site = invitations.accept(invited(), SOMEBODY)
    assert (user.email, user.full_name, site) == (NEW, "Bo New", people.bakery())
    assert not user.has_usable_password()
    assert not user.accounts.exists()
    assert list(selectors.sites_of(user)) == [people.bakery()]
    assert AuditEntry.objects.get(action="person.joined").user == user


def test_an_invitation_works_once() -> None:
    token = invited()
    invitations.accept(token, SOMEBODY)
    assert refused(lambda: invitations.accept(token, SOMEBODY)) == "invitation_void"
    assert refused(lambda: invitations.accept(token, User.objects.get(email=NEW))) == "invitation_void"
    assert Membership.objects.filter(user__email=NEW).count() == 1


def test_an_invitation_expires_after_fourteen_days() -> None:
    now = clock.now()
    token = invited()
    with clock.frozen(now + timedelta(days=13, hours=23)):
        assert invitations.open_invitation(token).email == NEW
    with clock.frozen(now + timedelta(days=14, minutes=1)):
        assert refused(lambda: invitations.accept(token, SOMEBODY)) == "invitation_void"


def test_an_invitation_that_was_taken_back_is_void() -> None:
    token = invited()
    one = Invitation.objects.get()
    invitations.revoke(one, by=people.reseller())
    invitations.revoke(one, by=people.reseller())
    assert refused(lambda: invitations.accept(token, SOMEBODY)) == "invitation_void"
    assert refused(lambda: invitations.resend(one, by=people.reseller())) == "invitation_void"
    assert AuditEntry.objects.filter(action="invitation.revoked").count() == 1


@pytest.mark.parametrize("token", ["", "nonsense", "\0", "é" * 500])
def test_an_unknown_token_is_answered_as_a_used_one(token: str) -> None:
    assert refused(lambda: invitations.accept(token, SOMEBODY)) == "invitation_void"


def test_an_invitation_is_for_the_person_who_has_its_address() -> None:
    stranger = people.stranger()
    token = invited(stranger.email)
    assert refused(lambda: invitations.accept(token, people.client_person())) == "other_person"
    assert refused(lambda: invitations.accept(token, SOMEBODY)) == "other_person"
    assert refused(lambda: invitations.accept(invited(), stranger)) == "other_person"
    assert invitations.accept(token, stranger)[0] == stranger
    assert allowed(stranger, people.bakery(), Privilege.VIEW_STATS)


def test_a_weak_password_leaves_the_invitation_open() -> None:
    token = invited()
    assert refused(lambda: invitations.accept(token, replace(SOMEBODY, password="short"))) == "weak_password"
    user, _site = invitations.accept(token, replace(SOMEBODY, password=people.PASSWORD))
    assert user.check_password(people.PASSWORD)


def test_only_the_hash_of_a_token_is_kept_and_a_further_link_voids_the_one_before() -> None:
    token = invited()
    one = Invitation.objects.get()
    assert one.hash == hash_of(token)
    again = invitations.resend(one, by=people.reseller())
    assert refused(lambda: invitations.accept(token, SOMEBODY)) == "invitation_void"
    assert invitations.accept(again, SOMEBODY)[0].email == NEW


def test_inviting_to_the_same_again_takes_the_place_of_the_open_invitation() -> None:
    first, other = invited(), invited(grant=looking(sites=(people.law_firm(),)))
    second = invited(grant=looking(role=Role.SUPER))
    assert refused(lambda: invitations.open_invitation(first)) == "invitation_void"
    assert invitations.open_invitation(second).role == Role.SUPER
    assert invitations.open_invitation(other)


def test_known_and_unknown_addresses_are_invited_alike_and_only_the_mail_knows_the_stranger() -> None:
    stranger = people.stranger()
    client = people.client_person()
    invited()
    invited(stranger.email)
    invited(client.email, looking(sites=(people.law_firm(),)))
    mails = {mail.to: mail for mail in Mail.objects.filter(template="sites/invitation")}
    assert {to: mail.stranger for to, mail in mails.items()} == {NEW: True, stranger.email: True, client.email: False}
    assert mails[NEW].account_id == people.account().pk
    assert mails[NEW].context["sites"] == ["harbour-bakery.example"]
    assert set(mails[NEW].context["secret"]) == {"token"}, "what opens the invitation is kept apart in a mail"


MAILS: list[tuple[str, Callable[[], Grant], str]] = [
    ("a site", looking, "see the web statistics of harbour-bakery.example"),
    ("a client", lambda: Grant(Role.STANDARD, client=people.client()), "see the web statistics of Harbour Bakery"),
    ("all sites", lambda: Grant(Role.SUPER, everywhere=True), "all sites of Northlight Studio"),
    ("books", lambda: Grant(Role.BOOKKEEPER, everywhere=True), "see the documents of Northlight Studio"),
]


@pytest.mark.parametrize(("grant", "said"), [pytest.param(make, said, id=name) for name, make, said in MAILS])
def test_the_mail_says_who_invites_to_what_and_has_one_action(grant: Callable[[], Grant], said: str) -> None:
    token = invited(grant=grant())
    template = get_template("mail/sites/invitation.txt").template  # type: ignore[attr-defined]
    lines = template.render(Context(Mail.objects.get().context, autoescape=False)).strip().splitlines()
    assert lines[0].startswith("Marijke Kok invites you to the ")
    assert lines[1] == ""
    assert said in lines[2]
    assert [line for line in lines if "[[" in line] == [f"[[Accept the invitation|/invitations/{token}]]"]
    assert "It works once, and for 14 days." in "\n".join(lines)


@pytest.mark.parametrize("email", ["", "nobody", "a@b", "a b@c.example", "x" * 250 + "@c.example"])
def test_what_is_no_address_is_refused(email: str) -> None:
    assert refused(lambda: invited(email)) == "wrong_email"


def test_who_has_a_role_there_is_changed_not_invited() -> None:
    people.client_person()
    assert refused(lambda: invited("BAKER@harbour-bakery.example")) == "has_role"
    assert refused(lambda: invited(people.RESELLER)) == "has_role"


def test_who_had_a_role_that_ended_can_be_invited_again() -> None:
    user = people.client_person()
    Membership.objects.filter(user=user).update(created_at=clock.now() - timedelta(days=9), ends_at=clock.now())
    invitations.accept(invited(user.email), user)
    assert allowed(user, people.bakery(), Privilege.VIEW_STATS)


def test_access_for_a_time_ends_by_itself() -> None:
    ends = clock.now() + timedelta(days=3)
    user, _site = invitations.accept(invited(grant=looking(ends_at=ends)), SOMEBODY)
    assert allowed(user, people.bakery(), Privilege.VIEW_STATS)
    with clock.frozen(ends):
        assert not allowed(user, people.bakery(), Privilege.VIEW_STATS)


def test_access_that_has_ended_meanwhile_is_not_taken_up() -> None:
    ends = clock.now() + timedelta(days=3)
    token = invited(grant=looking(ends_at=ends))
    with clock.frozen(ends):
        assert refused(lambda: invitations.accept(token, SOMEBODY)) == "invitation_void"
        assert refused(lambda: invited(grant=looking(ends_at=ends))) == "wrong_access"


def test_somebody_invited_to_a_client_reads_its_language_until_they_choose_their_own() -> None:
    grant = Grant(Role.STANDARD, client=people.client())
    user, _site = invitations.accept(invited(grant=grant), SOMEBODY)
    assert User.objects.get(pk=user.pk).language == "de"
    assert Mail.objects.get().language == "de"
    stranger = people.stranger()
    User.objects.filter(pk=stranger.pk).update(language="nl")
    stranger.refresh_from_db()
    invitations.accept(invited(stranger.email, grant), stranger)
    assert User.objects.get(pk=stranger.pk).language == "nl"


def test_the_last_site_going_away_does_not_open_all_others() -> None:
    people.law_firm()
    token = invited()
    people.bakery().delete()
    assert refused(lambda: invitations.accept(token, SOMEBODY)) == "invitation_void"
    token = invited(grant=Grant(Role.STANDARD, client=clients.add_client(people.account(), CLIENT, by=None)))
    clients.delete_client(people.account().clients.get(), by=None)
    assert refused(lambda: invitations.accept(token, SOMEBODY)) == "invitation_void"
    assert not Membership.objects.exists()


CLIENT = clients.ClientValues("Short-lived")


def test_the_database_knows_no_invitation_that_makes_no_sense() -> None:
    values = {"account": people.account(), "email": NEW, "expires_at": clock.now(), "hash": "x"}
    for wrong in (
        {"role": "standard", "everywhere": True, "client": people.client()},
        {"role": "super", "may_add_sites": True},
        {"role": "bookkeeper"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Invitation.objects.create(**values, **wrong)


# -- who may give what


def by_site_super() -> User:
    return people.site_super()


ESCALATIONS: list[tuple[str, Callable[[], Grant]]] = [
    ("another site", lambda: looking(sites=(people.law_firm(),))),
    ("another site beside the own", lambda: looking(sites=(people.bakery(), people.law_firm()))),
    ("all sites", lambda: Grant(Role.STANDARD, everywhere=True)),
    ("a client with the own site", lambda: Grant(Role.STANDARD, client=people.client())),
    ("bookkeeper", lambda: Grant(Role.BOOKKEEPER, everywhere=True)),
    ("leave to add sites", lambda: Grant(Role.SUPER, everywhere=True, may_add_sites=True)),
]


@pytest.mark.parametrize("grant", [pytest.param(make, id=name) for name, make in ESCALATIONS])
def test_a_super_user_of_one_site_invites_to_nothing_else(grant: Callable[[], Grant]) -> None:
    offer = grant()
    assert refused(lambda: invited(by=people.site_super(), grant=offer)) == "beyond_your_rights"
    assert not Invitation.objects.exists()
    assert not Mail.objects.exists()


@pytest.mark.parametrize("role", [Role.STANDARD, Role.SUPER])
def test_a_super_user_invites_standard_and_super_users_of_their_site(role: Role) -> None:
    user, _site = invitations.accept(invited(by=people.site_super(), grant=looking(role=role)), SOMEBODY)
    assert allowed(user, people.bakery(), Privilege.VIEW_STATS)
    assert not allowed(user, people.law_firm(), Privilege.VIEW_STATS)


def test_an_account_wide_super_user_invites_everywhere_but_gives_no_leave_to_spend() -> None:
    for by in (people.colleague(), people.adding_super()):
        assert invited(by=by, grant=Grant(Role.SUPER, everywhere=True))
        assert invited(by=by, grant=Grant(Role.STANDARD, client=people.client()))
        for grant in (
            Grant(Role.BOOKKEEPER, everywhere=True),
            Grant(Role.SUPER, everywhere=True, may_add_sites=True),
        ):
            assert refused(partial(invited, by=by, grant=grant)) == "beyond_your_rights"


def test_a_super_user_of_a_client_invites_to_it_and_to_its_sites() -> None:
    user = people.client_member()
    Membership.objects.filter(user=user).update(role=Role.SUPER)
    assert invited(by=user, grant=Grant(Role.STANDARD, client=people.client()))
    assert invited(by=user)
    assert refused(lambda: invited(by=user, grant=looking(sites=(people.law_firm(),)))) == "beyond_your_rights"
    assert refused(lambda: invited(by=user, grant=Grant(Role.STANDARD, everywhere=True))) == "beyond_your_rights"


@pytest.mark.parametrize("who", [people.client_person, people.client_member, people.bookkeeper, people.stranger])
def test_others_invite_nobody(who: Callable[[], User]) -> None:
    assert refused(lambda: invited(by=who())) == "beyond_your_rights"


def test_nobody_gives_more_sections_or_a_later_end_than_their_own() -> None:
    user, ends = people.site_super(), clock.now() + timedelta(days=9)
    Membership.objects.filter(user=user).update(sections=["sources", "pages"], ends_at=ends)
    fits = looking(sections=("pages",), ends_at=ends)
    for beyond in (
        looking(),
        replace(fits, sections=()),
        replace(fits, sections=("pages", "visitors")),
        replace(fits, ends_at=None),
        replace(fits, ends_at=ends + timedelta(seconds=1)),
    ):
        assert refused(partial(invited, by=user, grant=beyond)) == "beyond_your_rights"
    assert invited(by=user, grant=fits)


def test_two_roles_that_end_and_confine_differently_are_not_put_together() -> None:
    user, ends = people.site_super(), clock.now() + timedelta(days=9)
    Membership.objects.filter(user=user).update(sections=["sources"])
    services.give_role(user, people.account(), Role.SUPER, by=None, client=people.client(), ends_at=ends)
    assert invited(by=user, grant=looking(ends_at=ends))  # all sections, by the role that ends
    assert invited(by=user, grant=looking(sections=("sources",)))
    assert refused(lambda: invited(by=user, grant=looking(sections=("pages",)))) == "beyond_your_rights"


def test_an_invitation_falls_with_the_rights_of_whoever_sent_it() -> None:
    by = people.site_super()
    token = invited(by=by)
    roles.remove(Membership.objects.get(user=by), by=people.reseller())
    assert refused(lambda: invitations.accept(token, SOMEBODY)) == "invitation_void"


def test_nobody_is_invited_into_a_suspended_or_closed_account() -> None:
    token = invited()
    account = people.account()
    for state in ("suspended_at", "closed_at"):
        setattr(account, state, clock.now())
        account.save()
        assert refused(lambda: invitations.accept(token, SOMEBODY)) == "invitation_void"
        setattr(account, state, None)
        account.save()
    assert invitations.accept(token, SOMEBODY)


def test_a_site_of_another_account_is_not_offered() -> None:
    other = people.stranger().accounts.get().sites.get()
    assert refused(lambda: invited(grant=looking(sites=(other,)))) == "wrong_access"
    theirs = clients.add_client(other.account, CLIENT, by=None)
    assert refused(lambda: invited(grant=Grant(Role.STANDARD, client=theirs))) == "wrong_access"


@pytest.mark.parametrize(
    "changes",
    [
        {"sites": ()},
        {"everywhere": True},
        {"role": Role.BOOKKEEPER},
        {"role": Role.ADMINISTRATOR},
        {"may_add_sites": True},
        {"sections": ("nonsense",)},
    ],
)
def test_an_offer_that_makes_no_sense_is_refused_also_to_the_administrator(changes: dict[str, Any]) -> None:
    assert refused(lambda: invited(grant=looking(**changes))) == "wrong_access"


# -- changing and removing


def test_the_administrator_changes_and_removes_everybody() -> None:
    one = Membership.objects.get(user=people.bookkeeper())
    roles.change_role(one, by=people.reseller(), role=Role.SUPER, may_add_sites=True, sections=("pages",))
    one.refresh_from_db()
    assert (one.role, one.may_add_sites, one.sections) == (Role.SUPER, True, ["pages"])
    roles.remove(one, by=people.reseller())
    assert not Membership.objects.exists()


def test_a_super_user_changes_those_below_them_within_their_own_rights() -> None:
    by, one = people.site_super(), Membership.objects.get(user=people.client_person())
    roles.change_role(one, by=by, role=Role.SUPER, sections=("pages",))
    assert refused(lambda: roles.change_role(one, by=by, role=Role.BOOKKEEPER)) == "wrong_access"
    assert refused(lambda: roles.change_role(one, by=by, role=Role.ADMINISTRATOR)) == "wrong_access"
    roles.remove(one, by=by)


@pytest.mark.parametrize("above", [people.colleague, people.adding_super, people.bookkeeper, people.client_member])
def test_a_super_user_touches_nobody_who_has_more(above: Callable[[], User]) -> None:
    by, one = people.site_super(), Membership.objects.get(user=above())
    assert refused(lambda: roles.remove(one, by=by)) == "beyond_your_rights"
    assert refused(lambda: roles.change_role(one, by=by, role=Role.STANDARD)) == "beyond_your_rights"
    assert Membership.objects.filter(pk=one.pk, role=one.role).exists()


def test_nobody_changes_their_own_role() -> None:
    one = Membership.objects.get(user=people.site_super())
    assert refused(lambda: roles.change_role(one, by=one.user, role=Role.STANDARD)) == "beyond_your_rights"
    assert refused(lambda: roles.remove(one, by=one.user)) == "beyond_your_rights"


def test_a_super_user_takes_back_and_sends_again_only_what_they_could_offer() -> None:
    invited(grant=looking(sites=(people.bakery(), people.law_firm())))
    one, by = Invitation.objects.get(), people.site_super()
    assert refused(lambda: invitations.revoke(one, by=by)) == "beyond_your_rights"
    assert refused(lambda: invitations.resend(one, by=by)) == "beyond_your_rights"
