"""Live, the list of visits and one visitor: what is shown to whom, at which level of privacy, and how it is found."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import path

from tests import people
from tests.dashboard import visits
from tests.dashboard.test_share import is_inside, links, shared
from tests.events.makers import event
from trailhouse.core import clock
from trailhouse.dashboard.visit_rows import hexadecimal
from trailhouse.events import visitors
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.events.visits import visit_id
from trailhouse.sites import sharing
from trailhouse.sites.models import Membership, Privacy, Site
from trailhouse.stats.reports.marks import decoded, encoded
from trailhouse.stats.reports.visits import Mark
from trailhouse.urls import urlpatterns as ours

pytestmark = pytest.mark.django_db

NOW = clock.to_ms(visits.NOW)
MINUTE = visits.MINUTE
ANN = 0xA1B2_C3D4_E5F6_0718
ANN_HEX = "a1b2c3d4e5f60718"


def ann(site_id: int) -> Iterator[Event]:
    """A visitor with a name: an order today, and a visit eleven days before."""
    today, before = (_of_ann(site_id, start) for start in (NOW - 10 * MINUTE, NOW - 11 * visits.DAY))
    today |= {"source": "Google", "search_term": "bakery"}
    before |= {"source": "Bing", "utm_campaign": "autumn", "referrer": "https://bing.com/x"}
    for own in (today, before):
        start = own["visit_started"]
        yield event(start, path="/menu", **own)
        yield event(start + 12_000, name="engagement", path="/menu", engaged_ms=12_000, **own)
    yield event(NOW - 8 * MINUTE, name="Order", path="/menu", props={"plan": "Gold"}, **today)
    named = {"name": "Ann <b>Baker</b>"}
    yield event(NOW - 2 * MINUTE, name="identify", path="/menu", props=named, interactive=False, **today)


def _of_ann(site_id: int, start: int) -> dict[str, Any]:
    """What each event of a visit of hers carries."""
    kept = {"visit_id": visit_id(site_id, ANN, start), "visit_started": start, "entry_path": "/menu"}
    place = {"city": "NL/North Holland/Den Helder", "country": "NL", "organisation": "Port Authority"}
    return {"site_id": site_id, "visitor_id": ANN, "person": ANN, **kept, **place}


@pytest.fixture
def site(bakery: Site, reading: Store) -> Site:
    """The bakery, recognised, with Ann among its visitors."""
    events = list(ann(bakery.pk))
    visitors.note(reading, events, 1)
    visits.add(reading, events)
    return at_level(bakery, Privacy.RECOGNISED)


def at_level(site: Site, level: Privacy) -> Site:
    site.privacy = level
    site.save(update_fields=["privacy"])
    return site


def html(client: Client, address: str, **headers: str) -> str:
    answer = client.get(address, headers=headers)
    assert answer.status_code == 200, address
    return answer.content.decode()


# -- the list


def test_the_list_shows_what_is_known_of_a_visit(reseller: Client, site: Site) -> None:
    answer = reseller.get(f"/sites/{site.key}/visitors")
    row = next(row for row in answer.context["rows"] if row.known)
    assert (row.label, row.returning, row.source.text, row.by) == ("Ann <b>Baker</b>", True, "Google", "by “bakery”")
    assert (row.place.text, row.organisation) == ("Den Helder, Netherlands", "Port Authority")
    assert (row.entry.text, row.pages, row.duration) == ("/menu", "1", "8m 00s")
    assert [(goal.name, goal.worth) for goal in row.goals] == [("Order placed", "€42.00")]
    page = answer.content.decode()
    assert "Ann &lt;b&gt;Baker&lt;/b&gt;" in page
    assert "<b>Baker" not in page
    assert "f=is:source:Google" in row.source.link
    assert f"/sites/{site.key}/visitors/{ANN_HEX}?at=" in row.link


def test_pages_of_the_list_hold_every_visit_once(reseller: Client, site: Site) -> None:
    address = f"/sites/{site.key}/visitors"
    seen, query = [], "?from=2026-10-01&to=2026-11-23"
    answer = reseller.get(address + query)
    assert answer.context["newer"] == ""
    while True:
        seen += [row.link for row in answer.context["rows"]]
        if not answer.context["older"]:
            break
        answer = reseller.get(address + answer.context["older"])
        assert answer.context["newer"]
    assert len(seen) == len(set(seen)) == 249
    back = reseller.get(address + answer.context["newer"])
    assert [row.link for row in back.context["rows"]] == seen[100:200]
    first = reseller.get(address + back.context["newer"])
    assert (first.context["newer"], [row.link for row in first.context["rows"]]) == ("", seen[:100])


def test_the_list_offers_filters_and_no_comparison(reseller: Client, site: Site) -> None:
    found = html(reseller, f"/sites/{site.key}/visitors")
    assert 'id="add-filter"' in found
    assert "Compare:" not in found


@pytest.mark.parametrize("mark", ["nonsense", "%00", "é", "A" * 22, "_" * 22, "_" * 4000, encoded(Mark(0, 0))])
def test_a_place_that_nobody_gave_out_is_no_error(reseller: Client, site: Site, mark: str) -> None:
    for way in ("before", "after"):
        assert reseller.get(f"/sites/{site.key}/visitors?{way}={mark}").status_code == 200
    for name in ("before", "at"):
        assert reseller.get(f"/sites/{site.key}/visitors/{ANN_HEX}?{name}={mark}").status_code == 200


def test_a_place_comes_back_as_it_was() -> None:
    for mark in (Mark(1_795_445_880_000, 2**64 - 1), Mark(0, 0)):
        assert decoded(encoded(mark)) == mark
    assert decoded("") is None


def test_filters_and_period_narrow_the_list(reseller: Client, site: Site) -> None:
    address = f"/sites/{site.key}/visitors"
    of = reseller.get(f"{address}?f=is:organisation:Port Authority").context["rows"]
    assert [row.label for row in of] == ["Ann <b>Baker</b>"] * 2
    assert len(reseller.get(f"{address}?period=today&f=is:organisation:Port Authority").context["rows"]) == 1
    ordered = reseller.get(f"{address}?f=is:goal:Order placed&f=is:source:Google").context["rows"]
    assert ordered
    assert all(row.goals for row in ordered)
    nothing = html(reseller, f"{address}?f=is:source:Nope")
    assert "No visit in this period fits the filters" in nothing
    assert "No visits in this period" in html(reseller, f"{address}?from=2020-01-01&to=2020-01-02")


def test_the_list_says_what_a_visitor_is_at_its_level(reseller: Client, site: Site) -> None:
    address = f"/sites/{site.key}/visitors"
    assert "did not agree" in html(reseller, address)
    page = html(reseller, address)
    assert "Ann" in page
    at_level(site, Privacy.VISITS)
    answer = reseller.get(address)
    assert "the same person on another day is another visitor" in answer.text
    assert "Ann" not in answer.text
    assert {row.returning for row in answer.context["rows"]} == {None}


def test_a_strict_site_shows_figures_instead_of_people(reseller: Client, site: Site) -> None:
    at_level(site, Privacy.STRICT)
    page = html(reseller, f"/sites/{site.key}/visitors")
    assert "Single visitors are not shown at this site" in page
    assert 'class="kpis"' in page
    for told in ("visitors/", "Port Authority", "Ann", "<tbody>"):
        assert told not in page.partition("<main")[2]
    exported = reseller.get(f"/sites/{site.key}/visitors?export=csv")
    assert exported["Content-Type"].startswith("text/html")
    assert reseller.get(f"/sites/{site.key}/visitors/{ANN_HEX}").status_code == 404


def test_the_list_as_a_file(reseller: Client, site: Site) -> None:
    address = f"/sites/{site.key}/visitors?period=today&f=is:organisation:Port Authority&export=csv"
    lines = _file(reseller, address)
    assert len(lines) == 1
    told = {"visitor": ANN_HEX, "new_or_returning": "returning", "visit_duration": "480.0", "pageviews": "1"}
    told |= {"source": "Google", "search_term": "bakery", "entry_page": "/menu", "exit_page": "/menu"}
    told |= {"goals": "Order placed", "goals_reached": "1", "goal_value": "42.00", "total_revenue": "0.00"}
    assert {name: lines[0][name] for name in told} == told
    assert lines[0]["started"].startswith("2026-11-23T15:50:00+01:00")
    at_level(site, Privacy.VISITS)
    (line,) = _file(reseller, address)
    assert (line["name"], line["new_or_returning"]) == ("", "")


def _file(client: Client, address: str) -> list[dict[str, str]]:
    answer = client.get(address)
    assert "attachment" in answer["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))  # type: ignore[attr-defined]


def test_live_and_one_visitor_as_files(reseller: Client, site: Site) -> None:
    present = _file(reseller, f"/sites/{site.key}/live?export=csv&f=is:source:Google")
    assert [(line["visitor"], line["last_seen"]) for line in present] == [(ANN_HEX, "2026-11-23T15:58:00+01:00")]
    steps = _file(reseller, f"/sites/{site.key}/visitors/{ANN_HEX}?export=csv")
    assert [line["step"] for line in steps] == ["page", "event", "named", "page"]
    assert [line["engaged_time"] for line in steps] == ["12.0", "", "", "12.0"]
    assert (steps[1]["goals"], steps[1]["goal_value"], steps[1]["text"]) == ("Order placed", "42.00", "Order")
    assert steps[2]["text"] == "Ann <b>Baker</b>"
    at_level(site, Privacy.VISITS)
    assert _file(reseller, f"/sites/{site.key}/visitors/{ANN_HEX}?export=csv")[2]["text"] == ""
    at_level(site, Privacy.STRICT)
    minutes = _file(reseller, f"/sites/{site.key}/live?export=csv")
    assert (len(minutes), sum(int(line["pageviews"]) for line in minutes)) == (30, 4)


# -- one visitor


def test_one_visitor_with_every_step(reseller: Client, site: Site) -> None:
    answer = reseller.get(f"/sites/{site.key}/visitors/{ANN_HEX}")
    facts = dict(answer.context["facts"])
    assert (facts["Visits"], facts["Pageviews"], facts["First source"]) == ("2", "2", "Bing")
    assert (facts["Place"], facts["Value of goals"]) == ("Den Helder, Netherlands", "€42.00")
    today, before = answer.context["visits"]
    assert (today.day, today.here, before.here, before.day) == ("Today", True, False, "12 Nov 2026")
    assert [line.kind for line in today.lines] == ["page", "event", "named"]
    assert [line.spent for line in before.lines] == ["12s"]
    assert today.lines[0].here
    page = answer.content.decode()
    assert "Came from <b>Google</b> by “bakery”, landed on" in page
    assert 'Came from <b>Bing</b>, campaign “autumn” <span class="note">bing.com/x</span>, landed on' in page
    assert "Returning · 2 visits" in page
    assert "<b>Baker" not in page
    at_level(site, Privacy.VISITS)
    page = html(reseller, f"/sites/{site.key}/visitors/{ANN_HEX}")
    assert "the same person on another day is another visitor" in page
    assert "Ann" not in page
    assert "Returning" not in page


def test_a_visitor_that_the_site_does_not_know_does_not_exist(reseller: Client, site: Site, reading: Store) -> None:
    other = people.law_firm()
    visits.add(reading, list(visits.visit(other.pk, 7, NOW - MINUTE)))
    theirs = hexadecimal(1007)
    assert reseller.get(f"/sites/{other.key}/visitors/{theirs}").status_code == 200
    for number in (hexadecimal(1007 + 10**6), "0", "f" * 16, "f" * 17, "xyz", "-1", "%00", "A1B2"):
        assert reseller.get(f"/sites/{site.key}/visitors/{number}").status_code == 404
    assert "/contact" not in html(reseller, f"/sites/{other.key}/visitors/{theirs}?period=today")


def test_older_and_newer_visitors_follow_the_list_and_its_filters(reseller: Client, site: Site) -> None:
    query = "f=is:source:Google&period=7d"
    rows = reseller.get(f"/sites/{site.key}/visitors?{query}").context["rows"]
    here = reseller.get(rows[1].link)
    assert here.context["newer"] == rows[0].link
    assert here.context["older"] == rows[2].link
    assert reseller.get(rows[0].link).context["newer"] == ""
    assert reseller.get(rows[-1].link).context["older"] == ""
    assert "f=is:source:Google" in here.context["older"]


def test_hostile_texts_of_a_visitor_stay_texts(reseller: Client, site: Site, reading: Store) -> None:
    visits.add(reading, list(visits.hostile(site.pk)))
    key = site.key
    pages = [f"/sites/{key}/{part}" for part in ("live", "visitors", f"visitors/{hexadecimal(10_000)}", "visitors/9")]
    for address in pages:
        page = html(reseller, address)
        assert "<img src=x" not in page
        assert 'href="javascript:' not in page
        assert 'href="data:' not in page
    assert "Left to <b>javascript:alert(1)</b>" in html(reseller, pages[-1])


def test_forms_are_shown_to_whoever_may_use_them_and_where_they_exist(
    client: Client, site: Site, settings: Any
) -> None:
    address = f"/sites/{site.key}/visitors/{ANN_HEX}"
    client.force_login(people.reseller())
    settings.ROOT_URLCONF = __name__
    page = html(client, address)
    assert f'action="/sites/{site.key}/visitors/{ANN_HEX}/name"' in page
    assert f'href="/sites/{site.key}/visitors/{ANN_HEX}/gone"' in page
    assert 'value="Ann &lt;b&gt;Baker&lt;/b&gt;"' in page
    client.force_login(people.client_person())
    page = html(client, address)
    assert ANN_HEX + "/name" not in page
    assert ANN_HEX + "/gone" not in page


def _there(*_given: Any, **_named: Any) -> Any:
    raise AssertionError("only its address is asked for")


urlpatterns = [
    *ours,
    path("sites/<str:key>/visitors/<str:visitor>/name", _there, name="visitor_rename"),
    path("sites/<str:key>/visitors/<str:visitor>/gone", _there, name="visitor_erase"),
]


# -- live


def test_live_shows_who_is_here_and_what_they_do(reseller: Client, site: Site) -> None:
    answer = reseller.get(f"/sites/{site.key}/live")
    assert (answer.context["now"], answer.context["recent"]) == (2, 2)
    ann_here = next(one for one in answer.context["people"] if one.row.known)
    assert (ann_here.page, ann_here.since, ann_here.seen, ann_here.here) == ("/menu", "15:50", "2m", True)
    assert len(answer.context["minutes"]) == 30
    assert sum(int(bar.count) for bar in answer.context["minutes"]) == 4
    assert answer.context["minutes"][-1].time == "16:00"
    page = answer.content.decode()
    assert "Pages in the last 30 minutes" in page
    assert 'class="world"' in page
    assert f'id="live" href="/sites/{site.key}/live"' in page


def test_live_answers_with_its_moving_part_alone(reseller: Client, site: Site) -> None:
    part = html(reseller, f"/sites/{site.key}/live?f=is:source:Google", **{"hx-request": "true", "hx-target": "now"})
    assert part.strip().startswith('<div id="now">')
    assert "<main" not in part
    assert "Ann" in part
    assert "Newsletter" not in part


def test_a_strict_site_shows_nobody_live(reseller: Client, site: Site) -> None:
    at_level(site, Privacy.STRICT)
    page = html(reseller, f"/sites/{site.key}/live")
    assert "single visitors are not shown" in page
    assert "Who is here" not in page
    assert "Port Authority" not in page
    assert f"/sites/{site.key}/visitors/" not in page
    assert 'class="world"' in page


# -- who sees them


def test_single_visitors_are_behind_those_links_alone_that_name_them(client: Client, site: Site) -> None:
    everything = shared(site)
    sharing.set_public(site, True, by=None)
    for start in (everything, f"/share/{site.key}"):
        page = html(client, f"{start}/live")
        assert "Who is here" not in page
        assert "Port Authority" not in page
        assert f"{start}/visitors" not in page
        assert client.get(f"{start}/visitors").status_code == 404
        assert client.get(f"{start}/visitors/{ANN_HEX}").status_code == 404
    text = sharing.LinkText("Named", sections=("live", "visitors"))
    named = f"/share/{sharing.add_link(site, text, by=None).slug}"
    assert "Who is here" in html(client, f"{named}/live")
    for part in ("live", "visitors", f"visitors/{ANN_HEX}"):
        page = html(client, f"{named}/{part}")
        assert "Ann &lt;b&gt;" in page
        assert [link for link in links(page) if not is_inside(link, named) and "://" not in link] == []
        assert site.key not in page
        assert "f=is:source" not in page, "what the link does not show it does not filter by"


def test_who_is_confined_to_live_sees_no_single_visitors(client: Client, site: Site) -> None:
    user = people.client_person()
    Membership.objects.filter(user=user).update(sections=["live"])
    client.force_login(user)
    page = html(client, f"/sites/{site.key}/live")
    assert "Who is here" not in page
    assert not re.search(r"Pages in the last|Sources in the last", page)
    assert client.get(f"/sites/{site.key}/visitors").status_code == 404


def test_a_site_without_visits_leads_to_its_waiting_page(reseller: Client, reading: Store) -> None:
    site = people.law_firm()
    for part in ("live", "visitors", "visitors/1"):
        assert reseller.get(f"/sites/{site.key}/{part}")["Location"] == f"/sites/{site.key}"
    named = shared(site, sections=["live"])
    assert reseller.get(f"{named}/live").status_code == 200
