"""One function decides what a person may do with a site."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from tests import people
from trailhouse.accounts.models import User
from trailhouse.core import clock
from trailhouse.sites import access, clients, selectors, services
from trailhouse.sites.access import Privilege
from trailhouse.sites.models import Membership, Role, Section, Site

pytestmark = pytest.mark.django_db

EVERYTHING = frozenset(Privilege)
LOOKING = frozenset({Privilege.VIEW_STATS})
CARING = LOOKING | {Privilege.CHANGE_SITE, Privilege.INVITE}
CARING_FOR_ALL = CARING | {Privilege.MANAGE_CLIENTS}
NOTHING: frozenset[Privilege] = frozenset()

# person → privileges at the bakery, at the law firm, in the whole account
RIGHTS = [
    (people.reseller, EVERYTHING, EVERYTHING, EVERYTHING),
    (people.colleague, CARING_FOR_ALL, CARING_FOR_ALL, CARING_FOR_ALL),
    (people.adding_super, *[CARING_FOR_ALL | {Privilege.ADD_SITE}] * 3),
    (people.site_super, CARING, NOTHING, NOTHING),
    (people.client_person, LOOKING, NOTHING, NOTHING),
    (people.client_member, LOOKING, NOTHING, NOTHING),
    (people.bookkeeper, *[frozenset({Privilege.VIEW_BILLING})] * 3),
    (people.stranger, NOTHING, NOTHING, NOTHING),
    (people.operator, NOTHING, NOTHING, NOTHING),
]


@pytest.mark.parametrize(("who", "bakery", "law_firm", "account"), RIGHTS)
def test_what_each_of_the_cast_may_do(
    who: Callable[[], User],
    bakery: frozenset[Privilege],
    law_firm: frozenset[Privilege],
    account: frozenset[Privilege],
) -> None:
    user = who()
    for site, rights in ((people.bakery(), bakery), (people.law_firm(), law_firm)):
        assert {p for p in Privilege if access.allowed(user, site, p)} == rights
        for privilege in Privilege:
            listed = site in selectors.sites_of(user, privilege)
            assert listed == (privilege in rights), f"the list and the decision differ on {privilege}"
    assert {p for p in Privilege if access.allowed_in_account(user, people.account(), p)} == account


def test_a_site_that_is_not_yours_is_answered_like_one_that_does_not_exist() -> None:
    key = people.law_firm().key
    assert access.find_site(people.reseller(), key, Privilege.VIEW_STATS) == people.law_firm()
    for user in (people.client_person(), people.stranger(), AnonymousUser()):
        with pytest.raises(Http404):
            access.find_site(user, key, Privilege.VIEW_STATS)
    for unknown in ("nosuchkey2", "", "\0", "é", "a" * 1000):
        with pytest.raises(Http404):
            access.find_site(people.reseller(), unknown, Privilege.VIEW_STATS)


def test_temporary_access_ends_by_itself() -> None:
    user, site = people.stranger(), people.bakery()
    now = clock.now()
    services.give_role(user, site.account, Role.STANDARD, by=None, site=site, ends_at=now + timedelta(days=1))
    assert access.allowed(user, site, Privilege.VIEW_STATS)
    assert site.account in selectors.accounts_for(user)
    with clock.frozen(now + timedelta(days=1)):
        assert not access.allowed(user, site, Privilege.VIEW_STATS)
        assert site not in selectors.sites_of(user)
        assert site.account not in selectors.accounts_for(user)


def test_a_role_is_replaced_not_added_and_can_be_taken_away() -> None:
    user, site = people.client_person(), people.bakery()
    membership = services.give_role(user, site.account, Role.SUPER, by=people.reseller(), site=site)
    assert Membership.objects.filter(user=user).count() == 1
    assert access.allowed(user, site, Privilege.INVITE)
    services.end_role(membership, by=people.reseller())
    assert not access.allowed(user, site, Privilege.VIEW_STATS)


def test_an_account_wide_role_covers_sites_added_later() -> None:
    user = people.colleague()
    later = services.add_site(people.account(), services.NewSite("later.example"), by=None)
    assert access.allowed(user, later, Privilege.CHANGE_SITE)


def test_somebody_put_out_of_action_may_do_nothing() -> None:
    user = people.reseller()
    site = people.bakery()
    user.is_active = False
    user.save()
    assert not any(access.allowed(user, site, privilege) for privilege in Privilege)
    assert not selectors.sites_of(user).exists()


def test_clients_are_managed_by_super_users_who_see_all_of_all_sites() -> None:
    user = people.colleague()
    assert access.allowed_in_account(user, people.account(), Privilege.MANAGE_CLIENTS)
    Membership.objects.filter(user=user).update(sections=["sources"])
    assert not access.allowed_in_account(user, people.account(), Privilege.MANAGE_CLIENTS)
    assert not selectors.sites_of(user, Privilege.MANAGE_CLIENTS)
    assert not access.allowed(people.site_super(), people.bakery(), Privilege.MANAGE_CLIENTS)


def test_a_client_member_sees_the_clients_sites_as_they_change() -> None:
    user, client = people.client_member(), people.client()
    assert list(selectors.sites_of(user)) == [people.bakery()]
    clients.set_sites(client, [people.law_firm().pk], by=None)
    assert list(selectors.sites_of(user)) == [people.law_firm()]
    assert not access.allowed(user, people.bakery(), Privilege.VIEW_STATS)


def test_an_account_wide_role_and_one_at_a_client_stand_side_by_side() -> None:
    user = people.client_member()
    services.give_role(user, people.account(), Role.BOOKKEEPER, by=None)
    services.give_role(user, people.account(), Role.BOOKKEEPER, by=None)
    assert Membership.objects.filter(user=user).count() == 2
    assert access.allowed(user, people.bakery(), Privilege.VIEW_STATS)


def test_who_is_confined_to_sections_sees_these_alone() -> None:
    user, site = people.client_person(), people.bakery()
    Membership.objects.filter(user=user).update(sections=["sources", "live"])
    assert access.sections_of(user, site) == {Section.SOURCES, Section.LIVE}
    assert access.allowed(user, site, Privilege.VIEW_STATS, Section.SOURCES)
    for section in (Section.PAGES, "nonsense"):
        assert not access.allowed(user, site, Privilege.VIEW_STATS, section)
        with pytest.raises(Http404):
            access.find_site(user, site.key, Privilege.VIEW_STATS, section)
    services.give_role(user, site.account, Role.STANDARD, by=None)  # a second role that sees all
    assert access.sections_of(user, site) == set(Section)
    assert access.sections_of(people.stranger(), site) == set()


def test_a_role_cannot_be_given_at_another_accounts_site() -> None:
    other = Site.objects.get(account__owner=people.stranger())
    with pytest.raises(ValueError, match="is not a site of"):
        services.give_role(people.colleague(), people.account(), Role.STANDARD, by=None, site=other)
