"""The settings of a site, as the server sends them: each form, and what bad input says."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from tests.events.makers import event
from trailhouse.accounts.models import Account
from trailhouse.branding.models import Brand
from trailhouse.core import clock
from trailhouse.events import blocks, current
from trailhouse.events.store import Store
from trailhouse.sites import goals, hostnames, labelling, sharing
from trailhouse.sites.goals import GoalText
from trailhouse.sites.models import Goal, Membership, Role, SharedLink, Site
from trailhouse.sites.sharing import LinkText

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reading")]
FROM_HERE = {"x-forwarded-for": "203.0.113.7"}


def words(response: Any) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def send(client: Client, page: str, do: str, site: Site | None = None, **values: Any) -> Any:
    """Press a button of a page of the bakery's settings."""
    site = site or people.bakery()
    path = f"/sites/{site.key}/settings{page}"
    return client.post(path, {"do": do, **values}, headers=FROM_HERE)


def row(site: Site | None = None) -> dict[str, Any]:
    return dict(Site.objects.filter(pk=(site or people.bakery()).pk).values().get())


def sent_again(response: Any) -> dict[str, str]:
    """What the button of a page that asks once more sends."""
    assert response.status_code == 200
    html = response.content.decode().partition('<ul class="told-list">')[2]
    fields = dict(re.findall(r'<input type="hidden" name="([a-z_]+)" value="([^"]*)">', html))
    return {name: value for name, value in fields.items() if name not in {"do", "csrfmiddlewaretoken"}}


PRIVACY = {"privacy": "visits", "retention_months": "25"}
VISITS = {"visit_timeout_min": "30", "return_after_hours": "24", "query_allow": "", "search_param": ""}

GOOD: list[tuple[str, str, dict[str, Any], dict[str, Any]]] = [
    ("", "about", {"name": " The  bakery ", "timezone": "Europe/Paris", "labels": "food, nl ,"},
     {"name": "The bakery", "timezone": "Europe/Paris", "labels": ["food", "nl"]}),
    ("", "rename", {"domain": "www.NEW.example"}, {"domain": "new.example"}),
    ("/counting", "privacy", {"privacy": "strict", "respect_gpc": "on", "retention_months": "13", "confirmed": "1"},
     {"privacy": "strict", "tracker": {"respect_gpc": True}, "retention_months": 13}),
    ("/counting", "visits", {"visit_timeout_min": "45", "return_after_hours": "12", "query_allow": "q\r\n\r\npage",
      "search_param": "q"},
     {"visit_timeout_min": 45, "return_after_hours": 12, "query_allow": ["page", "q"], "search_param": "q"}),
    ("/counting", "exclusions",
     {"exclude_networks": "10.1.2.3/8\r\n2001:db8::1", "exclude_countries": "nl, de", "exclude_paths": "/admin/*"},
     {"exclude_networks": ["10.0.0.0/8", "2001:db8::1/128"], "exclude_countries": ["DE", "NL"],
      "exclude_paths": ["/admin/*"]}),
    ("/counting", "consent", {"consent": "cookiebot"}, {"tracker": {"consent": "cookiebot"}}),
    ("/counting", "consent", {"consent": ""}, {"tracker": {}}),
    ("/counting", "script_address", {"own_path": "on"}, {"own_path": True, "script_host": ""}),
    ("/counting", "exclude_me", {}, {"exclude_networks": ["203.0.113.7/32"]}),
    ("/counting", "pause", {}, {"counts": False}),
    ("/goals", "properties", {"properties": "plan\r\n author \r\nplan"}, {"properties": ["plan", "author"]}),
    ("/sharing", "publish", {}, {"public": True}),
]  # fmt: skip


@pytest.mark.parametrize(("page", "do", "values", "kept"), GOOD, ids=[do for _page, do, *_rest in GOOD])
def test_a_button_does_what_it_says_and_leads_back(
    reseller: Client, page: str, do: str, values: dict[str, Any], kept: dict[str, Any]
) -> None:
    site = people.bakery()
    answer = send(reseller, page, do, site, **values)
    assert answer.status_code == 302, words(answer)
    now = row(site)
    assert {name: now[name] for name in kept} == kept
    assert 'role="status"' in reseller.get(answer["Location"]).content.decode()


