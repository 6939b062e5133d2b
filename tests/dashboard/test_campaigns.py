"""The page of campaign return, and the pages on which costs are entered."""

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from html import unescape

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import people
from tests.dashboard import visits
from trailhouse.accounts.models import AuditEntry
from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.sites import campaigns
from trailhouse.sites.campaigns import CostText
from trailhouse.sites.models import CampaignCost, Membership, Site
from trailhouse.sites.sharing import LinkText, add_link

pytestmark = pytest.mark.django_db

DAYS = {"first": "2026-11-01", "last": "2026-11-10"}


def text_of(html: str) -> str:
    """What a page says."""
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


def cells(html: str) -> dict[str, list[str]]:
    """The rows of the table: their figures, by name."""
    found = {}
    for row in re.findall(r"<tr[^>]*><th scope=\"row\">.*?</tr>", html, re.DOTALL):
        name = text_of(re.findall(r"<th.*?</th>", row, re.DOTALL)[0]).strip()
        found[name] = [text_of(cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)]
    return found


def exported(client: Client, path: str) -> str:
    """The page as CSV."""
    return client.get(f"{path}?export=csv").getvalue().decode("utf-8-sig")


@pytest.fixture
def spring(bakery: Site, reading: Store) -> Site:
    """The bakery with four visits of a campaign on 10 November, two of which order, and what it cost."""
    start = clock.to_ms(visits.NOW) - 13 * visits.DAY
    link = {"utm_campaign": "spring", "utm_source": "google", "utm_medium": "cpc"}
    for number in range(4):
        pages = ("/", "/order/thanks") if number < 2 else ("/", "/menu")
        visits.add(reading, list(visits.visit(bakery.pk, 6001 + 6 * number, start + number * 1000, pages, **link)))
    campaigns.add(bakery, CostText("spring", amount="80", **DAYS), by=None)
    return bakery


def test_the_page_says_what_a_campaign_cost_and_brought(spring: Site, reseller: Client) -> None:
    html = reseller.get(f"/sites/{spring.key}/campaigns?compare=none").content.decode()
    # Two orders at 42.00 each are the value; the goals of the bakery also count a page that nobody saw here.
    assert cells(html)["spring"] == ["4", "2", "50.0%", "80.00", "84.00", "4.00", "5.0%", "20.00", "40.00"]
    autumn = cells(html)["autumn"]
    assert autumn[3] == "Add"
    assert autumn[4] == autumn[5]
    assert autumn[6:] == ["–", "–", "–"]
    assert f'href="/sites/{spring.key}/campaigns/costs?campaign=autumn#form"' in html
    assert 'aria-current="page">Campaign return</a>' in html


def test_a_day_of_ten_has_a_tenth_of_a_sum(spring: Site, reseller: Client) -> None:
    html = reseller.get(f"/sites/{spring.key}/campaigns?from=2026-11-10&to=2026-11-10&compare=none").content.decode()
    assert cells(html)["spring"][3] == "8.00"
    html = reseller.get(f"/sites/{spring.key}/campaigns?from=2026-11-11&to=2026-11-12").content.decode()
    assert "spring" not in cells(html)


def test_a_cost_per_click_counts_each_visit_of_its_links(spring: Site, reseller: Client) -> None:
    campaigns.add(spring, CostText("spring", amount="0.45", kind="click", source="google", **DAYS), by=None)
    path = f"/sites/{spring.key}/campaigns?compare=none"
    assert cells(reseller.get(path).content.decode())["spring"][3] == "81.80"
    html = reseller.get(f"{path}&tab_campaigns=links").content.decode()
    assert cells(html)["spring google / cpc"][3] == "1.80"
    assert cells(html)["spring – / –"][:4] == ["0", "0", "–", "80.00"]
    assert "/campaigns/costs?campaign=autumn&source=&medium=email#form" in unescape(html)


def test_the_comparison_stands_beside_visits_and_return(spring: Site, reseller: Client) -> None:
    html = reseller.get(f"/sites/{spring.key}/campaigns?from=2026-11-10&to=2026-11-10").content.decode()
    assert cells(html)["spring"][0] == "4"  # nothing to grow from
    html = reseller.get(
        f"/sites/{spring.key}/campaigns?from=2026-11-08&to=2026-11-09"
        "&compare=custom&compare_from=2026-11-10&compare_to=2026-11-10&f=is:campaign:spring"
    ).content.decode()
    assert cells(html)["spring"][0] == "0 −100%"
    assert "before: 76.00" in html


