"""The pages of segments, their chips, the comparison, and what is suggested as one types."""

import re
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.dashboard import visits
from tests.dashboard.test_overview import Attributes, text_of
from tests.dashboard.test_sections import confined
from trailhouse.core import clock
from trailhouse.dashboard import segments_compare
from trailhouse.events.store import Store
from trailhouse.sites import segments
from trailhouse.sites.models import Segment, Site
from trailhouse.sites.segments import SegmentText
from trailhouse.sites.sharing import LinkText, add_link

pytestmark = pytest.mark.django_db


def group(*lines: list[Any], how: str = "") -> dict[str, Any]:
    return {"how": how, "any": list(lines)}


GOOGLE = group(["is", "visit:source", ["Google"]])
MENU = group(["is", "event:page", ["/menu"]], how="done")


def kept(site: Site, name: str, *groups: Any, own: bool = False) -> Segment:
    return segments.add(site, SegmentText(name, "", own, list(groups)), by=people.reseller())


def visitors(client: Client, site: Site, query: str) -> str:
    return str(client.get(f"/sites/{site.key}?{query}").context["figures"][0].text)


# -- keeping


def test_filters_are_kept_and_stand_as_one_chip(bakery: Site, reseller: Client) -> None:
    query = "f=is:source:Google||is:device:Mobile&f=done:is:page:/menu"
    page = reseller.get(f"/sites/{bakery.key}?period=7d&{query}").text
    assert "Save these filters as a segment" in page
    form = reseller.get(f"/sites/{bakery.key}/segments/new?{query}")
    assert "Source is Google or Device is Mobile" in text_of(form.text)
    fields = re.findall(r'type="hidden" name="f" value="([^"]+)"', form.text.partition('<form method="post" class')[2])
    assert len(fields) == 2
    sent = {"f": fields, "name": "Menu", "description": "Who looks at it", "whose": "site"}
    answer = reseller.post(f"/sites/{bakery.key}/segments/new?period=7d", sent)
    made = Segment.objects.get()
    assert answer["Location"] == f"/sites/{bakery.key}?period=7d&f=is:segment:{made.pk}"
    assert made.groups == [group(["is", "visit:source", ["Google"]], ["is", "visit:device", ["Mobile"]]), MENU]
    assert made.person is None
    assert [chip.text for chip in reseller.get(answer["Location"]).context["head"].chips] == ["Segment is Menu"]
    assert visitors(reseller, bakery, f"f=is:segment:{made.pk}") == visitors(reseller, bakery, query)


def test_a_chip_of_a_segment_shows_what_it_holds_and_can_be_taken_apart(bakery: Site, reseller: Client) -> None:
    one = kept(bakery, "Both", GOOGLE, MENU)
    head = reseller.get(f"/sites/{bakery.key}?f=is:device:Mobile&f=is:segment:{one.pk}").context["head"]
    applied = head.chips[1].segment
    assert applied.sentences == ("Source is Google", "Visits with: Page is /menu")
    assert applied.expanded == "?f=is:device:Mobile&f=is:source:Google&f=done:is:page:/menu"
    assert [choice.chosen for choice in head.segments] == [True]


def test_a_segment_with_a_goal_can_be_turned_round(bakery: Site, reseller: Client) -> None:
    one = kept(bakery, "Buyers", group(["is", "event:goal", ["Order placed"]]))
    everybody, buyers, others = (
        int(visitors(reseller, bakery, f)) for f in ("", f"f=is:segment:{one.pk}", f"f=is_not:segment:{one.pk}")
    )
    assert 0 < buyers < everybody == buyers + others
    assert visitors(reseller, bakery, f"f=not:is:segment:{one.pk}") == str(others)


def test_changing_a_segment_begins_with_its_filters_and_every_report_follows(bakery: Site, reseller: Client) -> None:
    one = kept(bakery, "Search", GOOGLE)
    before = visitors(reseller, bakery, f"f=is:segment:{one.pk}")
    path = f"/sites/{bakery.key}/segments/{one.pk}"
    assert reseller.get(path)["Location"] == f"{path}?f=is:source:Google"
    assert 'value="Search"' in reseller.get(f"{path}?f=is:source:Google").text
    changed = {"f": ["is:source:Instagram"], "name": "Photos"}
    assert reseller.post(path, changed).status_code == 302
    one.refresh_from_db()
    assert (one.name, one.groups) == ("Photos", [group(["is", "visit:source", ["Instagram"]])])
    assert visitors(reseller, bakery, f"f=is:segment:{one.pk}") == visitors(reseller, bakery, "f=is:source:Instagram")
    assert before == visitors(reseller, bakery, "f=is:source:Google")


