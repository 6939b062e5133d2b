"""Processing agreements: published for ever, accepted once, kept as they were, and the same file each time."""

import io
from datetime import UTC, date, datetime, timedelta

import pypdf
import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client

from tests import people
from trailhouse.accounts.models import Account, AuditEntry
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.legal import agreements, pdf, plain, services, subprocessors, wording
from trailhouse.legal.agreements import Signing
from trailhouse.legal.models import Agreement, Signature
from trailhouse.legal.services import DetailsText
from trailhouse.outbox import typesetting
from trailhouse.sites import closing
from trailhouse.sites.clients import ClientValues, add_client, delete_client, set_sites
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)


def text_of(made: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(made))
    return " ".join(" ".join(page.extract_text() for page in reader.pages).split())


def signed_by_member() -> Signature:
    """The reseller's agreement, accepted by the bakery's owner."""
    member = people.client_member()
    found = agreements.publish(people.account(), "1", by=people.reseller())
    return agreements.sign(found, people.account(), people.client(), Signing("en"), by=member)


@pytest.mark.parametrize("for_clients", [True, False])
def test_the_text_that_comes_along_has_every_point_of_article_28_in_every_language(for_clients: bool) -> None:
    texts = wording.shipped(for_clients=for_clients)
    assert set(texts) == {code for code, _name in settings.LANGUAGES}
    for text in texts.values():
        headings = [block for block in plain.blocks(text) if block.kind == "heading"]
        assert len(headings) == 15
    for point in ("documented instructions", "confidentiality", "Article 32", "sub-processor", "Chapter III",
                  "Articles 32 to 36", "deletes", "audits", "third country", "Nature", "Persons"):  # fmt: skip
        assert point in texts["en"], point
    assert "railhouse" not in "".join(texts.values())


def test_a_version_is_published_once_and_the_newest_holds() -> None:
    account, by = people.account(), people.reseller()
    with clock.frozen(NOW):
        first = agreements.publish(account, "1", by=by)
    second = agreements.publish(account, "2", "# Ours\n\nText", "nl", by=by)
    assert second.texts == {"nl": "# Ours\n\nText"}
    assert agreements.newest(account) == second
    assert agreements.newest(None) is None
    with pytest.raises(UserError, match="has been published already"):
        agreements.publish(account, "1", by=by)
    agreements.publish(None, "1", by=people.operator())
    first.refresh_from_db()
    assert set(first.texts) > {"en", "de"}