def test_a_filter_narrows_and_is_said_not_to_divide_a_sum(spring: Site, reseller: Client) -> None:
    path = f"/sites/{spring.key}/campaigns?compare=none"
    html = reseller.get(f"{path}&f=is:campaign:spring").content.decode()
    assert list(cells(html)) == ["spring"]
    assert "cannot divide a sum" not in html
    assert "Campaign is spring" in text_of(html)
    html = reseller.get(f"{path}&f=is:page:/order/thanks").content.decode()
    assert cells(html)["spring"][:1] == ["2"]
    assert cells(html)["spring"][3] == "80.00"
    assert "cannot divide a sum" in html
    assert list(cells(reseller.get(f"{path}&q=SPR").content.decode())) == ["spring"]
    assert "No campaign contains “zz”" in text_of(reseller.get(f"{path}&q=zz").content.decode())


def test_the_export_has_the_same_figures(spring: Site, reseller: Client) -> None:
    rows = list(csv.DictReader(io.StringIO(exported(reseller, f"/sites/{spring.key}/campaigns"))))
    (row,) = [row for row in rows if row["campaign"] == "spring"]
    assert {name: float(row[name]) for name in ("visits", "cost", "value", "return", "cost_per_visit")} == {
        "visits": 4, "cost": 80, "value": 84, "return": 4, "cost_per_visit": 20,
    }  # fmt: skip
    assert row["visits_before"] == "0"


def test_a_guest_sees_no_cost_and_no_return(spring: Site, client: Client) -> None:
    link = add_link(spring, LinkText("Baker", sections=("sources", "events")), by=None)
    html = client.get(f"/share/{link.slug}/campaigns?compare=none").content.decode()
    assert cells(html)["spring"] == ["4", "2", "50.0%", "84.00"]
    assert "80.00" not in html
    assert "/campaigns/costs" not in html
    assert "to the people of the site alone" in html
    head = exported(client, f"/share/{link.slug}/campaigns").partition("\r\n")[0]
    assert "cost" not in head
    assert "return" not in head
    assert client.get(f"/share/{link.slug}/campaigns/costs").status_code == 404
    closed = add_link(spring, LinkText("Pages", sections=("pages",)), by=None)
    assert client.get(f"/share/{closed.slug}/campaigns").status_code == 404


def test_who_is_confined_sees_what_their_sections_tell(spring: Site, client: Client) -> None:
    user = people.client_person()
    client.force_login(user)
    html = client.get(f"/sites/{spring.key}/campaigns?compare=none").content.decode()
    assert len(cells(html)["spring"]) == 9
    assert ">Add</a>" not in html
    assert client.get(f"/sites/{spring.key}/campaigns/costs").status_code == 404
    Membership.objects.filter(user=user).update(sections=["sources"])
    html = client.get(f"/sites/{spring.key}/campaigns?compare=none").content.decode()
    assert cells(html)["spring"] == ["4", "80.00", "20.00"]
    assert "84.00" not in html
    Membership.objects.filter(user=user).update(sections=["events"])
    assert client.get(f"/sites/{spring.key}/campaigns").status_code == 404


def test_a_fragment_is_the_report_alone(spring: Site, reseller: Client) -> None:
    answer = reseller.get(f"/sites/{spring.key}/campaigns", headers={"HX-Request": "true", "HX-Target": "report"})
    assert answer.content.decode().startswith('<div id="report"')


def test_long_lists_come_by_a_hundred(bakery: Site, reading: Store, reseller: Client) -> None:
    start = clock.to_ms(visits.NOW) - visits.DAY
    many = [
        event
        for number in range(130)
        for event in visits.visit(bakery.pk, 8000 + number, start, ("/",), utm_campaign=f"c{number:03}")
    ]
    visits.add(reading, many)
    first = reseller.get(f"/sites/{bakery.key}/campaigns").content.decode()
    assert len(cells(first)) == 100
    assert "1–100 of 131" in text_of(first)
    second = reseller.get(f"/sites/{bakery.key}/campaigns?page=2").content.decode()
    assert len(cells(second)) == 31
    assert not cells(first).keys() & cells(second).keys()


def test_what_visitors_sent_stays_text(bakery: Site, reading: Store, reseller: Client) -> None:
    visits.add(reading, list(visits.hostile(bakery.pk)))
    campaigns.add(bakery, CostText(visits.HOSTILE, amount="1", **DAYS), by=None)
    for path in ("campaigns", "campaigns?tab_campaigns=links", "campaigns/costs", "sources/channels"):
        html = reseller.get(f"/sites/{bakery.key}/{path}").content.decode()
        assert "<img src=x" not in html


# -- entering costs


@pytest.fixture
def typed() -> dict[str, str]:
    """A cost as it is typed."""
    return {
        "do": "save", "campaign": " spring ", "source": "", "medium": "", "kind": "sum", "amount": "1.234,50", **DAYS
    }  # fmt: skip


def only(site: Site) -> CampaignCost:
    """The one cost of a site."""
    return site.campaign_costs.get()


