"""Sign-up, sign-in, the profile and an account's settings in a real browser, with a real (virtual) authenticator."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests import people
from tests.accounts.mails import code_to
from tests.accounts.test_sign_in import app_code
from tests.browser import browser
from tests.dashboard.test_pages_in_browser import NARROW, WIDE
from tests.dashboard.test_plain_pages_in_browser import check
from trailhouse.accounts import handover, instance
from trailhouse.accounts.models import Account, Instance, User
from trailhouse.sites import handover as sites

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = [pytest.param(WIDE, id="wide"), pytest.param(NARROW, id="narrow")]
NEW = "nora@newcomer.example"


@pytest.fixture
def context(browser: Browser, live_server: LiveServer, transactional_db: None) -> Iterator[BrowserContext]:
    """A browser of its own; at the end no script may have gone wrong and nothing been refused by the page's policy."""
    wrong: list[str] = []
    context = browser.new_context(viewport=WIDE, reduced_motion="reduce", base_url=live_server.url)  # type: ignore[arg-type]
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    yield context
    context.close()
    assert wrong == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    """A page of a stranger."""
    return context.new_page()


def enter(context: BrowserContext, user: User, base: str) -> None:
    """Sign `user` in."""
    client = Client()
    client.force_login(user)
    cookie = next(iter(client.cookies.values()))
    context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": base}])


def look(page: Page, path: str, viewport: Any) -> None:
    """Open a page and see that it is open to everyone."""
    page.set_viewport_size(viewport)
    answer = page.goto(path)
    assert answer is not None
    assert answer.status < 500
    check(page)


def send(page: Page) -> None:
    """Press the button of the page's own form, which is its first."""
    page.locator("main button[type=submit]").first.click()
    page.wait_for_load_state()


def confirm(page: Page) -> None:
    """Type the password again where it is asked for."""
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_be_visible()
    page.locator("[name=password]").fill(people.PASSWORD)
    send(page)
    expect(page.get_by_role("heading", name="Confirm that it is you")).to_have_count(0)


@pytest.mark.parametrize("viewport", SIZES)
def test_signing_up_from_the_first_page_to_the_first_site(page: Page, viewport: dict[str, int]) -> None:
    look(page, "/sign-up", viewport)  # closed
    instance.change_instance(sign_up=Instance.SignUp.OPEN, name="N", support_email="", by=people.operator())
    instance.publish_terms("2026-06-01", "Be kind.\n\nPay.", by=people.operator())
    look(page, "/terms", viewport)
    look(page, "/sign-up", viewport)
    send(page)
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    check(page)
    for name, value in {"email": NEW, "full_name": "Nora", "account_name": "Newcomer", "password": ""}.items():
        page.locator(f"[name={name}]").fill(value)
    page.get_by_label("I accept the terms").check()
    send(page)
    expect(page.get_by_text(f"A mail is on its way to {NEW}")).to_be_visible()
    check(page)
    page.locator("[name=code]").fill("1")
    send(page)
    expect(page.get_by_text("This is not the code")).to_be_visible()
    check(page)
    page.locator("[name=code]").fill(code_to(NEW))
    send(page)
    expect(page.get_by_role("heading", name="Sign in with a passkey?")).to_be_visible()
    check(page)
    page.get_by_role("link", name="Go on with mailed codes").click()
    expect(page.get_by_role("heading", name="Add a site")).to_be_visible()
    assert Account.objects.get(owner__email=NEW).name == "Newcomer"


@pytest.mark.parametrize("viewport", SIZES)
def test_pages_of_codes_and_passwords_before_sign_in(page: Page, viewport: dict[str, int]) -> None:
    people.reseller()
    for path in ("/sign-in/code", "/reset-password"):
        look(page, path, viewport)
        page.locator("[name=email]").fill(people.RESELLER)
        send(page)
        expect(page.get_by_role("heading", name="Type the code")).to_be_visible()
        check(page)
        if path == "/sign-in/code":
            page.get_by_role("button", name="Begin again").click()
            page.wait_for_url("**/sign-in")
    page.locator("[name=code]").fill(code_to(people.RESELLER))
    send(page)
    expect(page.get_by_role("heading", name="Choose a new password")).to_be_visible()
    check(page)


