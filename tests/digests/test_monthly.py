"""The monthly report as page, PDF and mail: from the store's own figures, honest where there is little, sent once."""

import io
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pypdf
import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import translation

from tests import people
from tests.digests import months
from tests.outbox.conftest import Postbox
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.digests import documents, posting, services
from trailhouse.digests.models import Schedule, Sending
from trailhouse.digests.monthly.report import months_of, of_month
from trailhouse.digests.selectors import Place
from trailhouse.digests.services import ScheduleText, Whom
from trailhouse.events.store import Store
from trailhouse.outbox import rendering, sending
from trailhouse.outbox.models import Mail
from trailhouse.sites import annotations, sharing
from trailhouse.sites.models import Annotation, Privacy, Section, Site
from trailhouse.sites.services import give_role
from trailhouse.sites.sharing import LinkText

pytestmark = pytest.mark.django_db
FIRST_OF_DECEMBER = datetime(2026, 12, 1, 7, 0, tzinfo=UTC)  # eight o'clock in Amsterdam
BOARD = "board@elsewhere.example"


@pytest.fixture
def bakery(reading: Store) -> Site:
    """The bakery with its Octobers and a September, a goal and what was done in October."""
    site = people.bakery()
    months.with_goal(site)
    months.fill(reading, site)
    annotations.add(site, date(2026, 10, 5), "New menu page", kind=Annotation.Kind.WORK, by=people.colleague())
    annotations.add(site, date(2026, 10, 6), "Ask for the invoice", internal=True, by=people.colleague())
    annotations.add(site, date(2026, 11, 12), "Opening hours", kind=Annotation.Kind.WORK, by=people.colleague())
    return site


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """A request leaves its language behind in its thread."""
    yield
    translation.deactivate()


def content(store: Store, site: Site, first: date = months.OCTOBER, sections: Any = (), language: str = "en") -> Any:
    return of_month(store, site, first, sections, language)


def lines(made: Any, key: str) -> list[str]:
    return [
        text
        for part in made["parts"]
        if part["key"] == key
        for text in (*part["paragraphs"], *part["notes"], *(item["text"] for item in part["items"]))
    ]


def test_it_says_what_happened_why_what_was_done_and_what_to_look_at(bakery: Site, reading: Store) -> None:
    made = content(reading, bakery)
    assert made["lead"] == "October 2026 brought more visitors than September 2026: 524 instead of 340."
    happened = lines(made, "happened")
    assert happened[0] == ("524 visitors: 54% more than in September 2026 (340), 150% more than in October 2025 (210).")
    assert happened[2].startswith("950 pageviews: 22% more than in September 2026 (780)")
    assert happened[-1].startswith("Visitors are counted by the day")
    why = lines(made, "why")
    assert "Google brought 144 visits more: 324 instead of 180. That is 78% of the whole change." in why
    assert "The campaign “autumn” brought 90 visits, and none in September 2026." in why
    assert "The page /menu was opened 370 times: 130 more than in September 2026 (240)." in why
    assert lines(made, "goals") == ["Order placed: reached 40 times, 60% fewer than in September 2026 (100)."]
    assert lines(made, "work") == ["New menu page"]
    look = lines(made, "look")
    assert look[0].startswith("Pages that do not exist were opened 24 times, most often /old-menu (16).")
    assert look[1].startswith("“Order placed” was reached by 7.6% of the visitors, after 29.4% in September 2026.")
    assert len(look) <= 5


def test_every_link_of_it_leads_to_a_page(bakery: Site, reading: Store, client: Client) -> None:
    client.force_login(people.reseller())
    made = content(reading, bakery)
    paths = [item["path"] for part in made["parts"] for item in part["items"] if item["path"]]
    assert len(paths) >= 4
    for path in [*(made["base"] + path for path in paths), made["url"]]:
        assert client.get(path).status_code == 200, path


def test_a_month_with_few_visits_gives_no_reasons(reading: Store) -> None:
    site = people.bakery()
    months.fill(reading, site, {**months.LITTLE, months.SEPTEMBER: ((11, months.SEARCH, ("/",)),)}, missing=0)
    made = content(reading, site)
    assert lines(made, "why") == ["There were too few visits to say what a change came from."]
    assert made["lead"].startswith("October 2026 brought about as many visitors")
    assert lines(made, "look") == []


