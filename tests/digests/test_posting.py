"""A report reaches each reader once, with what they may see, in their language, and never of a site that is shut."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdf
import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from tests.outbox.conftest import Postbox
from trailhouse.accounts.models import Account
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.digests import documents, posting, pruning, reports, selectors, services
from trailhouse.digests.models import Schedule, Sending
from trailhouse.digests.selectors import Link, Place
from trailhouse.digests.services import ScheduleText, Whom
from trailhouse.events.store import Store
from trailhouse.outbox import sending
from trailhouse.outbox.models import Mail
from trailhouse.sites import lifecycle
from trailhouse.sites.models import Membership, Role, Site

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 7, 0, tzinfo=UTC)  # eight o'clock in Amsterdam
BEFORE = MONDAY - timedelta(days=3)
BOARD = "board@elsewhere.example"


def weekly(site: Site | None, whom: Whom | None = None, every: str = "week", pdf: bool = True) -> Schedule:
    """A report that was set up some days before it is due."""
    by = people.reseller()
    place = Place(people.account(), site)
    with clock.frozen(BEFORE):
        return services.save_schedule(place, ScheduleText(every, 8, pdf=pdf, whom=whom or Whom([by])), by=by)


def sent_at(moment: datetime) -> int:
    with clock.frozen(moment):
        return posting.send_due()


def mails() -> list[Mail]:
    return list(Mail.objects.filter(template="digests/report").order_by("pk"))


def test_a_report_is_sent_at_its_hour_once_to_each_reader(bakery: Site, postbox: Postbox) -> None:
    weekly(bakery, Whom([people.reseller()], addresses=[BOARD]))
    assert sent_at(MONDAY - timedelta(seconds=1)) == 0
    assert sent_at(MONDAY) == 2
    assert sent_at(MONDAY) == 0
    assert sent_at(MONDAY + timedelta(hours=3)) == 0
    with clock.frozen(MONDAY):
        sending.send_due()
    assert sorted(letter["To"] for letter in postbox.letters) == [BOARD, people.RESELLER]
    letter = postbox.letters[0]
    assert letter["Subject"] == "harbour-bakery.example: 16 Nov – 22 Nov 2026"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter["List-Unsubscribe"].strip().startswith("<http://127.0.0.1:8000/reports/")
    parts = {part.get_content_type(): part for part in letter.walk()}
    assert {"text/plain", "text/html", "application/pdf"} <= parts.keys()
    assert "Visitors: 40" in parts["text/plain"].get_content()
    assert "Order placed" in parts["text/html"].get_content()
    pdf = pypdf.PdfReader(io.BytesIO(parts["application/pdf"].get_content()), strict=True)
    text = pdf.pages[0].extract_text()
    assert "16 Nov – 22 Nov 2026" in text
    assert "/menu" in text


def test_the_figures_are_those_of_the_page_that_it_links_to(bakery: Site, client: Client) -> None:
    weekly(bakery)
    sent_at(MONDAY)
    content = Sending.objects.get().content
    client.force_login(people.reseller())
    page = client.get(content["url"]).text
    for box in content["figures"]:
        assert f">{box['text']}<" in page, box["label"]
        assert box["change"] in page
    assert content["figures"][0]["text"] == "40"


def test_after_a_time_without_power_the_newest_report_alone_is_sent(bakery: Site) -> None:
    weekly(bakery, every="day")
    assert sent_at(MONDAY + timedelta(days=10, hours=5)) == 1
    assert Sending.objects.get().about == "2026-12-02 – 2026-12-02"
    assert sent_at(MONDAY + timedelta(days=10, hours=6)) == 0
    assert sent_at(MONDAY + timedelta(days=11)) == 1


def test_what_was_due_before_it_was_set_up_or_while_it_was_paused_is_not_sent(bakery: Site) -> None:
    schedule = weekly(bakery)
    place, by = Place(bakery.account, bakery), people.reseller()
    assert sent_at(BEFORE + timedelta(hours=1)) == 0
    with clock.frozen(MONDAY - timedelta(hours=1)):
        services.set_active(schedule, place, active=False, by=by)
    assert sent_at(MONDAY + timedelta(hours=1)) == 0
    with clock.frozen(MONDAY + timedelta(hours=2)):
        services.set_active(schedule, place, active=True, by=by)
    assert sent_at(MONDAY + timedelta(hours=3)) == 0
    assert sent_at(MONDAY + timedelta(days=7)) == 1


def test_a_process_that_dies_half_way_leaves_nothing_to_be_sent_twice(
    bakery: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    weekly(bakery, Whom([people.reseller(), people.colleague()]))
    written = posting._write

    def dies(key: str, *rest: Any) -> Sending | None:
        if people.RESELLER not in key:
            raise RuntimeError("killed")
        return written(key, *rest)

    with monkeypatch.context() as patch:
        patch.setattr(posting, "_write", dies)
        with pytest.raises(RuntimeError):
            sent_at(MONDAY)
    assert [mail.to for mail in mails()] == [people.RESELLER]
    assert sent_at(MONDAY + timedelta(minutes=1)) == 1
    assert sorted(mail.to for mail in mails()) == [people.colleague().email, people.RESELLER]


def test_one_schedule_that_fails_keeps_no_other_from_being_sent(bakery: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = weekly(bakery), weekly(people.law_firm())
    of_site = reports.of_site

    def fails(store: Store, site: Site, *rest: Any) -> object:
        if site.pk == bakery.pk:
            raise RuntimeError("the store is away")
        return of_site(store, site, *rest)

    monkeypatch.setattr(reports, "of_site", fails)
    with pytest.raises(RuntimeError):
        sent_at(MONDAY)
    assert [one.schedule_id for one in Sending.objects.all()] == [second.pk]
    first.refresh_from_db()
    assert first.next_at <= MONDAY


@pytest.mark.parametrize("how", ["locked", "stopped", "deleted", "suspended", "closed"])
def test_nothing_is_sent_of_a_site_that_is_shut(bakery: Site, how: str) -> None:
    weekly(bakery)
    weekly(None)
    sites, accounts = Site.objects.filter(account=bakery.account), Account.objects.filter(pk=bakery.account_id)
    {
        "locked": lambda: sites.update(locked=True),
        "stopped": lambda: sites.update(stopped=True),
        "deleted": lambda: sites.update(delete_at=MONDAY + timedelta(days=7)),
        "suspended": lambda: accounts.update(suspended_at=BEFORE),
        "closed": lambda: accounts.update(closed_at=BEFORE),
    }[how]()
    assert sent_at(MONDAY) == 0
    assert mails() == []
    sites.update(locked=False, stopped=False, delete_at=None)
    accounts.update(suspended_at=None, closed_at=None)
    assert sent_at(MONDAY + timedelta(hours=1)) == 0, "what was due meanwhile is not sent afterwards"
    assert sent_at(MONDAY + timedelta(days=7)) == 2


def test_a_reader_gets_what_they_may_see_just_then(bakery: Site) -> None:
    baker = people.client_person()
    weekly(bakery, Whom([baker], [Role.STANDARD]))
    Membership.objects.filter(user=baker).update(sections=["sources", "pages"])
    assert sent_at(MONDAY) == 1
    content = Sending.objects.get().content
    assert [one["title"] for one in content["lists"]] == ["Sources", "Pages"]
    assert (content["figures"], content["chart"]) == ([], None)
    assert content["url"].startswith(f"/sites/{bakery.key}/sources?")
    Membership.objects.filter(user=baker).delete()
    assert sent_at(MONDAY + timedelta(days=7)) == 0, "who has lost the access gets nothing"


def test_who_sees_a_part_alone_writes_that_part_to_others(bakery: Site) -> None:
    by = people.site_super()
    Membership.objects.filter(user=by).update(sections=["pages"])
    with clock.frozen(BEFORE):
        place = Place(bakery.account, bakery)
        services.save_schedule(place, ScheduleText("week", 8, whom=Whom([], addresses=[BOARD])), by=by)
    assert sent_at(MONDAY) == 1
    assert [one["title"] for one in Sending.objects.get().content["lists"]] == ["Pages"]


def test_each_reader_is_written_to_in_their_language(bakery: Site) -> None:
    reader = people.reseller()
    reader.language = "nl"
    reader.save()
    weekly(bakery, Whom([reader, people.colleague()], language="de"))
    sent_at(MONDAY)
    assert {mail.to: mail.language for mail in mails()} == {reader.email: "nl", people.colleague().email: "de"}
    assert {one.content["days"] for one in Sending.objects.all()} == {
        "16 nov – 22 nov 2026",
        "16. Nov. – 22. Nov. 2026",
    }


def test_an_empty_period_is_said_plainly(bakery: Site) -> None:
    weekly(bakery)
    assert sent_at(MONDAY + timedelta(days=14)) == 1
    [mail] = mails()
    text = sending.message(mail).body
    assert "Nobody came in this period." in text
    assert "Visitors: 0" in text
    Site.objects.filter(pk=bakery.pk).update(counts=False)
    assert sent_at(MONDAY + timedelta(days=21)) == 1
    assert "Counting is paused, so nothing was counted." in sending.message(mails()[-1]).body


def test_a_report_on_all_sites_shows_each_reader_their_own(bakery: Site, reading: Store) -> None:
    law = people.law_firm()
    visits.add(
        reading, [one for n in range(3) for one in visits.visit(law.pk, 50_000 + n, clock.to_ms(MONDAY) - 10**8)]
    )
    baker = people.client_person()
    weekly(None, Whom([people.reseller(), baker], addresses=[BOARD]))
    assert sent_at(MONDAY) == 3
    shown = {one.to: [row["domain"] for row in one.content["sites"]] for one in Sending.objects.all()}
    both = [bakery.domain, law.domain]
    assert shown == {people.RESELLER: both, BOARD: both, baker.email: [bakery.domain]}
    content = Sending.objects.get(to=people.RESELLER).content
    assert [row["visitors"] for row in content["sites"]] == ["40", "3"]
    assert content["figures"][0]["text"] == "43"
    own = reports.of_site(reading, bakery, services.due(Schedule.objects.get(), MONDAY), (), "en")
    days = [bar["value"] for bar in own["chart"]["bars"]]
    assert [bar["value"] for bar in content["chart"]["bars"]] == [*days[:-1], days[-1] + 3]


def test_mail_to_strangers_is_limited_and_what_is_refused_is_in_the_log(bakery: Site) -> None:
    addresses = [f"member{n}@elsewhere.example" for n in range(20)]
    weekly(bakery, Whom([people.reseller()], addresses=addresses))
    weekly(people.law_firm(), Whom([people.reseller()], addresses=addresses))
    sent_at(MONDAY)
    assert Mail.objects.filter(stranger=True).count() == 20
    refused = Sending.objects.exclude(refused="")
    assert refused.count() == 20
    assert {state for state, _error in selectors.outcomes(list(refused)).values()} == {"failed"}
    assert Mail.objects.filter(to=people.RESELLER, template="digests/report").count() == 2


def test_who_stopped_it_gets_it_no_more_whoever_sets_them_up(bakery: Site) -> None:
    first, second = weekly(bakery), weekly(bakery, every="day")
    services.stop(Link(people.RESELLER, bakery.account_id), first)
    assert sent_at(MONDAY) == 1
    assert Sending.objects.get().schedule == second
    services.stop(Link(people.RESELLER, bakery.account_id))
    assert sent_at(MONDAY + timedelta(days=1)) == 0
    services.resume(Link(people.RESELLER, bakery.account_id))
    assert sent_at(MONDAY + timedelta(days=2)) == 1


def test_a_preview_goes_to_whoever_asks_and_to_nobody_else(bakery: Site) -> None:
    schedule = weekly(bakery, Whom([], addresses=[BOARD]))
    with clock.frozen(MONDAY):
        posting.send_now(schedule, by=people.reseller())
    [mail] = mails()
    assert mail.to == people.RESELLER
    assert sending.message(mail).subject.startswith("Preview: harbour-bakery.example")
    assert sent_at(MONDAY) == 1, "it counts as no report"
    with clock.frozen(MONDAY):
        for _ in range(9):
            posting.send_now(schedule, by=people.reseller())
        with pytest.raises(UserError, match="ten within an hour"):
            posting.send_now(schedule, by=people.reseller())


def test_a_report_made_again_has_the_same_bytes(bakery: Site) -> None:
    weekly(bakery)
    sent_at(MONDAY)
    number = Sending.objects.get().pk
    first = documents.attachment(number)
    with clock.frozen(MONDAY + timedelta(days=2)):
        again = documents.attachment(number)
    assert first == again
    assert first.name == "harbour-bakery.example-2026-11-16_2026-11-22.pdf"


def test_hostile_names_stay_text_in_mail_and_pdf(bakery: Site, reading: Store) -> None:
    visits.add(reading, [*visits.hostile(bakery.pk)])
    weekly(bakery, every="day")
    with clock.frozen(MONDAY + timedelta(days=1)):
        posting.send_due()
    one = Sending.objects.get()
    html = str(sending.message(Mail.objects.get(template="digests/report")).alternatives[0][0])
    assert "<img" not in html
    assert "onerror=alert" in html
    assert documents.attachment(one.pk).content.startswith(b"%PDF")


def test_what_was_sent_is_forgotten_like_mail_but_never_sent_again(bakery: Site) -> None:
    weekly(bakery, every="month")
    december = datetime(2026, 12, 1, 7, tzinfo=UTC)
    assert sent_at(december) == 1
    with clock.frozen(december + timedelta(days=30)):
        Schedule.objects.update(next_at=december)
        pruning.prune()
        assert posting.send_due() == 0
    with clock.frozen(december + timedelta(days=31)):
        pruning.prune()
    assert Sending.objects.get(about__startswith="2026-11").content == {}
    with clock.frozen(december + timedelta(days=91)):
        pruning.prune()
    assert not Sending.objects.filter(about__startswith="2026-11").exists()


def test_many_readers_of_the_same_report_cost_the_store_one_look(bakery: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []
    of_site = reports.of_site

    def counted(store: Store, site: Site, *rest: Any) -> object:
        looks.append(site.pk)
        return of_site(store, site, *rest)

    monkeypatch.setattr(reports, "of_site", counted)
    weekly(bakery, Whom([people.reseller(), people.colleague(), people.adding_super()], addresses=[BOARD]))
    assert sent_at(MONDAY) == 4
    assert len(looks) == 1


def test_a_site_that_goes_to_another_owner_leaves_its_reports_behind(bakery: Site) -> None:
    weekly(bakery)
    wide = weekly(None)
    lifecycle.move(bakery, people.stranger().accounts.get(), by=people.reseller())
    assert list(Schedule.objects.all()) == [wide]