BAD: list[tuple[str, str, dict[str, Any], str]] = [
    ("", "about", {"name": "x", "timezone": "Mars/Olympus", "labels": ""}, "valid choice"),
    ("", "about", {"name": "x", "timezone": "UTC", "labels": "a" * 41}, "at most 40 letters"),
    ("", "rename", {"domain": "localhost"}, "Enter the site's public domain"),
    ("", "rename", {"domain": "vanleer-law.example"}, "is in this account already"),
    ("", "add_alias", {"alias": "harbour-bakery.example"}, "counts already"),
    ("", "count_host", {"hostname": "127.0.0.1"}, "Enter the name that visitors type"),
    ("", "add_staging", {"staging": "vanleer-law.example"}, "is in this account already"),
    ("/counting", "privacy", {**PRIVACY, "privacy": "none"}, "valid choice"),
    ("/counting", "privacy", {**PRIVACY, "retention_months": "0"}, "greater than or equal to 1"),
    ("/counting", "visits", {**VISITS, "visit_timeout_min": "4"}, "greater than or equal to 5"),
    ("/counting", "visits", {**VISITS, "return_after_hours": "721"}, "less than or equal to 720"),
    ("/counting", "visits", {**VISITS, "query_allow": "a b"}, "Use the name of a query parameter"),
    ("/counting", "visits", {**VISITS, "search_param": "?"}, "Use the name of a query parameter"),
    ("/counting", "script", {"file_types": "p/df"}, "Use file types of letters and digits"),
    ("/counting", "consent", {"consent": "other"}, "valid choice"),
    ("/counting", "exclusions", {"exclude_networks": "10.0.0.0/99"}, "Use addresses or ranges"),
    ("/counting", "exclusions", {"exclude_countries": "Holland"}, "Use country codes of two letters"),
    ("/counting", "exclusions", {"exclude_paths": "admin"}, "Use paths such as /admin/*"),
    ("/goals", "save", {"kind": "page", "pattern": "thanks"}, "Use a path such as /thanks*"),
    ("/goals", "save", {"kind": "page", "pattern": "/x", "value": "cheap"}, "such as 12.50"),
    ("/sharing", "save", {"name": ""}, "required"),
    ("/sharing", "save", {"name": "x", "password": "short"}, "Use 6 to 100 letters"),
    ("/sharing", "save", {"name": "x", "last_day": "2020-01-01"}, "Choose a day to come"),
    ("/sharing", "save", {"name": "x", "password": "long enough", "embed": "on"}, "Leave one of the two out"),
    ("/danger", "reset", {"typed_reset": "bakery"}, "Type harbour-bakery.example to confirm"),
    ("/danger", "delete", {"typed_delete": ""}, "Type harbour-bakery.example to confirm"),
    ("/danger", "transfer", {"account": "999999"}, "valid choice"),
]


@pytest.mark.parametrize(("page", "do", "values", "said"), BAD)
def test_bad_input_leaves_everything_unchanged_and_says_what_to_do(
    reseller: Client, page: str, do: str, values: dict[str, Any], said: str
) -> None:
    people.law_firm()
    before, sites = row(), Site.objects.count()
    answer = send(reseller, page, do, **values)
    assert answer.status_code == 422
    assert said in re.sub("&#x27;", "'", words(answer))
    assert row() == before
    assert (Site.objects.count(), Goal.objects.count(), SharedLink.objects.count()) == (sites, 0, 0)


@pytest.mark.parametrize("page", ["", "/counting", "/goals", "/sharing", "/danger"])
def test_an_unknown_button_is_refused(reseller: Client, page: str) -> None:
    assert send(reseller, page, "nonsense").status_code == 400
    assert send(reseller, page, "").status_code == 400


# -- general


def test_a_new_key_shows_both_and_until_when(reseller: Client) -> None:
    site = people.bakery()
    before = site.key
    answer = send(reseller, "", "rotate", site)
    said = words(reseller.get(answer["Location"]))
    now = Site.objects.get(pk=site.pk).key
    assert now != before
    assert f"/s/{now}.js" in said
    assert re.search(rf"Before: {before}\s*, counts until 23 Dec 2026", said)


