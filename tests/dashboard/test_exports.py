"""Reports, events and charts as files: the figures of their page, for whoever sees that page alone."""

import asyncio
import csv
import gzip
import io
import json
import re
import threading
import zipfile
from collections.abc import Iterator
from html import unescape
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from trailhouse.accounts.models import AuditEntry, User
from trailhouse.core import clock
from trailhouse.dashboard import chart_picture, formats, questions
from trailhouse.events.store import Store
from trailhouse.exports.downloads import Download
from trailhouse.exports.models import Export
from trailhouse.outbox.working import carry_out_due
from trailhouse.sites import sharing
from trailhouse.sites.models import Membership, Privacy, Role, Section, Site
from trailhouse.sites.services import give_role
from trailhouse.sites.sharing import LinkText
from trailhouse.stats.metrics import Unit

pytestmark = pytest.mark.django_db
DAYS = "from=2026-11-01&to=2026-11-23"


def got(client: Client, path: str) -> Any:
    """The answer at a path, which is a file."""
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    return answer


def rows(client: Client, path: str) -> list[dict[str, str]]:
    """The rows of a file of CSV."""
    return list(csv.DictReader(io.StringIO(got(client, path).getvalue().decode(), newline="")))


def words(client: Client, path: str) -> str:
    """What a page says."""
    return unescape(" ".join(re.sub(r"<[^>]+>", " ", client.get(path).content.decode()).split()))


def signed_in(who: User) -> Client:
    """A browser of somebody."""
    client = Client()
    client.force_login(who)
    return client


# -- lists


LISTS = (
    *("sources", "sources/channels", "pages", "pages/entry", "places", "technology/browser_versions"),
    *("events", "events/goals", "events/outbound"),
)


@pytest.mark.parametrize("report", LISTS)
@pytest.mark.parametrize("query", ["", "?period=7d", "?f=is:device:Mobile"])
def test_a_list_as_a_file_has_the_figures_of_its_page(report: str, query: str, bakery: Site, reseller: Client) -> None:
    path = f"/sites/{bakery.key}/{report}{query}"
    found = rows(reseller, f"{path}{'&' if query else '?'}export=csv")
    shown = reseller.get(path).context["lines"]
    assert [row["visitors"] for row in found] == [line.figure for line in shown]
    names = [key for key in found[0] if key not in {"visitors", "share"}] if found else []
    for row, line in zip(found, shown, strict=True):
        assert line.code in row.values()
        further = [row[name] for name in names if name in {"bounce_rate", "visits", "events", "goals_reached"}]
        for value in further:
            unit = Unit.PERCENT if "." in value else Unit.COUNT
            assert value == "" or formats.value(float(value), unit) in {text for _, text in line.cells}


def test_a_file_has_all_rows_of_a_list_and_the_page_a_hundred(bakery: Site, reading: Store, reseller: Client) -> None:
    start = clock.to_ms(visits.NOW) - 3_600_000
    many = [one for n in range(250) for one in visits.visit(bakery.pk, 50_000 + n, start, (f"/page/{n}",))]
    visits.add(reading, many)
    path = f"/sites/{bakery.key}/pages"
    assert len(reseller.get(path).context["lines"]) == questions.LIST_ROWS == 100
    assert len(rows(reseller, f"{path}?export=csv&page=3")) > 250
    assert {row["page"] for row in rows(reseller, f"{path}?q=/page/7&export=csv")} == {
        "/page/7",
        *(f"/page/7{n}" for n in range(10)),
    }


def test_a_value_is_told_as_it_is_stored_and_as_it_is_read(bakery: Site, reseller: Client) -> None:
    found = {row["country"]: row["country_name"] for row in rows(reseller, f"/sites/{bakery.key}/places?export=csv")}
    assert found["NL"] == "Netherlands"
    assert found[""] == "Unknown"


def test_every_format_holds_the_same_rows(bakery: Site, reseller: Client) -> None:
    path = f"/sites/{bakery.key}/sources?export="
    plain = rows(reseller, f"{path}csv")
    told = json.loads(got(reseller, f"{path}json").getvalue())
    assert [(row["source"], str(row["visitors"])) for row in told] == [(r["source"], r["visitors"]) for r in plain]
    book = got(reseller, f"{path}xlsx")
    assert "spreadsheetml" in book["Content-Type"]
    with zipfile.ZipFile(io.BytesIO(book.getvalue())) as file:
        sheet = file.read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == len(plain) + 1
    assert got(reseller, f"{path}parquet").getvalue().startswith(b"PAR1")


