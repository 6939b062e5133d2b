"""Filters with or, not and the whole visit: their forms, their chips, and what they narrow down."""

import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.http import QueryDict
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from tests.dashboard import visits
from tests.dashboard.test_overview import text_of
from tests.dashboard.test_state import parts
from trailhouse.core import clock
from trailhouse.dashboard import filter_forms, grammar
from trailhouse.dashboard.conditions import filter_of, groups_of, parts_of, sentence
from trailhouse.dashboard.filter_forms import WRONG, FilterError, Row, changed, rows_of
from trailhouse.dashboard.grammar import Named, Part
from trailhouse.dashboard.state import State, parse
from trailhouse.dashboard.vocabulary import field
from trailhouse.events.store import Store
from trailhouse.sites.models import Site
from trailhouse.stats.filters import And, Contains, HasNotDone, Is, IsEmpty, Or
from trailhouse.stats.patterns import FAULTS

pytestmark = pytest.mark.django_db
SEGMENTS = {"12": Named("Phones"), "13": Named("Élite, and 3 | more")}


def sent(given: dict[str, Any], state: State | None = None) -> State:
    """The state after a form was sent, where only the pattern "[" is wrong."""
    query = QueryDict(mutable=True)
    for name, value in given.items():
        query.setlist(name, value if isinstance(value, list) else [value])
    return changed(query, state or State(segments=SEGMENTS), lambda pattern: "bracket" if pattern == "[" else "")


def texts(state: State) -> list[str]:
    return [part.text() for part in state.filters]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({"field": "source", "operator": "is", "value": "Google"}, "is:source:Google", id="one value"),
        pytest.param(
            {"field": "source", "operator": "is", "value": ["Google", "", " Bing "]},
            "is:source:Google|Bing",
            id="several values",
        ),
        pytest.param({"field": "source", "operator": "is", "value": ""}, "is:source:", id="unknown"),
        pytest.param(
            {"field": "source", "operator": "is_not", "value": ["A", ""], "unknown": "1"},
            "is_not:source:A|",
            id="unknown among others",
        ),
        pytest.param({"field": "campaign", "operator": "is_empty", "value": "x"}, "is_empty:campaign", id="no value"),
        pytest.param(
            {"field": "page", "operator": "contains", "value": "/A", "case": "case"},
            "contains,case:page:/A",
            id="with these capitals",
        ),
        pytest.param(
            {"field": "prop", "property": "plan", "operator": "is", "value": "Gold", "how": "done"},
            "done:is:prop.plan:Gold",
            id="a property, somewhere in the visit",
        ),
        pytest.param(
            {"field": "source", "operator": "is", "value": "A", "field_1": "page", "operator_1": "matches",
             "value_1": "^/b"},
            "is:source:A||matches:page:^/b",
            id="or something else",
        ),
        pytest.param(
            {"field": "source", "operator": "is", "value": "A", "field_1": "", "operator_1": "is", "value_1": "x"},
            "is:source:A",
            id="an empty row is none",
        ),
        pytest.param(
            {"field": "country", "operator": "contains_not", "value": "ethiop"},
            "is_not:country:ET",
            id="a country by part of its name",
        ),
        pytest.param({"field": "segment", "operator": "is", "value": "phones"}, "is:segment:12", id="a named segment"),
    ],
)  # fmt: skip
def test_what_a_form_sends_becomes_one_filter(given: dict[str, Any], expected: str) -> None:
    assert texts(sent(given)) == [expected]