def test_it_is_accepted_once_and_keeps_what_it_said_that_day() -> None:
    with clock.frozen(NOW):
        made = signed_by_member()
    again = agreements.sign(made.agreement, made.account, made.client, Signing("de"), by=people.reseller())
    assert again == made
    assert made.person == "Onno Owner <owner@harbour-bakery.example>"
    assert made.content["sites"] == [["harbour-bakery.example", "visits", 25]]
    assert [one["name"] for one in made.content["processors"]] == ["Trailhouse"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Signature.objects.create(
            agreement=made.agreement, account=made.account, client=made.client, of_client=True, content={}, person="x"
        )
    assert AuditEntry.objects.filter(action="legal.client_accepted", account=made.account).count() == 1


def test_the_file_is_the_same_each_time_whatever_changes_and_names_the_parties_alone() -> None:
    people.law_firm()
    with clock.frozen(NOW):
        made = signed_by_member()
    first = pdf.signed(made)
    services.set_details(people.account(), DetailsText("Sold AG"), by=people.reseller())
    services.set_details(None, DetailsText("Host B.V."), by=people.operator())
    subprocessors.add(None, "New host", "Servers", "US", starts_on=date(2030, 1, 1), by=people.operator())
    Site.objects.filter(pk=people.bakery().pk).update(privacy="strict")
    delete_client(people.client(), by=people.reseller())
    typesetting._compiler.cache_clear()
    assert pdf.signed(Signature.objects.get()) == first
    said = text_of(first)
    for part in (
        "Harbour Bakery",
        "Northlight Studio",
        "Version 1",
        "Onno Owner",
        "2 March 2026",
        "Annex 3",
        "25 months",
    ):
        assert part in said, part
    assert said.count("Trailhouse") == 1  # the operator, as sub-processor
    assert "vanleer" not in said
    assert "railhouse" not in str(pypdf.PdfReader(io.BytesIO(first)).metadata)


def test_a_newer_version_asks_again_and_an_older_one_can_no_longer_be_accepted() -> None:
    made = signed_by_member()
    member = people.client_member()
    assert agreements.open_for(member) == []
    newer = agreements.publish(people.account(), "2", by=people.reseller())
    (asked,) = agreements.open_for(member)
    assert (asked.agreement, asked.client) == (newer, people.client())
    Signature.objects.all().delete()
    with pytest.raises(UserError, match="newer version"):
        agreements.sign(made.agreement, made.account, people.client(), Signing("en"), by=member)


def test_what_was_signed_on_paper_is_noted_with_its_day_and_name() -> None:
    found = agreements.publish(people.account(), "1", by=people.reseller())

    def note(day: date, person: str) -> Signature:
        how = Signing("en", day, person)
        return agreements.sign(found, people.account(), people.client(), how, by=people.reseller())

    with clock.frozen(NOW):
        with pytest.raises(UserError, match="still to come"):
            note(NOW.date() + timedelta(days=2), "Onno")
        with pytest.raises(UserError, match="Who signed"):
            note(NOW.date(), " ")
        made = note(NOW.date() - timedelta(days=3), "Onno Owner")
    assert made.on_paper == date(2026, 2, 27)
    assert "Signed on paper" in text_of(pdf.signed(made))


def test_the_administrator_accepts_the_operators_for_the_account(client: Client) -> None:
    account = people.account()
    path = f"/accounts/{account.pk}/legal/agreements/operator"
    client.force_login(people.reseller())
    assert client.get(path).status_code == 404
    found = agreements.publish(None, "1", by=people.operator())
    assert [one.account for one in agreements.open_for(people.reseller())] == [account]
    assert agreements.open_for(people.operator()) == []
    assert "agreement waits" in client.get("/sites").content.decode()
    assert client.post("/agreements/later").status_code == 302
    assert "agreement waits" not in client.get("/sites").content.decode()
    assert client.post(path, {"version": "0"}).status_code == 409
    assert client.post(path, {"version": "1"}).status_code == 302
    made = agreements.signature(found, account)
    assert made is not None
    assert made.content["customer"]["name"] == "Northlight Studio"
    assert client.get(f"/accounts/{account.pk}/legal/agreements/operator.pdf").content == pdf.signed(made)


def test_people_of_a_client_read_and_accept_theirs_and_nobody_elses(client: Client) -> None:
    one, member = people.client(), people.client_member()
    set_sites(one, [people.bakery().pk, people.law_firm().pk], by=people.reseller())  # with one they land on it
    agreements.publish(people.account(), "1", by=people.reseller())
    path = f"/agreements/{one.pk}"
    for other in (people.client_person(), people.stranger(), people.site_super(), people.bookkeeper()):
        client.force_login(other)
        assert client.get(path).status_code == client.post(path).status_code == 404, other
        assert client.get(f"{path}/file.pdf").status_code == 404
        assert one.name not in client.get("/agreements").content.decode()
    assert Client().get(path)["Location"].startswith("/sign-in")
    client.force_login(member)
    assert "has an agreement for you" in client.get("/sites").content.decode()
    assert "Harbour Bakery" in client.get("/agreements").content.decode()
    draft = client.get(f"{path}/file.pdf")
    assert draft["Content-Type"] == "application/pdf"
    assert client.post(path, {"version": "1"}).status_code == 302
    assert "was accepted by Onno Owner" in client.get(path).content.decode()
    assert "has an agreement for you" not in client.get("/sites").content.decode()
    assert "Accepted electronically" in text_of(client.get(f"{path}/file.pdf").content)


def test_nobody_accepts_as_another_person() -> None:
    agreements.publish(people.account(), "1", by=people.reseller())
    member = people.client_member()
    member.viewed_by = people.reseller()
    assert not agreements.attached(member).exists()
    assert agreements.open_for(member) == []


def test_what_was_agreed_is_kept_when_the_data_of_an_account_is_deleted() -> None:
    owner = people.support()
    account = owner.accounts.get()
    client = add_client(account, ClientValues("Harbour Bakery"), by=owner)
    found = agreements.publish(account, "1", by=owner)
    made = agreements.sign(found, account, client, Signing("en", NOW.date(), "Onno"), by=owner)
    services.set_details(account, DetailsText("Sam Ltd"), by=owner)
    subprocessors.add(account, "Newsletter", "Mail", "FR", starts_on=date(2030, 1, 1), by=owner)
    before = pdf.signed(made)
    Account.objects.filter(pk=account.pk).update(closed_at=NOW, deletion_told_at=NOW)
    assert closing._delete(account.pk)
    assert pdf.signed(Signature.objects.get()) == before
    assert Agreement.objects.get() == found
    assert not subprocessors.rows(account)
