"""Shared links and the public page: who a guest is, and what services guarantee."""

from datetime import timedelta

import pytest

from tests import people
from trailhouse.accounts.models import AuditEntry
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites import access, services, sharing
from trailhouse.sites.access import Privilege
from trailhouse.sites.models import Section, SharedLink, Site
from trailhouse.sites.sharing import LinkText

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def guest(slug: str) -> access.Guest:
    found = sharing.guest_of(slug)
    assert found is not None
    return found[0]


def test_a_guest_may_look_at_one_site_and_nothing_else() -> None:
    bakery, law_firm = people.bakery(), people.law_firm()
    who = guest(sharing.add_link(bakery, LinkText("Client"), by=None).slug)
    assert {p for p in Privilege if access.allowed(who, bakery, p)} == {Privilege.VIEW_STATS}
    assert not any(access.allowed(who, law_firm, p) for p in Privilege)
    assert not any(access.allowed_in_account(who, bakery.account, p) for p in Privilege)  # type: ignore[arg-type]


def test_a_guest_sees_the_links_sections_alone() -> None:
    site = people.bakery()
    who = guest(sharing.add_link(site, LinkText("Client", sections=["sources", "pages"]), by=None).slug)
    seen = {s for s in Section if access.allowed(who, site, Privilege.VIEW_STATS, s)}
    assert seen == {Section.SOURCES, Section.PAGES}


def test_a_guest_sees_single_visitors_only_where_the_link_names_them() -> None:
    site = people.bakery()
    sharing.set_public(site, True, by=None)
    for sections, sees in (((), False), (("live", "pages"), False), (("visitors",), True)):
        who = guest(sharing.add_link(site, LinkText(f"Client {sections}", sections=sections), by=None).slug)
        assert access.allowed(who, site, Privilege.VIEW_STATS, Section.VISITORS) is sees
    assert access.sections_of(guest(site.key), site) == set(Section) - {Section.VISITORS}


@pytest.mark.parametrize("since", ["suspended_at", "closed_at"])
def test_a_suspended_or_closed_account_shows_guests_nothing(since: str) -> None:
    site = people.bakery()
    who = guest(sharing.add_link(site, LinkText("Client"), by=None).slug)
    setattr(site.account, since, clock.now())
    assert not access.allowed(who, site, Privilege.VIEW_STATS)


def test_a_link_ends_with_its_last_day_or_with_its_removal() -> None:
    now = clock.now()
    link = sharing.add_link(people.bakery(), LinkText("Client", expires_at=now + DAY), by=None)
    with clock.frozen(now + DAY - timedelta(seconds=1)):
        assert sharing.guest_of(link.slug)
    with clock.frozen(now + DAY):
        assert sharing.guest_of(link.slug) is None
    slug = link.slug
    sharing.remove_link(link, by=people.reseller())
    assert sharing.guest_of(slug) is None
    assert AuditEntry.objects.filter(action="shared_link.removed", user=people.reseller()).count() == 1


@pytest.mark.parametrize("slug", ["", "nosuchlink", "é", "\x00", "a" * 1000])
def test_an_address_that_leads_nowhere_is_no_error(slug: str) -> None:
    assert sharing.guest_of(slug) is None


def test_the_public_page_is_open_only_while_it_is_wanted() -> None:
    site = people.bakery()
    assert sharing.guest_of(site.key) is None
    for _twice in range(2):
        sharing.set_public(site, True, by=people.reseller())
    assert guest(site.key).site_id == site.pk
    before = site.key
    services.rotate_key(site, by=None)
    assert guest(before) == access.Guest(site.pk, before, sharing.UNNAMED), (
        "the address works on while the old key does"
    )
    sharing.set_public(site, False, by=people.reseller())
    assert sharing.guest_of(before) is None
    assert AuditEntry.objects.filter(action="site.made_public").count() == 1


@pytest.mark.parametrize(
    "text",
    [
        LinkText(""),
        LinkText("a" * 121),
        LinkText("Taken"),
        LinkText("x", password="short"),
        LinkText("x", password="a" * 101),
        LinkText("x", sections=["everything"]),
        LinkText("x", password="long enough", embed=True),
        LinkText("x", expires_at=clock.now() - DAY),
    ],
)
def test_a_wrong_link_is_refused_and_nothing_is_changed(text: LinkText) -> None:
    site = people.bakery()
    sharing.add_link(site, LinkText("Taken"), by=None)
    other = sharing.add_link(site, LinkText("Other"), by=None)
    with pytest.raises(UserError):
        sharing.add_link(site, text, by=None)
    with pytest.raises(UserError):
        sharing.change_link(other, text, by=None)
    assert sorted(SharedLink.objects.values_list("name", "password")) == [("Other", ""), ("Taken", "")]


def test_a_password_is_kept_as_a_hash_changed_and_taken_away() -> None:
    site = people.bakery()
    link = sharing.add_link(site, LinkText("Client", password="open sesame"), by=None)
    assert "sesame" not in link.password
    kept = sharing.proof(link)
    assert not sharing.proves(link, "")
    sharing.change_link(link, LinkText("Client", password=None, sections=["pages"]), by=None)
    assert sharing.proves(SharedLink.objects.get(pk=link.pk), kept)
    sharing.change_link(link, LinkText("Client", password="another one"), by=None)
    assert not sharing.proves(link, kept), "who knew the old password is asked again"
    sharing.change_link(link, LinkText("Client", password=""), by=None)
    assert sharing.proves(link, "")


def test_five_wrong_passwords_from_an_address_close_the_form_for_a_while() -> None:
    link = sharing.add_link(people.bakery(), LinkText("Client", password="open sesame"), by=None)
    sharing.give_password(link, "open sesame", address="203.0.113.7")
    codes = []
    for _try in range(6):
        with pytest.raises(UserError) as refusal:
            sharing.give_password(link, "wrong", address="203.0.113.7")
        codes.append(refusal.value.code)
    assert codes == ["wrong_password"] * 5 + ["too_often"]
    with pytest.raises(UserError) as refusal:
        sharing.give_password(link, "open sesame", address="203.0.113.7")
    assert refusal.value.status == 429
    sharing.give_password(link, "open sesame", address="203.0.113.8")


def test_a_deleted_site_takes_its_links_along() -> None:
    site = people.bakery()
    slug = sharing.add_link(site, LinkText("Client"), by=None).slug
    Site.objects.filter(pk=site.pk).delete()
    assert sharing.guest_of(slug) is None
