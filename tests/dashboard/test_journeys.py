"""Journeys, pages that were not found and groups of pages, as the server sends them."""

import html
import re
from typing import Any

import msgspec
import pytest
from django.test import Client
from django.urls import reverse

from tests import people
from tests.dashboard import visits
from trailhouse.accounts.models import AuditEntry
from trailhouse.core import clock
from trailhouse.dashboard import journey_links
from trailhouse.events import blocks
from trailhouse.events.store import Store
from trailhouse.sites import page_groups, sharing
from trailhouse.sites.models import PageGroup, Site

pytestmark = pytest.mark.django_db
MENU = "%252Fmenu"
START = clock.to_ms(visits.NOW) - 60 * visits.MINUTE


def words(response: Any) -> str:
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode())))


def get(client: Client, site: Site, path: str, **query: str) -> Any:
    return client.get(f"/sites/{site.key}/{path}", query)


def column(response: Any, title: str) -> list[tuple[str, str]]:
    """The names and figures of one column."""
    found = re.search(rf"<h3>{title}</h3>\s*<ul>(.*?)</ul>", response.content.decode(), re.DOTALL)
    assert found, title
    texts = re.findall(r"<b>(.*?)</b><span>(.*?)</span>", found[1])
    return [(html.unescape(name), figure) for name, figure in texts]


def test_journeys_begin_with_the_most_viewed_page(reseller: Client, bakery: Site) -> None:
    most = get(reseller, bakery, "pages", period="7d").context["lines"]
    first = get(reseller, bakery, "journeys", period="7d")
    assert f"<h2>{max(most, key=lambda line: int(line.cells[0][1])).name}</h2>" in first.content.decode()


def test_journeys_tell_what_came_before_a_page_and_after_it(reseller: Client, bakery: Site) -> None:
    page = get(reseller, bakery, f"journeys/page/{MENU}", period="7d")
    assert page.status_code == 200
    assert "<h2>/menu</h2>" in page.content.decode()
    assert dict(column(page, "Just before")).keys() == {"/", "Entered here"}
    assert dict(column(page, "Just after")).keys() == {"/order", "/contact", "Left the site"}
    assert dict(column(page, "2 steps after")).keys() == {"/order/thanks", "Left the site"}
    assert "Each visit counts once" in words(page)


def test_every_step_leads_to_its_own_ways_in_the_same_state(reseller: Client, bakery: Site) -> None:
    page = get(reseller, bakery, f"journeys/page/{MENU}", period="7d", f="is:country:NL")
    link = re.search(r'<a href="([^"]*%252Forder[^"]*)" title="/order"', page.content.decode())
    assert link
    further = reseller.get(html.unescape(link[1]))
    assert "<h2>/order</h2>" in further.content.decode()
    assert (further.context["state"].period, len(further.context["state"].filters)) == ("7d", 1)
    assert {name for name, _ in column(further, "Just before")} == {"/menu"}


def test_the_form_leads_to_a_page_or_an_event(reseller: Client, bakery: Site) -> None:
    to_page = get(reseller, bakery, "journeys", of="/order", period="7d")
    assert to_page["Location"].endswith("/journeys/page/%252Forder?period=7d")
    to_event = reseller.get(get(reseller, bakery, "journeys", of="Order")["Location"])
    assert dict(column(to_event, "Just before")).keys() == {"/order/thanks"}
    assert "visits with this event" in words(to_event)


@pytest.mark.parametrize("name", ["/", "/..", "..", ".", "/a b?c=d#e", "/%2F", '/"><img src=x>', "/ü\n\t", "Event: /x"])
def test_any_name_of_a_page_is_one_part_of_the_address(name: str) -> None:
    part = journey_links.part(name)
    assert not set(part) & set('/.?#\n"<>')
    assert journey_links.name_of(part) == name
    assert reverse("journeys_page", args=["k", part])


