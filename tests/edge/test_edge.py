"""The public process over real HTTP: what it answers itself, what it forwards, and what it refuses."""

import contextlib
import http.client
import json
import socket
import sqlite3
import struct
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.ledger.server import SITE, TOKEN, Server, make_site, until
from trailhouse.edge import GAUGES

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
REMOVED = "stats.gone.example"  # a domain of a brand that scripts were given out at
EVENT = {"n": "pageview", "u": f"https://{SITE}/menu", "d": SITE}


class Answer:
    """Status, headers (lower-case names) and body of one answer."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    data = tmp_path_factory.mktemp("edge") / "data"
    key = make_site(data)
    with closing(sqlite3.connect(data / "trailhouse.sqlite3")) as db, db:
        db.execute(
            'INSERT INTO branding_domain (account_id, name, token, "primary", problem, found, added_at, proved_at,'
            " script_at, removed_at) SELECT account_id, ?, '0', 0, '', '', added_at, added_at, added_at, added_at"
            " FROM sites_site LIMIT 1",
            (REMOVED,),
        )
        db.execute("UPDATE sites_sitekey SET folder = ?, file = ? WHERE key = ?", ("kq7hx2ab", "m4zp9c", key))
    with Server(data) as server:
        server.wait()
        yield server, key


def ask(server: Server, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with closing(http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)) as connection:
        connection.request(method, path, body, {"user-agent": FIREFOX, **named})
        return Answer(connection.getresponse())


def send(server: Server, event: dict[str, Any], **headers: str) -> Answer:
    return ask(server, "POST", "/api/event", json.dumps(event).encode(), **headers)


def test_an_event_is_accepted_from_any_page(served: tuple[Server, str]) -> None:
    answer = send(served[0], EVENT, content_type="text/plain", origin=f"https://{SITE}")
    assert (answer.status, answer.body) == (202, b"ok")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "set-cookie" not in answer.headers


def test_a_removed_domain_has_no_pages_and_its_scripts_go_on_counting(served: tuple[Server, str]) -> None:
    server, key = served
    assert ask(server, "GET", "/sign-in", host=REMOVED).status == 404
    assert ask(server, "GET", f"/s/{key}.js", host=REMOVED).status == 200
    before = server.drained()["stored_total"]
    assert send(server, EVENT, host=REMOVED).status == 202
    assert server.drained()["stored_total"] == before + 1
    assert ask(server, "GET", f"/tls/ask?domain={REMOVED}", host="trailhouse:8000").status == 200
    assert ask(server, "GET", "/tls/ask?domain=never.example", host="trailhouse:8000").status == 404


def test_a_browser_may_ask_first(served: tuple[Server, str]) -> None:
    answer = ask(served[0], "OPTIONS", "/api/event", origin="https://a.example", access_control_request_method="POST")
    assert answer.status == 204
    assert "POST" in answer.headers["access-control-allow-methods"]


def test_what_was_left_out_is_accepted_and_said(served: tuple[Server, str]) -> None:
    answer = send(served[0], EVENT | {"d": "nobody.example,also-nobody.example"})
    assert (answer.status, answer.headers["x-plausible-dropped"]) == (202, "2")


def test_what_is_no_event_is_refused_by_field(served: tuple[Server, str]) -> None:
    answer = send(served[0], {"d": SITE})
    assert answer.status == 400
    assert "event_name" in json.loads(answer.body)["errors"]


def test_the_address_that_is_used_is_shown_when_asked(served: tuple[Server, str]) -> None:
    answer = send(served[0], EVENT, x_debug_request="true", x_forwarded_for="6.6.6.6, 198.51.100.7")
    assert (answer.status, json.loads(answer.body)) == (200, {"ip": "198.51.100.7"})


def test_too_long_a_body_is_refused_before_it_is_parsed(served: tuple[Server, str]) -> None:
    assert ask(served[0], "POST", "/api/event", b"x" * 70_000).status == 413


def test_too_many_and_too_long_headers_are_refused(served: tuple[Server, str]) -> None:
    assert send(served[0], EVENT, **{f"x_{n}": "1" for n in range(120)}).status == 431
    assert send(served[0], EVENT, accept_language="x" * 9_000).status == 431
    assert send(served[0], EVENT, cookie="x" * 9_000).status == 202, "not read, and not too long for the server"


def test_a_head_larger_than_any_is_not_read_to_its_end(served: tuple[Server, str]) -> None:
    with contextlib.suppress(ConnectionError):  # the server may hang up before all of it is sent
        assert (
            ask(served[0], "GET", f"/s/{served[1]}.js", None, **{f"x_{n}": "1" * 3_000 for n in range(40)}).status
            == 431
        )


def test_a_user_agent_in_other_letters_counts(served: tuple[Server, str]) -> None:
    before = served[0].drained()["stored_total"]
    assert send(served[0], EVENT, user_agent="Mozilla/5.0 Böttcher/1.0").status == 202
    assert served[0].drained()["stored_total"] == before + 1


def test_a_body_that_breaks_off_counts_nowhere(served: tuple[Server, str]) -> None:
    server = served[0]
    before = server.drained()["received_total"]
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(b"POST /api/event HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\n{")
    assert send(server, EVENT).status == 202
    assert server.drained()["received_total"] == before + 1


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/event"), ("POST", "/s/KEY.js"), ("PUT", "/s/KEY.gif")])
def test_another_method_is_refused(method: str, path: str, served: tuple[Server, str]) -> None:
    assert ask(served[0], method, path.replace("KEY", served[1])).status == 405


def test_the_script_is_small_cached_and_compressed(served: tuple[Server, str]) -> None:
    server, key = served
    answer = ask(server, "GET", f"/s/{key}.js", accept_encoding="gzip, br")
    assert answer.status == 200
    assert answer.headers["content-encoding"] == "br"
    assert len(answer.body) < 1000
    assert "max-age" in answer.headers["cache-control"]
    again = ask(server, "GET", f"/s/{key}.js", accept_encoding="br", if_none_match=answer.headers["etag"])
    assert (again.status, again.body) == (304, b"")
    assert key.encode() in ask(server, "GET", f"/s/{key}.js").body


def test_a_key_that_nobody_has_gets_no_script(served: tuple[Server, str]) -> None:
    assert ask(served[0], "GET", "/s/nobody.js").status == 404


def test_the_pixel_counts_the_page_that_shows_it(served: tuple[Server, str]) -> None:
    server, key = served
    before = server.drained()["received_total"]
    answer = ask(server, "GET", f"/s/{key}.gif", referer=f"https://{SITE}/plain")
    assert (answer.status, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.body.startswith(b"GIF89a")
    assert server.drained()["received_total"] == before + 1


def test_a_path_of_the_sites_own_serves_script_pixel_and_events_on_any_host(served: tuple[Server, str]) -> None:
    server, key = served
    before, host = server.drained()["stored_total"], "a-brand-of-before.example"
    script = ask(server, "GET", "/kq7hx2ab/m4zp9c.js", accept_encoding="br", host=host)
    assert (script.status, script.headers["content-encoding"]) == (200, "br")
    assert len(script.body) < 1000
    text = ask(server, "GET", "/kq7hx2ab/m4zp9c.js", host=host).body
    assert key.encode() in text
    assert b'new URL("in",' in text
    assert b"/api/event" in ask(server, "GET", f"/s/{key}.js", host=host).body, "the usual one goes on as it was"
    event = json.dumps(EVENT | {"d": key}).encode()
    assert ask(server, "POST", "/kq7hx2ab/in", event, content_type="text/plain", host=host).status == 202
    assert ask(server, "OPTIONS", "/kq7hx2ab/in", host=host).status == 204
    pixel = ask(server, "GET", "/kq7hx2ab/m4zp9c.gif", referer=f"https://{SITE}/plain", host=host)
    assert (pixel.status, pixel.headers["content-type"]) == (200, "image/gif")
    assert server.drained()["stored_total"] == before + 2
    for path in ("/kq7hx2ab", "/kq7hx2ab/other.js", "/other/m4zp9c.js"):
        assert ask(server, "GET", path).status == 404, path
    assert ask(server, "GET", "/kq7hx2ab/in").status == 405


def test_the_apps_inner_door_is_shut(served: tuple[Server, str]) -> None:
    for path in ("/internal/status", "/internal/../internal/status", "/%69nternal/status", "//internal/status"):
        assert ask(served[0], "POST", path, b"{}").status in (400, 403, 404), path


def test_figures_need_the_token(served: tuple[Server, str]) -> None:
    assert ask(served[0], "GET", "/metrics").status == 404
    assert ask(served[0], "GET", "/metrics", authorization="Bearer wrong").status == 404
    assert b"trailhouse_received_total" in ask(served[0], "GET", "/metrics", authorization=f"Bearer {TOKEN}").body


def test_figures_tell_how_machine_jobs_and_mail_are(served: tuple[Server, str]) -> None:
    figures = ask(served[0], "GET", "/metrics", authorization=f"Bearer {TOKEN}").body.decode()
    known = dict(line.split() for line in figures.splitlines() if not line.startswith("#"))
    not_yet = {"trailhouse_canary_age_seconds"}  # it is listened for each thirty seconds
    assert {f"trailhouse_{name}" for name in GAUGES} - not_yet <= known.keys()
    assert known["trailhouse_jobs_failing"] == known["trailhouse_mail_given_up"] == "0"
    assert float(known["trailhouse_disk_free_bytes"]) > 0


def test_pages_come_from_the_app_with_their_headers(served: tuple[Server, str]) -> None:
    answer = ask(served[0], "GET", "/sign-in")
    assert answer.status == 200
    assert b"<html" in answer.body
    policy = answer.headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "base-uri 'none'" in policy
    assert answer.headers["cache-control"].startswith("no-store") or "no-store" in answer.headers["cache-control"]


def test_a_page_is_forwarded_whatever_its_address_holds(served: tuple[Server, str]) -> None:
    answer = ask(served[0], "GET", "/sites/%C3%A9%20%25/a%3Fb?next=%2F%C3%A9&x=1")
    assert (answer.status, answer.headers["location"].split("?")[0]) == (302, "/sign-in")
    assert "%2Fsites" in answer.headers["location"] or "/sites/" in answer.headers["location"]
    head = ask(served[0], "HEAD", "/sign-in")
    assert (head.status, head.body) == (200, b"")


def test_a_cookie_that_cannot_be_read_gets_an_explanation(served: tuple[Server, str]) -> None:
    answer = ask(served[0], "GET", "/sign-in", cookie="name=é")
    assert answer.status == 400
    assert b"Delete the cookies" in answer.body


def test_without_the_app_events_count_and_pages_say_that_they_are_starting(served: tuple[Server, str]) -> None:
    server = served[0]
    server.kill("app")
    assert send(server, EVENT).status == 202
    page = ask(server, "GET", "/sign-in")
    if page.status != 200:  # unless the supervisor was faster
        assert page.status == 503
        assert "retry-after" in page.headers
    told = ask(server, "GET", "/api/v1/sites")
    assert set(json.loads(told.body)) == {"error", "code"}, told.body  # whether the app is back or not
    until(server.ready, what="the app's return")
    numbers = server.drained()
    assert numbers["received_total"] == (
        numbers["stored_total"] + numbers["dropped_total"] + numbers["quarantined_total"]
    )


def test_who_goes_before_the_answer_is_no_failure(served: tuple[Server, str]) -> None:
    server = served[0]
    for _ in range(20):
        with socket.create_connection(("127.0.0.1", server.port), timeout=60) as asking:
            asking.sendall(b"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n")
            asking.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))  # goes at once
    assert ask(server, "GET", "/sign-in").status == 200
    assert "a request failed" not in server.log.read_text()


def test_slow_forms_take_no_page_away(served: tuple[Server, str]) -> None:
    server = served[0]
    slow = []
    for _ in range(80):
        connection = socket.create_connection(("127.0.0.1", server.port))
        connection.sendall(b"POST /sign-in HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 1000\r\n\r\nx")
        slow.append(connection)
    assert ask(server, "GET", "/sign-in").status == 200
    for connection in slow:
        connection.close()


def test_a_form_too_long_is_refused_and_a_get_with_a_body_answered(served: tuple[Server, str]) -> None:
    # Announced only: the answer comes before the body does.
    assert ask(served[0], "POST", "/sign-in", b"x", content_length="1200000").status == 413
    assert ask(served[0], "GET", "/sign-in", b"body").status == 200
