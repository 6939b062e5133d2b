"""Sign-in, the set-up page, one-time links and what every answer carries."""

import re
from typing import Any

import pytest
from django.contrib.auth.hashers import get_hasher
from django.core.cache import cache
from django.test import Client, RequestFactory

from tests import people
from trailhouse.accounts import adapter, selectors, services
from trailhouse.accounts.models import User

pytestmark = pytest.mark.django_db


def sign_in(client: Client, email: str, password: str, **more: str) -> Any:
    """Send the form of the sign-in page."""
    return client.post("/sign-in", {"login": email, "password": password, **more})


def text(response: Any) -> str:
    """What an answer says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def test_a_person_signs_in_in_any_case_of_letters_and_lands_on_the_sites(client: Client) -> None:
    people.reseller()
    assert client.get("/")["Location"] == "/sign-in"
    assert "Sign in" in text(client.get("/sign-in"))
    before = client.session.session_key
    answer = sign_in(client, "Reseller@Northlight.EXAMPLE", people.PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.session.session_key != before
    assert client.get("/")["Location"] == "/sites"
    assert client.get("/sign-in")["Location"] == "/"


def test_sign_in_leads_back_to_the_page_that_asked_for_it_but_not_to_another_host(client: Client) -> None:
    people.reseller()
    asked = client.get("/sites/add")
    assert asked["Location"] == "/sign-in?next=/sites/add"
    assert 'name="next" value="/sites/add"' in client.get(asked["Location"]).content.decode()
    answer = sign_in(client, people.RESELLER, people.PASSWORD, next="/sites/add")
    assert answer["Location"] == "/sites/add"
    client.post("/sign-out")
    answer = sign_in(client, people.RESELLER, people.PASSWORD, next="https://evil.example/")
    assert answer["Location"] == "/"


def test_known_and_unknown_addresses_get_the_same_answer(client: Client) -> None:
    people.reseller()
    answers = [sign_in(client, email, "wrong password") for email in (people.RESELLER, "nobody@northlight.example")]
    shown = [text(answer).replace(people.RESELLER, "X") for answer in answers]
    assert shown[0] == shown[1]
    assert [answer.status_code for answer in answers] == [200, 200]
    forms = [re.sub(r'value="[^"]*"', "", answer.content.decode()) for answer in answers]
    assert forms[0] == forms[1]


def test_a_sign_in_is_the_same_work_whoever_it_is(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    people.reseller()
    User.objects.filter(pk=people.person("code@b.example", "Pat", "Pat").pk).update(password="!")
    User.objects.filter(pk=people.person("off@b.example", "Kim", "Kim").pk).update(is_active=False)
    hasher = type(get_hasher())
    hashed, encode = [], hasher.encode

    def counted(*args: Any, **more: Any) -> str:
        hashed.append(1)
        return str(encode(*args, **more))

    monkeypatch.setattr(hasher, "encode", counted)
    for email in (people.RESELLER, "nobody@b.example", "code@b.example", "off@b.example"):
        hashed.clear()
        sign_in(client, email, "wrong password")
        assert len(hashed) == 1, email


def test_the_log_of_the_server_says_who_signed_in_and_who_was_refused(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    number = people.reseller().pk
    sign_in(client, "nobody@northlight.example", people.PASSWORD)
    sign_in(client, people.RESELLER, "wrong password")
    sign_in(client, people.RESELLER, people.PASSWORD)
    assert [line for line in caplog.messages if "sign" in line] == [
        "a sign-in was refused, of nobody known",
        f"a sign-in was refused, of person {number}",
        f"person {number} signed in",
    ]
    assert "northlight.example" not in caplog.text


def test_a_monitor_that_asks_for_the_head_of_the_first_page_finds_the_house_open(client: Client) -> None:
    answer = client.head("/", follow=True)
    assert (answer.redirect_chain, answer.status_code) == ([("/sign-in", 302)], 200)


def test_guessing_is_stopped_for_the_account_also_with_the_right_password(client: Client) -> None:
    people.reseller()
    for _ in range(5):
        sign_in(client, people.RESELLER, "wrong password")
    answer = sign_in(client, people.RESELLER, people.PASSWORD)
    assert answer.status_code == 200
    assert "That was wrong too often. Ask for a new code, or wait a few minutes." in text(answer)
    assert client.get("/")["Location"] == "/sign-in"


def test_guessing_is_stopped_for_the_address(client: Client) -> None:
    answers = [sign_in(client, f"p{n}@b.example", "wrong password") for n in range(31)]
    assert answers[-1].status_code == 429
    assert "That was too often" in text(answers[-1])
    elsewhere = client.post("/sign-in", {"login": "p@b.example", "password": "x"}, headers={"x-forwarded-for": "::2"})
    assert elsewhere.status_code == 200


@pytest.mark.parametrize(
    ("told", "counted"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("nonsense", adapter.UNKNOWN),
        ("", "127.0.0.1"),
    ],
)
def test_guesses_are_counted_by_address_or_by_network_of_ipv6(told: str, counted: str) -> None:
    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1", headers={"x-forwarded-for": told})
    assert adapter.AccountAdapter().get_client_ip(request) == counted


def test_limits_are_remembered_while_many_are_counted() -> None:
    for n in range(2000):
        cache.set(f"limit-{n}", [n])
    assert cache.get("limit-0") == [0]


def test_signing_out_takes_a_post_and_ends_the_session(client: Client) -> None:
    client.force_login(people.reseller())
    assert client.get("/sign-out").status_code == 405
    assert client.post("/sign-out")["Location"] == "/sign-in"
    assert client.get("/sites").status_code == 302


def test_the_sign_in_page_of_a_new_instance_says_how_to_set_it_up(client: Client) -> None:
    assert "trailhouse setup-link" in text(client.get("/sign-in"))
    people.operator()
    assert "trailhouse setup-link" not in text(client.get("/sign-in"))


def set_up_form(**changes: str) -> dict[str, str]:
    """What an operator types."""
    return {
        "email": "op@b.example",
        "password": people.PASSWORD,
        "account_name": "Northlight",
        "timezone": "Europe/Amsterdam",
    } | changes


def test_the_set_up_page_makes_the_operator_signs_in_and_works_once(client: Client) -> None:
    address = f"/set-up/{services.make_setup_link()}"
    assert "Set up Trailhouse" in text(client.get(address))
    answer = client.post(address, set_up_form())
    assert (answer.status_code, answer["Location"]) == (302, "/sites")
    assert "No sites yet" in text(client.get("/sites"))
    assert selectors.is_set_up()
    for again in (client.get(address), client.post(address, set_up_form(email="x@b.example"))):
        assert again.status_code == 410
        assert "has been used or has expired" in text(again)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"password": "short"}, "at least 10 characters"),
        ({"email": "nobody"}, "valid email address"),
        ({"email": people.RESELLER}, "has an account already"),
        ({"account_name": ""}, "required"),
        ({"timezone": "Mars"}, "Select a valid choice"),
    ],
)
def test_the_set_up_page_says_what_is_wrong_beside_the_field(
    client: Client, changes: dict[str, str], said: str
) -> None:
    people.reseller()
    address = f"/set-up/{services.make_setup_link()}"
    answer = client.post(address, set_up_form(**changes))
    assert answer.status_code == 422
    (field,) = changes
    assert f'aria-describedby="id_{field}_error' in answer.content.decode()
    assert said in text(answer)
    assert people.PASSWORD not in answer.content.decode()
    assert client.post(address, set_up_form()).status_code == 302


def test_a_sign_in_link_shows_a_button_that_signs_in_once(client: Client) -> None:
    address = f"/enter/{services.make_sign_in_link(people.reseller())}"
    for look in (client.head, client.get, client.get):
        assert look(address).status_code == 200, "looking does not use it up"
    assert f"You will be signed in as {people.RESELLER}" in text(client.get(address))
    assert client.get("/sites").status_code == 302
    assert client.post(address)["Location"] == "/"
    assert client.get("/sites").status_code == 200
    for again in (client.get, client.post):
        assert again(address)["Location"] == "/", "the same browser may click again"
    for method in ("get", "post"):
        answer = getattr(Client(), method)(address)
        assert answer.status_code == 410
        assert people.RESELLER not in text(answer)


def test_nobody_is_signed_in_by_a_link_from_another_site(client: Client) -> None:
    address = f"/enter/{services.make_sign_in_link(people.reseller())}"
    strict = Client(enforce_csrf_checks=True)
    assert strict.post(address).status_code == 403
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', strict.get(address).content.decode())
    assert token
    assert strict.post(address, {"csrfmiddlewaretoken": token[1]})["Location"] == "/"


def test_looking_at_the_set_up_page_does_not_use_it_up(client: Client) -> None:
    address = f"/set-up/{services.make_setup_link()}"
    assert [client.get(address).status_code for _ in range(3)] == [200] * 3
    assert not User.objects.exists()


def test_pages_speak_the_language_that_the_person_chose_else_the_browsers(client: Client) -> None:
    user = people.reseller()
    client.force_login(user)
    assert '<html lang="nl">' in client.get("/sites", headers={"accept-language": "nl"}).content.decode()
    user.language = "de"
    user.save()
    assert '<html lang="de">' in client.get("/sites", headers={"accept-language": "nl"}).content.decode()


@pytest.mark.parametrize("path", ["/sign-in", "/sites", "/no-such-page", "/set-up/wrong"])
def test_every_answer_carries_the_security_headers(client: Client, path: str) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    for part in ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert part in policy
    assert "no-store" in headers["Cache-Control"]
    assert "private" in headers["Cache-Control"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


@pytest.mark.parametrize("path", ["/sign-in", "/set-up/TOKEN", "/sites/add"])
def test_pages_hold_nothing_inline(client: Client, path: str) -> None:
    if path == "/sites/add":
        client.force_login(people.reseller())
    page = client.get(path.replace("TOKEN", services.make_setup_link())).content.decode()
    assert not re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]*\ssrc=)", page)


def test_an_unknown_host_is_refused(client: Client) -> None:
    assert client.get("/sign-in", headers={"host": "evil.example"}).status_code == 404
    assert client.get("/sign-in", headers={"host": "127.0.0.1:8000"}).status_code == 200


def test_a_form_sent_from_elsewhere_is_refused(client: Client) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/sign-in", {"login": "a@b.example", "password": "x"})
    assert answer.status_code == 403
    assert "sent from elsewhere" in text(answer)


def test_pages_are_sent_compressed_to_those_who_can_read_it(client: Client) -> None:
    import brotli

    plain = client.get("/sign-in")
    packed = client.get("/sign-in", headers={"accept-encoding": "gzip, br"})
    assert packed["Content-Encoding"] == "br"
    assert "Accept-Encoding" in plain["Vary"]
    assert b"Sign in" in brotli.decompress(packed.content)
    assert len(packed.content) < len(plain.content)


def test_static_files_are_kept_for_ever_under_the_address_that_pages_give(client: Client) -> None:
    page = client.get("/sign-in").content.decode()
    address = re.search(r'href="(/static/dashboard/app\.css\?v=\w+)"', page)
    assert address
    kept = client.get(address[1], headers={"accept-encoding": "br"})
    assert kept["Content-Encoding"] == "br"
    assert "immutable" in kept["Cache-Control"]
    assert kept["Content-Type"] == "text/css; charset=utf-8"
    bare = client.get("/static/dashboard/app.css")
    assert "no-cache" in bare["Cache-Control"]
    assert client.get("/static/dashboard/app.css", headers={"if-none-match": bare["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", ["", "nothing.css", "../settings.py", "dashboard/../../settings.py", "dashboard"])
def test_nothing_else_is_served_as_a_static_file(client: Client, path: str) -> None:
    assert client.get(f"/static/{path}").status_code == 404


def test_a_bug_shows_a_number_under_which_it_is_logged_without_the_path(
    client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    client.raise_request_exception = False
    monkeypatch.setattr(selectors, "open_link", lambda *_: 1 / 0)
    answer = client.get("/set-up/secret-token")
    assert answer.status_code == 500
    number = re.search(r"the number (\w{8})", text(answer))
    assert number
    assert number[1] in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "secret-token" not in caplog.text