def test_a_cost_is_added_changed_and_removed_and_the_log_tells(
    bakery: Site, reseller: Client, typed: dict[str, str]
) -> None:
    path = f"/sites/{bakery.key}/campaigns/costs"
    assert "No costs yet" in reseller.get(path).content.decode()
    assert reseller.post(path, typed)["Location"] == path
    cost = only(bakery)
    assert (cost.campaign, cost.amount_minor, cost.first_day) == ("spring", 123450, date(2026, 11, 1))
    html = reseller.get(path).content.decode()
    assert "1,234.50" in html
    form = reseller.get(f"{path}?cost={cost.pk}").content.decode()
    assert 'value="1234.50"' in form
    assert 'value="2026-11-10"' in form
    reseller.post(path, typed | {"cost": str(cost.pk), "kind": "click", "amount": "0.45"})
    cost = only(bakery)
    assert (cost.kind, cost.amount_minor) == ("click", 45)
    reseller.post(path, {"do": "remove", "one": str(cost.pk)})
    assert not bakery.campaign_costs.exists()
    actions = AuditEntry.objects.filter(action__startswith="campaign_cost")
    assert {entry.action for entry in actions} == {f"campaign_cost.{what}" for what in ("added", "changed", "removed")}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"campaign": "  "}, "campaign"),
        ({"amount": "much"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "0.001"}, "amount"),
        ({"amount": "1,234"}, "amount"),
        ({"amount": "0.4512"}, "amount"),
        ({"first": "2026-11-11"}, "last"),
        ({"last": "2100-01-01"}, "last"),
        ({"first": "yesterday"}, "first"),
        ({"kind": "gift"}, "kind"),
    ],
)
def test_a_wrong_cost_is_said_at_its_field_and_not_saved(
    wrong: dict[str, str], field: str, bakery: Site, reseller: Client, typed: dict[str, str]
) -> None:
    answer = reseller.post(f"/sites/{bakery.key}/campaigns/costs", typed | wrong)
    assert answer.status_code == 422
    assert f'id="id_{field}_error"' in answer.content.decode()
    assert not bakery.campaign_costs.exists()


def test_the_same_days_are_not_entered_twice(bakery: Site, reseller: Client, typed: dict[str, str]) -> None:
    path = f"/sites/{bakery.key}/campaigns/costs"
    reseller.post(path, typed)
    answer = reseller.post(path, typed | {"amount": "5"})
    assert answer.status_code == 422
    assert "for the same days already" in answer.content.decode()
    assert only(bakery).amount_minor == 123450
    assert reseller.post(path, typed | {"source": "google"}).status_code == 302


def test_a_cost_of_another_site_does_not_exist(bakery: Site, reseller: Client, typed: dict[str, str]) -> None:
    other = people.stranger().accounts.get().sites.first()
    other = other or people.law_firm()
    cost = campaigns.add(other, CostText("theirs", amount="1", **DAYS), by=None)
    path = f"/sites/{bakery.key}/campaigns/costs"
    assert reseller.get(f"{path}?cost={cost.pk}").status_code == 404
    assert reseller.get(f"{path}?cost=x").status_code == 404
    assert reseller.post(path, typed | {"cost": str(cost.pk)}).status_code == 404
    assert reseller.post(path, {"do": "remove", "one": str(cost.pk)}).status_code == 404
    cost.refresh_from_db()
    assert cost.campaign == "theirs"


# -- files

FILE = """Campaign;Source;Medium;From;To;Amount;Per click
spring;google;cpc;2026-11-01;2026-11-10;1.234,50;
letter;;;15.11.2026;15.11.2026;80;
summer;facebook;;2026-06-01;2026-06-30;;0,45
"""


def sent(client: Client, site: Site, text: str, **more: str) -> Iterator[str | int]:
    """The answer to a file: its status, its page."""
    answer = client.post(f"/sites/{site.key}/campaigns/costs/upload", {"text": text, **more})
    yield answer.status_code
    yield answer.content.decode()