def test_what_is_wrong_with_a_segment_stands_at_its_form(bakery: Site, reseller: Client) -> None:
    kept(bakery, "Search", GOOGLE)
    path = f"/sites/{bakery.key}/segments/new"
    for sent, words in (
        ({"f": ["is:source:Google"], "name": "Search", "whose": "site"}, "There is a segment of that name."),
        ({"f": ["is:source:Google"], "name": " "}, "This field is required."),
        ({"f": ["matches:page:a("], "name": "New", "whose": "own"}, "The pattern has a ( that is never closed by )."),
        ({"name": "New", "whose": "own"}, "A segment needs a filter."),
        ({"f": ["is:segment:987654"], "name": "New", "whose": "own"}, "A segment needs a filter."),
    ):
        answer = reseller.post(path, sent)
        assert answer.status_code == 422
        assert words in text_of(answer.text)
    assert Segment.objects.count() == 1


def test_whoever_only_looks_keeps_segments_of_their_own(client: Client, bakery: Site) -> None:
    shared = kept(bakery, "Search", GOOGLE)
    client.force_login(people.client_person())
    path = f"/sites/{bakery.key}/segments/{shared.pk}"
    page = client.get(path, follow=True).text
    assert "Save as your own segment" in page
    assert 'method="post" class="fields"' not in page
    assert client.post(path, {"f": ["is:source:Bing"], "name": "Mine"}).status_code == 403
    assert client.post(f"{path}/delete").status_code == 403
    assert client.get(f"{path}/delete")["Location"] == path
    sent = {"f": ["is:source:Google"], "name": "Mine", "whose": "site"}
    assert client.post(f"/sites/{bakery.key}/segments/new", sent).status_code == 302
    assert Segment.objects.get(name="Mine").person == people.client_person()
    shared.refresh_from_db()
    assert (shared.name, shared.groups) == ("Search", [GOOGLE])


def test_a_segment_is_deleted_after_a_word(bakery: Site, reseller: Client) -> None:
    inner = kept(bakery, "Inner", GOOGLE)
    outer = kept(bakery, "Outer", group(["is", "segment", [str(inner.pk)]]))
    path = f"/sites/{bakery.key}/segments/{inner.pk}/delete"
    assert "Outer" in text_of(reseller.get(path).text)
    assert reseller.post(path).status_code == 409
    outer.delete()
    assert "gone for everybody who sees this site" in text_of(reseller.get(path).text)
    assert reseller.post(path).status_code == 302
    assert Segment.objects.count() == 0


# -- whose, and what may be seen


def test_a_segment_that_is_not_ones_own_or_of_another_site_is_left_out_and_told(
    client: Client, bakery: Site, reseller: Client
) -> None:
    own = kept(bakery, "Own", GOOGLE, own=True)
    elsewhere = kept(people.law_firm(), "Elsewhere", GOOGLE)
    everybody = visitors(reseller, bakery, "")
    assert visitors(reseller, bakery, f"f=is:segment:{own.pk}") != everybody
    assert visitors(reseller, bakery, f"f=is:segment:{elsewhere.pk}") == everybody
    client.force_login(people.client_person())
    answer = client.get(f"/sites/{bakery.key}?f=is:segment:{own.pk}")
    assert answer.context["figures"][0].text == everybody
    assert "One filter of this address is not available here and was left out." in text_of(answer.text)
    assert "Own" not in text_of(client.get(f"/sites/{bakery.key}/segments").text.partition("<main")[2])


