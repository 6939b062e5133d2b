"""Labels and clients of many sites at once."""

import pytest

from tests import people
from trailhouse.accounts.models import AuditEntry
from trailhouse.core.errors import UserError
from trailhouse.sites import labelling, listing, services
from trailhouse.sites.access import Privilege, allowed
from trailhouse.sites.models import Client, Membership, Role, Section, Site

pytestmark = pytest.mark.django_db


def labels() -> dict[str, list[str]]:
    """The labels of all sites by domain."""
    return dict(Site.objects.values_list("domain", "labels"))


def test_a_label_is_put_on_many_sites_once_each_and_told_in_the_audit_log() -> None:
    both = [people.bakery(), people.law_firm()]
    assert labelling.add_label(both[:1], "Shops", by=people.reseller()) == 1
    assert labelling.add_label(both, "  shops ", by=people.reseller()) == 1
    assert labelling.add_label(both, "EU", by=people.reseller()) == 2
    assert labels() == {"harbour-bakery.example": ["EU", "Shops"], "vanleer-law.example": ["EU", "shops"]}
    told = AuditEntry.objects.filter(action="site.labels", subject="harbour-bakery.example")
    assert sorted(entry.details["added"] for entry in told) == ["EU", "Shops"]
    assert {entry.user for entry in told} == {people.reseller()}


def test_a_label_is_taken_off_in_whatever_case_and_only_where_it_is() -> None:
    both = [people.bakery(), people.law_firm()]
    labelling.add_label(both[:1], "Shops", by=None)
    assert labelling.remove_label(both, "SHOPS", by=None) == 1
    assert labelling.remove_label(both, "SHOPS", by=None) == 0
    assert labels()["harbour-bakery.example"] == []
    assert AuditEntry.objects.filter(details={"removed": "SHOPS"}).count() == 1


@pytest.mark.parametrize("wrong", ["", "   ", "x" * 41, "a\0b", "a\u202eb"])
def test_what_is_no_label_is_refused(wrong: str) -> None:
    for act in (labelling.add_label, labelling.remove_label):
        with pytest.raises(UserError) as refused:
            act([people.bakery()], wrong, by=None)
        assert refused.value.code == "wrong_label"


def test_a_site_with_as_many_labels_as_it_can_have_leaves_all_sites_as_they_were() -> None:
    both = [people.law_firm(), people.bakery()]
    Site.objects.filter(pk=people.bakery().pk).update(labels=[f"label {n}" for n in range(labelling.MOST_LABELS)])
    with pytest.raises(UserError, match="at most 20 labels"):
        labelling.add_label(both, "one more", by=None)
    assert labels()["vanleer-law.example"] == []
    assert not AuditEntry.objects.filter(action="site.labels").exists()


def test_the_people_of_a_client_see_a_site_as_soon_as_it_is_the_clients_and_no_longer() -> None:
    client = Client.objects.create(account=people.account(), name="Van Leer")
    user = people.stranger()
    Membership.objects.create(user=user, account=people.account(), client=client, role=Role.STANDARD)
    assert labelling.set_client([people.law_firm(), people.bakery()], client, by=people.reseller()) == 2
    assert labelling.set_client([people.law_firm()], client, by=people.reseller()) == 0
    assert allowed(user, people.law_firm(), Privilege.VIEW_STATS)
    assert labelling.set_client([people.law_firm()], None, by=people.reseller()) == 1
    assert not allowed(user, people.law_firm(), Privilege.VIEW_STATS)
    told = AuditEntry.objects.filter(action="site.client", subject="vanleer-law.example")
    assert sorted(entry.details["client"] for entry in told) == ["", "Van Leer"]


def test_a_site_is_not_given_to_a_client_of_another_account() -> None:
    theirs = Client.objects.create(account=people.stranger().accounts.get(), name="Foreign")
    with pytest.raises(UserError) as refused:
        labelling.set_client([people.bakery()], theirs, by=None)
    assert refused.value.code == "client_of_another_account"
    assert people.bakery().client is None


def test_too_many_sites_at_once_are_refused() -> None:
    with pytest.raises(UserError, match="1001 sites"):
        labelling.add_label([people.bakery()] * 1001, "EU", by=None)


def listed(user: object) -> dict[str, listing.ListedSite]:
    """What somebody sees in the list, by domain."""
    return {site.domain: site for site in listing.listed_sites(user)}  # type: ignore[arg-type]


def test_labels_and_clients_are_shown_to_the_team_alone() -> None:
    client = Client.objects.create(account=people.account(), name="Harbour Bakery")
    labelling.add_label([people.bakery()], "slow payer", by=None)
    labelling.set_client([people.bakery()], client, by=None)
    people.law_firm()
    for who in (people.reseller(), people.colleague()):
        seen = listed(who)["harbour-bakery.example"]
        assert (seen.labels, seen.client, seen.changes, seen.reads) == (["slow payer"], "Harbour Bakery", True, True)
    seen = listed(people.client_person())["harbour-bakery.example"]
    assert (seen.labels, seen.client, seen.client_id, seen.changes, seen.reads) == ((), None, None, False, True)
    assert "vanleer-law.example" not in listed(people.client_person())
    assert listed(people.bookkeeper()) == {}


def test_somebody_confined_to_other_sections_sees_the_site_and_not_its_figures() -> None:
    user, site = people.client_person(), people.bakery()
    Membership.objects.filter(user=user).update(sections=[Section.SOURCES])
    assert not listed(user)[site.domain].reads
    Membership.objects.filter(user=user).update(sections=[Section.SOURCES, Section.OVERVIEW])
    assert listed(user)[site.domain].reads
    Membership.objects.filter(user=user).update(sections=[Section.SOURCES])
    services.give_role(user, people.account(), Role.STANDARD, by=None)  # at all sites, with all sections
    assert listed(user)[site.domain].reads
    assert allowed(user, site, Privilege.VIEW_STATS, Section.OVERVIEW)
