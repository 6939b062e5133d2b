"""Every route of the app × everybody of the cast × own, foreign and missing ids: what is not yours does not exist."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.db import transaction
from django.test.client import Client, ClientHandler
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import DjangoDbBlocker

from tests import people
from tests.billing import money, papers
from tests.fast import around_tests
from tests.sites.held import a_charge, a_domain, a_statement
from trailhouse.accounts import staff
from trailhouse.accounts.models import Account, Inquiry, Staff, User
from trailhouse.accounts.services import create_api_key
from trailhouse.billing import enrolment
from trailhouse.billing.models import BankLine, Book, ClientRate, Payment, TaxRate
from trailhouse.branding.models import Brand
from trailhouse.branding.services import BrandText, add_brand
from trailhouse.events import current
from trailhouse.events.store import Store
from trailhouse.exports import services as exports
from trailhouse.legal import agreements, subprocessors
from trailhouse.outbox import services as outbox
from trailhouse.sites import funnels, invitations, segments
from trailhouse.sites.access import Privilege
from trailhouse.sites.clients import ClientValues, add_client
from trailhouse.sites.funnels import FunnelText, StepText
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Role, Site
from trailhouse.sites.roles import Grant
from trailhouse.sites.segments import SegmentText
from trailhouse.sites.services import add_goal, give_role

pytestmark = pytest.mark.django_db

# Routes without a site or an account: who may open them is said here by name. A route that is neither here nor guarded
# by `site_access` or `account_access` fails the first test below.
OPEN = {
    *("home", "static", "account_login", "account_logout", "sign_out", "set_up", "enter", "invitation"),
    *("openapi-json", "api-root", "api_docs"),
    *("prices", "resellers", "contact", "contact_sent"),  # urls_public
}
SIGNED_IN = {"api_try", "sites", "site_add", "sites_change", "view_as_stop", "sign_up_passkey"}
OPEN |= {"account_signup", "sign_up_code", "terms", "handover", "account_inactive"}
OPEN |= {"account_request_login_code", "account_confirm_login_code", "mfa_login_webauthn", "mfa_authenticate"}
OPEN |= {f"account_{name}" for name in ("reset_password", "confirm_password_reset_code", "complete_password_reset")}
OPEN |= {"stripe_webhook"}  # signed: tests/billing/test_stripe_webhooks.py
# One's own, see tests/accounts: nobody can name anybody else's.
SIGNED_IN |= {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "confirm_by_code"}
SIGNED_IN |= {"profile", "profile_email", "profile_email_code", "profile_security", "mfa_index", "mfa_list_webauthn"}
SIGNED_IN |= {"account_change_password", "account_set_password", "mfa_activate_totp", "mfa_deactivate_totp"}
SIGNED_IN |= {"mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_add_webauthn", "mfa_remove_webauthn"}
OPEN |= {"site_offer_accept"}  # whoever has the link, signed in with its address: tests/sites/test_offering.py
OPEN |= {"brand_colours", "brand_preview_colours", "brand_image", "brand_letter"}  # the same for everybody
OPEN |= {"legal_notice", "legal_privacy", "legal_notice_of", "legal_privacy_of", "opt_out"}  # tests/legal
SIGNED_IN |= {"agreements", "agreements_later", "agreement", "agreement_pdf"}  # as a person of clients: tests/legal
OPEN |= {"tls_ask"}  # whoever asks learns what a TLS handshake tells: tests/branding/test_hosts.py
OPEN |= {"digest_reader"}  # whoever has the link of a mail: tests/digests/test_readers.py
OPEN |= {"second_step_lost", "second_step_stop"}  # tests/accounts/test_second_step.py
SIGNED_IN |= {"second_step_keep", "terms_accept", "terms_later"}
SIGNED_IN |= {"end_other_sessions", "end_session"}
# The API asks for a key: tests/api.
API = {"query", "realtime_visitors", "put_shared_link", "list_goals", "put_goal", "delete_goal", "list_guests"}
API |= {"list_operator_accounts", "create_account", "get_operator_account", "suspend_account", "restore_account"}
API |= {"close_account", "reopen_account", "list_usage"}
API |= {"list_custom_props", "put_custom_prop", "delete_custom_prop", "list_accounts"}
API |= {"list_people", "change_person", "delete_person", "list_invitations", "invite", "delete_invitation"}
API |= {"resend_invitation", "list_clients", "create_client", "get_client", "change_client", "delete_client"}
API |= {"list_visitors", "get_visitor", "list_visits", "list_steps", "get_visitor_data", "erase_visitor"}
API |= {"list_goal_figures", "get_revenue", "list_campaign_figures", "list_properties", "list_funnel_figures"}
API |= {"get_funnel_figures", "get_journeys", "list_not_found", "get_returning", "list_annotations_of_period"}
API |= {"get_left_out", "list_exports", "create_export", "get_export", "get_export_file", "delete_export"}
API |= {f"{verb}_{what}" for verb in ("put", "delete") for what in ("segment", "annotation", "funnel", "campaign_cost")}
API |= {"list_segments", "list_annotations", "list_funnels", "list_campaign_costs"}
API |= {"list_page_groups", "put_page_group", "delete_page_group"}
API |= {"put_guest", "delete_guest", "list_sites", "create_site", "get_site", "change_site", "delete_site"}
API |= {"list_teams", "list_live_visits"}
# Open to whoever has the link: tests/dashboard/test_share.py.
SHARED = {"shared_overview"}  # each other route behind a link is `shared`

WORDS = {
    "colour": "0f766e",
    "digest": "x",
    "letter": "x",
    "section": "sources",
    "tab": "channels",
    "prop": "plan",
    "platform": "wordpress",
    "pk": "1",
    "session": "1",
    "slug": "x",
    "step": "x",
    "goal_id": "1",
    "account": "1",
    "year_number": "2027",
    "person": "1",
    "visitor": "00000000000003e8",
    "by": "source",
    "goal": "1",
    "funnel": "1",
    "chosen": "all",
}  # of addresses, that are nobody's
MISSING = 987_654

ALL = frozenset(Privilege)
LOOK = frozenset({Privilege.VIEW_STATS})
CARE = LOOK | {Privilege.CHANGE_SITE, Privilege.INVITE}
WIDE = CARE | {Privilege.MANAGE_CLIENTS}
BOOKS = frozenset({Privilege.VIEW_BILLING})
NONE: frozenset[Privilege] = frozenset()

PHONES = [{"how": "", "any": [["is", "visit:device", ["Mobile"]]]}]
# What the console's pages of billing, of sub-processors and of inquiries name.
STAFF_IDS = ("subscription", "payment", "book", "rate", "line", "document", "brand", "processor", "inquiry")

# What each may do at the bakery, at the law firm, in the reseller's account, and in the stranger's.
CAST: dict[Callable[[], User], tuple[frozenset[Privilege], ...]] = {
    people.reseller: (ALL, ALL, ALL, NONE),
    people.colleague: (WIDE, WIDE, WIDE, NONE),
    people.adding_super: (*[WIDE | {Privilege.ADD_SITE}] * 3, NONE),
    people.site_super: (CARE, NONE, NONE, NONE),
    people.client_person: (LOOK, NONE, NONE, NONE),
    people.client_member: (LOOK, NONE, NONE, NONE),
    people.bookkeeper: (BOOKS, BOOKS, BOOKS, NONE),
    people.stranger: (NONE, NONE, NONE, ALL),
    people.operator: (NONE, NONE, NONE, NONE),
}
BAKERY, LAW_FIRM, ACCOUNT, ELSEWHERE = range(4)


def routes(patterns: list[Any] | None = None, before: str = "/") -> Iterator[tuple[str, URLPattern]]:
    """All routes with their whole address, whatever they are included from."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        path = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns, path)
        else:
            yield path, pattern


