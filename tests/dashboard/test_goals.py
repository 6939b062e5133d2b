"""The goals of a site and its revenue, as the server sends them."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from tests.dashboard.test_overview import Attributes, text_of
from tests.events.makers import event
from trailhouse.core import clock
from trailhouse.events.model import Event
from trailhouse.events.store import Store
from trailhouse.events.visits import visit_id
from trailhouse.sites.models import Membership, Section, Site
from trailhouse.sites.services import add_goal
from trailhouse.sites.sharing import LinkText, add_link

pytestmark = pytest.mark.django_db
HOUR = 3_600_000


def orders(site: Site, *amounts: int, currency: str = "EUR", **values: Any) -> Iterator[Event]:
    """A visit for each amount, half an hour apart, that ends with an order of it."""
    for number, amount in enumerate(amounts):
        start, visitor = clock.to_ms(visits.NOW) - HOUR - number * HOUR // 2, 5000 + number
        own: dict[str, Any] = {"site_id": site.pk, "batch": 2, "visitor_id": visitor, "visit_started": start}
        own |= {"visit_id": visit_id(site.pk, visitor, start), **values}
        yield event(start, **own)
        money: dict[str, Any] = {"revenue": amount, "revenue_amount": amount, "revenue_currency": currency}
        yield event(start + 1000, name="Order", props={"plan": "Gold" if number % 2 else "Silver"}, **money, **own)


def shown(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return unescape(text_of(response.text))


def exported(client: Client, path: str) -> list[list[str]]:
    response = client.get(path)
    assert response.headers["Content-Disposition"].startswith("attachment")
    text = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return [line.split(",") for line in text.splitlines()]


# -- goals


def test_every_goal_is_told_also_one_that_nobody_reached(bakery: Site, reseller: Client) -> None:
    add_goal(bakery, "duration", "86000", name="All day")
    words = shown(reseller, f"/sites/{bakery.key}/goals")
    assert re.search(r"Order placed an event: Order \d+ ", words)
    assert re.search(r"All day a visit's duration: 86000 0 – 0 0.0% –", words)
    assert re.search(r"Value €[\d,]+\.00", words)
    head, *lines = exported(reseller, f"/sites/{bakery.key}/goals?export=csv&compare=none")
    assert head[:7] == ["goal", "kind", "pattern", "visitors", "goals_reached", "conversion_rate", "goal_value"]
    placed = next(line for line in lines if line[0] == "Order placed")
    assert float(placed[6]) == 42 * int(placed[4]) > 0


def test_a_filter_by_a_goal_leaves_that_goal(bakery: Site, reseller: Client) -> None:
    words = shown(reseller, f"/sites/{bakery.key}/goals?f=is:goal:Order%20placed")
    assert "Asked for contact" not in words.partition("Conversions")[2]


def test_a_site_without_goals_says_what_they_are(bakery: Site, client: Client) -> None:
    bakery.goals.all().delete()
    client.force_login(people.reseller())
    assert "Add a goal" in shown(client, f"/sites/{bakery.key}/goals")
    client.force_login(people.client_person())
    words = shown(client, f"/sites/{bakery.key}/goals")
    assert ("No goals yet" in words, "Add a goal" in words) == (True, False)


def test_one_goal_is_drawn_over_time_and_split_by_anything(bakery: Site, reseller: Client) -> None:
    goal = bakery.goals.get(name="Order placed")
    page = f"/sites/{bakery.key}/goals/{goal.pk}"
    words = shown(reseller, page)
    assert "Visitors who reached it" in words
    assert "By: Source" in words
    for by in ("source", "channel", "campaign", "page", "entry_page", "exit_page", "country", "device", "prop.plan"):
        answer = reseller.get(f"{page}/by/{by}")
        assert answer.status_code == 200
        assert '<rect width="100.0%"' in answer.text, by
    assert "Gold" in shown(reseller, f"{page}/by/prop.plan")
    assert reseller.get(f"{page}/by/nonsense").status_code == 404
    for metric in ("visitors", "goals_reached", "conversion_rate", "goal_value", "total_revenue"):
        assert reseller.get(f"{page}?metric={metric}").text.count("<tr data-tick=") == 30


def test_a_goal_offers_the_properties_of_its_events(bakery: Site, reseller: Client) -> None:
    for name, offered in (("Order placed", True), ("Asked for contact", False)):
        goal = bakery.goals.get(name=name)
        assert ("Property plan" in shown(reseller, f"/sites/{bakery.key}/goals/{goal.pk}")) is offered


def test_the_rate_of_a_row_is_of_the_visitors_of_that_row(bakery: Site, reseller: Client) -> None:
    goal = bakery.goals.get(name="Order placed")
    lines = exported(reseller, f"/sites/{bakery.key}/goals/{goal.pk}/by/device?export=csv&period=7d")
    assert lines[0] == ["device", "visitors", "goals_reached", "group_conversion_rate", "goal_value", "total_revenue"]
    since = clock.to_ms(visits.NOW) - 6 * visits.DAY - 16 * HOUR  # six days ago, midnight in Amsterdam
    every = [e for e in visits.ordinary(bakery.pk) if e.ts >= since]
    mobile = {e.visitor_id for e in every if e.device == "Mobile"}
    bought = {e.visitor_id for e in every if e.device == "Mobile" and e.name == "Order"}
    line = next(line for line in lines if line[0] == "Mobile")
    assert int(line[1]) == len(bought)
    assert float(line[3]) == pytest.approx(100 * len(bought) / len(mobile))


def test_another_site_s_goal_is_not_there(bakery: Site, reseller: Client) -> None:
    theirs = add_goal(people.law_firm(), "event", "Order")
    assert reseller.get(f"/sites/{bakery.key}/goals/{theirs.pk}").status_code == 404


def test_behind_a_link_goals_lead_to_goals_behind_the_link(bakery: Site, client: Client) -> None:
    goal, link = bakery.goals.get(name="Order placed"), add_link(bakery, LinkText("client"), by=people.reseller())
    found = Attributes(client.get(f"/share/{link.slug}/goals").text).found
    assert f"/share/{link.slug}/goals/{goal.pk}" in [value for _, name, value in found if name == "href"]
    words = shown(client, f"/share/{link.slug}/goals/{goal.pk}/by/country")
    assert ("Netherlands" in words, "Change the goal" in words) == (True, False)


def test_whoever_sees_events_alone_splits_by_what_events_tell(bakery: Site, client: Client) -> None:
    user, goal = people.client_person(), bakery.goals.get(name="Order placed")
    Membership.objects.filter(user=user).update(sections=[Section.EVENTS, Section.SOURCES])
    client.force_login(user)
    page = f"/sites/{bakery.key}/goals/{goal.pk}"
    assert "Country" not in shown(client, page).partition("By:")[2]
    for by, status in (("channel", 200), ("country", 404)):
        assert client.get(f"{page}/by/{by}").status_code == status
        assert client.get(f"/sites/{bakery.key}/revenue/by/{by}").status_code == status
    Membership.objects.filter(user=user).update(sections=[Section.EVENTS])
    assert "By:" in shown(client, page)
    assert "Gold" in shown(client, f"{page}/by/prop.plan")
    Membership.objects.filter(user=user).update(sections=[Section.OVERVIEW])
    for path in ("goals", f"goals/{goal.pk}", "revenue"):
        assert client.get(f"/sites/{bakery.key}/{path}").status_code == 404


# -- revenue


def test_revenue_is_told_in_figures_over_time_and_by_source(bakery: Site, reseller: Client, reading: Store) -> None:
    visits.add(reading, list(orders(bakery, 1000, 3000, source="Newsletter", channel="E-mail")))
    words = shown(reseller, f"/sites/{bakery.key}/revenue")
    for told in ("Revenue €40.00", "Orders 2", "Average order €20.00", "Newsletter €40.00 100% 2 €20.00"):
        assert told in words
    assert "By currency" not in words
    for by in ("channel", "country", "exit_page", "prop.plan"):
        assert reseller.get(f"/sites/{bakery.key}/revenue/by/{by}").status_code == 200
    assert exported(reseller, f"/sites/{bakery.key}/revenue/by/prop.plan?export=csv") == [
        ["prop.plan", "total_revenue", "orders", "average_order"],
        ["Gold", "30.00", "1", "30.000"],
        ["Silver", "10.00", "1", "10.000"],
    ]


def test_a_filter_narrows_revenue(bakery: Site, reseller: Client, reading: Store) -> None:
    visits.add(reading, list(orders(bakery, 1000, 3000)))
    assert "Revenue €30.00" in shown(reseller, f"/sites/{bakery.key}/revenue?f=is:prop.plan:Gold")


@pytest.mark.parametrize("metric", ["total_revenue", "orders", "average_order", "revenue_per_visitor"])
def test_each_figure_of_revenue_is_drawn(metric: str, bakery: Site, reseller: Client, reading: Store) -> None:
    visits.add(reading, list(orders(bakery, 1000, 3000)))
    html = reseller.get(f"/sites/{bakery.key}/revenue?metric={metric}").text
    assert html.count("<tr data-tick=") == 30
    assert re.search(r'<path class="line(?: running)?" d="M[\d.]+ ', html)


def test_money_has_the_places_of_its_currency(bakery: Site, reseller: Client, reading: Store) -> None:
    Site.objects.filter(pk=bakery.pk).update(currency="JPY")
    visits.add(reading, list(orders(bakery, 1000, 3000, currency="JPY")))
    html = reseller.get(f"/sites/{bakery.key}/revenue?period=today").text
    assert "¥4,000" in text_of(html)
    assert 'data-v="3000"' in html
    assert "¥3,000" in text_of(html)


def test_amounts_of_another_currency_are_told_apart(bakery: Site, reseller: Client, reading: Store) -> None:
    visits.add(reading, list(orders(bakery, 1000)))
    visits.add(reading, list(orders(bakery, 700, currency="USD", batch=3)))
    words = shown(reseller, f"/sites/{bakery.key}/revenue")
    assert "By currency" in words
    assert "USD US$7.00 1" in words


def test_refunds_alone_draw_no_bar_backwards(bakery: Site, reseller: Client, reading: Store) -> None:
    visits.add(reading, list(orders(bakery, -1000)))
    html = reseller.get(f"/sites/{bakery.key}/revenue").text
    assert "−€10.00" in html
    assert 'width="-' not in html


def test_without_revenue_the_page_says_how_to_send_it(bakery: Site, reseller: Client) -> None:
    words = shown(reseller, f"/sites/{bakery.key}/revenue")
    assert "No order carried revenue in this period" in words
    assert "trailhouse(" in words