@pytest.mark.parametrize(
    ("given", "key"),
    [
        pytest.param({"field": ""}, "field", id="nothing chosen"),
        pytest.param({"field": "shoe_size", "operator": "is", "value": "44"}, "field", id="an unknown field"),
        pytest.param({"field": "prop", "operator": "is", "value": "x"}, "property", id="a property without name"),
        pytest.param({"field": "goal", "operator": "matches", "value": "x"}, "operator", id="a goal cannot be matched"),
        pytest.param({"field": "country", "operator": "matches", "value": "N"}, "operator", id="nor can a country"),
        pytest.param({"field": "page", "operator": "contains", "value": " "}, "value", id="nothing to contain"),
        pytest.param({"field": "segment", "operator": "is", "value": ""}, "value", id="a segment without name"),
        pytest.param({"field": "segment", "operator": "is", "value": "x"}, "segment", id="an unknown segment"),
        pytest.param({"field": "page", "operator": "is", "value": "x" * 501}, "long", id="too long a value"),
        pytest.param({"field": "page", "operator": "matches", "value": ["a", "["]}, "pattern.bracket", id="a pattern"),
        pytest.param(
            {
                f"{name}{f'_{n}' * bool(n)}": value
                for n in range(11)
                for name, value in (("field", "page"), ("operator", "is"), ("value", f"/{n}"))
            },
            "many",
            id="too many alternatives",
        ),
    ],
)
def test_what_cannot_be_asked_is_told_in_words(given: dict[str, Any], key: str) -> None:
    with pytest.raises(FilterError) as wrong:
        sent(given)
    assert str(wrong.value) == key
    assert filter_forms.said(key)


def test_every_fault_of_a_pattern_has_words() -> None:
    assert [fault for fault in FAULTS if f"pattern.{fault}" not in WRONG] == []
    assert filter_forms.said("<script>") == ""


def test_a_filter_that_is_changed_stays_in_its_place() -> None:
    state = parse("f=is:source:Google&f=is:device:Mobile&page=3")
    given = {"edit": "is:source:Google", "field": "source", "operator": "is_not", "value": "Bing"}
    assert texts(sent(given, state)) == ["is_not:source:Bing", "is:device:Mobile"]
    assert texts(sent(given | {"edit": "is:source:Gone"}, state))[-1] == "is_not:source:Bing"
    assert texts(sent({"edit": "is:source:Google", "field": "", "field_1": ""}, state)) == ["is:device:Mobile"]


def test_a_filter_too_many_is_told() -> None:
    state = parse("&".join(f"f=is:page:/{n}" for n in range(20)))
    with pytest.raises(FilterError, match="many"):
        sent({"field": "page", "operator": "is", "value": "/x"}, state)
    assert len(sent({"edit": "is:page:/3", "field": "page", "operator": "is", "value": "/x"}, state).filters) == 20


def _form(rows: tuple[Row, ...]) -> dict[str, Any]:
    """What a browser sends of a form that nobody touched."""
    given: dict[str, Any] = {}
    for row in rows:
        given |= {f"field{row.suffix}": row.field, f"property{row.suffix}": row.property}
        given |= {f"operator{row.suffix}": row.operator or "is", f"value{row.suffix}": list(row.values)}
        given |= {f"case{row.suffix}": row.case, f"unknown{row.suffix}": "1" if row.unknown else ""}
    return given


def _tidy(part: Part) -> bool:
    """Whether a person could have typed it: no value that is trimmed, and none that has another name."""
    for one in grammar.conditions_of(part):
        found = field(one.dimension)
        if found is None or found.search or one.operator not in found.operators:
            return False
        if any(text != text.strip() for text in (*one.values, one.dimension.removeprefix("prop."))):
            return False
        if "" in one.values[:-1]:  # unknown comes last in a form
            return False
    return True


@given(parts.filter(lambda part: part is not None and _tidy(part)), st.booleans())
def test_a_form_that_is_sent_untouched_changes_nothing(part: Part, beside: bool) -> None:
    others = (grammar.condition("is:device:TV"),) * beside
    state = State(filters=tuple(dict.fromkeys((part, *(one for one in others if one)))))
    given = _form(rows_of(part, state)) | {"edit": part.text(), "how": grammar.how_of(part)}
    assert sent(given, state) == state