def guarded(by: str) -> list[Any]:
    """The routes of one site (`privilege`), or of one account (`account_privilege`)."""
    return [pytest.param(path, route, id=route.name) for path, route in routes() if hasattr(route.callback, by)]


GUARDED = [*guarded("privilege"), *guarded("account_privilege")]


@dataclass
class Place:
    """A site or an account: how addresses name it, and what it holds."""

    name: str
    rights: int  # the column of CAST
    ids: dict[str, str | int]

    def address(self, path: str, /, **others: str | int) -> str:
        """The address of a route here; `others` take the place of what is held here."""
        for name, value in (WORDS | self.ids | others).items():
            for kind in ("str", "int", "path"):
                path = path.replace(f"<{kind}:{name}>", str(value))
        assert "<" not in path, f"{path}: give the test a value for it (`held_by`)"
        return path


def held_by(account: Account, sites: list[Site]) -> dict[str, str | int]:
    """One of each thing that addresses name by number: something that everybody may change who may at all."""
    by, site, on = account.owner, sites[0], date(2026, 1, 1)
    guest = people.person(f"guest{site.pk}@elsewhere.example", "Gil Guest", "Gil at home")
    member = give_role(guest, account, Role.STANDARD, by=by, site=site)
    offer = NewInvitation("new@elsewhere.example", Grant(Role.STANDARD, sites=(site,)))
    client = add_client(account, ClientValues(f"Client {site.pk}"), by=by)
    brand = add_brand(account, BrandText(f"Brand {site.pk}"), {}, by=by)
    agreements.newest(account) or agreements.publish(account, "1", by=by)
    told = outbox.mail(by.email, "accounts/closed", {"account": account.name}, language="en", account_id=account.pk)
    asked = exports.ask(site, "events", "csv", date(2026, 1, 1), date(2026, 1, 2), through="statistics", by=by)
    taken = exports.ask(site, "totals", "csv", date(2026, 1, 1), date(2026, 1, 2), through="leaving", by=by)
    paper = papers.document(papers.FIVE[:1], to=account, number=f"2027-{site.pk:06d}")
    goal = add_goal(site, "event", "Order")
    steps = (StepText("page", "/*"), StepText("event", "Order"))
    funnel = funnels.add(site, FunnelText("Orders", steps), by=by)
    return {
        "member": member.pk,
        "invitation": invitations.invite(account, by, offer)[0].pk,
        "client": client.pk,
        "brand": brand.pk,
        "domain": a_domain(account, f"stats{site.pk}.agency.example").pk,
        "segment": segments.add(site, SegmentText("Phones", own=False, groups=PHONES), by=by).pk,
        "subscription": enrolment.enrol(site).pk,
        "client_rate": ClientRate.objects.create(client=client, kind="fixed", currency="EUR", valid_from=on).pk,
        "statement": a_statement(account).pk,
        "invoice": paper.pk,
        "document": paper.number,
        "charge": a_charge(paper).pk,
        "mail": told.pk,
        "goal": goal.pk,
        "funnel": funnel.pk,
        "processor": subprocessors.add(
            account, f"Host {site.pk}", "Servers", "NL", starts_on=date(2026, 1, 1), by=by
        ).pk,
        "export": asked.pk,
        "taken": taken.pk,
        "api_key": create_api_key(account, by=by)[0].pk,
        "task": outbox.task("sites/bulk", {"lines": []}, total=1, account_id=account.pk, user_id=by.pk).pk,
    }


