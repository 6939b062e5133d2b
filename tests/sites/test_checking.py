"""The check of a page says what there is of the script, and what to do."""

import asyncio
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sites.pages import Answer, Server, serving
from trailhouse.dashboard import check_texts
from trailhouse.sites import checking, policies
from trailhouse.sites.checking import Finding, Report, Wanted
from trailhouse.sites.fetching import Page, UnreachableError

BASE = "https://stats.example"
KEY, OLD, OTHER = "abcdefghjk", "23456789ab", "zzzzzzzzzz"
SCRIPT = f'<script defer src="{BASE}/s/{KEY}.js"></script>'
PLAUSIBLE = (
    f'<script defer data-domain="client.example" data-api="{BASE}/api/event" src="https://plausible.io/js/script.js">'
    "</script>"
)
WANTED = Wanted("client.example", KEY, frozenset({OLD}), BASE, "proof")


@pytest.fixture
def server() -> Iterator[Server]:
    """The client's server."""
    with serving() as there:
        yield there


def look(server: Server, wanted: Wanted = WANTED) -> Report:
    """Check the page that the server has."""
    return asyncio.run(checking.check(wanted, server.reach(), "http", server.port))


def codes(report: Report) -> list[str]:
    """What was found."""
    return [finding.code for finding in report.findings]