def test_hostnames_that_were_left_out_count_after_one_click(reseller: Client, reading: Store) -> None:
    site = people.bakery()
    detail = json.dumps({"page": "copy.example/menu"})
    values = (site.pk, 1, clock.now_ms(), "foreign_hostname", detail)
    reading.insert_block("quarantine", blocks.of_rows("quarantine", [values]))
    assert "copy.example 1 sample in 30 days" in words(reseller.get(f"/sites/{site.key}/settings"))
    send(reseller, "", "count_host", site, hostname="copy.example")
    assert [alias.hostname for alias in site.aliases.all()] == ["copy.example"]
    assert "1 sample" not in words(reseller.get(f"/sites/{site.key}/settings"))
    send(reseller, "", "remove_alias", site, hostname="copy.example")
    assert not site.aliases.exists()


def test_the_page_opens_while_the_store_is_away(reseller: Client) -> None:
    current.use(None)
    answer = reseller.get(f"/sites/{people.bakery().key}/settings")
    assert answer.status_code == 200
    assert "cannot be read just now" in words(answer)


def test_a_staging_site_is_added_with_one_click(reseller: Client) -> None:
    site = people.bakery()
    page = reseller.get(f"/sites/{site.key}/settings").content.decode()
    assert 'value="staging.harbour-bakery.example"' in page
    send(reseller, "", "add_staging", site, staging="staging.harbour-bakery.example")
    twin = Site.objects.get(staging_of=site)
    assert f"/sites/{twin.key}/script" in reseller.get(f"/sites/{site.key}/settings").content.decode()
    assert "staging twin of harbour-bakery.example" in words(reseller.get(f"/sites/{twin.key}/settings"))


def test_a_clients_super_user_sees_neither_labels_nor_brands_of_the_reseller(client: Client) -> None:
    site, person = people.bakery(), people.client_person()
    labelling.add_label([site], "slow payer", by=None)
    for name in ("Tide", "Dune"):
        Brand.objects.create(account=site.account, name=name)
    Membership.objects.filter(user=person).update(role=Role.SUPER)
    client.force_login(person)
    said = client.get(f"/sites/{site.key}/settings").content.decode()
    assert not [word for word in ("slow payer", "Labels", "Dune") if word in said]
    assert send(client, "", "about", site, name="Bakery", timezone="UTC", labels="").status_code == 302
    assert (row(site)["name"], row(site)["labels"]) == ("Bakery", ["slow payer"])
    assert send(client, "", "brand", site, brand=Brand.objects.get(name="Dune").pk).status_code == 400


def test_a_clients_super_user_is_not_offered_the_operators_address(client: Client) -> None:
    site, person = people.bakery(), people.client_person()
    Membership.objects.filter(user=person).update(role=Role.SUPER)
    client.force_login(person)
    Brand.objects.create(account=site.account, name="Tide")
    Site.objects.filter(pk=site.pk).update(script_host="stats.tide.example")
    own = '<option value="">'
    path = f"/sites/{site.key}/settings/counting"
    assert own not in client.get(path).content.decode()
    client.force_login(people.reseller())
    assert own in client.get(path).content.decode()


# -- counting


def test_the_scripts_settings_keep_what_the_form_does_not_show(reseller: Client) -> None:
    site = people.bakery()
    site.tracker = {"endpoint": "/e", "respect_gpc": True}
    site.save()
    send(reseller, "/counting", "script", site, outbound="on", engagement="on", file_types="pdf, zip")
    kept = Site.objects.get(pk=site.pk).tracker
    assert (kept["endpoint"], kept["respect_gpc"], kept["file_types"]) == ("/e", True, ["pdf", "zip"])
    assert (kept["outbound"], kept["downloads"], kept["manual"]) == (True, False, False)


def test_of_an_ipv6_address_the_households_network_is_excluded(reseller: Client) -> None:
    site = people.bakery()
    path = f"/sites/{site.key}/settings/counting"
    for address in ("2001:db8:1:2:3:4:5:6", "::ffff:198.51.100.1"):
        reseller.post(path, {"do": "exclude_me"}, headers={"x-forwarded-for": address})
    assert Site.objects.get(pk=site.pk).exclude_networks == ["198.51.100.1/32", "2001:db8:1:2::/64"]
    here = {"x-forwarded-for": "2001:db8:1:2::9"}
    assert "2001:db8:1:2::9, is excluded" in words(reseller.get(path, headers=here))
    assert "Exclude my address (192.0.2.1)" in words(reseller.get(path, headers={"x-forwarded-for": "192.0.2.1"}))
    assert reseller.get(path, headers={"x-forwarded-for": "<script>"}).status_code == 200