def seen_by_staff() -> dict[str, str | int]:
    """One of each thing that the console's pages of billing and inquiries name by number."""
    account, on = people.account(), date(2026, 1, 1)
    payment = Payment.objects.create(
        account=account, gateway="transfer", key="transfer/1", amount=1, currency="EUR", received_on=on
    )
    book = Book.objects.get()
    draft = Book.objects.create(name="Draft", currency="EUR", content=book.content, valid_from=on)
    line = BankLine.objects.create(key="1", booked_on=on, amount=1, currency="EUR")
    rate = TaxRate.objects.create(country="NL", region="XX", rate=100, valid_from=on)
    subscription = people.bakery().subscription.pk
    printed = papers.document(papers.FIVE[:1], to=account, number="2027-900000")
    brand = Brand.objects.create(account=account, name="Tide Stats")
    host = subprocessors.add(None, "Host", "Servers", "NL", starts_on=date(2026, 1, 1), by=people.operator())
    inquiry = Inquiry.objects.create(form="1", topic="other", name="Nora Newcomer", email="nora@newcomer.example")
    held = (subscription, payment.pk, draft.pk, rate.pk, line.pk, printed.pk, brand.pk, host.pk, inquiry.pk)
    return dict(zip(STAFF_IDS, held, strict=True))