def test_a_hostile_page_stays_text(reseller: Client, bakery: Site, reading: Store) -> None:
    path = "/" + visits.HOSTILE
    reading.insert_block("titles", blocks.of_rows("titles", [(bakery.pk, 1, START, path, f"Title{visits.HOSTILE}")]))
    visits.add(reading, list(visits.visit(bakery.pk, 5000, START, (path, "/menu", path))))
    page = get(reseller, bakery, "journeys")
    assert (path, "1 · 1%") in [(name, figure.replace("&lt;", "<")) for name, figure in column(page, "Just before")]
    own = reseller.get(get(reseller, bakery, "journeys", of=path)["Location"])
    for answer in (page, own, get(reseller, bakery, "pages")):
        assert "<img" not in answer.content.decode()


def test_ways_come_as_a_file(reseller: Client, bakery: Site) -> None:
    answer = get(reseller, bakery, f"journeys/page/{MENU}", export="csv", period="7d")
    lines = b"".join(answer.streaming_content).decode().splitlines()
    assert lines[0] == "step,from,to,visits,share"
    assert any(line.startswith("-1,(entered),/menu,") for line in lines)


def test_a_strict_site_tells_no_ways_of_few_visits(reseller: Client, bakery: Site, reading: Store) -> None:
    visits.add(reading, list(visits.visit(bakery.pk, 5000, START, ("/rare", "/menu"))))
    Site.objects.filter(pk=bakery.pk).update(privacy="strict")
    page = get(reseller, bakery, "journeys")
    assert "/rare" not in dict(column(page, "Just before"))
    assert "told from five visits on" in words(page)
    rare = reseller.get(get(reseller, bakery, "journeys", of="/rare")["Location"])
    assert "Too few visits to tell" in words(rare)


def test_an_unknown_page_says_what_to_do(reseller: Client, bakery: Site) -> None:
    assert "No visit by this page" in words(get(reseller, bakery, "journeys/page/%252Fnothing"))
    assert "Remove a filter" in words(get(reseller, bakery, "journeys/page/%252Fnothing", f="is:country:NL"))
    assert "No pageviews in this period" in words(get(reseller, bakery, "journeys", f="is:country:XX"))


def test_whoever_has_the_link_walks_within_it(client: Client, bakery: Site) -> None:
    link = sharing.add_link(bakery, sharing.LinkText("Friends", "", ["pages"], False, None), by=people.reseller())
    page = client.get(f"/share/{link.slug}/journeys")
    assert page.status_code == 200
    links = set(re.findall(r'<a href="([^"?]*/journeys/page/[^"?]*)', page.content.decode()))
    assert links
    assert all(address.startswith(f"/share/{link.slug}/") for address in links)
    assert client.get(f"/share/{link.slug}/not-found").status_code == 404  # of another section


# -- lists of pages


def test_pages_carry_their_titles_and_a_way_to_their_journeys(reseller: Client, bakery: Site, reading: Store) -> None:
    reading.insert_block("titles", blocks.of_rows("titles", [(bakery.pk, 1, START, "/menu", "Our menu")]))
    for tab in ("pages", "pages/entry", "pages/exit"):
        page = get(reseller, bakery, tab)
        assert 'aria-label="Where from, where to: /menu"' in page.content.decode()
        assert '<span class="note">Our menu</span>' in page.content.decode()
    assert "Exit rate" in words(page)
    assert "Bounce rate" in words(get(reseller, bakery, "pages"))


def test_a_page_that_was_not_found_is_listed_with_what_led_there(
    reseller: Client, bakery: Site, reading: Store
) -> None:
    for number, pages in ((5001, ("/menu", "/gone")), (5002, ("/gone",))):
        walked = list(visits.visit(bakery.pk, number, START, pages, referrer="https://news.example/a"))
        miss = [not_found_of(one) for one in walked if one.path == "/gone" and one.name == "pageview"]
        visits.add(reading, walked + miss)
    listed = get(reseller, bakery, "events/not_found")
    assert "/gone" in words(listed)
    link = re.search(r'<a class="out"[^>]*href="([^"]*)"[^>]*What leads there', listed.content.decode())
    assert link
    page = reseller.get(html.unescape(link[1]))
    assert [line["page"] or line["out"] for line in page.context["lines"]] == ["https://news.example/a", "/menu"]
    answer = get(reseller, bakery, "not-found", export="csv")
    assert b"".join(answer.streaming_content).decode().splitlines()[1:] == [
        "/gone,,https://news.example/a,1,1",
        "/gone,/menu,,1,1",
    ]


