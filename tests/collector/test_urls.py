"""Addresses as they are stored: one spelling each, and nothing that names a person."""

import re
from collections.abc import Mapping
from time import perf_counter
from typing import cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from trailhouse.collector.urls import (
    MAX_PATH,
    MAX_URL,
    BadUrl,
    clean_path,
    clean_url,
    normal_host,
    parse_query,
    scrub,
    tidy,
)

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"


def path_of(url: str, *allow: str, hash_mode: bool = False) -> str:
    return clean_url(url, query_allow=allow, hash_mode=hash_mode).path


@pytest.mark.parametrize(
    ("authority", "hostname"),
    [
        ("Example.COM", "example.com"),
        ("www.example.com", "example.com"),
        ("www.www.example.com", "example.com"),
        ("www.com", "www.com"),
        ("www2.example.com", "www2.example.com"),
        ("example.com:8080", "example.com"),
        ("example.com.", "example.com"),
        ("ann:secret@example.com", "example.com"),
        ("localhost:3000", "localhost"),
        ("192.0.2.7", "192.0.2.7"),
        ("[2001:DB8::1]:443", "[2001:db8::1]"),
        ("xn--mnchen-3ya.example", "münchen.example"),
        ("MÜNCHEN.example", "münchen.example"),
        ("xn--strae-oqa.example", "straße.example"),
        ("xn--80ak6aa92e.com", "аррӏе.com"),
        ("xn--i-7iq.example", "i❤.example"),
        ("xn--a.example", "xn--a.example"),
        ("xn--99999999.example", "xn--99999999.example"),
        ("例え。テスト", "例え.テスト"),
        ("my_shop.example.com", "my_shop.example.com"),
        ("", ""),
        (".", ""),
        ("a..b", ""),
        ("exa mple.com", ""),
        ("exam%70le.com", ""),
        ("<script>", ""),
        ("ex\u202eample.com", ""),
        ("a" * 254, ""),
    ],
)
def test_one_spelling_of_a_host(authority: str, hostname: str) -> None:
    assert normal_host(authority) == hostname


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        pytest.param("", "/", id="nothing is the home page"),
        pytest.param("/", "/", id="the home page"),
        pytest.param("/a/b/", "/a/b/", id="a trailing slash stays"),
        pytest.param("/a/b", "/a/b", id="no trailing slash stays so"),
        pytest.param("/Case/Stays", "/Case/Stays", id="case stays"),
        pytest.param("//a///b", "/a/b", id="doubled slashes"),
        pytest.param("/a/./b/../c", "/a/c", id="dot segments"),
        pytest.param("/../../a", "/a", id="never above the root"),
        pytest.param("/a/..", "/", id="back to the root"),
        pytest.param("/a/b/..", "/a/", id="back to a folder"),
        pytest.param("/a/%2e%2E/b", "/b", id="encoded dot segments"),
        pytest.param("/.well-known/x", "/.well-known/x", id="a name that begins with a dot"),
        pytest.param("/a\\b", "/a/b", id="backslashes, as browsers read them"),
        pytest.param("/%7Eann/%41", "/~ann/A", id="needless escapes"),
        pytest.param("/%c3%bcber-uns", "/über-uns", id="letters as people read them"),
        pytest.param("/über-uns", "/über-uns", id="letters that came plain"),
        pytest.param("/%E9%9E%8B", "/鞋", id="all scripts"),
        pytest.param("/a%20b", "/a%20b", id="a space stays escaped"),
        pytest.param("/a b", "/a%20b", id="a space is escaped"),
        pytest.param("/a%2fb%3fc%23d", "/a%2Fb%3Fc%23d", id="escaped separators stay apart"),
        pytest.param("/100%", "/100%25", id="a lone percent sign"),
        pytest.param("/100%25", "/100%25", id="an escaped percent sign"),
        pytest.param("/%e9", "/%E9", id="bytes that are no UTF-8"),
        pytest.param("/%E2%80%AEgnp", "/%E2%80%AEgnp", id="invisible signs stay visible"),
        pytest.param("/\x00<x>", "/%00%3Cx%3E", id="control and markup signs"),
        pytest.param("/a;jsessionid=1A2B.node1/b", "/a/b", id="a session id of Java"),
        pytest.param("/a;v=1/b", "/a;v=1/b", id="other path parameters"),
        pytest.param("/@ann/x", "/@ann/x", id="a handle"),
    ],
)
def test_one_spelling_of_a_path(raw: str, path: str) -> None:
    assert clean_path(raw) == path
    assert clean_path(path) == path