def page(head: str, **headers: str) -> Answer:
    """A page with this head."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(f"<!doctype html><head>{head}</head>".encode(), headers={"Content-Type": "text/html", **names})


@pytest.mark.parametrize(
    ("head", "found"),
    [
        pytest.param(SCRIPT, ["found"], id="as it was pasted"),
        pytest.param(SCRIPT.upper().replace("HTTPS://STATS.EXAMPLE/S/ABCDEFGHJK.JS", f"{BASE}/s/{KEY}.js"), ["found"],
                     id="in capitals"),
        pytest.param(f"<script src='//stats.example/s/{KEY}.js' async></script>", ["found"], id="without a scheme"),
        pytest.param(f'<script src="/s/{KEY}.js"></script>', ["found"], id="through the site's own host"),
        pytest.param(f"<!-- {SCRIPT} -->", ["not_found"], id="commented out"),
        pytest.param("", ["not_found"], id="nothing"),
        pytest.param(SCRIPT + SCRIPT, ["found", "twice"], id="twice"),
        pytest.param(SCRIPT.replace(KEY, OLD), ["old_key"], id="the key before"),
        pytest.param(SCRIPT.replace(KEY, OTHER), ["other_key"], id="another site's key"),
        pytest.param(f'<script src="https://elsewhere.example/s/{OTHER}.js"></script>', ["not_found"],
                     id="another product's"),
        pytest.param(SCRIPT.replace("defer", 'type="text/plain"'), ["found", "delayed"], id="held back by its type"),
        pytest.param(f'<script data-src="{BASE}/s/{KEY}.js"></script>', ["found", "delayed"], id="held back by name"),
        pytest.param(f'<link rel="preload" href="{BASE}/s/{KEY}.js" as="script"/>', ["found", "by_code"],
                     id="announced, as next/script does"),
        pytest.param(SCRIPT + f'<link rel="preload" href="{BASE}/s/{KEY}.js" as="script"/>', ["found"],
                     id="announced and there"),
        pytest.param(f'<link rel="preload" href="{BASE}/s/{OTHER}.js" as="script"/>', ["other_key"],
                     id="another site's is announced"),
        pytest.param(f'<script>self.__next_f.push([1,"[\\"src\\":\\"{BASE}/s/{KEY}.js\\"]"])</script>',
                     ["found", "by_code"], id="in the code of the page"),
        pytest.param(f'<script>load("https:\\/\\/stats.example\\/s\\/{OLD}.js")</script>', ["old_key", "by_code"],
                     id="an earlier key in the code of the page"),
        pytest.param(f"<p>{BASE}/s/{KEY}.js</p>", ["not_found"], id="in the text of the page"),
        pytest.param(PLAUSIBLE, ["by_domain"], id="Plausible's script, which sends here by the domain"),
        pytest.param(SCRIPT + PLAUSIBLE, ["found", "by_domain"], id="beside the site's own"),
        pytest.param(PLAUSIBLE.replace('"client.example"', f'"{KEY}"'), ["by_key"], id="Plausible's, by the key"),
        pytest.param(PLAUSIBLE.replace(BASE, "https://plausible.io"), ["not_found"], id="which sends there"),
        pytest.param(f'<script>plausible.init({{endpoint: "{BASE}/api/event"}})</script>', ["by_domain"],
                     id="Plausible's newer one"),
        pytest.param(f'<script>send("{BASE}/api/event", {{d: "{KEY}"}})</script>', ["by_key"],
                     id="code of one's own, by the key"),
        pytest.param('<script src="/_next/static/chunks/main.js"></script>', ["not_found", "framework"],
                     id="perhaps in the code of Next.js"),
        pytest.param('<script src="https://www.googletagmanager.com/gtm.js?id=GTM-1"></script>',
                     ["not_found", "tag_manager"], id="perhaps in Tag Manager"),
        pytest.param(SCRIPT + '<script src="https://consent.cookiebot.com/uc.js"></script>',
                     ["found", "consent_manager"], id="Cookiebot"),
        pytest.param(SCRIPT + "<div id='cmplz-cookiebanner-container'></div>", ["found", "consent_manager"],
                     id="Complianz"),
        pytest.param(SCRIPT + "<script src='/wp-content/plugins/borlabs-cookie/x.js'></script>",
                     ["found", "consent_manager"], id="Borlabs"),
        pytest.param(SCRIPT + '<meta http-equiv="Content-Security-Policy" content="script-src \'self\'">',
                     ["blocked", "found"], id="a policy in the page"),
    ],
)  # fmt: skip
def test_what_is_found_on_a_page(server: Server, head: str, found: list[str]) -> None:
    server.answers["/"] = page(head)
    assert codes(look(server)) == found


@pytest.mark.parametrize(
    ("policy", "found"),
    [
        ("script-src 'self'; connect-src *", ["blocked", "found"]),
        ("script-src https://stats.example; connect-src 'self'", ["cannot_send", "found"]),
        ("default-src 'none'", ["cannot_send", "blocked", "found"]),
        ("default-src https:", ["found"]),
        ("img-src 'none'", ["found"]),
    ],
)
def test_a_policy_that_blocks_the_script_is_named_with_what_to_add(
    server: Server, policy: str, found: list[str]
) -> None:
    server.answers["/"] = page(SCRIPT, Content_Security_Policy=policy)
    report = look(server)
    assert codes(report) == found
    hints = [str(said.hint) for said in check_texts.words(report)]
    assert all(f"Add {BASE} to" in hint for hint in hints[: len(found) - 1])


def test_a_policy_holds_for_what_the_code_of_the_page_loads_too(server: Server) -> None:
    preload = f'<link rel="preload" href="{BASE}/s/{KEY}.js" as="script">'
    server.answers["/"] = page(preload, Content_Security_Policy="default-src 'self'" + " https://cdn.example" * 1000)
    assert codes(look(server)) == ["cannot_send", "blocked", "found", "by_code"], "however long it is"


def test_a_script_over_http_on_a_page_over_https_is_said() -> None:
    insecure = SCRIPT.replace("https:", "http:")
    for scheme, found in (("https", ["mixed", "found"]), ("http", ["found"])):
        assert codes(checking._read(Page(f"{scheme}://client.example/", 200, (), insecure), WANTED)) == found


def test_a_page_that_is_made_to_be_hard_to_read_is_read_in_part(monkeypatch: pytest.MonkeyPatch) -> None:
    answer = Page(PAGE, 200, (), SCRIPT + "<" * 50_000 + SCRIPT)
    assert codes(checking._read(answer, WANTED)) == ["found", "twice"]
    monkeypatch.setattr(checking, "_SECONDS_TO_READ", 0.0)
    assert codes(checking._read(answer, WANTED)) == ["found"]


def test_a_site_that_answers_under_www_alone_is_found_there(server: Server) -> None:
    server.names["client.example"] = []
    server.answers["www.client.example/"] = page(SCRIPT)
    report = look(server)
    assert codes(report) == ["found"]
    assert report.url == f"http://www.client.example:{server.port}/"


def test_a_part_of_a_site_is_looked_at_where_it_is(server: Server) -> None:
    server.answers["/shop"] = page(SCRIPT)
    wanted = Wanted("client.example/shop", KEY, frozenset(), BASE, "proof")
    assert codes(look(server, wanted)) == ["found"]


def test_an_international_name_is_asked_for_as_machines_write_it(server: Server) -> None:
    server.answers["/"] = page(SCRIPT + '<meta name="stats-proof" content="proof">')
    report = look(server, Wanted("bücher.example", KEY, frozenset(), BASE, "proof"))
    assert codes(report) == ["found", "meta_found"]
    assert server.asked[0] == ("xn--bcher-kva.example", "/")


def test_a_site_that_leads_to_another_domain_is_said_and_proves_nothing(server: Server) -> None:
    server.answers["client.example/"] = Answer(status=301, headers={"Location": f"http://other.example:{server.port}/"})
    server.answers["other.example/"] = page(SCRIPT + '<meta name="stats-proof" content="proof">')
    server.answers[f"other.example{checking.FILE}"] = Answer(b"proof")
    report = look(server)
    assert codes(report) == ["moved", "found"]
    assert report.findings[0].detail == "other.example"
    assert not report.proves


@pytest.mark.parametrize(
    ("head", "file", "proves"),
    [
        ('<meta name="stats-proof" content="proof">', None, True),
        ('<meta name="Stats-Proof" content=" proof ">', None, True),
        ('<meta name="stats-proof" content="other">', None, False),
        ("", b"proof\n", True),
        ("", b"other", False),
        ("", b"<html>proof</html>", False),
        ("", None, False),
    ],
)
def test_a_meta_tag_or_a_file_proves_the_domain(server: Server, head: str, file: bytes | None, proves: bool) -> None:
    server.answers["/"] = page(SCRIPT + head)
    if file is not None:
        server.answers[checking.FILE] = Answer(file)
    report = look(server)
    assert report.proves == proves
    assert ("meta_found" in codes(report)) == proves


@pytest.mark.parametrize("status", [403, 404, 500])
def test_an_error_in_place_of_a_page_is_said(server: Server, status: int) -> None:
    server.answers["/"] = Answer(SCRIPT.encode(), status)
    report = look(server)
    assert report.findings == (Finding("unreachable", f"status {status}"),)
    assert str(status) in str(check_texts.words(report)[0].message)


def test_a_page_that_cannot_be_reached_is_a_finding(server: Server) -> None:
    server.names |= {"client.example": [], "www.client.example": []}
    assert look(server).findings == (Finding("unreachable", "no_such_name"),)
    server.names["client.example"] = ["10.0.0.1"]
    assert look(server).findings == (Finding("unreachable", "private"),)


def test_every_reason_and_every_finding_has_its_words() -> None:
    for reason in UnreachableError.WHYS:
        assert check_texts.words(Report("", (Finding("unreachable", reason),)))[0].hint
    for code, said in check_texts.TEXTS.items():
        detail = "slow" if code == "unreachable" else "50% <b>"
        (words,) = check_texts.words(Report("", (Finding(code, detail),)))
        assert words.message
        assert words.state == said.state


PAGE = "https://client.example/"
SRC = f"{BASE}/s/{KEY}.js"


@pytest.mark.parametrize(
    ("policy", "allowed"),
    [
        ("", True),
        ("script-src *", True),
        ("script-src 'none'", False),
        ("script-src", False),
        ("script-src stats.example", True),
        ("script-src STATS.example:443", True),
        ("script-src stats.example:*", True),
        ("script-src stats.example:8443", False),
        ("script-src *.example", True),
        ("script-src *.stats.example", False),
        ("script-src https://stats.example/s/", True),
        ("script-src https://stats.example/other/", False),
        (f"script-src {SRC}", True),
        ("script-src http://stats.example", True),
        ("script-src https:", True),
        ("script-src data:", False),
        ("script-src 'nonce-abc'", True),
        ("script-src 'nonce-xyz' stats.example", True),
        ("script-src 'nonce-xyz' 'strict-dynamic' stats.example", False),
        ("script-src-elem 'self'; script-src stats.example", False),
        ("script-src-elem stats.example; script-src 'self'", True),
        ("default-src 'self'", False),
        ("default-src 'self'; script-src stats.example; script-src 'none'", True),
        ("script-src stats.example, script-src 'self'", False),
        ("style-src 'none'", True),
    ],
)
def test_what_a_policy_allows(policy: str, allowed: bool) -> None:
    assert policies.allows(policies.parse([policy]), policies.SCRIPT, SRC, PAGE, "abc") == allowed


@given(st.text(max_size=200), st.text(max_size=200))
def test_nonsense_is_read_without_a_complaint(policy: str, html: str) -> None:
    policies.allows(policies.parse([policy, f"script-src {policy}"]), policies.SCRIPT, SRC, PAGE)
    answer = Page(PAGE, 200, (("Content-Security-Policy", policy),), html + f"<script src='{html}'><base href={html}>")
    assert checking._read(answer, WANTED).url == PAGE