@pytest.mark.parametrize("viewport", SIZES)
def test_pages_of_oneself(
    page: Page, context: BrowserContext, live_server: LiveServer, viewport: dict[str, int]
) -> None:
    user = people.reseller()
    enter(context, user, live_server.url)
    Client().force_login(user)  # another browser of theirs
    for path in ("/profile", "/profile/security", "/profile/password"):
        look(page, path, viewport)
    page.goto("/profile/email")
    check(page)
    confirm(page)
    check(page)
    page.locator("[name=email]").fill(NEW)
    send(page)
    expect(page.get_by_text(f"A mail is on its way to {NEW}")).to_be_visible()
    check(page)
    look(page, "/profile/app/add", viewport)
    secret = page.locator("#secret").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(app_code(secret))
    send(page)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    check(page)
    for path in ("/profile/recovery-codes", "/profile/recovery-codes/new", "/profile/app/remove", "/profile/security"):
        look(page, path, viewport)
    look(page, "/confirm/second-step", viewport)
    page.goto("/sites")
    page.get_by_label("Signed in as").click()
    expect(page.get_by_role("link", name="Security")).to_be_visible()
    check(page)


@pytest.mark.parametrize("viewport", SIZES)
def test_pages_of_accounts_and_of_the_instance(
    page: Page, context: BrowserContext, live_server: LiveServer, viewport: dict[str, int]
) -> None:
    number = people.account().pk
    _offer, token = handover.offer(people.account(), NEW, leaves=False, by=people.reseller())
    look(page, f"/handover/{token}", viewport)
    enter(context, people.reseller(), live_server.url)
    look(page, f"/handover/{token}", viewport)
    look(page, f"/accounts/{number}/settings", viewport)
    page.goto(f"/accounts/{number}/hand-over")
    confirm(page)
    check(page)
    look(page, f"/accounts/{number}/close", viewport)
    page.locator("[name=name]").fill("Something else")
    send(page)
    expect(page.get_by_text("not the name of the account")).to_be_visible()
    check(page)
    sites.close(people.account(), "Northlight Studio", by=people.reseller())
    enter(context, people.operator(), live_server.url)
    look(page, "/operator/instance", viewport)
    page.get_by_role("button", name="Publish").click()
    expect(page.locator("[aria-invalid=true]").first).to_be_visible()
    check(page)


@pytest.fixture
def authenticator(page: Page, context: BrowserContext) -> Any:
    """A device that keeps passkeys and knows its person."""
    session = context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
    }
    number = session.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]
    return session, number


def test_a_passkey_is_added_signs_in_by_itself_confirms_and_is_removed(
    page: Page, context: BrowserContext, live_server: LiveServer, authenticator: Any
) -> None:
    enter(context, people.reseller(), live_server.url)
    page.goto("/profile/passkeys/add")
    confirm(page)
    check(page)
    page.locator("[name=name]").fill("My laptop")
    page.locator("main").get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    key = Authenticator.objects.get(type="webauthn")
    assert key.wrap().name == "My laptop"
    look(page, "/profile/security", NARROW)
    page.set_viewport_size(WIDE)  # type: ignore[arg-type]
    context.clear_cookies()
    page.goto("/sign-in?next=/profile/security")
    check(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", name="Security", exact=True)).to_be_visible()
    expect(page.locator("td", has_text="My laptop").first).to_be_visible()
    page.goto("/confirm/passkey?next=/profile")
    check(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("heading", name="Profile")).to_be_visible()
    page.goto(f"/profile/passkeys/{key.pk}/remove")
    check(page)
    send(page)
    expect(page.get_by_role("heading", name="Security", exact=True)).to_be_visible()
    assert not Authenticator.objects.exists()


def test_a_passkey_is_the_second_step_after_a_password_and_a_refusal_is_said(
    page: Page, context: BrowserContext, live_server: LiveServer, authenticator: Any
) -> None:
    enter(context, people.reseller(), live_server.url)
    page.goto("/profile/passkeys/add")
    confirm(page)
    page.locator("main").get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    context.clear_cookies()
    page.goto("/sign-in")
    page.locator("[name=login]").fill(people.RESELLER)
    page.locator("[name=password]").fill(people.PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", name="The second step")).to_be_visible()
    check(page)
    session, number = authenticator
    session.send("WebAuthn.setUserVerified", {"authenticatorId": number, "isUserVerified": False})
    session.send("WebAuthn.clearCredentials", {"authenticatorId": number})
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("No passkey was used")).to_be_visible()
    check(page)


def test_a_strangers_passkey_signs_nobody_in(page: Page, live_server: LiveServer, authenticator: Any) -> None:
    people.reseller()
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text("No passkey was used")).to_be_visible()
    page.goto("/sites")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
