"""Two brands of one reseller on two host names, and the instance's own: what exists where, and for whom."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser

from tests import people
from tests.sites.test_routes import routes
from trailhouse.accounts.models import Instance, Terms, User
from trailhouse.accounts.selectors import instance
from trailhouse.branding import hosts
from trailhouse.branding.models import Brand, Domain
from trailhouse.core import clock
from trailhouse.core import settings as core_settings
from trailhouse.dashboard.hosts import is_elsewhere
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.outbox.models import Mail
from trailhouse.sites import access, confining, selectors
from trailhouse.sites.access import Privilege
from trailhouse.sites.models import Client, Membership, Site

pytestmark = pytest.mark.django_db

OWN, TIDE, HARBOUR = "testserver", "stats.tide.example", "numbers.harbour.example"
EVERY_HOST = (OWN, TIDE, HARBOUR)


@dataclass
class World:
    """The bakery is a client's with the brand Harbour; the law firm has the usual brand, Tide."""

    tide: Brand
    harbour: Brand
    bakery: Site
    law_firm: Site


def domain_of(brand: Brand, name: str) -> Domain:
    assert brand.account is not None
    return Domain.objects.create(
        account=brand.account, brand=brand, name=name, token="0", proved_at=clock.now(), primary=True
    )


@pytest.fixture
def world(store: Store) -> Iterator[World]:
    current.use(store)
    bakery, law_firm = people.bakery(), people.law_firm()
    tide, harbour = (Brand.objects.create(account=people.account(), name=name) for name in ("Tide", "Harbour"))
    domain_of(tide, TIDE)
    domain_of(harbour, HARBOUR)
    client = people.client()
    Client.objects.filter(pk=client.pk).update(brand=harbour)
    bakery.refresh_from_db()
    yield World(tide, harbour, bakery, law_firm)
    current.use(None)


def browser(host: str, person: User | None = None) -> Browser:
    """A browser at `host`, with a session that began there."""
    found = Browser(headers={"host": host})
    if person is not None:
        found.force_login(person)
        session = found.session
        session["host"] = host
        session.save()
    return found


def sign_in(at: Browser, email: str) -> Any:
    return at.post("/sign-in", {"login": email, "password": people.PASSWORD})


@pytest.mark.parametrize(
    ("host", "status"),
    [
        (OWN, 200),
        ("127.0.0.1:8000", 200),
        (TIDE, 200),
        (f"{TIDE.upper()}:8443", 200),
        (f"{TIDE}.", 200),
        ("other.tide.example", 404),
        ("evil.example", 404),
        ("a b", 400),
        ("evil.example/" + TIDE, 400),
        (f"{TIDE}@evil.example", 400),
    ],
)
def test_nothing_is_at_a_host_that_nobody_has_proved(world: World, host: str, status: int) -> None:
    answer = Browser(headers={"host": host}).get("/sign-in")
    assert answer.status_code == status
    if status != 200:
        assert answer.content == b"There is nothing at this address.\n"
        assert answer["Content-Type"].startswith("text/plain")
        assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_claim_a_removed_domain_and_one_of_a_closed_account_are_unknown_hosts(world: World) -> None:
    at = browser(TIDE)
    for change in ({"proved_at": None}, {"removed_at": clock.now(), "primary": False}, {"brand": None}):
        before = Domain.objects.get(name=TIDE)
        Domain.objects.filter(name=TIDE).update(**change)
        hosts.forget()
        assert at.get("/sign-in").status_code == 404
        before.save()
        assert at.get("/sign-in").status_code == 200
    account = people.account()
    account.closed_at = clock.now()
    account.save()
    assert at.get("/sign-in").status_code == 404, "a change is seen at once"


def test_an_unlicensed_brand_keeps_its_host(world: World) -> None:
    there = instance()
    there.billing = Instance.Billing.ON
    there.save()
    assert browser(TIDE).get("/sign-in").status_code == 200


def test_what_was_found_is_kept_for_a_moment_and_no_flood_of_names_is(
    world: World, monkeypatch: pytest.MonkeyPatch, django_assert_num_queries: Callable[..., Any]
) -> None:
    assert hosts.brand_at(TIDE) == world.tide
    with django_assert_num_queries(0):
        found = hosts.brand_at(TIDE)
    assert found is not None
    found.name = "Somebody wrote on their own copy"
    again = hosts.brand_at(TIDE)
    assert again is not None
    assert again.name == "Tide"
    Domain.objects.filter(name=TIDE).update(removed_at=clock.now())  # as another process does
    assert hosts.brand_at(TIDE) == world.tide
    monkeypatch.setattr("trailhouse.branding.hosts.monotonic", lambda: 10**9)
    assert hosts.brand_at(TIDE) is None
    monkeypatch.setattr(hosts, "MOST_KEPT", 3)
    for number in range(10):
        hosts.brand_at(f"{number}.example")
    assert len(hosts._kept) <= 3


# -- access × host