@given(parts.filter(lambda part: part is not None))
def test_filters_survive_as_a_segment(part: Part) -> None:
    state = [one for one in (part,) if all(field(c.dimension) for c in grammar.conditions_of(one))]
    kept = groups_of(state)
    lines = sum(len(group.lines) for group in kept)
    if lines == sum(len(grammar.conditions_of(one)) for one in state):
        assert parts_of(kept) == (tuple(state), ())


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("is:source:Google|Bing", "Source is Google or Bing"),
        ("is:source:Google||is:device:Mobile", "Source is Google or Device is Mobile"),
        ("not:contains:page:/blog", "Not: Page contains /blog"),
        ("done:is:page:/menu", "Visits with: Page is /menu"),
        ("done_not:is:goal:Order", "Visits without: Goal is Order"),
        ("is_empty:campaign", "Campaign is empty"),
        ("is,nocase:event:order", "Event is order (in any capitals)"),
        ("contains,case:page:/A", "Page contains /A (with these capitals)"),
        ("is:segment:12", "Segment is Phones"),
    ],
)
def test_a_filter_in_words(text: str, words: str) -> None:
    part = grammar.part(text)
    assert part is not None
    assert sentence(part, SEGMENTS) == words


def test_filters_as_stats_understands_them() -> None:
    state = parse("f=is:source:Google||is_empty:campaign&f=done_not:contains:page:/menu&f=is_not:goal:Order")
    assert filter_of(state.filters) == And(
        (
            Or((Is("visit:source", ("Google",)), IsEmpty("visit:utm_campaign"))),
            HasNotDone(Contains("event:page", ("/menu",), case_sensitive=False)),
            HasNotDone(Is("event:goal", ("Order",))),
        )
    )
    assert filter_of(()) is None


# -- on the page


def figures(client: Client, site: Site, query: str) -> list[str]:
    answer = client.get(f"/sites/{site.key}?{query}")
    assert answer.status_code == 200
    return [box.text for box in answer.context["figures"]]


def test_alternatives_add_up_and_negations_take_away(bakery: Site, reseller: Client) -> None:
    def count(query: str) -> int:
        return int(figures(reseller, bakery, query)[0])

    everybody, google, instagram = (count(q) for q in ("", "f=is:source:Google", "f=is:source:Instagram"))
    assert count("f=is:source:Google||is:source:Instagram") == google + instagram
    assert count("f=not:is:source:Google||is:source:Instagram") == everybody - google - instagram
    assert count("f=is,nocase:source:gOOgle") == google
    assert count("f=is:source:gOOgle") == 0
    menu, none = count("f=done:is:page:/menu"), count("f=done_not:is:page:/menu")
    assert menu + none == everybody
    assert count("f=done:is:page:/menu&f=done:is:page:/order") == count("f=done:is:page:/order") > 0
    assert count("f=is:page:/menu&f=is:page:/order") == 0  # no page is both
    assert count("f=is_empty:campaign") + count("f=is_not_empty:campaign") == everybody


def test_all_pages_of_a_visit_count_where_the_visit_is_asked(bakery: Site, reseller: Client) -> None:
    pages = [int(figures(reseller, bakery, f)[2]) for f in ("f=is:page:/menu", "f=done:is:page:/menu")]
    assert pages[0] < pages[1]


def test_a_chip_opens_the_form_of_its_filter(bakery: Site, reseller: Client) -> None:
    html = reseller.get(f"/sites/{bakery.key}?period=7d&f=is:country:NL||is:prop.plan:Gold&f=is:device:Mobile").text
    box = html.partition('class="chip-box"')[2].partition('class="chip-box"')[0]
    assert "Country is Netherlands or Property plan is Gold" in text_of(box)
    assert 'name="edit" value="is:country:NL||is:prop.plan:Gold"' in unescape(box)
    assert '<option value="country" selected>' in box
    assert 'name="value" value="Netherlands"' in box
    assert '<option value="prop" selected>' in box
    assert 'name="property_1" value="plan"' in box
    without = re.search(r'class="sub" href="([^"]+)">Remove this alternative', box)
    assert without
    assert parse_qs(urlsplit(unescape(without[1])).query)["f"] == ["is:prop.plan:Gold", "is:device:Mobile"]


