"""Which visits prove a domain, over real HTTP: those that name their site by its key, however they come."""

import json
import sqlite3
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.ledger.server import OWNER, Server, command, until

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
OTHER = "y@example.org"
SHARED = "shared.example"
OWN_PATH = ("kq7hx2ab", "m4zp9c")
NAMES = ("script", "pixel", "server", "own-path", "alias", "staging", "domain", "page-alone", "alias-alone")


def domain(name: str) -> str:
    """The site of this case."""
    return f"{name}.example"


def run(data: Path, *arguments: str) -> Any:
    done = command(data, *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


class Product:
    """The running product with two accounts that both have SHARED, and a site of the first one for each case."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.keys: dict[tuple[str, str], str] = {}
        self.api_keys: dict[str, str] = {}
        for owner, domains in ((OWNER, [SHARED, *map(domain, NAMES)]), (OTHER, [SHARED])):
            scopes = ("--scope", "stats", "--scope", "sites")
            self.api_keys[owner] = run(server.data, "apikey", "add", "--account", owner, *scopes)["key"]
            for one in domains:
                self.keys[owner, one] = self.ask(owner, "/api/v1/sites", domain=one)["key"]

    def set_up(self) -> None:
        """Give two sites an alias, one a path of its own, and make one the staging twin of the first."""
        with self.database() as db:
            db.execute("UPDATE sites_sitekey SET folder = ?, file = ? WHERE key = ?", (*OWN_PATH, self.key("own-path")))
            for name in ("alias", "alias-alone"):
                found = "SELECT id, ? FROM sites_site WHERE domain = ?"
                names = (f"other-{domain(name)}", domain(name))
                db.execute(f"INSERT INTO sites_alias (site_id, hostname) {found}", names)
            twin = "UPDATE sites_site SET staging_of_id = (SELECT min(id) FROM sites_site) WHERE domain = ?"
            db.execute(twin, (domain("staging"),))
            db.execute("UPDATE sites_registrystate SET revision = revision + 1")
        own = f"/{OWN_PATH[0]}/{OWN_PATH[1]}.js"
        until(lambda: self.server.get(own)[0] == 200, what="the path of the site's own")

    def ask(self, owner: str, path: str, **fields: object) -> Any:
        """What the API answers to the owner's key."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.server.port}{path}",
            data=json.dumps(fields).encode(),
            headers={"authorization": f"Bearer {self.api_keys[owner]}", "content-type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=20) as response:
            return json.load(response)

    def database(self) -> "closing[sqlite3.Connection]":
        return closing(sqlite3.connect(self.server.data / "trailhouse.sqlite3", isolation_level=None, timeout=30))

    def key(self, name: str) -> str:
        return self.keys[OWNER, domain(name)]

    def send(self, event: dict[str, str] | None, path: str = "/api/event", **headers: str) -> None:
        """Send an event, or fetch a pixel, as a browser does."""
        body = None if event is None else json.dumps({"n": "pageview"} | event).encode()
        at = f"http://127.0.0.1:{self.server.port}{path}"
        request = urllib.request.Request(at, data=body, headers={"user-agent": FIREFOX} | headers)
        with urllib.request.urlopen(request, timeout=20) as response:
            assert response.status in (200, 202)
            assert "x-plausible-dropped" not in response.headers

    def pageviews(self, site: str, owner: str = OWNER) -> int:
        """How many the site has, once all that was sent is stored; whoever asks has its first visits noted."""
        self.server.drained()
        asked = {"site_id": self.keys[owner, site], "date_range": "all", "metrics": ["pageviews"]}
        return int(self.ask(owner, "/api/v2/query", **asked)["results"][0]["metrics"][0])

    def proved(self, site: str, owner: str = OWNER) -> bool:
        """Whether the domain is proved, and the site visited by its key, which is the same here."""
        question = "SELECT proved_at, key_visit_at FROM sites_site JOIN sites_sitekey ON site_id = sites_site.id"
        with self.database() as db:
            found = db.execute(f"{question} WHERE key = ?", (self.keys[owner, site],)).fetchone()
        assert found[0] == found[1]
        return found[0] is not None


@pytest.fixture(scope="module")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    data = tmp_path_factory.mktemp("proof") / "data"
    for owner in (OWNER, OTHER):
        run(data, "account", "add", owner)
    with Server(data) as server:
        server.wait()
        made = Product(server)
        made.set_up()
        yield made


def visit(product: Product, name: str) -> None:
    """One pageview, as the case of this name sends it."""
    page, key = f"https://{domain(name)}/menu", product.key(name) if name in NAMES[:6] else ""
    match name:
        case "pixel":
            product.send(None, f"/s/{key}.gif", referer=page)
        case "own-path":
            product.send({"u": page, "d": key}, f"/{OWN_PATH[0]}/in")
        case "server":
            headers = {"content-type": "application/json", "x-forwarded-for": "145.53.0.9"}
            product.send({"name": "pageview", "url": page, "domain": key}, **headers)
        case "alias":
            product.send({"u": f"https://other-{domain(name)}/", "d": key})
        case "script" | "staging":
            product.send({"u": page, "d": key})
        case "domain":
            product.send({"u": page, "d": domain(name)})
        case "page-alone":
            product.send({"u": page})
        case "alias-alone":
            product.send({"u": f"https://other-{domain(name)}/", "d": f"other-{domain(name)}"})


@pytest.mark.parametrize("name", NAMES)
def test_each_visit_counts_and_one_by_key_proves_the_domain(name: str, product: Product) -> None:
    visit(product, name)
    assert product.pageviews(domain(name)) == 1
    assert product.proved(domain(name)) == (name in NAMES[:6])


def test_an_event_by_domain_goes_to_who_was_visited_by_key_and_else_to_the_first(product: Product) -> None:
    by_domain = {"u": f"https://{SHARED}/", "d": SHARED}
    product.send(by_domain)
    assert (product.pageviews(SHARED), product.pageviews(SHARED, OTHER)) == (1, 0)
    assert not product.proved(SHARED)
    product.send({"u": f"https://{SHARED}/", "d": product.keys[OTHER, SHARED]})
    assert product.pageviews(SHARED, OTHER) == 1
    assert product.proved(SHARED, OTHER)

    def goes_there() -> bool:
        product.send(by_domain)
        return product.pageviews(SHARED, OTHER) > 1

    until(goes_there, what="an event by domain at the site that has proved it")
    assert not product.proved(SHARED)