def test_the_name_of_a_file_says_site_list_and_days(bakery: Site, reseller: Client) -> None:
    answer = got(reseller, f"/sites/{bakery.key}/pages/entry?{DAYS}&export=csv")
    name = "harbour-bakery.example-pages-entry-2026-11-01-2026-11-23.csv"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer["Content-Type"] == "text/csv; charset=utf-8"


def test_an_unknown_format_is_the_page_itself(bakery: Site, reseller: Client) -> None:
    assert "<html" in reseller.get(f"/sites/{bakery.key}/pages?export=exe").content.decode()


def test_hostile_texts_are_no_formulas(bakery: Site, reading: Store, reseller: Client) -> None:
    start = clock.to_ms(visits.NOW) - 3_600_000
    visits.add(reading, list(visits.visit(bakery.pk, 9_000, start, ("/",), source="=1+1")))
    found = [row["source"] for row in rows(reseller, f"/sites/{bakery.key}/sources?export=csv")]
    assert "'=1+1" in found
    assert "=1+1" not in found


def test_a_strict_site_tells_no_small_groups_in_a_file_either(bakery: Site, reading: Store, reseller: Client) -> None:
    Site.objects.filter(pk=bakery.pk).update(privacy=Privacy.STRICT)
    start = clock.to_ms(visits.NOW) - 3_600_000
    for organisation, count in (("Lone Person Ltd", 1), ("Large Company", 5)):
        for n in range(count):
            number = 70_000 + n + 100 * count
            visits.add(reading, list(visits.visit(bakery.pk, number, start, ("/",), organisation=organisation)))
    found = [row["organisation"] for row in rows(reseller, f"/sites/{bakery.key}/places/organisations?export=csv")]
    assert "Large Company" in found
    assert "Lone Person Ltd" not in found


# -- the overview, and all sites


def test_the_overview_as_a_file_has_its_figures_and_those_of_each_day(bakery: Site, reseller: Client) -> None:
    path = f"/sites/{bakery.key}?{DAYS}"
    context = reseller.get(path).context
    whole, *days = rows(reseller, f"{path}&export=csv")
    boxes = {box.figure.metric: box for box in context["figures"]}
    assert (whole["interval"], whole["start"], whole["compared_start"]) == ("period", "2026-11-01", "2026-10-09")
    assert whole["visitors"] == boxes["visitors"].text
    assert whole["pageviews"] == boxes["pageviews"].text
    assert whole["compared_visitors"] == boxes["visitors"].before
    points = context["chart"].points
    assert [day["visitors"] for day in days] == [str(point.value) for point in points]
    assert [day["compared_visitors"] for day in days] == [str(point.before) for point in points]
    assert [day["start"] for day in days] == [f"2026-11-{n:02d}" for n in range(1, 24)]


def test_without_comparison_there_are_no_columns_of_one(bakery: Site, reseller: Client) -> None:
    found = rows(reseller, f"/sites/{bakery.key}?{DAYS}&compare=none&export=csv")
    assert not [key for key in found[0] if key.startswith("compared")]


def test_all_sites_as_a_file_are_those_that_the_page_lists(bakery: Site, reseller: Client) -> None:
    people.law_firm()
    found = rows(reseller, "/sites?export=csv")
    assert [row["site"] for row in found] == ["harbour-bakery.example", "vanleer-law.example"]
    line = reseller.get("/sites").context["lines"][0]
    assert (found[0]["visitors"], found[0]["pageviews"]) == (line.visitors.text, line.pageviews.text)
    assert [row["site"] for row in rows(reseller, "/sites?q=vanleer&export=csv")] == ["vanleer-law.example"]
    assert "price" not in found[0]
    (own,) = rows(signed_in(people.client_person()), "/sites?export=csv")
    assert own["site"] == "harbour-bakery.example"


# -- the menu, guests, sections


def test_the_menu_leads_to_the_files_of_what_is_shown(bakery: Site, reseller: Client) -> None:
    html = reseller.get(f"/sites/{bakery.key}/pages?{DAYS}&f=is:device:Mobile&page=1").content.decode()
    links = [unescape(link) for link in re.findall(r'download href="([^"]+)"', html)]
    assert [link.rpartition("export=")[2] for link in links] == ["csv", "xlsx", "json", "parquet"]
    for link in links:
        assert "f=is:device:Mobile" in link
        assert "page=" not in link
        assert got(reseller, f"/sites/{bakery.key}/pages{link}").getvalue()
    overview = reseller.get(f"/sites/{bakery.key}").content.decode()
    assert "export=svg" in overview
    assert "export=png" in overview
    assert f"/sites/{bakery.key}/export" in overview


