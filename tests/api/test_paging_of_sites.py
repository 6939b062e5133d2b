"""Sites by program come in pages, to and fro, and only one's own."""

from urllib.parse import quote

import pytest

from tests import people
from tests.api.test_sites import BAKERY, _rested, ask
from trailhouse.api.paging import cursor
from trailhouse.sites.services import NewSite, add_site

__all__ = ["_rested"]
pytestmark = pytest.mark.django_db


def test_sites_come_in_pages_to_and_fro_and_only_ones_own() -> None:
    people.stranger()
    names = [f"site-{letter}.example" for letter in "abcde"]
    for name in reversed(names):
        add_site(people.account(), NewSite(name), by=None, mail=False)
    seen: list[list[str]] = []
    step: str | None = ""
    while step is not None:
        answer = ask("GET", f"?limit=2{step}").json()
        seen.append([site["domain"] for site in answer["sites"]])
        step = answer["meta"]["after"] and f"&after={answer['meta']['after']}"
    assert seen == [names[:2], names[2:4], names[4:]]
    assert answer["meta"] == {"after": None, "before": cursor(names[4]), "limit": 2}
    back = ask("GET", f"?limit=2&before={answer['meta']['before']}").json()
    assert [site["domain"] for site in back["sites"]] == names[2:4]
    assert back["meta"] == {"after": cursor(names[3]), "before": cursor(names[2]), "limit": 2}
    first = ask("GET", f"?limit=2&before={back['meta']['before']}").json()
    assert first["meta"] == {"after": cursor(names[1]), "before": None, "limit": 2}
    nothing = {"sites": [], "meta": {"after": None, "before": None, "limit": 100}}
    assert ask("GET", f"?after={cursor('zzz')}").json() == nothing


def test_a_cursor_is_pasted_into_an_address_as_it_stands() -> None:
    people.bakery()
    for name in ("a+b&c=d@elsewhere.example", "a+c@elsewhere.example"):
        ask("PUT", "/guests", {"site_id": BAKERY, "email": name, "role": "viewer"})
    first = ask("GET", f"/guests?site_id={BAKERY}&limit=1").json()
    second = ask("GET", f"/guests?site_id={BAKERY}&limit=1&after={first['meta']['after']}").json()
    assert [one["email"] for one in second["guests"]] == ["a+c@elsewhere.example"]


@pytest.mark.parametrize("wrong", ["x", "_w", "é", "%00", "a" * 5])
def test_a_cursor_that_no_answer_told_is_refused(wrong: str) -> None:
    assert ask("GET", f"?after={quote(wrong)}").status_code == 400


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", "9" * 50, "²"])
def test_a_wrong_limit_is_refused(limit: str) -> None:
    assert ask("GET", f"?limit={quote(limit)}").status_code == 400
