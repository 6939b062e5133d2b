"""A domain has one form, and what is no site's domain is refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.branding.hostnames import ascii_hostname, suffixes
from trailhouse.collector.urls import normal_host
from trailhouse.core.errors import UserError
from trailhouse.sites.domains import normal_domain, normal_hostname, registrable_domain


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        pytest.param("harbour-bakery.example", "harbour-bakery.example", id="as it is kept"),
        pytest.param("  https://WWW.Harbour-Bakery.example/?utm=1#top ", "harbour-bakery.example", id="pasted whole"),
        pytest.param("http://client.nl:8080/", "client.nl", id="a port is no part of it"),
        pytest.param("client.nl.", "client.nl", id="the root's dot"),
        pytest.param("//client.nl", "client.nl", id="without a scheme but its slashes"),
        pytest.param("client.nl/shop/", "client.nl/shop", id="with a path"),
        pytest.param("https://www.client.nl/index.html", "client.nl", id="the file behind the home page"),
        pytest.param("client.nl/shop/Default.aspx?id=1", "client.nl/shop", id="the file behind a path"),
        pytest.param("client.nl/?mail=info@client.nl", "client.nl", id="an address in the query"),
        pytest.param("client。nl", "client.nl", id="with the full stop of another script"),
        pytest.param("www.client.nl//Shop//A", "client.nl/Shop/A", id="the case of a path counts"),
        pytest.param("blog.client.co.uk", "blog.client.co.uk", id="a sub-domain"),
        pytest.param("www.www.client.nl", "client.nl", id="www as often as it stands there"),
        pytest.param("WWW。client。nl", "client.nl", id="www before another full stop"),
        pytest.param("ｗｗｗ.client.nl", "client.nl", id="www in wide letters"),
        pytest.param("https://https://client.nl/", "client.nl", id="a scheme pasted before a scheme"),
        pytest.param("https:/client.nl", "client.nl", id="a slash too few"),
        pytest.param("client.nl/?to=https://other.nl/x", "client.nl", id="an address as a parameter"),
        pytest.param("client.nl/caf%C3%A9", "client.nl/café", id="a path as the browser's address bar gives it"),
        pytest.param("client.nl/cafe\u0301", "client.nl/café", id="a letter and its accent apart"),
        pytest.param("www.co.uk.example", "co.uk.example", id="reserved endings have no public suffixes"),
        pytest.param("wwwonder.nl", "wwwonder.nl", id="www only as a label of its own"),
        pytest.param("BÜCHER.de", "bücher.de", id="international, as people read it"),
        pytest.param("xn--bcher-kva.de", "bücher.de", id="international, as machines send it"),
        pytest.param("straße.de", "straße.de", id="sharp s is a letter of its own"),
        pytest.param("foo.github.io", "foo.github.io", id="a name under a shared suffix"),
        pytest.param("shop.localhost", "shop.localhost", id="a test name under localhost"),
        pytest.param("intranet.test", "intranet.test", id="a test domain"),
    ],
)
def test_a_domain_is_brought_into_its_one_form(typed: str, kept: str) -> None:
    assert normal_domain(typed) == kept
    assert normal_domain(kept) == kept


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "localhost",
        "www.localhost",
        "www.www.com",
        "https://https://co.uk",
        "http://localhost:3000/x",
        "127.0.0.1",
        "[::1]",
        "http://[2001:db8::1]/",
        "2130706433",
        "127.1",
        "0x7f000001",
        "10.0.0.1:8000",
        "co.uk",
        "www.com",
        "com",
        "github.io",
        "example",
        "client.nosuchending",
        "two words.nl",
        "-dash.nl",
        "a..nl",
        "https://user:secret@client.nl",
        "ftp://client.nl",
        "info@client.nl",
        "*.client.nl",
        "http://169.254.169.254/latest",
        "[fe80::1%25eth0]",
        "javascript:alert(1)",
        "client.nl:99999",
        "client.nl/../etc",
        "client.nl/a%2Fb",
        "client.nl/a%20b",
        "client.nl/a%2541",
        "client.nl/%FF",
        "client.nl/<script>",
        "client.nl/" + "a" * 200,
        "a" * 64 + ".nl",
        "xn--0.nl",
        "http://[",
    ],
)
def test_what_is_no_domain_of_a_site_is_refused_with_a_reason(typed: str) -> None:
    with pytest.raises(UserError) as refusal:
        normal_domain(typed)
    assert refusal.value.code == "domain_refused"
    assert refusal.value.message
    assert refusal.value.hint


LABELS = st.one_of(
    st.sampled_from(
        ["client", "www", "wwwonder", "bücher", "xn--bcher-kva", "straße", "a_b", "президент", "例", "1", "co"]
    ),
    st.from_regex(r"[a-z0-9]([a-z0-9-]{0,8}[a-z0-9])?", fullmatch=True),
    st.text(st.characters(categories=("L", "M", "N", "Pd")), max_size=6),
)
ENDINGS = st.sampled_from(
    ["nl", "co.uk", "com", "рф", "example", "localhost", "github.io", "kawasaki.jp", "nosuch", "1"]
)
PATHS = st.lists(st.sampled_from(["shop", "Café", "caf%C3%A9", "index.html", "..", "a b", "%2e", "", "例"]), max_size=4)
BEFORE = st.sampled_from(["", " ", "http://", "HTTPS://", "https://https://", "https:/", "//", "\t"])
WWW = st.sampled_from(["", "www.", "WWW.", "www.www.", "ｗｗｗ.", "www。"])
AFTER = st.sampled_from(["", "?a=b", "#top", "?to=https://other.nl/", " "])


@st.composite
def typed_domains(draw: st.DrawFn) -> tuple[str, str]:
    """A domain with perhaps a path, and the same as somebody pastes it."""
    host = ".".join([*draw(st.lists(LABELS, max_size=3)), draw(ENDINGS)])
    path = "".join(f"/{part}" for part in draw(PATHS))
    port = draw(st.sampled_from(["", ".", ":8080", ":"]))
    loud = "".join(letter.upper() if letter.isascii() else letter for letter in host)  # ß would become two
    return f"{host}{path}", f"{draw(BEFORE)}{draw(WWW)}{loud}{port}{path}{draw(AFTER)}"


def kept_of(typed: str) -> str | None:
    """The one form of what was typed; None where it is refused."""
    try:
        return normal_domain(typed)
    except UserError:
        return None


@given(st.one_of(st.text(max_size=80), typed_domains().flatmap(st.sampled_from)))
def test_what_is_taken_stays_as_it_is_and_is_nothing_that_is_refused(typed: str) -> None:
    kept = kept_of(typed)
    if kept is None:
        return
    assert normal_domain(kept) == kept
    host, _slash, path = kept.partition("/")
    assert host == normal_hostname(host) == normal_host(host), "the collector gives it the same name"
    assert "." in host
    assert not host.startswith("www.")
    assert not suffixes().is_public(ascii_hostname(host)) or host.endswith((".example", ".localhost"))
    assert host.endswith(registrable_domain(kept))
    assert not {".", ".."} & set(path.split("/"))
    assert not set(path) & set(" ?#%")


@given(typed_domains())
def test_a_pasted_address_is_the_domain_that_it_holds(both: tuple[str, str]) -> None:
    plain, pasted = map(kept_of, both)
    if plain is not None:
        assert pasted == plain