def test_a_month_without_visits_gets_a_short_report_that_says_so(reading: Store) -> None:
    site = people.bakery()
    months.fill(reading, site, {months.SEPTEMBER: months.MUCH[months.SEPTEMBER]}, missing=0)
    annotations.add(site, date(2026, 10, 5), "New menu page", kind=Annotation.Kind.WORK, by=None)
    made = content(reading, site)
    assert made["lead"] == "Nobody came in October 2026."
    assert made["figures"] == []
    assert [part["key"] for part in made["parts"]] == ["happened", "work"]
    assert "See whether" not in made["lead"]
    assert "There were 340 visitors in September 2026." in lines(made, "happened")


def test_a_strict_site_tells_totals_and_what_was_done_alone(bakery: Site, reading: Store) -> None:
    bakery.privacy = Privacy.STRICT
    made = content(reading, bakery)
    assert [part["key"] for part in made["parts"]] == ["happened", "work"]
    assert made["figures"]


def test_sections_that_are_not_seen_are_not_told_of(bakery: Site, reading: Store) -> None:
    made = content(reading, bakery, sections=[Section.OVERVIEW])
    assert [part["key"] for part in made["parts"]] == ["happened", "work", "look"]
    assert "Order placed" not in str(made)
    assert "/old-menu" not in str(made)
    assert "Instagram" not in str(made)


def test_a_reports_months_are_whole_and_begin_with_the_first_visit(bakery: Site) -> None:
    now = datetime(2026, 11, 1, 3, 30, tzinfo=UTC)
    assert months_of(bakery, now, 3) == [date(2026, 10, 1), date(2026, 9, 1), date(2026, 8, 1)]
    assert months_of(bakery, now, 100)[-1] == date(2025, 10, 1)
    bakery.timezone = "America/Los_Angeles"  # where it is still October
    assert months_of(bakery, now, 1) == [date(2026, 9, 1)]


# -- page and PDF


def test_the_page_shows_the_last_whole_month_or_the_one_in_its_address(bakery: Site, client: Client) -> None:
    client.force_login(people.client_member())
    assert "October 2026 brought more visitors" in client.get(f"/sites/{bakery.key}/month").text
    assert "September 2026 brought 340 visitors." in client.get(f"/sites/{bakery.key}/month?m=2026-09").text
    for wrong in ("2026-11", "2031-01", "x", "2026-13"):
        assert "October 2026 brought" in client.get(f"/sites/{bakery.key}/month?m={wrong}").text


def test_a_site_whose_first_month_still_runs_says_when_the_report_comes(reading: Store, client: Client) -> None:
    site = people.bakery()
    months.fill(reading, site, {date(2026, 11, 1): ((5, months.SEARCH, ("/",)),)}, missing=0)
    client.force_login(people.reseller())
    assert "The first report can be read on 1 Dec 2026" in client.get(f"/sites/{site.key}/month").text
    assert client.get(f"/sites/{site.key}/month.pdf").status_code == 302


def test_the_pdf_says_the_same_under_the_agencys_name_alone(bakery: Site, client: Client) -> None:
    client.force_login(people.client_member())
    answer = client.get(f"/sites/{bakery.key}/month.pdf?m=2026-10", headers={"accept-language": "en"})
    assert answer["Content-Type"] == "application/pdf"
    assert 'filename="harbour-bakery.example-2026-10.pdf"' in answer["Content-Disposition"]
    assert answer.content == client.get(f"/sites/{bakery.key}/month.pdf?m=2026-10").content
    pdf = pypdf.PdfReader(io.BytesIO(answer.content), strict=True)
    text = "".join(page.extract_text() for page in pdf.pages)
    assert "New menu page" in text
    assert "Northlight Studio" in text
    told = text + str(pdf.metadata) + str(pdf.xmp_metadata and pdf.xmp_metadata.stream.get_data())
    assert "trailhouse" not in told.lower().replace(rendering.brand_of("").url, "")


def test_a_shared_link_shows_it_where_it_shows_the_overview(bakery: Site, client: Client) -> None:
    by = people.reseller()
    open_link = sharing.add_link(bakery, LinkText("Board"), by=by)
    narrow = sharing.add_link(bakery, LinkText("Press", sections=[Section.SOURCES]), by=by)
    page = client.get(f"/share/{open_link.slug}/month")
    assert page.status_code == 200
    assert f"/share/{open_link.slug}/not-found" in page.text
    assert f"/sites/{bakery.key}" not in page.text
    assert client.get(f"/share/{open_link.slug}/month.pdf").status_code == 200
    assert client.get(f"/share/{narrow.slug}/month").status_code == 404
    assert client.get(f"/share/{narrow.slug}/month.pdf").status_code == 404


