"""The work log: notes of one kind, which readers always see; written once for several sites of a client."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from tests import people
from trailhouse.core.errors import UserError
from trailhouse.sites import annotations
from trailhouse.sites.annotations import NoteText
from trailhouse.sites.clients import set_sites
from trailhouse.sites.models import Annotation, Section, Site
from trailhouse.sites.services import NewSite, add_site

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 12)
WORK = Annotation.Kind.WORK


def shops() -> tuple[Site, Site, Site]:
    """Three sites of the client Harbour Bakery."""
    more = [add_site(people.account(), NewSite(f"{name}.example"), by=people.reseller(), mail=False) for name in "ab"]
    found = (people.bakery(), *more)
    set_sites(people.client(), [site.pk for site in found], by=people.reseller())
    for site in found:
        site.refresh_from_db()
    return found[0], found[1], found[2]


def test_work_is_never_internal() -> None:
    site = people.bakery()
    note = annotations.add(site, DAY, "New menu page", internal=True, kind=WORK, by=people.reseller())
    assert not note.internal
    with pytest.raises(IntegrityError), transaction.atomic():
        Annotation.objects.filter(pk=note.pk).update(internal=True)


def test_a_note_stays_one_and_as_visible_as_it_was_unless_its_kind_is_changed() -> None:
    note = annotations.add(people.bakery(), DAY, "Newsletter", internal=True, by=people.reseller())
    annotations.change(note, DAY, "Newsletter sent", internal=True, by=people.reseller())
    assert (note.kind, note.internal) == (Annotation.Kind.NOTE, True)
    annotations.change(note, DAY, "Newsletter sent", internal=True, kind=WORK, by=people.reseller())
    assert (note.kind, note.internal) == (WORK, False)


def test_an_entry_is_written_at_all_sites_of_the_client_that_one_may_change() -> None:
    bakery, second, third = shops()
    annotations.add(third, DAY, "New footer", by=None)  # stands there already
    assert [site.pk for site in annotations.fellows_of(bakery, people.colleague())] == [second.pk, third.pk]
    text = NoteText(DAY, " New  footer ", kind=WORK)
    others = annotations.fellows_of(bakery, people.colleague())
    assert annotations.add_everywhere(bakery, others, text, by=people.colleague()) == 2
    assert [site.annotations.get().kind for site in (bakery, second, third)] == [WORK, WORK, Annotation.Kind.NOTE]
    with pytest.raises(UserError, match="note already"):
        annotations.add_everywhere(bakery, others, text, by=people.colleague())
    assert annotations.fellows_of(bakery, people.site_super()) == []
    assert annotations.fellows_of(people.law_firm(), people.reseller()) == []


def test_the_log_is_read_by_the_client_and_written_by_who_may_change_the_site(client: Client) -> None:
    bakery, second, _third = shops()
    values = {"do": "save", "day": "2026-11-12", "text": "New footer", "kind": "work", "everywhere": "on"}
    client.force_login(people.client_member())
    assert client.post(f"/sites/{bakery.key}/settings/notes", values).status_code == 404
    client.force_login(people.colleague())
    assert "a.example, b.example" in client.get(f"/sites/{bakery.key}/settings/notes").text
    assert client.post(f"/sites/{bakery.key}/settings/notes", values).status_code == 302
    annotations.add(bakery, DAY, "Ask for the invoice", internal=True, by=None)
    annotations.add(bakery, DAY, "The fair was on", by=None)
    client.force_login(people.client_member())
    for site in (bakery, second):
        page = client.get(f"/sites/{site.key}/work").text
        assert "New footer" in page
        assert "Chris Colleague" in page
        assert "colleague@northlight.example" not in page
        assert "Add entry" not in page
        assert "invoice" not in page
        assert "The fair" not in page
    assert client.get(f"/sites/{people.law_firm().key}/work").status_code == 404


def test_who_does_not_see_the_overview_does_not_see_the_log(client: Client) -> None:
    person = people.client_member()
    person.memberships.update(sections=[Section.SOURCES])
    client.force_login(person)
    assert client.get(f"/sites/{people.bakery().key}/work").status_code == 404
