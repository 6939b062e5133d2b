"""The main job, end to end: a real browser on a real page, the real product, and what the owner then sees."""

import json
import re
import threading
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.ledger.server import OWNER, SITE, Server, command, until

# A second site, for what would change the figures of the first.
OTHER = "dune-hotel.example"

pytestmark = pytest.mark.browser

# Headless Chromium says so in every request and would be left out as the robot that it is.
CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
HINTS = {"sec-ch-ua": '"Chromium";v="140", "Google Chrome";v="140"'}

PAGE = """<!doctype html><title>{title}</title>{snippet}
<a id=menu href=/menu>Menu</a> <a id=out href="http://elsewhere.example/">Elsewhere</a>
<button id=route>Route</button> <button id=goal>Order</button>
<script>
document.getElementById("route").onclick = () => history.pushState(0, "", "/menu/bread")
document.getElementById("goal").onclick = () => trailhouse("Order", {{props: {{size: "large"}}}})
document.getElementById("out").onclick = event => event.preventDefault()
</script>"""


class Shop(BaseHTTPRequestHandler):
    """The customer's own pages."""

    snippets: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        """Answer every path with a page that carries the script."""
        snippet = self.snippets[self.headers["host"].partition(":")[0]]
        body = PAGE.format(title=f"Page {self.path}", snippet=snippet).encode()
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_arguments: object) -> None:
        """Say nothing."""


def run(data: Path, *arguments: str) -> Any:
    done = command(data, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, dict[str, str]]]:
    """The product with one account, whose password, key and snippet come along."""
    data = tmp_path_factory.mktemp("e2e") / "data"
    with Server(data) as server:
        server.wait()
        known = run(data, "account", "add", OWNER)
        known |= run(data, "site", "add", SITE, "--account", OWNER)
        known["other_key"] = run(data, "site", "add", OTHER, "--account", OWNER)["key"]
        known["api_key"] = run(data, "apikey", "add", "--account", OWNER)["key"]
        known["script"] = f"http://127.0.0.1:{server.port}/s/{known['key']}.js"
        until(lambda: server.get(f"/s/{known['other_key']}.js")[0] == 200, what="the scripts of new sites")
        yield server, known


@pytest.fixture(scope="module")
def shop(product: tuple[Server, dict[str, str]]) -> Iterator[int]:
    """The customer's web server; its port."""
    known = product[1]
    Shop.snippets = {SITE: known["snippet"], OTHER: known["snippet"].replace(known["key"], known["other_key"])}
    server = ThreadingHTTPServer(("127.0.0.1", 0), Shop)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def visited(browser: Browser, product: tuple[Server, dict[str, str]], shop: int) -> None:
    """Two pages, one route change, one outbound click, one goal: then the browser leaves."""
    server = product[0]
    context = browser.new_context(user_agent=CHROME, extra_http_headers=HINTS)
    page = context.new_page()
    page.goto(f"http://{SITE}:{shop}/?utm_source=newsletter&utm_medium=email")
    until(lambda: server.numbers().get("received_total", 0) >= 1)
    page.click("#menu")
    page.wait_for_url("**/menu")
    page.click("#route")
    page.click("#out")
    page.click("#goal")
    # Three pageviews, the click and the goal; how many engagements come along depends on how long a page was open.
    until(lambda: ask(server, product[1]["api_key"], metrics=["events"])[0]["metrics"] == [5], what="five events")
    page.close()
    context.close()
    server.drained()


def ask(server: Server, key: str, site: str = SITE, **question: Any) -> list[dict[str, Any]]:
    body = {"site_id": site, "date_range": "all", **question}
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/api/v2/query",
        data=json.dumps(body).encode(),
        headers={"authorization": f"Bearer {key}", "content-type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        results: list[dict[str, Any]] = json.load(response)["results"]
    return results


@pytest.mark.usefixtures("visited")
def test_the_api_tells_exactly_what_happened(product: tuple[Server, dict[str, str]]) -> None:
    server, known = product
    metrics = ["visitors", "visits", "pageviews", "events", "views_per_visit"]
    (totals,) = ask(server, known["api_key"], metrics=metrics)
    assert totals["metrics"] == [1, 1, 3, 5, 3.0]
    pages = ask(server, known["api_key"], metrics=["pageviews"], dimensions=["event:page"])
    assert {row["dimensions"][0]: row["metrics"][0] for row in pages} == {"/": 1, "/menu": 1, "/menu/bread": 1}
    names = ask(server, known["api_key"], metrics=["events"], dimensions=["event:name"])
    assert {row["dimensions"][0]: row["metrics"][0] for row in names} == {
        "pageview": 3, "Outbound Link: Click": 1, "Order": 1,
    }  # fmt: skip
    sources = ask(server, known["api_key"], metrics=["visits"], dimensions=["visit:source", "visit:channel"])
    assert [row["dimensions"][1] for row in sources] == ["E-mail"]


@pytest.mark.usefixtures("visited")
def test_the_overview_shows_the_same(browser: Browser, product: tuple[Server, dict[str, str]]) -> None:
    server, known = product
    context = browser.new_context()
    page = context.new_page()
    sign_in(page, server, known)
    page.goto(f"http://127.0.0.1:{server.port}/sites/{known['key']}?period=7d")
    main = page.locator("main")
    expect(main).to_contain_text("Pageviews")
    text = re.sub(r"\s+", " ", main.inner_text())
    assert re.search(r"Visitors 1\b", text), text
    assert re.search(r"Visits 1\b", text), text
    assert re.search(r"Pageviews 3\b", text), text
    for path in ("/", "/menu", "/menu/bread"):
        expect(main.get_by_role("link", name=path, exact=True).first).to_be_visible()
    context.close()


def sign_in(page: Page, server: Server, known: dict[str, str]) -> None:
    page.goto(f"http://127.0.0.1:{server.port}/sign-in")
    page.fill("input[type=email]", OWNER)
    page.fill("input[type=password]", known["password"])
    page.keyboard.press("Enter")
    page.wait_for_url("**/sites**")


def test_an_event_is_in_an_answer_at_once(product: tuple[Server, dict[str, str]]) -> None:
    server, known = product

    def pageviews() -> int:
        return int(ask(server, known["api_key"], OTHER, metrics=["pageviews"])[0]["metrics"][0])

    before = pageviews()
    request = urllib.request.Request(
        f"http://127.0.0.1:{server.port}/api/event",
        data=json.dumps({"n": "pageview", "u": f"https://{OTHER}/soon", "d": known["other_key"]}).encode(),
        headers={"user-agent": CHROME, "content-type": "text/plain"},
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        assert response.status == 202
    # Generous for a machine that tests in parallel; the writer looks into the spool every 0.8 s.
    until(lambda: pageviews() == before + 1, 60.0, "the pageview in an answer")


def test_a_page_without_javascript_is_counted_by_the_pixel(
    browser: Browser, product: tuple[Server, dict[str, str]], shop: int
) -> None:
    server, known = product
    context = browser.new_context(user_agent=CHROME, extra_http_headers=HINTS, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"http://{OTHER}:{shop}/plain")
    filters = [["is", "event:page", ["/plain"]]]
    until(lambda: ask(server, known["api_key"], OTHER, metrics=["pageviews"], filters=filters)[0]["metrics"] == [1])
    context.close()
