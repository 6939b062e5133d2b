"""The page of new and returning visitors, and what the list of organisations says beside its companies."""

import re
from datetime import timedelta
from html import unescape
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from tests import people
from tests.dashboard import comings, visits
from tests.dashboard.test_overview import text_of
from tests.stats.reference_returning import Known
from trailhouse.core import clock
from trailhouse.core.periods import start_of
from trailhouse.events.store import Store
from trailhouse.sites import services
from trailhouse.sites.models import Membership, Site
from trailhouse.sites.sharing import LinkText, add_link

pytestmark = pytest.mark.django_db


@pytest.fixture
def known(bakery: Site, reading: Store) -> Known:
    """What is known of the visitors, once the bakery recognises them."""
    services.change_site(bakery, {"privacy": "recognised"}, by=None)
    return Known.of(comings.fill(reading, bakery.pk))


def page(client: Client, site: Site, query: str = "") -> str:
    answer = client.get(f"/sites/{site.key}/returning{query}")
    assert answer.status_code == 200
    return answer.content.decode()


def rows(html: str) -> dict[str, list[str]]:
    """The rows of all tables on the page, by their heads."""
    found = {}
    for head, cells in re.findall(r'<tr[^>]*><th scope="row">(.*?)</th>(.*?)</tr>', html, re.DOTALL):
        name = re.sub(r"<[^>]+>", "", head).strip()
        found[unescape(name)] = [re.sub(r"<[^>]+>", "", cell) for cell in re.findall(r"<td.*?</td>", cells)]
    return found


def kinds_since(known: Known, days: int) -> list[str]:
    """The kind of each recognised visit of the last `days` days, today included."""
    zone = ZoneInfo(people.bakery().timezone)
    start = clock.to_ms(start_of(clock.now().astimezone(zone).date() - timedelta(days - 1), zone))
    return [known.kind(number) for own in known.visits.values() for at, number in own if at >= start]


def test_the_table_tells_new_from_returning(reseller: Client, bakery: Site, known: Known) -> None:
    kinds = kinds_since(known, 7)
    found = rows(page(reseller, bakery, "?period=7d"))
    assert found["New"][0] == str(kinds.count("new"))
    assert found["Returning"][0] == str(kinds.count("returning"))
    assert int(found["Not recognised"][0]) > 0


def test_the_interval_is_the_sites_own(reseller: Client, bakery: Site, known: Known) -> None:
    services.change_site(bakery, {"return_after_hours": 720}, by=None)
    strict = Known(known.visits, 720 * 3_600_000)
    html = page(reseller, bakery, "?period=7d")
    assert rows(html)["Returning"][0] == str(kinds_since(strict, 7).count("returning"))
    assert "at least 720 hours ago" in text_of(html)


def test_habits_count_recognised_visitors_alone(reseller: Client, bakery: Site, known: Known) -> None:
    found = rows(page(reseller, bakery, "?period=30d"))
    assert {"1 visit", "5 to 9 visits", "25 visits and more"} <= found.keys()
    gaps = {name: int(found[name][0]) for name in ("1 day", "2 days", "3 days", "30 to 59 days")}
    assert all(gaps.values())
    assert found["Less than a day"][0] == "0"


def test_each_kind_filters_by_itself_and_the_filter_works_elsewhere(
    reseller: Client, bakery: Site, known: Known
) -> None:
    html = page(reseller, bakery)
    assert 'href="?f=is:returning:returning"' in html
    only = rows(page(reseller, bakery, "?f=is:returning:returning"))
    assert "New" not in only
    overview = reseller.get(f"/sites/{bakery.key}?f=is:returning:returning&period=7d").content.decode()
    assert "New or returning is Returning" in text_of(overview)


def test_what_is_exported_are_the_figures_of_the_chart(reseller: Client, bakery: Site, known: Known) -> None:
    answer = reseller.get(f"/sites/{bakery.key}/returning?period=7d&export=csv")
    lines = b"".join(answer.streaming_content).decode().splitlines()  # type: ignore[attr-defined]
    assert lines[0] == "day,returning,visits,visitors"
    visits_of = {kind: sum(int(x.split(",")[2]) for x in lines[1:] if x.split(",")[1] == kind) for kind in ("new", "")}
    found = rows(page(reseller, bakery, "?period=7d"))
    assert {"new": int(found["New"][0]), "": int(found["Not recognised"][0])} == visits_of