def test_a_guest_may_keep_what_is_shown_and_no_events(client: Client, bakery: Site) -> None:
    slug = sharing.add_link(bakery, LinkText("Client"), by=None).slug
    html = client.get(f"/share/{slug}/pages").content.decode()
    assert "export=csv" in html
    assert f"/sites/{bakery.key}" not in html
    assert rows(client, f"/share/{slug}/pages?export=csv")
    assert client.get(f"/share/{slug}/export").status_code == 404
    assert client.get(f"/share/{slug}/export?export=csv").status_code == 404


def test_whoever_sees_some_sections_alone_gets_neither_the_others_nor_events(bakery: Site) -> None:
    somebody = people.person("sections@elsewhere.example", "Sec Tions", "Home")
    member = give_role(somebody, people.account(), Role.STANDARD, by=people.reseller(), site=bakery)
    Membership.objects.filter(pk=member.pk).update(sections=[Section.PAGES])
    client = signed_in(somebody)
    assert rows(client, f"/sites/{bakery.key}/pages?export=csv")
    assert client.get(f"/sites/{bakery.key}/sources?export=csv").status_code == 404
    for path in ("export", "export?export=csv"):
        assert client.get(f"/sites/{bakery.key}/{path}").status_code == 404
    assert f"/sites/{bakery.key}/export" not in client.get(f"/sites/{bakery.key}/pages").content.decode()


# -- all events


def test_all_events_of_the_chosen_days_are_one_file(bakery: Site, reading: Store, reseller: Client) -> None:
    found = rows(reseller, f"/sites/{bakery.key}/export?{DAYS}&export=csv")
    count = reading.rows(
        f"SELECT count() FROM events WHERE site_id = {bakery.pk}"
        " AND ts >= toDateTime64('2026-10-31 23:00:00', 3, 'UTC')"
    )
    assert len(found) == count[0][0] > 100
    answer = got(reseller, f"/sites/{bakery.key}/export?{DAYS}&export=jsonl")
    assert len(answer.getvalue().splitlines()) == len(found)
    assert answer["Content-Disposition"].endswith('events-2026-11-01-2026-11-23.jsonl"')
    assert got(reseller, f"/sites/{bakery.key}/export?{DAYS}&export=parquet").getvalue().startswith(b"PAR1")
    assert AuditEntry.objects.filter(action="site.exported").count() == 3


def test_the_form_leads_to_the_file_or_has_it_prepared(bakery: Site, reseller: Client) -> None:
    path = f"/sites/{bakery.key}/export"
    sent = {"from": "2026-11-01", "to": "2026-11-23", "form": "csv"}
    now = reseller.post(path, sent | {"do": "now"})
    assert now.status_code == 302
    assert rows(reseller, now["Location"])
    later = reseller.post(path, sent | {"do": "later"})
    export = Export.objects.get()
    assert later["Location"] == f"{path}/{export.pk}"
    assert "It begins in a moment." in words(reseller, later["Location"])
    assert reseller.get(f"{path}/{export.pk}/file").status_code == 302
    carry_out_due()
    assert "The file is ready" in words(reseller, later["Location"])
    answer = got(reseller, f"{path}/{export.pk}/file")
    assert answer["Content-Length"] == str(len(answer.getvalue()))
    assert len(gzip.decompress(got(reseller, f"{path}/{export.pk}/file").getvalue()).splitlines()) > 100
    assert "1 Nov – 23 Nov 2026" in words(reseller, path)
    assert reseller.post(f"{path}/{export.pk}", {"do": "delete"}).status_code == 302
    assert not Export.objects.exists()


@pytest.mark.parametrize("sent", [{}, {"from": "x", "to": "2026-11-23", "form": "csv"}, {"form": "exe"}])
def test_a_form_that_makes_no_sense_is_said(sent: dict[str, str], bakery: Site, reseller: Client) -> None:
    answer = reseller.post(f"/sites/{bakery.key}/export", sent)
    assert answer.status_code == 422
    assert "Choose both days and a format." in answer.content.decode()