def test_each_level_says_what_it_means_for_consent(reseller: Client) -> None:
    site = people.bakery()
    path = f"/sites/{site.key}/settings/counting"
    assert "Needs their consent" in words(reseller.get(path))
    assert "trailhouse.consent(true)" not in words(reseller.get(path))
    send(reseller, "/counting", "privacy", site, **{**PRIVACY, "privacy": "recognised"})
    assert "trailhouse.consent(true)" in words(reseller.get(path))
    assert "https://harbour-bakery.example/#visits_ignore" in words(reseller.get(path))


def test_what_a_shorter_retention_deletes_is_said_first(reseller: Client, reading: Store) -> None:
    site = people.bakery()
    month = {"privacy": "visits", "retention_months": "1"}
    assert send(reseller, "/counting", "privacy", site, **month).status_code == 302, "there is nothing to lose"
    send(reseller, "/counting", "privacy", site, **PRIVACY)
    old = clock.to_ms(clock.now() - timedelta(days=40))
    visits.add(reading, [event(old, site_id=site.pk), event(old + 1, site_id=site.pk), event(site_id=site.pk + 1)])
    asked = send(reseller, "/counting", "privacy", site, **month)
    assert "2 events from before 23 Oct 2026 are deleted for good" in words(asked)
    assert row(site)["retention_months"] == 25
    assert send(reseller, "/counting", "privacy", site, **sent_again(asked)).status_code == 302
    assert row(site)["retention_months"] == 1
    assert send(reseller, "/counting", "privacy", site, **PRIVACY).status_code == 302, "to keep more asks nothing"
    current.use(None)
    assert "How many cannot be told just now" in words(send(reseller, "/counting", "privacy", site, **month))


def test_what_a_stricter_level_hides_is_said_first(reseller: Client) -> None:
    site = people.bakery()
    send(reseller, "/counting", "privacy", site, **{**PRIVACY, "privacy": "recognised"})
    asked = send(reseller, "/counting", "privacy", site, **{**PRIVACY, "privacy": "strict"}, respect_gpc="on")
    assert "Visitors are not known again" in words(asked)
    assert "Single visitors and their visits are not shown" in words(asked)
    assert row(site)["privacy"] == "recognised"
    send(reseller, "/counting", "privacy", site, **sent_again(asked))
    assert (row(site)["privacy"], row(site)["tracker"]) == ("strict", {"respect_gpc": True})


def test_a_paused_site_says_so_and_is_resumed(reseller: Client) -> None:
    site = people.bakery()
    send(reseller, "/counting", "pause", site)
    assert "Nothing is counted until you resume" in words(reseller.get(f"/sites/{site.key}/settings/counting"))
    send(reseller, "/counting", "resume", site)
    assert Site.objects.get(pk=site.pk).counts


# -- goals


def test_a_goal_is_added_shown_changed_and_removed(reseller: Client) -> None:
    site = people.bakery()
    path = f"/sites/{site.key}/settings/goals"
    assert "No goals yet" in words(reseller.get(path))
    send(reseller, "/goals", "save", site, kind="event", pattern="Order", name="Order placed", value="42,5")
    assert "Order placed an event: Order EUR 42.50" in words(reseller.get(path))
    goal = Goal.objects.get()
    assert 'value="42.50"' in reseller.get(f"{path}?goal={goal.pk}").content.decode()
    send(reseller, "/goals", "save", site, goal=goal.pk, kind="page", pattern="/thanks*", name="Thanks", value="")
    goal.refresh_from_db()
    assert (goal.kind, goal.name, goal.value_minor) == ("page", "Thanks", None)
    send(reseller, "/goals", "remove", site, one=goal.pk)
    assert not Goal.objects.exists()


@pytest.mark.parametrize("number", ["foreign", "0", "x", "9" * 30])
def test_another_sites_goal_and_link_do_not_exist(reseller: Client, number: str) -> None:
    foreign = people.stranger().accounts.get().sites.get()
    goal = goals.add(foreign, GoalText("event", "Theirs"), by=None)
    link = sharing.add_link(foreign, LinkText("Theirs"), by=None)
    path = f"/sites/{people.bakery().key}/settings"
    goal_no, link_no = (str(goal.pk), str(link.pk)) if number == "foreign" else (number, number)
    assert reseller.get(f"{path}/goals?goal={goal_no}").status_code == 404
    assert reseller.get(f"{path}/sharing?link={link_no}").status_code == 404
    changed = {"do": "save", "goal": goal_no, "kind": "event", "pattern": "Mine"}
    assert reseller.post(f"{path}/goals", changed).status_code in {404, 422}
    assert reseller.post(f"{path}/goals", {"do": "remove", "one": goal_no}).status_code in {404, 422}
    assert reseller.post(f"{path}/sharing", {"do": "save", "link": link_no, "name": "Mine"}).status_code == 404
    assert reseller.post(f"{path}/sharing", {"do": "remove", "one": link_no}).status_code in {404, 422}
    assert (Goal.objects.get().name, SharedLink.objects.get().name) == ("Theirs", "Theirs")