# Who sees what where: the sites, and whether they belong there at all.
CAST: dict[Callable[[], User], dict[str, set[str]]] = {
    people.reseller: {OWN: {"bakery", "law firm"}, TIDE: {"law firm"}, HARBOUR: {"bakery"}},
    people.colleague: {OWN: {"bakery", "law firm"}, TIDE: {"law firm"}, HARBOUR: {"bakery"}},
    people.client_person: {OWN: {"bakery"}, TIDE: set(), HARBOUR: {"bakery"}},
    people.client_member: {OWN: {"bakery"}, TIDE: set(), HARBOUR: {"bakery"}},
    people.site_super: {OWN: {"bakery"}, TIDE: set(), HARBOUR: {"bakery"}},
    people.bookkeeper: {OWN: set(), TIDE: set(), HARBOUR: set()},
    people.stranger: {OWN: set(), TIDE: set(), HARBOUR: set()},
    people.operator: {OWN: set(), TIDE: set(), HARBOUR: set()},
}


@pytest.mark.parametrize("host", EVERY_HOST)
@pytest.mark.parametrize("who", CAST, ids=lambda who: who.__name__)
def test_at_the_host_of_a_brand_its_sites_alone_exist(world: World, who: Callable[[], User], host: str) -> None:
    person, at = who(), browser(host, who())
    seen = CAST[who][host]
    belongs = host == OWN or bool(seen)
    for site, name in ((world.bakery, "bakery"), (world.law_firm, "law firm")):
        for page in (f"/sites/{site.key}", f"/sites/{site.key}/hours", f"/sites/{site.key}/script"):
            assert at.get(page).status_code == ((200 if name in seen else 404) if belongs else 302), page
    there = hosts.place_of({TIDE: world.tide, HARBOUR: world.harbour}[host]) if host != OWN else None
    person.at_host = there
    listed = {site.domain for site in selectors.sites_of(person)} & {world.bakery.domain, world.law_firm.domain}
    allowed = {
        site.domain for site in (world.bakery, world.law_firm) if access.allowed(person, site, Privilege.VIEW_STATS)
    }
    assert listed == allowed == {{"bakery": world.bakery, "law firm": world.law_firm}[name].domain for name in seen}
    if there is not None:
        assert confining.belongs(person, there) is belongs
        assert {one.pk for one in selectors.accounts_for(person)} <= {people.account().pk}
        assert not access.rights(person, people.account()).privileges, "an account at large is at the instance's own"


@pytest.mark.parametrize("host", [TIDE, HARBOUR])
def test_the_list_of_sites_names_none_of_another_brand(world: World, host: str) -> None:
    page = browser(host, people.reseller()).get("/sites").content.decode()
    here, elsewhere = (world.law_firm, world.bakery) if host == TIDE else (world.bakery, world.law_firm)
    assert here.domain in page
    assert elsewhere.domain not in page
    assert "/accounts/" not in page
    assert "/operator" not in page


def test_sites_without_a_brand_are_at_the_usual_ones_host(world: World) -> None:
    Client.objects.update(brand=None)
    assert browser(TIDE, people.client_person()).get(f"/sites/{world.bakery.key}").status_code == 200
    assert browser(HARBOUR, people.client_person()).get(f"/sites/{world.bakery.key}").status_code == 302
    Site.objects.filter(pk=world.law_firm.pk).update(brand=world.harbour)
    assert browser(HARBOUR, people.reseller()).get(f"/sites/{world.law_firm.key}").status_code == 200
    assert browser(TIDE, people.reseller()).get(f"/sites/{world.law_firm.key}").status_code == 404


# -- routes


def test_every_route_exists_at_the_host_of_a_brand_or_is_known_not_to() -> None:
    known = {
        *("home", "static", "account_login", "account_logout", "sign_out", "invitation", "digest_reader", "tls_ask"),
        *("sites", "sites_change", "view_as_stop", "shared_overview", "account_inactive", "end_session"),
        *("brand_colours", "brand_preview_colours", "brand_image", "brand_letter", "opt_out"),
        *("legal_notice", "legal_privacy", "legal_notice_of", "legal_privacy_of"),
        *("agreements", "agreements_later", "agreement", "agreement_pdf"),  # of clients at that host: tests/legal
        *("second_step_lost", "second_step_stop", "second_step_keep", "end_other_sessions", "confirm_by_code"),
    }
    own = ("account_", "mfa_", "profile")
    for _path, route in routes():
        name = route.name or ""
        site = hasattr(route.callback, "privilege") or hasattr(route.callback, "shared")
        of_api = _path.startswith("/api/")
        missing = is_elsewhere(name, route.callback)
        assert missing or site or of_api or name in known or name.startswith(own), (
            f"{name}: say in dashboard.hosts.ELSEWHERE that it is not at the hosts of brands, or here that it is"
        )