def places() -> list[Place]:
    """The sites and accounts of the cast, on an instance that bills them."""
    money.switch_on()
    agreements.publish(None, "1", by=people.operator())
    mine, (theirs,) = people.account(), people.stranger().accounts.all()
    found = []
    for name, site, rights in (
        ("bakery", people.bakery(), BAKERY),
        ("law firm", people.law_firm(), LAW_FIRM),
        ("elsewhere", theirs.sites.get(), ELSEWHERE),
    ):
        held = held_by(site.account, [site])
        found.append(Place(name, rights, {"key": site.key, **held}))
    found.append(Place("account", ACCOUNT, {"number": mine.pk, **_numbers(found[BAKERY])}))
    found.append(Place("other account", ELSEWHERE, {"number": theirs.pk, **_numbers(found[2])}))
    return found


def _numbers(place: Place) -> dict[str, str | int]:
    return {name: value for name, value in place.ids.items() if name != "key"}


@dataclass
class World:
    """The places, and a session of everybody in the cast."""

    places: list[Place]
    sessions: dict[Callable[[], User], str]
    staff_ids: dict[str, str | int]
    handler: ClientHandler = field(default_factory=lambda: Client().handler)  # one: each makes its middlewares first

    def asked(self, who: Callable[[], User], method: str, address: str) -> Any:
        """The answer to a request, after which nothing has changed."""
        client = Client()
        client.handler = self.handler
        client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[who]
        with transaction.atomic():
            answer = getattr(client, method)(address)
            transaction.set_rollback(True)
        return answer