def test_a_wrong_pattern_in_the_form_is_told_and_changes_nothing(bakery: Site, reseller: Client) -> None:
    given = {"f": "is:device:Mobile", "field": "page", "operator": "matches", "value": "/a("}
    for path in (f"/sites/{bakery.key}", f"/sites/{bakery.key}/pages"):
        answer = reseller.get(path, given)
        assert answer["Location"].startswith(f"{path}?f=is:device:Mobile&wrong=pattern.parenthesis&draft=")
        html = reseller.get(answer["Location"]).text
        sheet = html.partition('id="add-filter" open')[2]
        assert 'name="value" value="/a("' in sheet  # to be corrected
        assert '<option value="matches" selected>' in sheet
        words = text_of(html)
        assert "The pattern has a ( that is never closed by )." in words
        assert "Device is Mobile" in words
    right = reseller.get(f"/sites/{bakery.key}", given | {"value": "/a(b)?"})
    assert right["Location"].endswith("?f=is:device:Mobile&f=matches:page:/a(b)%3F")


def test_what_was_wrong_with_a_changed_filter_is_corrected_in_its_place(bakery: Site, reseller: Client) -> None:
    state = "f=is:source:Google&f=is:device:Mobile"
    given = {"f": ["is:source:Google", "is:device:Mobile"], "edit": "is:source:Google", "how": "done"}
    given |= {"field": "page", "operator": "matches", "value": "["}
    html = reseller.get(reseller.get(f"/sites/{bakery.key}", given)["Location"]).text
    sheet = html.partition('id="add-filter" open')[2].partition("</form>")[0]
    hidden = re.findall(r'type="hidden" name="([a-z]+)" value="([^"]*)"', sheet)
    assert hidden == [*(("f", one) for one in given["f"]), ("edit", "is:source:Google")]
    assert '<option value="done" selected>' in sheet
    right = reseller.get(f"/sites/{bakery.key}", given | {"value": "[a]"})["Location"]
    assert unquote(right).endswith("?f=done:matches:page:[a]&f=is:device:Mobile")
    assert 'id="add-filter" open' not in reseller.get(f"/sites/{bakery.key}?{state}&draft=x").text


def test_what_is_left_out_of_an_address_is_told(bakery: Site, reseller: Client) -> None:
    plain = figures(reseller, bakery, "")
    answer = reseller.get(f"/sites/{bakery.key}?f=is:segment:987654&f=is:segment:x&f=eats:x:y")
    assert [box.text for box in answer.context["figures"]] == plain
    assert "3 filters of this address are not available here and were left out." in text_of(answer.text)
    assert answer.context["head"].chips == ()


def test_a_group_with_one_forbidden_part_is_left_out_whole(bakery: Site, reseller: Client) -> None:
    bakery.privacy = "strict"
    bakery.save()
    answer = reseller.get(f"/sites/{bakery.key}?f=is:source:Google||is:organisation:X&f=is:device:Mobile")
    assert [chip.text for chip in answer.context["head"].chips] == ["Device is Mobile"]


def test_hostile_filters_are_shown_and_never_live(bakery: Site, reading: Store, reseller: Client) -> None:
    visits.add(reading, list(visits.hostile(bakery.pk)))
    with clock.frozen(visits.NOW):
        html = reseller.get(
            f"/sites/{bakery.key}",
            {"f": 'is:prop."><script>alert(1)</script>:"><img src=x>||not:is', "wrong": "<script>"},
        ).text
    assert "<script>alert" not in html
    assert "<img" not in html