# -- sharing


def test_a_link_is_made_changed_and_closed(reseller: Client) -> None:
    site = people.bakery()
    path = f"/sites/{site.key}/settings/sharing"
    values = {"name": "Baker", "sections": ["overview", "pages"], "password": "open sesame", "last_day": "2026-12-31"}
    send(reseller, "/sharing", "save", site, **values)
    link = SharedLink.objects.get()
    assert link.sections == ["overview", "pages"]
    assert link.expires_at
    assert link.expires_at.isoformat() == "2026-12-31T23:00:00+00:00", "the end of that day in Amsterdam"
    said = words(reseller.get(path))
    assert f"/share/{link.slug}" in said
    assert "until 31 Dec 2026" in said
    page = reseller.get(f"{path}?link={link.pk}").content.decode()
    assert 'value="2026-12-31"' in page
    assert "sesame" not in page
    send(reseller, "/sharing", "save", site, link=link.pk, name="Baker", last_day="2026-12-31")
    assert SharedLink.objects.get().password == link.password, "an empty password leaves it as it is"
    send(reseller, "/sharing", "save", site, link=link.pk, name="Frame", drop_password="on", embed="on")
    link = SharedLink.objects.get()
    assert (link.name, link.password, link.embed, link.expires_at) == ("Frame", "", True, None)
    assert "&lt;iframe" in reseller.get(path).content.decode()
    asked = send(reseller, "/sharing", "remove", site, one=link.pk)
    assert "Close the link “Frame” for ever?" in words(asked)
    assert SharedLink.objects.exists()
    send(reseller, "/sharing", "remove", site, **sent_again(asked))
    assert not SharedLink.objects.exists()


# -- danger


def test_a_site_that_will_be_deleted_says_so_on_every_page_until_it_is_kept(reseller: Client, client: Client) -> None:
    site = people.bakery()
    send(reseller, "/danger", "delete", site, typed_delete=site.domain)
    for path in ("", "/settings", "/script"):
        assert "will be deleted on 30 Nov 2026" in words(reseller.get(f"/sites/{site.key}{path}"))
    send(reseller, "/danger", "keep", site)
    assert "will be deleted" not in words(reseller.get(f"/sites/{site.key}/settings"))
    assert Site.objects.get(pk=site.pk).delete_at is None


def test_a_reset_empties_the_statistics(reseller: Client, reading: Store) -> None:
    site = people.bakery()
    visits.fill(reading, site.pk)
    assert re.search(r"Those are \d+ events, the first of", words(reseller.get(f"/sites/{site.key}/settings/danger")))
    send(reseller, "/danger", "reset", site, typed_reset=site.domain)
    assert reading.rows("SELECT count() FROM events")[0][0] == 0


def test_a_site_moves_to_an_account_that_is_offered(reseller: Client) -> None:
    site = people.bakery()
    assert "Move to another account" not in words(reseller.get(f"/sites/{site.key}/settings/danger"))
    colleague = people.colleague().email
    other = Account.objects.create(name="Southlight", owner=people.reseller())
    assert "Southlight" in words(reseller.get(f"/sites/{site.key}/settings/danger"))
    twin = hostnames.add_staging(site, "staging.example", by=None)
    assert "Southlight" not in words(reseller.get(f"/sites/{twin.key}/settings/danger"))
    assert "staging.example is deleted with it" in words(reseller.get(f"/sites/{site.key}/settings/danger"))
    asked = send(reseller, "/danger", "transfer", site, account=other.pk)
    assert "harbour-bakery.example leaves Northlight" in words(asked)
    assert f"These people lose their access: {colleague}." in words(asked)
    send(reseller, "/danger", "transfer", site, **sent_again(asked))
    assert Site.objects.get(pk=site.pk).account == other