def test_a_segment_on_what_somebody_may_not_see_is_not_open_to_them(client: Client, bakery: Site) -> None:
    pages, sources = kept(bakery, "Menu", MENU), kept(bakery, "Search", GOOGLE)
    around = kept(bakery, "Around", group(["is", "segment", [str(pages.pk)]]))
    browser = confined(client, "overview", "sources")
    everybody = visitors(browser, bakery, "")
    for hidden in (pages, around):
        assert visitors(browser, bakery, f"f=is:segment:{hidden.pk}") == everybody
    assert visitors(browser, bakery, f"f=is:segment:{sources.pk}") != everybody
    page = text_of(browser.get(f"/sites/{bakery.key}/segments").text)
    assert "/menu" not in page
    assert "not open to you" in page
    bakery.privacy = "strict"
    bakery.save()
    kept(bakery, "Few", group(["is", "visit:organisation", ["Few Ltd"]]))
    assert "Few Ltd" not in confined(client, *segments_of_all()).get(f"/sites/{bakery.key}/segments").text


def segments_of_all() -> list[str]:
    return ["overview", "sources", "pages", "places", "technology", "events"]


def test_a_guest_uses_the_sites_segments_and_changes_nothing(client: Client, bakery: Site) -> None:
    shared, own = kept(bakery, "Search", GOOGLE), kept(bakery, "Secret", MENU, own=True)
    path = f"/share/{add_link(bakery, LinkText('Client'), by=None).slug}"
    listed = client.get(f"{path}/segments").text
    assert "Search" in listed
    assert "Secret" not in listed
    for link in re.findall(r'(?:href|action|data-suggest)="(/[^"#]+)', listed):
        assert link.startswith((f"{path}", "/static/", "/brand/")), link
    narrowed = client.get(f"{path}?f=is:segment:{shared.pk}")
    assert narrowed.context["head"].chips
    assert bakery.key not in narrowed.text
    assert not client.get(f"{path}?f=is:segment:{own.pk}").context["head"].chips
    for tail in ("/segments/new", f"/segments/{shared.pk}", f"/segments/{shared.pk}/delete"):
        assert client.get(path + tail).status_code == 404


def test_a_segment_whose_field_is_gone_is_told_of_and_stops_nothing(bakery: Site, reseller: Client) -> None:
    for place, broken in enumerate(([group(["is", "visit:shoe", ["44"]])], "nonsense", [{"how": "x"}])):
        one = kept(bakery, f"Broken {place}", GOOGLE)
        Segment.objects.filter(pk=one.pk).update(groups=broken)
        answer = reseller.get(f"/sites/{bakery.key}?f=is:segment:{one.pk}")
        assert answer.status_code == 200
        assert answer.context["head"].left_out == 1
        assert reseller.get(f"/sites/{bakery.key}/segments/{one.pk}").status_code == 200
    words = text_of(reseller.get(f"/sites/{bakery.key}/segments").text)
    assert "It speaks of visit:shoe, which there is no longer." in words
    assert words.count("It can no longer be read.") == 2


def test_a_segment_whose_goal_is_gone_is_told_of_and_stops_nothing(bakery: Site, reseller: Client) -> None:
    one = kept(bakery, "Buyers", group(["is", "event:goal", ["order placed"], "nocase"]))
    assert reseller.get(f"/sites/{bakery.key}?f=is:segment:{one.pk}").context["head"].chips
    bakery.goals.filter(name="Order placed").delete()
    answer = reseller.get(f"/sites/{bakery.key}?f=is:segment:{one.pk}")
    assert (answer.status_code, answer.context["head"].left_out) == (200, 1)
    words = text_of(reseller.get(f"/sites/{bakery.key}/segments").text)
    assert "It asks for the goal order placed, which there is no longer." in words


def test_without_segments_the_page_says_how_to_make_one(bakery: Site, reseller: Client) -> None:
    assert "No segments yet" in text_of(reseller.get(f"/sites/{bakery.key}/segments").text)


def test_hostile_names_are_shown_and_never_live(bakery: Site, reseller: Client) -> None:
    one = kept(bakery, visits.HOSTILE, group(["is", "event:page", [visits.HOSTILE]]))
    for path in (
        f"?f=is:segment:{one.pk}",
        "/segments",
        f"/segments/{one.pk}/delete",
        f"/segments/compare/all,{one.pk}",
    ):
        html = reseller.get(f"/sites/{bakery.key}{path}").text
        found = Attributes(html)
        assert "img" not in found.tags
        assert not [name for _, name, _ in found.found if name.startswith("on") or name == "style"]


# -- side by side


