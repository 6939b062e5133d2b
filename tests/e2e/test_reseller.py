"""The second job, end to end: a reseller signs up, adds sites and invites a client, who sees one site and no more."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage

import pytest
from playwright.sync_api import APIResponse, Browser, BrowserContext, Page, expect

from tests.ledger.server import Server, until
from tests.outbox.conftest import Postbox, PostOffice
from tests.sites.test_routes import routes

pytestmark = pytest.mark.browser

PATIENCE_S = 120.0
PASSWORD = "correct horse battery"
OPERATOR = "operator@trailhouse.example"
RESELLER = "marijke@northlight.example"
CLIENT = "bente@harbour-bakery.example"
BAKERY, LAW_FIRM = "harbour-bakery.example", "vanleer-law.example"


@dataclass
class Instance:
    """The product on an empty data directory, and the mail server that it sends to."""

    server: Server
    box: Postbox
    browser: Browser

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server.port}"

    def somebody(self) -> Page:
        """A page of a browser that has never been here."""
        return self.browser.new_context(base_url=self.url, locale="en-GB").new_page()

    def letter(self, to: str, subject: str) -> str:
        """The text of the newest letter to `to` whose subject holds `subject`, once it has come."""

        def found() -> EmailMessage | None:
            mine = (one for one in reversed(self.box.letters) if one["to"] == to and subject in one["subject"])
            return next(mine, None)

        letter: EmailMessage = until(found, PATIENCE_S, f"a mail “{subject}” to {to}")
        body = letter.get_body(("plain",))
        assert body is not None
        text: str = body.get_content()
        return text

    def set_up_link(self) -> str:
        """The link that was printed at the start."""
        found: re.Match[str] = until(lambda: re.search(r"/set-up/\S+", self.server.log.read_text()), PATIENCE_S)
        return found[0]


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Instance]:
    box = Postbox()
    post = PostOffice(box)
    post.start()
    data = tmp_path_factory.mktemp("reseller") / "data"
    try:
        with Server(data, TRAILHOUSE_MAIL_URL=post.url) as server:
            server.wait()
            yield Instance(server, box, browser)
    finally:
        post.stop()


def press(page: Page, name: str) -> None:
    """Press the button with this name on the page itself, not in its frame."""
    page.locator("main").get_by_role("button", name=name, exact=True).click()


def code_in(letter: str) -> str:
    """The code that stands in a letter."""
    found = re.search(r"^([\w-]{6,12})\s*$", letter, re.M)
    assert found, letter
    return found[1]


def open_for_sign_up(instance: Instance) -> None:
    """The operator sets the instance up and lets everybody sign up."""
    page = instance.somebody()
    page.goto(instance.set_up_link())
    page.get_by_label("E-mail address").fill(OPERATOR)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Name of the account").fill("The instance")
    press(page, "Set up and sign in")
    page.wait_for_url("**/sites")
    page.locator("header summary.avatar").click()
    page.get_by_role("link", name="Operator’s console").or_(page.get_by_role("link", name="Operator's console")).click()
    page.get_by_role("link", name="Instance", exact=True).click()
    page.get_by_label("Who may sign up").select_option("open")
    press(page, "Save")
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.context.close()


def sign_up(instance: Instance) -> Page:
    """The reseller's browser, in which she has just signed up."""
    page = instance.somebody()
    page.goto("/")
    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Your name").fill("Marijke Kok")  # first: the page before asks for an address too
    page.get_by_label("E-mail address").fill(RESELLER)
    page.get_by_label("Name of the account").fill("Northlight Studio")
    page.get_by_label("Password").fill(PASSWORD)
    press(page, "Mail me a code")
    page.get_by_label("Code").fill(code_in(instance.letter(RESELLER, "Your code")))
    press(page, "Make the account")
    page.wait_for_url("**/sites/add")
    return page


def add_site(page: Page, domain: str) -> str:
    """The key of the site that is added."""
    page.goto("/sites")
    page.locator("nav").get_by_role("link", name="Add a site").click()
    page.get_by_label("Domain").fill(domain)
    press(page, "Add site")
    page.wait_for_url("**/script")
    return page.url.split("/")[-2]


def invite(page: Page) -> None:
    """The reseller makes the bakery a client's, and invites a person of this client."""
    page.goto("/sites")
    page.locator("nav").get_by_role("link", name="Clients").click()
    page.get_by_role("link", name="Add client").click()
    page.get_by_label("Name", exact=True).fill("Harbour Bakery")
    page.get_by_label(BAKERY).check()
    press(page, "Add client")
    page.get_by_text("Invite a person").click()
    page.locator("#invite").get_by_label("E-mail address").fill(CLIENT)
    press(page, "Invite")
    expect(page.get_by_text(f"{CLIENT} is invited.")).to_be_visible()