@pytest.mark.parametrize(
    ("url", "allow", "path"),
    [
        pytest.param("https://a.example/p?x=1&y=2", (), "/p", id="the query goes"),
        pytest.param("https://a.example/p?x=1&y=2&z=3", ("y",), "/p?y=2", id="but for what the site allows"),
        pytest.param("https://a.example/p?b=2&a=1", ("b", "a"), "/p?a=1&b=2", id="sorted by name"),
        pytest.param("https://a.example/p?a=1&a=2", ("a",), "/p?a=1", id="of equal names the first"),
        pytest.param("https://a.example?a=x+y%26z", ("a",), "/?a=x%20y%26z", id="decoded and encoded again"),
        pytest.param("https://a.example/p?a", ("a",), "/p?a=", id="a name alone"),
        pytest.param("https://a.example/p?m=ann@acme.example", ("m",), "/p?m=(email)", id="an address in it"),
        pytest.param("https://a.example/p?m=ann%40acme.example", ("m",), "/p?m=(email)", id="encoded"),
        pytest.param("https://a.example/p#part", (), "/p", id="the fragment goes"),
        pytest.param("HTTPS://A.example:443/p", (), "/p", id="scheme in capitals, a port"),
        pytest.param("  https://a.example/p  ", (), "/p", id="spaces around"),
    ],
)
def test_query_and_fragment(url: str, allow: tuple[str, ...], path: str) -> None:
    assert path_of(url, *allow) == path


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("https://a.example/#/cart", "/#/cart"),
        ("https://a.example/app#!/cart/", "/app#!/cart/"),
        ("https://a.example/app#/", "/app"),
        ("https://a.example/app#", "/app"),
        ("https://a.example/app?x=1#/cart?y=2&tab=3", "/app#/cart?tab=3"),
        ("https://a.example/app?tab=1#/cart", "/app?tab=1#/cart"),
        ("https://a.example/#/u/ann%40acme.example", "/#/u/(email)"),
        ("https://a.example/p#:~:text=hello", "/p"),
    ],
)
def test_in_hash_mode_the_fragment_is_part_of_the_path(url: str, path: str) -> None:
    assert path_of(url, "tab", hash_mode=True) == path


def test_all_parameters_are_there_for_finding_the_source() -> None:
    page = clean_url("https://a.example/?utm_source=x&q=a+b#/?utm_medium=y&q=c", hash_mode=True)
    assert dict(page.query) == {"utm_source": "x", "utm_medium": "y", "q": "a b"}


def test_the_parameters_cannot_be_changed_for_the_next_reader() -> None:
    query = cast("dict[str, str]", clean_url("https://a.example/?a=1").query)
    with pytest.raises(TypeError):
        query["a"] = "2"


@pytest.mark.parametrize(
    ("url", "term"),
    [
        ("https://a.example/?q=Garden+%20chairs", "Garden chairs"),
        ("https://a.example/?s=x", ""),
        ("https://a.example/?q=ann%40acme.example", "(email)"),
        ("https://a.example/?q=" + "x" * 31 + " " + "y " * 200, ("x" * 31 + " " + "y " * 84).rstrip()),
    ],
)
def test_the_sites_own_search(url: str, term: str) -> None:
    assert clean_url(url, search_param="q").site_search_term == term