def test_segments_stand_side_by_side_as_each_alone(bakery: Site, reseller: Client) -> None:
    search, menu = kept(bakery, "Search", GOOGLE), kept(bakery, "Menu", MENU)
    answer = reseller.get(
        f"/sites/{bakery.key}/segments/compare/all,{search.pk},{menu.pk}?f=is:device:Mobile&period=7d"
    )
    assert answer.status_code == 200
    alone = [
        [box.text for box in reseller.get(f"/sites/{bakery.key}?period=7d&f=is:device:Mobile{more}").context["figures"]]
        for more in ("", f"&f=is:segment:{search.pk}", f"&f=is:segment:{menu.pk}")
    ]
    told = [[row.cells[place].text for row in answer.context["rows"]] for place in range(3)]
    assert told == alone
    assert [line.side.name for line in answer.context["chart"].lines] == ["All visitors", "Search", "Menu"]
    assert len(answer.context["chart"].rows) == 7
    sources = answer.context["lists"][0]
    (google,) = [row for row in sources.rows if row.name == "Google"]
    assert google.cells[1][1:3] == (alone[1][0], "100%")
    assert [row.cells[1][1] for row in sources.rows if row.name != "Google"] == ["0"] * (len(sources.rows) - 1)
    fragment = reseller.get(
        f"/sites/{bakery.key}/segments/compare/all,{search.pk}", headers={"HX-Request": "true", "HX-Target": "report"}
    ).text
    assert fragment.lstrip().startswith('<div id="report"')