def test_a_file_is_looked_at_before_it_is_saved_and_may_be_sent_again(bakery: Site, reseller: Client) -> None:
    path = f"/sites/{bakery.key}/campaigns/costs/upload"
    file = SimpleUploadedFile("costs.csv", FILE.encode("utf-8-sig"))
    html = reseller.post(path, {"file": file}).content.decode()
    assert "3 costs will be saved" in text_of(html)
    assert "1,234.50" in html
    assert not bakery.campaign_costs.exists()
    (text,) = re.findall(r'<textarea name="text" hidden>\n(.*?)</textarea>', html, re.DOTALL)
    assert reseller.post(path, {"text": unescape(text), "confirm": "yes"}).status_code == 302
    assert {value.key[:3]: (value.kind, value.amount_minor) for value in campaigns.costs_of(bakery)} == {
        ("spring", "google", "cpc"): ("sum", 123450),
        ("letter", "", ""): ("sum", 8000),
        ("summer", "facebook", ""): ("click", 45),
    }
    again = reseller.post(path, {"text": FILE}).content.decode()
    assert "There is nothing new in this file. 3 are there already and stay." in text_of(again)
    assert 'name="confirm"' not in again
    reseller.post(path, {"text": FILE, "confirm": "yes"})
    assert bakery.campaign_costs.count() == 3
    assert AuditEntry.objects.filter(action="campaign_cost.uploaded").count() == 1
    changed = reseller.post(path, {"text": FILE.replace("80", "90")}).content.decode()
    assert "1 cost will be saved. 2 are there already and stay." in text_of(changed)
    assert "before: 80.00" in text_of(changed)
    reseller.post(path, {"text": FILE.replace("80", "90"), "confirm": "yes"})
    assert bakery.campaign_costs.get(campaign="letter").amount_minor == 9000


@pytest.mark.parametrize(
    ("line", "wrong"),
    [
        (";;;2026-11-01;2026-11-10;5;", "The campaign is missing."),
        ("x;;;1/2/2026;2026-11-10;5;", "“1/2/2026” is no day."),
        ("x;;;2026-11-01;2026-10-01;5;", "is no span of days"),
        ("x;;;2026-11-01;2026-11-10;five;", "“five” is no amount of EUR."),
        ("x;;;2026-11-01;2026-11-10;5;5", "It has an amount and one per click."),
        ("x;;;2026-11-01;2026-11-10;;", "The amount is missing."),
        ("x", "The amount is missing."),
        ("x;;;2026-11-01;2026-11-10;;0.455", "“0.455” could mean two amounts."),
        (f"{'x' * 201};;;2026-11-01;2026-11-10;5;", "is too long"),
        ("letter;;;2026-11-15;2026-11-15;81;", "Line 3 has the same campaign and days."),
    ],
)
def test_a_wrong_line_is_named_and_then_nothing_is_saved(line: str, wrong: str, bakery: Site, reseller: Client) -> None:
    status, html = sent(reseller, bakery, FILE + line)
    assert status == 422
    assert wrong in text_of(str(html))
    assert ">5</td>" in str(html)
    assert 'name="confirm"' not in str(html)
    status, html = sent(reseller, bakery, FILE + line, confirm="yes")
    assert status == 422
    assert "Nothing was saved" in str(html)
    assert not bakery.campaign_costs.exists()


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        pytest.param("", "Choose a file, or paste its lines.", id="nothing"),
        pytest.param("campaign,from,to,amount", "There is no cost in this file.", id="heads alone"),
        pytest.param("name,what\na,b", "The first line does not say which column is which.", id="no heads"),
        pytest.param("campaign,day,amount,cost\na,b,c,d", "Two columns say the same", id="a column twice"),
        pytest.param("campaign,day,amount\n" + "a,2026-11-01,1\n" * 2001, "2001 lines; 2000 are taken", id="too long"),
    ],
)
def test_a_file_that_is_none_of_costs_is_refused(text: str, wrong: str, bakery: Site, reseller: Client) -> None:
    status, html = sent(reseller, bakery, text)
    assert status == 422
    assert wrong in text_of(str(html))


def test_a_file_in_another_currency_is_refused_and_a_day_is_a_span_of_its_own(bakery: Site, reseller: Client) -> None:
    status, html = sent(reseller, bakery, "campaign,date,cost,currency\nx,2026-11-01,5,USD\n")
    assert status == 422
    assert "The amount is in USD." in text_of(str(html))
    status, _html = sent(reseller, bakery, "campaign,date,spend,currency\nx,2026-11-01,5,eur\n", confirm="yes")
    assert status == 302
    assert (only(bakery).first_day, only(bakery).last_day) == (date(2026, 11, 1), date(2026, 11, 1))


def test_a_site_has_so_many_costs_and_no_more(
    bakery: Site, reseller: Client, typed: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns, "MOST_COSTS", 2)
    status, _html = sent(reseller, bakery, FILE, confirm="yes")
    assert status == 422
    assert not bakery.campaign_costs.exists()
    for campaign in ("a", "b"):
        reseller.post(f"/sites/{bakery.key}/campaigns/costs", typed | {"campaign": campaign})
    assert reseller.post(f"/sites/{bakery.key}/campaigns/costs", typed | {"campaign": "c"}).status_code == 422


def test_amounts_have_the_places_of_the_currency(spring: Site, reseller: Client) -> None:
    Site.objects.filter(pk=spring.pk).update(currency="JPY")
    html = reseller.get(f"/sites/{spring.key}/campaigns?compare=none").content.decode()
    assert cells(html)["spring"][3:6] == ["8,000", "8,400", "400"]