def session(user: User) -> str:
    """The key of a session in which `user` is signed in."""
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The world of all tests of this module: made once, in a transaction around those of the tests."""
    with django_db_blocker.unblock(), around_tests():
        cast = (*CAST, people.support, people.finance)
        yield World(places(), {who: session(who()) for who in cast}, seen_by_staff())


@pytest.fixture
def world(made: World, db: None, store: Store) -> Iterator[World]:
    """The world, with the store at work."""
    current.use(store)
    yield made
    current.use(None)


def test_every_route_is_known_to_this_test() -> None:
    known = OPEN | SIGNED_IN | API | SHARED
    guards = ("privilege", "account_privilege", "staff_privilege", "shared")
    unknown = [r for _, r in routes() if not any(hasattr(r.callback, g) for g in guards) and r.name not in known]
    assert not unknown, "decorate with site_access or account_access, or say here who may open it"
    assert len(guarded("privilege")) >= 12
    assert len(guarded("account_privilege")) >= 11


@pytest.mark.parametrize(("path", "route"), GUARDED)
def test_a_route_exists_for_those_alone_who_may_use_it(path: str, route: URLPattern, world: World) -> None:
    of_site = hasattr(route.callback, "privilege")
    privilege = getattr(route.callback, "privilege" if of_site else "account_privilege")
    law_firm = people.law_firm().domain
    wrong = []
    for place in world.places:
        if ("key" in place.ids) != of_site:
            continue
        for who, rights in CAST.items():
            for method in ("get", "post"):
                answer = world.asked(who, method, place.address(path))
                may = privilege in rights[place.rights]
                if not _fits(answer.status_code, method, may=may):
                    wrong.append(f"{method} by {who.__name__} at {place.name}: {answer.status_code}, may: {may}")
                if not may and law_firm in answer.content.decode():
                    wrong.append(f"{method} by {who.__name__} at {place.name} tells the domain")
    assert wrong == []


def _fits(status: int, method: str, *, may: bool) -> bool:
    if not may:
        return status in {404, 405}
    return status in ({200, 302, 405} if method == "get" else {200, 302, 400, 403, 405, 422})


@pytest.mark.parametrize(("path", "route"), GUARDED)
def test_a_foreign_id_is_answered_like_a_missing_one(path: str, route: URLPattern, world: World) -> None:
    of_site = hasattr(route.callback, "privilege")
    every = world.places
    mine, theirs = [
        next(p for p in every if ("key" in p.ids) == of_site and (p.rights == ELSEWHERE) == foreign)
        for foreign in (False, True)
    ]
    named = [name for name in mine.ids if f":{name}>" in path]
    assert named
    for who in (people.reseller, people.colleague):
        for name in named:
            missing = "nosuchkey2" if name == "key" else MISSING
            for value in (theirs.ids[name], missing):
                for method in ("get", "post"):
                    answer = world.asked(who, method, mine.address(path, **{name: value}))
                    assert answer.status_code in {404, 405}, f"{method} {name}={value} by {who.__name__}"
                    assert "elsewhere.example" not in answer.content.decode()


@pytest.mark.parametrize(("path", "route"), GUARDED)
def test_a_stranger_to_the_instance_is_sent_to_sign_in(
    path: str, route: URLPattern, client: Client, world: World
) -> None:
    of_site = hasattr(route.callback, "privilege")
    place = next(p for p in world.places if ("key" in p.ids) == of_site)
    for address in (place.address(path), place.address(path, key="nosuchkey2", number=MISSING)):
        for answer in (client.get(address), client.post(address)):
            assert answer.status_code in {302, 405}
            assert answer.status_code == 405 or answer["Location"].startswith("/sign-in")


# -- the operator's console: who of the staff may open what; nobody else may open any of it


@pytest.mark.parametrize(("path", "route"), guarded("staff_privilege"))
def test_a_route_of_the_console_exists_for_the_staff_alone_who_may_use_it(
    path: str, route: URLPattern, world: World
) -> None:
    cast = {who: who() for who in world.sessions}
    held = next(place for place in world.places if place.rights == ACCOUNT).ids
    ids: dict[str, str | int] = {"account": people.account().pk, "person": people.stranger().pk}
    ids |= {"mail": held["mail"], "task": held["task"], **world.staff_ids}
    nothing: dict[str, str | int] = dict.fromkeys(ids, MISSING)
    here, nowhere = Place("", ACCOUNT, ids), Place("", ACCOUNT, nothing)
    privilege = getattr(route.callback, "staff_privilege", None)
    wrong = []
    for who, user in cast.items():
        may = privilege in staff.PRIVILEGES[Staff(user.staff)]
        for method in ("get", "post"):
            status = world.asked(who, method, here.address(path)).status_code
            if not _fits(status, method, may=may) and not (may and status == 409):
                wrong.append(f"{method} by {who.__name__}: {status}, may: {may}")
            if any(f":{name}>" in path for name in ids):
                status = world.asked(who, method, nowhere.address(path)).status_code
                if status not in ({302, 404, 405} if may else {404, 405}):  # 302: to confirm that it is them
                    wrong.append(f"{method} of nothing by {who.__name__}: {status}")
    assert wrong == []


@pytest.mark.parametrize(("path", "route"), guarded("staff_privilege"))
def test_a_stranger_to_the_console_is_sent_to_sign_in(path: str, route: URLPattern, client: Client) -> None:
    address = Place("", ACCOUNT, dict.fromkeys(("account", "person", "mail", "task", *STAFF_IDS), MISSING)).address(
        path
    )
    for answer in (client.get(address), client.post(address)):
        assert answer.status_code == 405 or answer["Location"].startswith("/sign-in")