def test_rows_beyond_those_fetched_are_asked_for_by_name(
    bakery: Site, reading: Store, reseller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    search, photos = (
        kept(bakery, "Search", GOOGLE),
        kept(bakery, "Photos", group(["is", "visit:source", ["Instagram"]])),
    )
    path = f"/sites/{bakery.key}/segments/compare/{search.pk},{photos.pk}"

    def told() -> list[Any]:
        return [[(row.name, row.amounts) for row in box.rows] for box in reseller.get(path).context["lists"]]

    whole = told()
    monkeypatch.setattr(segments_compare, "FETCHED", 1)
    for few, all_rows in zip(told(), whole, strict=True):
        assert few
        assert [dict(all_rows)[name] for name, _ in few] == [amounts for _, amounts in few]


def test_the_choice_of_segments_is_part_of_the_address(bakery: Site, reseller: Client) -> None:
    one = kept(bakery, "Search", GOOGLE)
    path = f"/sites/{bakery.key}/segments/compare"
    chosen = reseller.get(path, {"s": ["all", str(one.pk)], "period": "7d"})
    assert chosen["Location"] == f"{path}/all,{one.pk}?period=7d"
    state = "from=2026-11-01&to=2026-11-03&f=is:device:Mobile"
    form = reseller.get(f"/sites/{bakery.key}/segments?{state}").text.partition("<main")[2]
    kept_values = dict(re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', form))
    assert reseller.get(path, {"s": ["all", str(one.pk)], **kept_values})["Location"].endswith(f"?{state}")
    for wrong in ({"s": ["all"]}, {}, {"s": ["all", "1", "2", "3", "4"]}):
        assert reseller.get(path, wrong)["Location"].endswith("&wrong=compare")
    for few in ("all", "all,987654", "x", f"{one.pk},{one.pk}"):
        assert reseller.get(f"{path}/{few}").status_code == 302
    left = reseller.get(f"{path}/all,{one.pk},987654")
    assert "A segment of this address is not available here" in text_of(left.text)


def test_the_comparison_goes_out_as_a_file(bakery: Site, reseller: Client) -> None:
    one = kept(bakery, "Search", GOOGLE)
    path = f"/sites/{bakery.key}/segments/compare/all,{one.pk}"
    answer: Any = reseller.get(f"{path}?export=csv")
    text = b"".join(answer.streaming_content).decode()
    assert text.splitlines()[0] == "part,value,segment,amount"
    shown = reseller.get(path).context["rows"][0].cells[1].text
    assert f"figure,visitors,Search,{shown}" in text.splitlines()
    assert f"visit:source,Google,Search,{shown}" in text.splitlines()


# -- suggestions


def suggested(client: Client, site: Site, **query: Any) -> list[str]:
    answer = client.get(f"/sites/{site.key}/suggestions", query)
    assert answer.status_code == 200
    return [option["label"] for option in answer.json()["options"]]


def test_values_are_suggested_by_their_visitors(bakery: Site, reseller: Client) -> None:
    answer = reseller.get(f"/sites/{bakery.key}/suggestions?field=page&q=ME").json()
    assert [option["value"] for option in answer["options"]] == ["/menu"]
    assert answer["status"] == "1 suggestion"
    (count,) = [option["count"] for option in answer["options"]]
    assert count == visitors(reseller, bakery, "f=is:page:/menu")
    assert suggested(reseller, bakery, field="source")[0] in {"Google", "Instagram", "Newsletter", "Direct"}
    assert suggested(reseller, bakery, field="source", q="zzz") == []


def test_suggestions_follow_the_period_and_the_other_filters(bakery: Site, reseller: Client) -> None:
    assert suggested(reseller, bakery, field="source", period="custom", **{"from": "2020-01-01"}) == []
    narrowed = {"f": ["is:source:Google", "is:device:Mobile"], "field": "source"}
    assert suggested(reseller, bakery, **narrowed) == ["Google"]
    assert "Instagram" in suggested(reseller, bakery, **narrowed, edit="is:source:Google")


def test_suggestions_are_in_the_readers_words(bakery: Site, reseller: Client) -> None:
    assert suggested(reseller, bakery, field="country", q="neth") == ["Netherlands"]
    answer = reseller.get(
        f"/sites/{bakery.key}/suggestions?field=country&q=duit", headers={"Accept-Language": "nl"}
    ).json()
    assert [option["label"] for option in answer["options"]] == ["Duitsland"]
    cities = reseller.get(f"/sites/{bakery.key}/suggestions?field=city&q=helder").json()["options"]
    assert [(one["value"], one["label"]) for one in cities] == [("NL/North Holland/Den Helder", "Den Helder")]


def test_goals_properties_and_segments_are_suggested(bakery: Site, reseller: Client) -> None:
    kept(bakery, "Search", GOOGLE)
    assert suggested(reseller, bakery, field="goal", q="order") == ["Order placed"]
    assert suggested(reseller, bakery, field="property") == ["plan", "url"]
    assert suggested(reseller, bakery, field="property", q="PL") == ["plan"]
    assert suggested(reseller, bakery, field="prop.plan") == ["Gold"]
    assert suggested(reseller, bakery, field="segment", q="s") == ["Search"]


def test_at_most_twenty_are_suggested(bakery: Site, reading: Store, reseller: Client) -> None:
    start = clock.to_ms(visits.NOW) - visits.DAY
    visits.add(reading, [e for n in range(30) for e in visits.visit(bakery.pk, 5000 + n * 6 + 1, start, (f"/p/{n}",))])
    assert len(suggested(reseller, bakery, field="page", q="/p/")) == 20


def test_nothing_is_suggested_that_may_not_be_seen(client: Client, bakery: Site, reading: Store) -> None:
    start = clock.to_ms(visits.NOW) - visits.DAY
    visits.add(reading, list(visits.visit(bakery.pk, 7000, start, organisation="Few Ltd")))
    browser = confined(client, "overview", "sources")
    assert suggested(browser, bakery, field="source", q="goo") == ["Google"]
    for hidden in ("page", "country", "goal", "property", "prop.plan", "organisation", "nonsense", "", "prop."):
        assert suggested(browser, bakery, field=hidden) == []
    client.force_login(people.reseller())
    assert suggested(client, bakery, field="organisation") == ["Few Ltd"]
    bakery.privacy = "strict"
    bakery.save()
    assert suggested(client, bakery, field="organisation") == []


def test_a_guest_has_suggestions_too(client: Client, bakery: Site) -> None:
    slug = add_link(bakery, LinkText("Client", sections=("overview", "sources")), by=None).slug
    assert client.get(f"/share/{slug}/suggestions?field=source&q=goo").json()["options"][0]["value"] == "Google"
    assert client.get(f"/share/{slug}/suggestions?field=page").json()["options"] == []


def test_a_site_without_visits_has_no_suggestions(reading: Store, reseller: Client) -> None:
    assert suggested(reseller, people.law_firm(), field="page") == []
