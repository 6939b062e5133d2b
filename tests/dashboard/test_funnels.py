"""The funnels of a site, as the server sends them, and their form."""

import re
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from tests.dashboard.test_overview import Attributes, text_of
from trailhouse.accounts.models import AuditEntry
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.dashboard import audit_words
from trailhouse.events.store import Store
from trailhouse.sites import funnels
from trailhouse.sites.funnels import FunnelText, StepText
from trailhouse.sites.models import Funnel, Membership, Section, Site
from trailhouse.sites.services import remove_goal
from trailhouse.sites.sharing import LinkText, add_link

pytestmark = pytest.mark.django_db
MENU, ORDER = StepText("page", "/menu"), StepText("page", "/order*", "Order form")
BOUGHT = StepText("event", "Order")


def made(site: Site, *steps: StepText, name: str = "To the order", days: int | None = None) -> Funnel:
    return funnels.add(site, FunnelText(name, steps or (MENU, ORDER, BOUGHT), days), by=people.reseller())


def shown(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return text_of(response.text)


def saved(client: Client, address: str, do: str = "save", **values: Any) -> Any:
    rows = {"kind": ["page", "event"], "pattern": ["/menu", "Order"], "step_name": ["", "Bought"]}
    return client.post(address, {"name": "New", "days": "", **rows, **values, "do": do})


def test_a_funnel_tells_each_step_and_where_the_others_went(bakery: Site, reseller: Client) -> None:
    one = made(bakery)
    words = shown(reseller, f"/sites/{bakery.key}/funnels/{one.pk}?period=today")
    today = [event for event in visits.ordinary(bakery.pk) if event.ts >= clock.to_ms(visits.NOW) - 16 * 60 * 60_000]
    paths = {number: [e.path for e in today if e.visit_id == number] for number in {e.visit_id for e in today}}
    began = [pages for pages in paths.values() if "/menu" in pages]
    assert f"Began {len(began)} " in words
    bought = [pages for pages in began if "/order/thanks" in pages]
    assert f"Completed {len(bought)} " in words
    assert "Order form /order*" in words
    assert f"{len(began) - len(bought)} (" in words
    assert "After step 1: /menu" in words
    assert "No further page" in words
    assert re.search(r"within a visit", words)


def test_the_list_leads_to_each_funnel_and_carries_the_filters(bakery: Site, reseller: Client) -> None:
    one = made(bakery)
    response = reseller.get(f"/sites/{bakery.key}/funnels?f=is:source:Google")
    links = [value for tag, name, value in Attributes(response.text).found if (tag, name) == ("a", "href")]
    assert f"/sites/{bakery.key}/funnels/{one.pk}?f=is:source:Google" in links
    assert "Conversion rate" in text_of(response.text)


def test_a_list_of_many_funnels_has_pages(bakery: Site, reseller: Client) -> None:
    for number in range(7):
        made(bakery, name=f"Funnel {number}")
    first, second = (shown(reseller, f"/sites/{bakery.key}/funnels?page={page}") for page in (1, 2))
    assert ("Funnel 4" in first, "Funnel 5" in first) == (True, False)
    assert ("Funnel 4" in second, "Funnel 6" in second) == (False, True)


def test_an_empty_list_says_what_a_funnel_is_and_who_can_make_one(bakery: Site, client: Client) -> None:
    client.force_login(people.reseller())
    assert "Make a funnel" in shown(client, f"/sites/{bakery.key}/funnels")
    client.force_login(people.client_person())
    words = shown(client, f"/sites/{bakery.key}/funnels")
    assert "No funnels yet" in words
    assert "Make a funnel" not in words


def test_whoever_has_a_link_sees_the_funnel_and_changes_nothing(bakery: Site, client: Client) -> None:
    one, link = made(bakery), add_link(bakery, LinkText("client"), by=people.reseller())
    words = shown(client, f"/share/{link.slug}/funnels/{one.pk}")
    assert "To the order" in words
    assert "Change the funnel" not in words
    assert client.get(f"/share/{link.slug}/funnels/add").status_code == 404
    assert client.get(f"/share/{link.slug}/funnels/{one.pk}/change").status_code == 404


def test_whoever_sees_no_events_sees_no_funnel(bakery: Site, client: Client) -> None:
    one = made(bakery)
    user = people.site_super()
    Membership.objects.filter(user=user).update(sections=[Section.OVERVIEW])
    client.force_login(user)
    for path in ("funnels", f"funnels/{one.pk}", "funnels/add", f"funnels/{one.pk}/change"):
        assert client.get(f"/sites/{bakery.key}/{path}").status_code == 404


def test_a_funnel_is_made_changed_and_removed_and_noted(bakery: Site, reseller: Client) -> None:
    response = saved(reseller, f"/sites/{bakery.key}/funnels/add", days="7")
    one = bakery.funnels.get()
    assert response.headers["Location"] == f"/sites/{bakery.key}/funnels/{one.pk}"
    assert (one.name, one.days) == ("New", 7)
    assert one.steps == [
        {"kind": "page", "pattern": "/menu", "name": ""},
        {"kind": "event", "pattern": "Order", "name": "Bought"},
    ]
    goal = bakery.goals.get(name="Order placed")
    change = f"/sites/{bakery.key}/funnels/{one.pk}/change"
    saved(reseller, change, name="Newer", kind=["page", f"goal:{goal.pk}"], pattern=["/menu", ""])
    one.refresh_from_db()
    assert (one.name, one.days, one.steps[1]) == (
        "Newer",
        None,
        {"kind": "goal", "pattern": str(goal.pk), "name": "Bought"},
    )
    assert "Newer" in reseller.get(change).text
    saved(reseller, change, "remove")
    assert not bakery.funnels.exists()
    entries = AuditEntry.objects.filter(action__startswith="funnel.")  # of one moment: the clock stands
    assert {audit_words.sentence(entry) for entry in entries} == {
        f"The funnel {bakery.domain}: New was added.",
        f"The funnel {bakery.domain}: Newer was changed.",
        f"The funnel {bakery.domain}: Newer was removed.",
    }


def test_buttons_add_move_and_take_away_steps_and_save_nothing(bakery: Site, reseller: Client) -> None:
    address = f"/sites/{bakery.key}/funnels/add"

    def patterns(do: str) -> list[str]:
        html = saved(reseller, address, do).text
        return re.findall(r'name="pattern" value="([^"]*)"', html)

    assert patterns("add") == ["/menu", "Order", ""]
    assert patterns("down-1") == ["Order", "/menu"]
    assert patterns("up-2") == ["Order", "/menu"]
    assert patterns("up-1") == ["/menu", "Order"]
    assert patterns("drop-1") == ["Order", ""]
    assert not bakery.funnels.exists()


@pytest.mark.parametrize(
    ("values", "told"),
    [
        pytest.param({"name": " "}, "The funnel has no name.", id="no name"),
        pytest.param({"pattern": ["/menu", " "]}, "A funnel has 2 to 8 steps.", id="one step"),
        pytest.param({"pattern": ["menu", "Order"]}, "Step 1 does not say what reaches it.", id="no path"),
        pytest.param({"kind": ["page", "goal:987654"]}, "Step 2 does not say what reaches it.", id="no goal"),
        pytest.param({"kind": ["page", "scroll"]}, "Step 2 does not say what reaches it.", id="no kind"),
        pytest.param({"days": "91"}, "A funnel takes 1 to 90 days.", id="too long"),
        pytest.param({"days": "x"}, "This is no number of days.", id="no number"),
    ],
)
def test_a_wrong_funnel_is_told_and_what_was_typed_stays(
    values: dict[str, Any], told: str, bakery: Site, reseller: Client
) -> None:
    response = saved(reseller, f"/sites/{bakery.key}/funnels/add", **values)
    assert response.status_code == 422
    assert told in response.text
    assert 'value="Bought"' in response.text
    assert not bakery.funnels.exists()


def test_a_name_is_given_once_a_site(bakery: Site) -> None:
    made(bakery)
    with pytest.raises(UserError) as refusal:
        made(bakery)
    assert refusal.value.code == "funnel_exists"
    made(people.law_firm())


def test_a_goal_of_another_site_is_no_step(bakery: Site) -> None:
    theirs = people.law_firm()
    with pytest.raises(UserError, match="Step 2"):
        made(theirs, MENU, StepText("goal", str(bakery.goals.all()[0].pk)))


def test_a_funnel_whose_goal_was_removed_says_so(bakery: Site, reseller: Client) -> None:
    goal = bakery.goals.get(name="Order placed")
    one = made(bakery, MENU, StepText("goal", str(goal.pk)))
    assert "Completed" in shown(reseller, f"/sites/{bakery.key}/funnels/{one.pk}")
    remove_goal(goal, by=people.reseller())
    assert "The goal of a step was removed" in shown(reseller, f"/sites/{bakery.key}/funnels/{one.pk}")
    assert "cannot be counted" in shown(reseller, f"/sites/{bakery.key}/funnels")
    assert reseller.get(f"/sites/{bakery.key}/funnels?export=csv").status_code == 200


def test_a_funnel_across_visits_says_whom_it_follows_and_how_long(bakery: Site, reseller: Client) -> None:
    one = made(bakery, days=7)
    address = f"/sites/{bakery.key}/funnels/{one.pk}"
    assert "does not recognise visitors on another day" in shown(reseller, address)
    Site.objects.filter(pk=bakery.pk).update(privacy="recognised")
    assert "where they agreed to be recognised" in shown(reseller, address)


def test_a_strict_site_names_no_page_that_fewer_than_five_saw(bakery: Site, reseller: Client, reading: Store) -> None:
    one = made(bakery)
    now = clock.to_ms(visits.NOW)
    for number in range(5):
        pages = ("/menu", "/often", "/seldom" if number else "/")
        visits.add(reading, list(visits.visit(bakery.pk, 700 + number, now - 3_600_000, pages)))
    visits.add(reading, list(visits.visit(bakery.pk, 799, now - 3_600_000, ("/menu", "/alone"))))
    address = f"/sites/{bakery.key}/funnels/{one.pk}?period=today"
    assert "/alone" in shown(reseller, address)
    Site.objects.filter(pk=bakery.pk).update(privacy="strict")
    words = shown(reseller, address)
    assert ("/often" in words, "/alone" in words) == (True, False)
    assert "fewer than five" in words


def test_a_strict_site_tells_no_time_that_fewer_than_five_took(bakery: Site, reseller: Client, reading: Store) -> None:
    one = made(bakery, MENU, StepText("page", "/alone"))
    now = clock.to_ms(visits.NOW)
    visits.add(reading, list(visits.visit(bakery.pk, 799, now - 3_600_000, ("/menu", "/alone"))))
    address = f"/sites/{bakery.key}/funnels/{one.pk}?period=today"
    assert "half of them within" in shown(reseller, address)
    Site.objects.filter(pk=bakery.pk).update(privacy="strict")
    assert "half of them within" not in shown(reseller, address)
    lines = b"".join(reseller.get(f"{address}&export=csv").streaming_content)  # type: ignore[attr-defined]
    assert lines.decode().splitlines()[2].endswith(",")  # no median
    for number in range(4):
        visits.add(reading, list(visits.visit(bakery.pk, 700 + number, now - 3_600_000, ("/menu", "/alone"))))
    assert "half of them within" in shown(reseller, address)


def test_hostile_texts_stay_texts(bakery: Site, reseller: Client, reading: Store) -> None:
    one = made(bakery, StepText("page", "/*", visits.HOSTILE), BOUGHT, name=visits.HOSTILE)
    visits.add(reading, list(visits.hostile(bakery.pk)))
    for path in ("funnels", f"funnels/{one.pk}", f"funnels/{one.pk}/change"):
        html = reseller.get(f"/sites/{bakery.key}/{path}").text
        assert "<img" not in html
        found = Attributes(html)
        assert not [name for _, name, _ in found.found if name == "style" or name.startswith("on")]


def test_a_funnel_is_exported_with_exact_figures(bakery: Site, reseller: Client) -> None:
    one = made(bakery)
    response = reseller.get(f"/sites/{bakery.key}/funnels/{one.pk}?export=csv")
    lines = b"".join(response.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("step,name,reached_by,visits,visits_compared,share_of_first,share_of_step_before")
    assert [line.split(",")[:3] for line in lines[1:]] == [
        ["1", "/menu", ""],
        ["2", "Order form", "/order*"],
        ["3", "Order", ""],
    ]