@pytest.mark.parametrize(("privacy", "why"), [
    ("visits", "under a number that changes every day"),
    ("strict", "keeps figures only"),
])  # fmt: skip
def test_at_a_lower_level_the_page_says_why_there_is_nothing(
    privacy: str, why: str, reseller: Client, bakery: Site, known: Known
) -> None:
    services.change_site(bakery, {"privacy": privacy}, by=None)
    html = page(reseller, bakery)
    assert why in text_of(html)
    assert f"/sites/{bakery.key}/settings/counting" in html
    assert "Days between visits" not in html
    assert reseller.get(f"/sites/{bakery.key}/returning?export=csv")["Content-Type"].startswith("text/html")


def test_nobody_and_nothing_is_said_so(reseller: Client, bakery: Site, known: Known) -> None:
    html = page(reseller, bakery, "?from=2026-01-01&to=2026-01-02")
    assert "No visits in this period" in text_of(html)
    assert "No recognised visitor came in this period" in text_of(html)


def test_only_who_sees_visitors_sees_the_page(client: Client, bakery: Site, known: Known) -> None:
    user = people.client_person()
    client.force_login(user)
    assert client.get(f"/sites/{bakery.key}/returning").status_code == 200
    Membership.objects.filter(user=user).update(sections=["overview"])
    assert client.get(f"/sites/{bakery.key}/returning").status_code == 404
    whole = add_link(bakery, LinkText("All"), by=None).slug
    named = add_link(bakery, LinkText("Visitors", sections=("visitors",)), by=None).slug
    client.logout()
    assert client.get(f"/share/{whole}/returning").status_code == 404  # a link shows visitors where it says so
    assert client.get(f"/share/{named}/returning").status_code == 200


# -- organisations

# Name, kind, visitors.
NETWORKS = (("Acme Anvils", "company", 3), ("KPN B.V.", "provider", 6), ("Hetzner", "hosting", 1), ("Older Ltd", "", 2))


def of_networks(reading: Store, site: Site) -> None:
    start = clock.to_ms(visits.NOW) - 60 * visits.MINUTE
    networks = (
        ("Acme Anvils", "company", 3),
        ("KPN B.V.", "provider", 6),
        ("Hetzner", "hosting", 1),
        ("Older Ltd", "", 2),
    )
    for place, (name, kind, count) in enumerate(networks):
        for number in range(count):
            whose = 7000 + 10 * place + number
            visits.add(reading, list(visits.visit(site.pk, whose, start, organisation=name, network_kind=kind)))


def test_the_list_of_organisations_holds_companies_and_says_what_it_leaves_out(
    reseller: Client, bakery: Site, reading: Store
) -> None:
    of_networks(reading, bakery)
    html = reseller.get(f"/sites/{bakery.key}/places/organisations?f=is_not:network:").content.decode()
    found = rows(html)
    assert found.keys() == {"Acme Anvils"}
    assert "60% of the visitors came through access providers and 10% through hosting networks" in text_of(html)
    everything = rows(reseller.get(f"/sites/{bakery.key}/places/organisations").content.decode())
    assert everything.keys() == {"Acme Anvils", "Older Ltd"}
    kinds = rows(reseller.get(f"/sites/{bakery.key}/places/networks").content.decode())
    assert [kinds[name][0] for name in ("Access provider", "Company", "Hosting")] == ["6", "3", "1"]
    assert "Unknown" in kinds


def test_a_strict_site_keeps_its_least_of_five(reseller: Client, bakery: Site, reading: Store) -> None:
    of_networks(reading, bakery)
    services.change_site(bakery, {"privacy": "strict"}, by=None)
    html = reseller.get(f"/sites/{bakery.key}/places/organisations").content.decode()
    assert rows(html) == {}
    assert "of the visitors came through access providers" in text_of(html)
