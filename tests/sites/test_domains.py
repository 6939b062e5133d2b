"""A domain has one form, and what is no site's domain is refused with a reason."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trailhouse.core.errors import UserError
from trailhouse.sites.domains import normal_domain, normal_hostname


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


@given(st.text(max_size=80))
def test_nonsense_is_refused_and_what_is_taken_stays_as_it_is(typed: str) -> None:
    try:
        kept = normal_domain(typed)
    except UserError:
        return
    assert normal_domain(kept) == kept
    assert kept.partition("/")[0] == normal_hostname(kept.partition("/")[0])