def not_found_of(shown: Any) -> Any:
    """The event of a page that was not found."""
    return msgspec.structs.replace(shown, name="404", ts=shown.ts + 1, interactive=False, props={"path": shown.path})


# -- groups


def press(client: Client, site: Site, do: str, **values: str) -> Any:
    return client.post(f"/sites/{site.key}/settings/page-groups", {"do": do, **values})


def test_a_group_is_made_changed_moved_and_removed(reseller: Client, bakery: Site) -> None:
    assert press(reseller, bakery, "save", name="Shop", patterns="/order*\n/menu").status_code == 302
    assert press(reseller, bakery, "save", name="Rest", patterns="*").status_code == 302
    assert {"Shop", "Rest"} <= set(words(get(reseller, bakery, "pages/groups")).split())
    assert f"/sites/{bakery.key}/settings/page-groups" in get(reseller, bakery, "pages/groups").content.decode()
    rest = PageGroup.objects.get(name="Rest")
    assert press(reseller, bakery, "up", one=str(rest.pk)).status_code == 302
    assert [group.name for group in bakery.page_groups.all()] == ["Rest", "Shop"]
    assert "Shop" not in words(get(reseller, bakery, "pages/groups")).split()  # the first that a page fits is its own
    form = get(reseller, bakery, "settings/page-groups", group=str(rest.pk))
    assert 'value="Rest"' in form.content.decode()
    changed = press(reseller, bakery, "save", group=str(rest.pk), name="Home", patterns="/")
    assert changed.status_code == 302
    assert press(reseller, bakery, "remove", one=str(rest.pk)).status_code == 302
    assert [group.name for group in bakery.page_groups.all()] == ["Shop"]
    actions = AuditEntry.objects.filter(action__startswith="page_group").values_list("action", flat=True)
    assert set(actions) == {"page_group.added", "page_group.moved", "page_group.changed", "page_group.removed"}


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"name": "", "patterns": "/x"}, "required"),
        ({"name": "Shop", "patterns": "x"}, "Begin each with / or *"),
        ({"name": "Shop", "patterns": ""}, "Begin each with / or *"),
        ({"name": "Taken", "patterns": "/x"}, "has a group of that name"),
        ({"name": "Shop", "patterns": "\n".join(f"/{n}" for n in range(50))}, "at most 50 patterns"),
    ],
)
def test_a_wrong_group_changes_nothing_and_says_what_to_do(
    reseller: Client, bakery: Site, values: dict[str, str], said: str
) -> None:
    page_groups.add(bakery, "Taken", ["/taken"], by=people.reseller())
    answer = press(reseller, bakery, "save", **values)
    assert (answer.status_code, said in words(answer)) == (422, True), words(answer)
    assert [group.name for group in bakery.page_groups.all()] == ["Taken"]


def test_another_sites_group_does_not_exist(reseller: Client, bakery: Site) -> None:
    other = page_groups.add(people.law_firm(), "Cases", ["/cases/*"], by=people.reseller())
    for do in ("remove", "up"):
        assert press(reseller, bakery, do, one=str(other.pk)).status_code == 404
    assert press(reseller, bakery, "save", group=str(other.pk), name="x", patterns="/x").status_code == 404
    assert get(reseller, bakery, "settings/page-groups", group=str(other.pk)).status_code == 404
    assert PageGroup.objects.get().name == "Cases"


def test_reports_are_narrowed_down_to_a_group(reseller: Client, bakery: Site) -> None:
    page_groups.add(bakery, "Shop", ["/order*"], by=people.reseller())
    page = get(reseller, bakery, "pages", f="is:page_group:Shop")
    assert "Group of pages is Shop" in words(page)
    assert {line.name for line in page.context["lines"]} == {"/order", "/order/thanks"}