@pytest.mark.parametrize(
    "path",
    ["/operator", "/operator/accounts", "/sign-up", "/prices", "/terms", "/api/docs", "/api/v2/openapi.json", "/api/",
     "/sites/add", "/set-up/x", "/enter/x", "/handover/x", "/accounts/NUMBER/billing", "/accounts/NUMBER/settings",
     "/accounts/NUMBER/people", "/accounts/NUMBER/brand/domains", "/accounts/NUMBER/keys"],
)  # fmt: skip
def test_what_is_between_operator_and_reseller_does_not_exist_there(world: World, path: str) -> None:
    path = path.replace("NUMBER", str(people.account().pk))
    for at in (browser(TIDE), browser(TIDE, people.reseller()), browser(TIDE, people.operator())):
        assert at.get(path).status_code == 404
        assert at.post(path).status_code in (404, 405)


def test_an_owner_who_must_accept_terms_is_told_where(world: World) -> None:
    account = people.account()
    with clock.frozen(clock.now() + timedelta(days=1)):
        Terms.objects.create(version="2027", text="Be kind.")
        at = browser(TIDE, account.owner)
        assert at.get("/sites").status_code == 200
    with clock.frozen(clock.now() + timedelta(days=400)):
        refused = browser(TIDE, account.owner).get("/sites")
        assert refused.status_code == 403
        assert core_settings.settings().url in refused.content.decode()


# -- sign-in and sessions


@pytest.mark.parametrize("host", EVERY_HOST)
@pytest.mark.parametrize("who", CAST, ids=lambda who: who.__name__)
def test_who_has_nothing_at_a_host_is_answered_like_a_wrong_password(
    world: World, who: Callable[[], User], host: str
) -> None:
    at, person = browser(host), who()
    answer = sign_in(at, person.email)
    if host == OWN or CAST[who][host]:
        assert answer.status_code == 302
        assert at.session["host"] == host
        return
    wrong = browser(host).post("/sign-in", {"login": person.email, "password": "not the password"})
    unknown = sign_in(browser(host), "nobody@nowhere.example")
    assert answer.status_code == wrong.status_code == unknown.status_code
    assert _without_tokens(answer, person.email) == _without_tokens(wrong, person.email)
    assert "_auth_user_id" not in at.session


def _without_tokens(answer: Any, email: str) -> str:
    lines = answer.content.decode().replace(email, "").splitlines()
    return "\n".join(line for line in lines if "csrf" not in line)


@pytest.mark.parametrize(("host", "mails"), [(TIDE, {"accounts/unknown"}), (HARBOUR, {"accounts/sign_in_code"})])
def test_codes_are_mailed_to_the_people_of_the_host_alone(world: World, host: str, mails: set[str]) -> None:
    person = people.client_person()
    Mail.objects.all().delete()
    answer = browser(host).post("/sign-in/code", {"email": person.email})
    assert answer["Location"].endswith("/sign-in/code/type")
    assert set(Mail.objects.values_list("template", flat=True)) <= mails
    Mail.objects.all().delete()
    answer = browser(host).post("/reset-password", {"email": person.email})
    assert answer.status_code == 302
    assert ("accounts/reset_code" in set(Mail.objects.values_list("template", flat=True))) is (host == HARBOUR)


def test_a_session_is_worth_nothing_at_another_host_and_goes_on_at_its_own(world: World) -> None:
    at = browser(HARBOUR)
    sign_in(at, people.client_person().email)
    page = f"/sites/{world.bakery.key}"
    assert at.get(page).status_code == 200
    for other in (OWN, TIDE):
        stolen = browser(other)
        stolen.cookies["session"] = at.cookies["session"].value
        assert stolen.get(page).status_code == 302
        assert stolen.get("/profile").status_code == 302
    assert at.get(page).status_code == 200


def test_a_session_from_before_hosts_were_noted_is_of_the_instances_own(world: World) -> None:
    at = Browser(headers={"host": OWN})
    at.force_login(people.reseller())
    assert "host" not in at.session
    assert at.get("/sites").status_code == 200
    assert at.get("/sites", headers={"host": TIDE}).status_code == 302


def test_whoever_loses_their_role_is_signed_out_at_the_brands_host(world: World) -> None:
    at = browser(HARBOUR, people.client_person())
    assert at.get("/profile").status_code == 200
    Membership.objects.all().delete()
    assert at.get("/profile").status_code == 302


def test_a_form_of_a_brands_host_is_taken_there_and_one_from_elsewhere_is_not(world: World) -> None:
    at = Browser(headers={"host": TIDE}, enforce_csrf_checks=True)
    page = at.get("/sign-in")
    form = {
        "login": people.reseller().email,
        "password": people.PASSWORD,
        "csrfmiddlewaretoken": page.context["csrf_token"],
    }
    refused = at.post("/sign-in", form, headers={"origin": f"http://{HARBOUR}"})
    assert refused.status_code == 403
    assert at.post("/sign-in", form, headers={"origin": f"http://{TIDE}"}).status_code == 302
    cookie = at.cookies["session"]
    assert cookie["domain"] == "", "host-only"
    over_tls = Browser(headers={"host": TIDE, "x-forwarded-proto": "https"}, enforce_csrf_checks=True)
    form["csrfmiddlewaretoken"] = over_tls.get("/sign-in").context["csrf_token"]
    assert over_tls.post("/sign-in", form, headers={"origin": f"https://{TIDE}"}).status_code == 302