def take_up(instance: Instance) -> None:
    """The client opens the link of the mail, chooses no password, and signs out."""
    letter = instance.letter(CLIENT, "Marijke Kok invites you")
    assert "Harbour Bakery" in letter
    assert LAW_FIRM not in letter
    link = re.search(r"http\S+/invitations/\S+", letter)
    assert link, letter
    page = instance.somebody()
    page.goto(link[0])
    page.get_by_label("Your name").fill("Bente de Vries")
    press(page, "Accept the invitation")
    expect(page.locator("header summary.avatar")).to_be_visible()
    page.goto(link[0])
    assert page.url.rstrip("/") != link[0].rstrip("/"), "the link has been used"
    page.context.close()


def sign_in(instance: Instance) -> Page:
    """The client's browser of another day, signed in by a mailed code."""
    page = instance.somebody()
    page.goto("/")
    page.get_by_role("link", name="Sign in with a mailed code").click()
    expect(page.get_by_role("button", name="Mail me a code")).to_be_visible()  # the page before asks for an address too
    page.get_by_label("E-mail address").fill(CLIENT)
    press(page, "Mail me a code")
    page.get_by_label("Code").fill(code_in(instance.letter(CLIENT, "Your code to sign in")))
    press(page, "Go on")
    page.wait_for_url("**/sites**")
    return page


def addresses(**names: str) -> list[str]:
    """Every route with these names in it, and of other things the first that there is; without what visitors open."""
    values = {"section": "sources", "tab": "channels", "platform": "wordpress", "token": "none", "path": "none"} | names
    found = []
    for path, route in routes():
        if route.name == "opt_out":
            continue
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values.get(match[1], "1"), path)
        assert "<" not in address, path
        found.append(address)
    return found


def ask(context: BrowserContext, method: str, address: str, token: str = "") -> APIResponse:
    """One request of this browser's; redirects are answers."""
    headers = {"X-CSRFToken": token} if token else {}
    return context.request.fetch(address, method=method, headers=headers, max_redirects=0, timeout=PATIENCE_S * 1000)


def token_of(page: Page) -> str:
    """What lets this browser send forms."""
    page.goto("/profile")
    return page.locator("input[name=csrfmiddlewaretoken]").first.input_value()


def is_guarded(address: str, key: str, number: str) -> bool:
    """Whether an address is of the other site, of the account, or of the operator."""
    return f"/{key}" in address or address.startswith((f"/accounts/{number}/", "/operator/"))


def nothing_else_is_there(page: Page, stranger: Page, key: str, number: str) -> None:
    """Whoever is signed in at `page` gets nothing of the site with this key, nor of the account."""
    token, wrong = token_of(page), []
    own = sorted(set(addresses(key=key, slug=key, number=number)))
    for address in own:
        guarded = is_guarded(address, key, number)
        for method in ("GET", "POST") if guarded else ("GET",):
            answer = ask(page.context, method, address, token)
            if LAW_FIRM in answer.text():
                wrong.append(f"{method} {address} tells the domain")
            if guarded and answer.status not in {404, 405}:
                wrong.append(f"{method} {address}: {answer.status}")
        unknown = ask(stranger.context, "GET", address)
        sent_away = unknown.status in {404, 405} or "/sign-in" in unknown.headers.get("location", "")
        if LAW_FIRM in unknown.text() or (guarded and not sent_away):
            wrong.append(f"GET {address} by somebody unknown: {unknown.status}")
    assert wrong == []


def test_a_reseller_s_client_sees_one_site_and_nothing_else(instance: Instance) -> None:
    open_for_sign_up(instance)
    reseller = sign_up(instance)
    keys = {domain: add_site(reseller, domain) for domain in (BAKERY, LAW_FIRM)}
    assert keys[BAKERY] != keys[LAW_FIRM]
    for domain, other in ((BAKERY, LAW_FIRM), (LAW_FIRM, BAKERY)):
        for subject in (f"{domain} is ready", f"The script for {domain}"):
            letter = instance.letter(RESELLER, subject)
            assert f"/s/{keys[domain]}.js" in letter
            assert keys[other] not in letter
    invite(reseller)
    number = reseller.url.split("/accounts/")[1].split("/")[0]
    take_up(instance)

    client = sign_in(instance)
    client.goto("/sites")
    client.wait_for_url(f"**/sites/{keys[BAKERY]}")  # where they land: they have no other
    assert LAW_FIRM not in client.content()
    assert ask(client.context, "GET", f"/sites/{keys[BAKERY]}").status == 200
    assert ask(client.context, "GET", f"/sites/{keys[BAKERY]}/settings").status == 404
    nothing_else_is_there(client, instance.somebody(), keys[LAW_FIRM], number)

    # Of the same addresses the reseller gets most: they are right, and what the client was told is not.
    guarded = [one for one in addresses(key=keys[LAW_FIRM], number=number) if is_guarded(one, keys[LAW_FIRM], number)]
    pages = [one for one in guarded if ask(reseller.context, "GET", one).status == 200]
    assert len(pages) >= 20
    assert sum(LAW_FIRM in ask(reseller.context, "GET", one).text() for one in pages) >= 10
