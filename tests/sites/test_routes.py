"""Every route of the app × everybody of the cast: what is not yours does not exist."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests import people
from trailhouse.accounts.models import User
from trailhouse.events import current
from trailhouse.events.store import Store

pytestmark = pytest.mark.django_db

# Routes without a site: who may open them is said here by name. A route that is neither here nor guarded by
# `site_access` fails the test below.
OPEN = {"home", "static", "account_login", "account_logout", "sign_out", "set_up", "enter", "openapi-json", "api-root"}
OPEN |= {"account_signup", "sign_up_code", "terms", "handover", "account_inactive"}
OPEN |= {"account_request_login_code", "account_confirm_login_code", "mfa_login_webauthn", "mfa_authenticate"}
OPEN |= {f"account_{name}" for name in ("reset_password", "confirm_password_reset_code", "complete_password_reset")}
SIGNED_IN = {"sites", "site_add"}
# One's own, see tests/accounts: nobody can name anybody else's.
SIGNED_IN |= {"account_reauthenticate", "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "confirm_by_code"}
SIGNED_IN |= {"profile", "profile_email", "profile_email_code", "profile_security", "mfa_index", "mfa_list_webauthn"}
SIGNED_IN |= {"account_change_password", "account_set_password", "mfa_activate_totp", "mfa_deactivate_totp"}
SIGNED_IN |= {"mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_add_webauthn", "mfa_remove_webauthn"}
SIGNED_IN |= {"end_other_sessions", "end_session", "operator_instance", "operator_terms", "operator_reopen"}
# The API asks for a key: tests/api.
API = {"query", "realtime_visitors"}

SEGMENTS = {"section": "sources", "tab": "channels"}


def routes(patterns: list[Any] | None = None) -> Iterator[URLPattern]:
    """All routes, whatever they are included from."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


def guarded() -> list[URLPattern]:
    """The routes of one site."""
    return [route for route in routes() if hasattr(route.callback, "privilege")]


def address(route: URLPattern, key: str) -> str:
    """The address of a route for the site with `key`."""
    path = "/" + str(route.pattern)
    for name, value in {"key": key, **SEGMENTS}.items():
        path = path.replace(f"<str:{name}>", value)
    assert "<" not in path, f"{path}: give the test a value for it"
    return path


def test_every_route_is_known_to_this_test() -> None:
    known = OPEN | SIGNED_IN | API
    guards = ("privilege", "account_privilege")
    unknown = [r for r in routes() if not any(hasattr(r.callback, one) for one in guards) and r.name not in known]
    assert not unknown, "decorate with site_access, or say here who may open it"
    assert len(guarded()) >= 6


@pytest.fixture
def _at_work(store: Store) -> Iterator[None]:
    current.use(store)
    yield
    current.use(None)


@pytest.mark.usefixtures("_at_work")
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("route", guarded(), ids=lambda route: route.name)
@pytest.mark.parametrize(
    ("who", "sees"),
    [
        (people.reseller, True),
        (people.colleague, True),
        (people.client_person, False),
        (people.bookkeeper, False),
        (people.stranger, False),
        (people.operator, False),
    ],
)
def test_a_route_of_a_site_exists_for_its_people_alone(
    client: Client, who: Callable[[], User], sees: bool, route: URLPattern, method: str
) -> None:
    client.force_login(who())
    answer = getattr(client, method)(address(route, people.law_firm().key))
    unknown = getattr(client, method)(address(route, "nosuchkey2"))
    if method == "get" and sees:
        assert answer.status_code in {200, 302}
    elif not sees:
        assert answer.status_code == unknown.status_code
        assert answer.status_code in {404, 405}
        assert people.law_firm().domain not in answer.content.decode()
    assert unknown.status_code in {404, 405}


@pytest.mark.parametrize("route", guarded(), ids=lambda route: route.name)
def test_a_route_of_a_site_sends_strangers_to_sign_in_whether_the_site_exists_or_not(
    client: Client, route: URLPattern
) -> None:
    for key in (people.bakery().key, "nosuchkey2"):
        answer = client.get(address(route, key))
        assert (answer.status_code, answer["Location"].split("?")[0]) == (302, "/sign-in")


@pytest.mark.parametrize("path", ["/sites", "/sites/add"])
def test_the_lists_ask_for_a_sign_in(client: Client, path: str) -> None:
    assert client.get(path)["Location"] == f"/sign-in?next={path}"
