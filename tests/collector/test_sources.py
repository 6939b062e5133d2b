"""What brought a visit. The cases are in sources_cases.txt, one a line."""

from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.collector.channels import CHANNELS, RULES
from trailhouse.collector.known_sources import SOURCES, KnownSources, wording
from trailhouse.collector.sources import CLICK_IDS, MAX_FIELD, MAX_REFERRER, Source, find_source
from trailhouse.collector.urls import parse_query


class Case(NamedTuple):
    query: str
    referrer: str
    source: str
    channel: str
    term: str


def _cases() -> list[Case]:
    text = Path(__file__).with_name("sources_cases.txt").read_text("utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [Case(*(field.strip() for field in line.split("|"))) for line in lines]


CASES = _cases()


def own_host(host: str) -> bool:
    return host == "shop.example" or host.endswith(".shop.example")


def found(query: str = "", referrer: str = "") -> Source:
    return find_source(parse_query(query), referrer, own_host)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.query or '-'} from {case.referrer or '-'}")
def test_source_channel_and_search_term(case: Case) -> None:
    source = found(case.query, case.referrer)
    assert (source.name, source.channel, source.search_term) == (case.source, case.channel, case.term)


def test_the_cases_are_many_and_reach_every_channel() -> None:
    assert len(CASES) >= 300
    assert {case.channel for case in CASES} == set(CHANNELS)
    assert len(set(CASES)) == len(CASES)


@pytest.mark.parametrize(
    ("referrer", "stored"),
    [
        pytest.param("", "", id="none"),
        pytest.param("https://www.google.com/", "google.com", id="the home page is the host alone"),
        pytest.param("https://www.example.com/a/b/?q=1#x", "example.com/a/b/", id="no query, no fragment"),
        pytest.param("http://example.com:8080/a", "example.com/a", id="no port"),
        pytest.param("https://ann:secret@example.com/a", "example.com/a", id="no user"),
        pytest.param("https://example.com/u/ann@acme.example", "example.com/u/(email)", id="no e-mail address"),
        pytest.param("https://shop.example/a", "", id="not the site itself"),
        pytest.param("android-app://com.google.android.gm/x", "com.google.android.gm", id="an application"),
        pytest.param("https://example.com/" + "a/" * 900, ("example.com/" + "a/" * 900)[:500], id="cut"),
    ],
)
def test_the_referrer_is_stored_as_host_and_path(referrer: str, stored: str) -> None:
    assert found("", referrer).referrer == stored


def test_campaign_fields_are_kept_as_sent_but_clean() -> None:
    source = found(
        "utm_source=FB&utm_medium=Paid%20Social&utm_campaign=Spring%0A2026&utm_term=x&utm_content=ann%40acme.example"
    )
    assert source == Source(
        name="Facebook",
        channel="Paid social",
        utm_source="FB",
        utm_medium="Paid Social",
        utm_campaign="Spring 2026",
        utm_term="x",
        utm_content="(email)",
    )


def test_a_ref_parameter_names_the_source_but_is_no_utm_source() -> None:
    assert found("ref=acme").utm_source == ""


@pytest.mark.parametrize("name", CLICK_IDS)
def test_of_a_click_id_only_the_kind_is_kept(name: str) -> None:
    source = found(f"{name}=SECRET-VALUE")
    assert source.click_id == name
    assert source.name != "Direct"
    assert "SECRET" not in str(source)


def test_click_ids_speak_of_sources_by_their_known_names() -> None:
    known = {known.name for table in (SOURCES.hosts, SOURCES.aliases) for known in table.values()}
    assert {click.name for click in CLICK_IDS.values()} <= known


def test_an_engines_search_term_weighs_more_than_utm_term() -> None:
    assert found("utm_term=bought", "https://www.bing.com/search?q=typed").search_term == "typed"


def test_a_search_term_holds_no_personal_data() -> None:
    assert found("", "https://www.bing.com/search?q=ann%40acme.example").search_term == "(email)"


def test_the_list_is_long_and_tidy() -> None:
    assert len(SOURCES.hosts) >= 450
    assert len(SOURCES.apps) >= 100
    assert all(alias == wording(alias) for alias in SOURCES.aliases)
    assert all(host == host.lower() for host in SOURCES.hosts)
    kinds = {known.kind for known in SOURCES.hosts.values()}
    ruled = {kind for rule in RULES for kind in rule.kinds or () if kind}
    assert kinds <= ruled
    assert {rule.channel for rule in RULES} == set(CHANNELS)


def test_the_documentation_names_every_kind_channel_and_click_id() -> None:
    page = (Path(__file__).parents[2] / "docs" / "sources.md").read_text("utf-8")
    kinds = {known.kind for table in (SOURCES.hosts, SOURCES.aliases) for known in table.values()}
    missing = [name for name in (*kinds, *CLICK_IDS) if f"`{name}`" not in page]
    assert missing + [name for name in CHANNELS if name not in page] == []


def test_a_host_listed_twice_is_refused() -> None:
    with pytest.raises(ValueError, match=r"'a\.example' is listed for 'A' and for 'B'"):
        KnownSources({"search": {"A": "a.example"}, "social": {"B": "a.example"}})


_URLISH = st.one_of(
    st.text(),
    st.from_regex(r"(https?|android-app|ios-app)://[^/]{0,40}(/.{0,40})?", fullmatch=True),
    st.sampled_from([case.referrer for case in CASES]),
)
_NAMES = st.one_of(st.sampled_from(["utm_source", "utm_medium", "utm_campaign", "source", "gclid"]), st.text())


@given(query=st.dictionaries(_NAMES, st.one_of(st.text(), st.text().map(lambda t: t * 300))), referrer=_URLISH)
def test_hostile_text_never_breaks_it_and_is_bounded(query: dict[str, str], referrer: str) -> None:
    source = find_source(query, referrer, own_host)
    assert source.channel in CHANNELS
    assert source.name
    assert len(source.referrer) <= MAX_REFERRER
    for field in ("name", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "search_term"):
        text = getattr(source, field)
        assert len(text) <= MAX_FIELD
        assert text.isprintable()
    assert source == find_source(query, referrer, own_host)


@given(st.text(max_size=20), st.integers(100, 300))
def test_endless_referrers_are_bounded(text: str, times: int) -> None:
    assert len(found("", "https://example.com/" + text * times).referrer) <= MAX_REFERRER