# -- mail


def monthly(site: Site, whom: Whom | None = None) -> Schedule:
    by = people.reseller()
    text = ScheduleText("month", 8, whom=whom or Whom([by]), what=Schedule.What.PLAIN)
    return services.save_schedule(Place(people.account(), site), text, by=by)


def sent_at(moment: datetime) -> int:
    with clock.frozen(moment):
        return posting.send_due()


def test_it_is_sent_once_a_month_to_each_reader(bakery: Site, postbox: Postbox) -> None:
    monthly(bakery, Whom([people.reseller()], addresses=[BOARD]))
    assert sent_at(FIRST_OF_DECEMBER - timedelta(minutes=1)) == 0
    assert sent_at(FIRST_OF_DECEMBER) == 2
    assert sent_at(FIRST_OF_DECEMBER) == 0
    assert sent_at(FIRST_OF_DECEMBER + timedelta(days=12)) == 0
    with clock.frozen(FIRST_OF_DECEMBER):
        sending.send_due()
    letter = next(one for one in postbox.letters if one["To"] == BOARD)
    assert letter["Subject"] == "harbour-bakery.example: November 2026"
    parts = {part.get_content_type(): part for part in letter.walk()}
    assert "Nobody came in November 2026." in parts["text/plain"].get_content()
    assert "Opening hours" in parts["text/html"].get_content()
    pdf = pypdf.PdfReader(io.BytesIO(parts["application/pdf"].get_content()), strict=True)
    assert "Nobody came in November 2026." in pdf.pages[0].extract_text().replace("\n", " ")
    assert sent_at(FIRST_OF_DECEMBER + timedelta(days=31)) == 2


def test_the_mail_of_a_full_month_holds_its_sentences_in_text_and_html(bakery: Site) -> None:
    schedule = monthly(bakery)
    with clock.frozen(datetime(2026, 11, 23, 12, 0, tzinfo=UTC)):
        made = posting.send_now(schedule, by=people.reseller())
    mail = rendering.render(Mail.objects.get(pk=made.mail_id or 0))
    for said in ("Google brought 144 visits more: 324 instead of 180.", "New menu page", "most often /old-menu"):
        assert said in mail.text
        assert said in mail.html
    assert "Ask for the invoice" not in mail.text + mail.html
    assert documents.attachment(made.pk).content[:4] == b"%PDF"


def test_who_does_not_see_the_overview_gets_none(bakery: Site) -> None:
    person = people._guest("press@elsewhere.example", "Pia Press")
    held = give_role(person, people.account(), "standard", by=people.reseller(), site=bakery)  # type: ignore[arg-type]
    held.sections = [Section.SOURCES]
    held.save()
    monthly(bakery, Whom([people.reseller(), person]))
    assert sent_at(FIRST_OF_DECEMBER) == 1
    assert Sending.objects.get().to == people.RESELLER


def test_it_is_of_one_site_and_of_a_month_alone(bakery: Site) -> None:
    by = people.reseller()
    for place, every in ((Place(people.account(), bakery), "week"), (Place(people.account()), "month")):
        with pytest.raises(UserError) as refused:
            services.save_schedule(place, ScheduleText(every, 8, whom=Whom([by]), what="plain"), by=by)
        assert refused.value.code == "plain_is_monthly"
    schedule = monthly(bakery)
    with pytest.raises(IntegrityError), transaction.atomic():
        Schedule.objects.filter(pk=schedule.pk).update(every="day")


def test_the_form_offers_it_for_a_site_and_is_filled_in_by_the_reports_button(bakery: Site, client: Client) -> None:
    client.force_login(people.reseller())
    start = f"/sites/{bakery.key}/settings/reports/report"
    page = client.get(f"{start}?what=plain").text
    assert '<option value="plain" selected>' in page
    assert '<option value="month" selected>' in page
    assert 'name="what"' not in client.get(f"/accounts/{bakery.account_id}/reports/report").text
    values = {"what": "plain", "every": "week", "hour": "8", "language": "en", "people": [str(people.reseller().pk)]}
    assert "is on one site, and of a month" in client.post(start, values).text
    assert client.post(start, values | {"every": "month"}).status_code == 302
    assert Schedule.objects.get().what == Schedule.What.PLAIN
    assert "in plain words" in client.get(f"/sites/{bakery.key}/settings/reports").text