@pytest.mark.parametrize(
    "url",
    [
        "", "about:blank", "data:text/html,x", "file:///etc/passwd", "javascript:alert(1)", "blob:https://a.example/1",
        "/only/a/path", "//a.example/p", "a.example/p", "https://", "https:///", "http://?x", "ftp://a.example/",
        "https://a b/", "https://[::1", "https://%00/", "https://a.example/" + "x" * MAX_URL,
        "https://a.example/" + "ü" * (MAX_URL // 2),
    ],
)  # fmt: skip
def test_what_is_no_address_of_a_page_is_refused(url: str) -> None:
    with pytest.raises(BadUrl):
        clean_url(url)


def test_a_path_is_cut_at_its_limit() -> None:
    assert len(path_of("https://a.example/" + "x/" * 900)) == MAX_PATH


def test_a_cut_leaves_no_torn_escape_and_no_dot_segment() -> None:
    assert path_of("https://a.example/" + "a/" * 499 + "%20") == "/" + "a/" * 499
    assert path_of("https://a.example/" + "a/" * 498 + "b/.hidden") == "/" + "a/" * 498 + "b"


def test_a_parameter_without_room_is_left_out_whole() -> None:
    assert path_of("https://a.example/" + "a/" * 490 + "?q=" + "b " * 20, "q") == "/" + "a/" * 490


@pytest.mark.parametrize(
    ("text", "scrubbed"),
    [
        pytest.param("ann@acme.example", "(email)", id="an e-mail address"),
        pytest.param("Hello Ann <ann.b+tag@mail.acme.co.uk>!", "Hello Ann <(email)>!", id="in a sentence"),
        pytest.param("?to=ann%40acme.example&x=1", "?to=(email)&x=1", id="encoded"),
        pytest.param("?to=ann%2540acme.example&x=1", "?to=(email)&x=1", id="encoded twice"),
        pytest.param("jürgen@münchen.example", "(email)", id="in other letters"),
        pytest.param("mailto:ann@acme.example", "mailto:(email)", id="a link to write"),
        pytest.param("a@b.co,c@d.co", "(email),(email)", id="two"),
        pytest.param("a@b.co0@c.co1@d.co", "(email)", id="three without a space"),
        pytest.param("@ann", "@ann", id="a handle"),
        pytest.param("/@ann.bee/video", "/@ann.bee/video", id="a handle with a dot"),
        pytest.param("logo@2x.png", "logo@2x.png", id="a picture for fine screens"),
        pytest.param("vue@3.2.1", "vue@3.2.1", id="a version"),
        pytest.param("5 @ 3.00", "5 @ 3.00", id="a price"),
        pytest.param("100%40", "100%40", id="a sign that only looks encoded"),
        pytest.param(JWT, "(token)", id="a signed token"),
        pytest.param(f"/auth/{JWT}/x", "/auth/(token)/x", id="a signed token in a path"),
        pytest.param("550e8400-e29b-41d4-a716-446655440000", "(token)", id="a UUID"),
        pytest.param("/o/550E8400-E29B-41D4-A716-446655440000/", "/o/(token)/", id="a UUID in a path"),
        pytest.param("d41d8cd98f00b204e9800998ecf8427e", "(token)", id="a hash"),
        pytest.param("1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", "(token)", id="a random run"),
        pytest.param("aB3-xY9_kL2mN8-pQ4rS7tU1vW5xZ0_aC6eG", "(token)", id="a random run with dashes"),
        pytest.param("a-very-long-slug-of-a-post-about-bees-2026", None, id="a long slug"),
        pytest.param("My-Long-Post-About-Python-3-And-Django-5", None, id="a long slug in capitals"),
        pytest.param("iphone15-vs-galaxys24-vs-pixel8pro-camera", None, id="a long slug of products"),
        pytest.param("A_LONG_NAME_OF_SOMETHING_IN_CAPITALS_2026", None, id="a long name in capitals"),
        pytest.param("donaudampfschifffahrtsgesellschaftskapitaen", None, id="a long word"),
        pytest.param("2026-01-01-2026-02-01-2026-03-01-2026-04-01", None, id="a row of dates"),
        pytest.param("4111111111111111", "(number)", id="a card"),
        pytest.param("4111 1111 1111 1111", "(number)", id="a card in groups"),
        pytest.param("4111-1111-1111-1111", "(number)", id="a card with dashes"),
        pytest.param("+31 6 12345678", "(number)", id="a telephone number"),
        pytest.param("tel:+31612345678", "tel:(number)", id="a telephone link"),
        pytest.param("?t=%2B31612345678", "?t=(number)", id="a telephone number, encoded"),
        pytest.param("123456789012", "(number)", id="twelve digits"),
        pytest.param("12345678901", None, id="eleven digits"),
        pytest.param("2026-01-31", None, id="a day"),
        pytest.param("9783161484100", None, id="a book"),
        pytest.param("97831614841001", "(number)", id="longer than a book's number"),
        pytest.param("Garden chairs, oak | Shop", None, id="a title"),
        pytest.param("", None, id="nothing"),
    ],
)
def test_personal_data_is_cut_out(text: str, scrubbed: str | None) -> None:
    assert scrub(text) == (text if scrubbed is None else scrubbed)


@pytest.mark.parametrize(
    "text",
    ["a" * 50_000, "a@" * 25_000, "%40" * 15_000, "a." * 25_000 + "@", "a@" + "b." * 25_000, "eyJaaaaaaaaa" * 5_000,
     "+1" * 25_000, "1 " * 25_000, "aA1" * 15_000, "-" * 50_000, "x@y." + "a1." * 15_000],
)  # fmt: skip
def test_hostile_text_does_not_take_long(text: str) -> None:
    started = perf_counter()
    scrub(text)
    assert perf_counter() - started < 2  # seconds; a quadratic search takes minutes


def test_parameters_are_decoded_and_bounded() -> None:
    assert parse_query("a=1&b=%C3%BC&c=x+y&a=2&=z&d&&e=%ff") == {"a": "1", "b": "ü", "c": "x y", "d": "", "e": "\ufffd"}
    assert len(parse_query("&".join(f"p{i}=1" for i in range(500)))) == 100


def test_tidy_makes_one_printable_line() -> None:
    assert tidy("  a\n\tb\x00 c\u202e ", 10) == "a b c"


_HOSTS = st.sampled_from(["a.example", "WWW.b.example:80", "bücher.example", "xn--bcher-kva.example", "[::1]"])
_TAILS = st.one_of(
    st.text(max_size=300),
    st.text(alphabet="/.%20?&#=;@aA1-_\\é\u202e", max_size=300),
    st.lists(
        st.sampled_from(["/", "..", ".", "%2e", "%2F", "%c3", "%bc", "?q=", "&tab=", "#/", "a", JWT, "x@y.zz"])
    ).map("".join),
    st.text(alphabet="a/.% ", min_size=900, max_size=1_600),
)
_ALLOW = ("q", "tab")


@given(host=_HOSTS, tail=_TAILS, hash_mode=st.booleans())
@example(host="a.example", tail="/" + "a" * 998 + "%20", hash_mode=False)
def test_cleaning_twice_changes_nothing(host: str, tail: str, hash_mode: bool) -> None:
    try:
        page = clean_url(f"https://{host}/{tail}", query_allow=_ALLOW, hash_mode=hash_mode, search_param="q")
        again = clean_url(f"https://{page.hostname}{page.path}", query_allow=_ALLOW, hash_mode=hash_mode)
    except BadUrl:
        return  # no host, or longer than allowed after spelling it out
    assert (again.hostname, again.path) == (page.hostname, page.path)
    assert page.path.startswith("/")
    assert len(page.path) <= MAX_PATH
    assert page.path.isprintable()
    assert " " not in page.path


@given(url=st.text(), allow=st.frozensets(st.text(), max_size=3), hash_mode=st.booleans(), param=st.text())
def test_only_bad_url_is_ever_raised(url: str, allow: frozenset[str], hash_mode: bool, param: str) -> None:
    try:
        page = clean_url(url, query_allow=allow, hash_mode=hash_mode, search_param=param)
    except BadUrl:
        return
    assert isinstance(page.query, Mapping)


@given(st.text())
def test_scrubbing_twice_changes_nothing(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


@given(st.text(alphabet="aZ09-_+ .@%4(){}é", max_size=120))
def test_scrubbing_suspicious_text_twice_changes_nothing(text: str) -> None:
    assert scrub(scrub(text)) == scrub(text)


_ADDRESSES = st.from_regex(r"\A[a-z0-9][a-z0-9._+!*~-]{0,30}@([a-z0-9-]{1,20}\.){1,3}[a-z]{2,10}\Z")
_ANY_ADDRESS = re.compile(r"[^\s/?&=#@]+@[\w-]+(\.[\w-]+)*\.(?!png|jpg|jpeg|gif|webp|svg|avif|css|js)[a-z]{2,}")


@given(address=_ADDRESSES, before=st.text(max_size=20), after=st.text(max_size=20), at=st.sampled_from(["@", "%40"]))
def test_no_address_survives(address: str, before: str, after: str, at: str) -> None:
    hidden = address.replace("@", at)
    value = hidden.replace("+", "%2B")  # a plus sign alone is a space there
    for text in (scrub(f"{before} {hidden} {after}"), path_of(f"https://a.example/u/{hidden}/x?q={value}", "q")):
        assert address not in text
        assert hidden not in text
        assert not _ANY_ADDRESS.search(text)


@given(st.text(max_size=300))
def test_hosts_have_one_spelling(text: str) -> None:
    host = normal_host(text)
    assert normal_host(host) == host
