"""Trends: figures by interval with their change, a second figure, and what happened on its day."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from tests.dashboard.test_overview import text_of
from trailhouse.core.errors import UserError
from trailhouse.dashboard import trends
from trailhouse.dashboard.state import parse
from trailhouse.events.store import Store
from trailhouse.sites import annotations
from trailhouse.sites.models import Annotation, Site

pytestmark = pytest.mark.django_db
TODAY = visits.NOW.date()


def page(client: Client, site: Site, query: str = "", prefix: str = "sites") -> str:
    response = client.get(f"/{prefix}/{site.key}/trends{query}")
    assert response.status_code == 200
    return str(response.content.decode())


def rows(html: str) -> list[list[str]]:
    """The lines of the table of values, newest first."""
    body = html[html.index("data-newest-first") :].partition("<tbody>")[2].partition("</tbody>")[0]
    lines = re.findall(r"<tr.*?</tr>", body, re.DOTALL)
    return [[text_of(cell).strip() for cell in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)] for line in lines]


def test_days_are_shown_with_their_comparison_and_change(bakery: Site, reseller: Client) -> None:
    lines = rows(page(reseller, bakery))
    assert len(lines) == 30
    assert lines[0][0] == "Mon, 23 Nov 2026 running"
    assert lines[0][4] == "–"  # a day that still runs is compared with nothing
    assert lines[1][4] != "–"


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("?period=24h", 24),
        ("?period=7d&tab_by=hour", 6 * 24 + 16),
        ("?period=30d&tab_by=week", 6),
        ("?period=12mo&tab_by=month", 12),
        pytest.param("?period=12mo&tab_by=hour", 12, id="a year is not drawn by hours"),
        pytest.param("?period=30d&tab_by=nonsense", 30, id="an unknown interval is the suiting one"),
    ],
)
def test_any_interval_that_says_something_can_be_chosen(bakery: Site, reseller: Client, query: str, count: int) -> None:
    assert len(rows(page(reseller, bakery, query))) == count


def test_a_second_figure_has_its_own_chart_and_column(bakery: Site, reseller: Client) -> None:
    html = page(reseller, bakery, "?tab_with=pageviews&compare=none")
    assert html.count('class="picture"') == 2
    assert [len(line) for line in rows(html)] == [3] * 30
    alone = page(reseller, bakery, "?tab_with=visitors")  # the first figure again is none
    assert alone.count('class="picture"') == 1


def test_the_sum_of_the_days_is_what_the_overview_says(bakery: Site, reseller: Client) -> None:
    lines = rows(page(reseller, bakery, "?metric=pageviews&compare=none"))
    total = sum(int(line[1].replace(",", "")) for line in lines)
    overview = text_of(reseller.get(f"/sites/{bakery.key}").content.decode())
    assert f"Pageviews {total:,}" in overview


def test_a_note_stands_at_its_day_in_every_chart(bakery: Site, reseller: Client, client: Client) -> None:
    annotations.add(bakery, TODAY - timedelta(3), "New  menu page", by=None)
    annotations.add(bakery, TODAY - timedelta(2), "Prices tested", internal=True, by=None)
    for html in (page(reseller, bakery), reseller.get(f"/sites/{bakery.key}").content.decode()):
        assert html.count('data-note="') == 2
        assert html.count('<circle class="mark"') == 2
        assert "New menu page" in text_of(html)
    weekly = page(reseller, bakery, "?tab_by=week")
    assert 'data-note="New menu page, Prices tested"' in weekly
    Site.objects.filter(pk=bakery.pk).update(public=True)
    client.logout()
    shared = page(client, bakery, prefix="share")
    assert "New menu page" in shared
    assert "Prices tested" not in shared


def test_clients_read_notes_but_not_the_internal_ones(bakery: Site, client: Client) -> None:
    annotations.add(bakery, TODAY, "New menu page", by=None)
    annotations.add(bakery, TODAY, "Prices tested", internal=True, by=None)
    client.force_login(people.client_person())
    html = page(client, bakery)
    assert "New menu page" in html
    assert "Prices tested" not in html


def test_the_file_holds_what_the_page_shows(bakery: Site, reseller: Client) -> None:
    response = reseller.get(f"/sites/{bakery.key}/trends?export=csv")
    lines = b"".join(response).decode().splitlines()
    assert lines[0] == "time,visitors,compared_time,compared_visitors"
    assert len(lines) == 31
    shown = rows(page(reseller, bakery))
    assert [line.split(",")[1] for line in lines[:0:-1]] == [line[1] for line in shown]


@pytest.mark.parametrize(("form", "begins"), [("svg", b"<?xml"), ("png", b"\x89PNG")])
def test_the_chart_is_a_picture_to_keep(bakery: Site, reseller: Client, form: str, begins: bytes) -> None:
    response = reseller.get(f"/sites/{bakery.key}/trends?metric=visits&tab_by=week&export={form}")
    assert response.content.startswith(begins)
    assert f"visits-2026-10-25-2026-11-23.{form}" in response["Content-Disposition"]


def test_every_second_figure_can_be_asked(bakery: Site, reseller: Client) -> None:
    for name in trends.SECOND:
        assert trends.second_of(parse(f"?tab_with={name}&metric=bounce_rate")) is not None or name == "bounce_rate"
        page(reseller, bakery, f"?period=7d&tab_with={name}&metric=bounce_rate")


# -- keeping notes


def test_notes_are_added_changed_and_removed_in_the_settings(bakery: Site, reseller: Client) -> None:
    path = f"/sites/{bakery.key}/settings/notes"
    assert "No notes yet" in reseller.get(path).content.decode()
    sent = {"do": "save", "day": "2026-11-20", "text": "Newsletter sent"}
    assert reseller.post(path, sent).status_code == 302
    note = Annotation.objects.get()
    assert (note.text, note.day.isoformat(), note.internal, note.by) == (
        "Newsletter sent", "2026-11-20", False, people.reseller(),
    )  # fmt: skip
    again = reseller.post(path, sent)
    assert (again.status_code, "has that note already" in again.content.decode()) == (422, True)
    changed = {"do": "save", "note": note.pk, "day": "2026-11-21", "text": "Newsletter", "internal": "on"}
    assert reseller.post(path, changed).status_code == 302
    note.refresh_from_db()
    assert (note.text, note.internal) == ("Newsletter", True)
    assert reseller.post(path, {"do": "remove", "one": note.pk}).status_code == 302
    assert not Annotation.objects.exists()
    told = text_of(reseller.get(f"/accounts/{bakery.account_id}/audit").content.decode())
    assert "The note harbour-bakery.example: Newsletter was removed." in told


@pytest.mark.parametrize(
    "wrong", [{"day": "yesterday", "text": "x"}, {"day": "2026-11-20", "text": " "}, {"day": "", "text": "x"}]
)
def test_a_note_without_a_day_or_a_text_is_refused_at_its_field(
    bakery: Site, reseller: Client, wrong: dict[str, str]
) -> None:
    response = reseller.post(f"/sites/{bakery.key}/settings/notes", {"do": "save", **wrong})
    assert response.status_code == 422
    assert not Annotation.objects.exists()


def test_a_note_of_another_site_cannot_be_changed(bakery: Site, reseller: Client) -> None:
    other = annotations.add(people.law_firm(), TODAY, "Theirs", by=None)
    path = f"/sites/{bakery.key}/settings/notes"
    assert reseller.get(f"{path}?note={other.pk}").status_code == 404
    assert reseller.post(path, {"do": "remove", "one": other.pk}).status_code == 404


def test_a_site_has_at_most_a_thousand_notes(bakery: Site, monkeypatch: pytest.MonkeyPatch, reading: Store) -> None:
    monkeypatch.setattr(annotations, "MOST_NOTES", 1)
    annotations.add(bakery, TODAY, "One", by=None)
    with pytest.raises(UserError, match="at most"):
        annotations.add(bakery, TODAY, "Two", by=None)