def test_the_people_of_a_site_share_its_files_and_nobody_else_has_them(bakery: Site, reseller: Client) -> None:
    sent = {"from": "2026-11-01", "to": "2026-11-23", "form": "csv", "do": "later"}
    reseller.post(f"/sites/{bakery.key}/export", sent)
    carry_out_due()
    path = f"/sites/{bakery.key}/export/{Export.objects.get().pk}/file"
    member = people.client_person()
    assert got(signed_in(member), path).getvalue()
    for stranger in (people.stranger(), people.operator(), people.bookkeeper()):
        assert signed_in(stranger).get(path).status_code == 404
    Membership.objects.filter(user=member).delete()
    assert signed_in(member).get(path).status_code == 404
    other = people.law_firm()
    assert reseller.get(f"/sites/{other.key}/export/{Export.objects.get().pk}").status_code == 404


def test_a_strict_site_says_why_there_are_no_events(bakery: Site, reseller: Client) -> None:
    Site.objects.filter(pk=bakery.pk).update(privacy=Privacy.STRICT)
    path = f"/sites/{bakery.key}/export"
    assert "keeps figures only" in words(reseller, path)
    assert reseller.get(f"{path}?export=csv").status_code == 403
    sent = {"from": "2026-11-01", "to": "2026-11-23", "form": "csv", "do": "later"}
    assert reseller.post(path, sent).status_code == 422
    assert not Export.objects.exists()


def test_the_columns_are_explained_where_they_are_asked_for(bakery: Site, reseller: Client) -> None:
    text = words(reseller, f"/sites/{bakery.key}/export")
    assert "What the columns hold" in text
    assert "Pseudonym of the visitor" in text


# -- streaming


def test_a_file_is_sent_while_it_is_made_in_threads_under_asgi() -> None:
    made: list[int] = []
    threads: set[str] = set()

    def pieces() -> Iterator[bytes]:
        for number in range(5):
            made.append(number)
            threads.add(threading.current_thread().name)
            yield str(number).encode()

    async def read() -> list[tuple[bytes, int]]:
        answer = Download(pieces(), "x.csv", "text/csv")
        return [(piece, len(made)) async for piece in answer]

    found = asyncio.run(read())
    assert b"".join(piece for piece, _ in found) == b"01234"
    assert [count for _, count in found] == [1, 2, 3, 4, 5]
    assert len(threads) > 1


def test_what_fails_at_once_is_a_page_and_no_torn_file() -> None:
    with pytest.raises(ValueError, match="range"):
        Download((bytes([number]) for number in range(256, 300)), "x.csv", "text/csv")


# -- charts


def test_the_chart_is_a_picture_that_stands_alone(bakery: Site, reseller: Client) -> None:
    answer = got(reseller, f"/sites/{bakery.key}?{DAYS}&metric=pageviews&f=is:device:Mobile&export=svg")
    assert answer["Content-Type"] == "image/svg+xml"
    root = Xml.fromstring(answer.content)
    told = " ".join(root.itertext())
    for text in ("Pageviews", "harbour-bakery.example", "1 Nov – 23 Nov 2026", "Compared with", "Device is Mobile"):
        assert text in told
    tags = {element.tag.rpartition("}")[2] for element in root.iter()}
    assert tags <= {"svg", "title", "rect", "text", "line", "g", "path"}
    assert not [name for element in root.iter() for name in element.attrib if "href" in name or name.startswith("on")]
    assert len(list(root.iter("{http://www.w3.org/2000/svg}path"))) >= 3


def test_a_picture_has_the_points_of_the_page(bakery: Site, reseller: Client) -> None:
    chart = reseller.get(f"/sites/{bakery.key}?{DAYS}").context["chart"]
    picture = got(reseller, f"/sites/{bakery.key}?{DAYS}&export=svg").content.decode()
    assert chart.line in picture
    assert chart.before in picture


def test_the_chart_is_a_png_too(bakery: Site, reseller: Client) -> None:
    answer = got(reseller, f"/sites/{bakery.key}?{DAYS}&export=png")
    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    width = int.from_bytes(answer.content[16:20], "big")
    assert width == 2 * chart_picture.WHOLE[0]


def test_hostile_filters_stay_text_in_a_picture(bakery: Site, reseller: Client) -> None:
    query = "f=is:source:%3Cscript%3Ealert(1)%3C/script%3E%01"
    for form in ("svg", "png"):
        content = got(reseller, f"/sites/{bakery.key}?{query}&export={form}").content
        assert b"<script" not in content
