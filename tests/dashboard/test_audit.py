"""The audit log: every action in words, filtered, and exported so that no spreadsheet calculates it."""

import ast
import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

import trailhouse
from tests import people
from trailhouse.accounts.models import AuditEntry, User
from trailhouse.accounts.services import record
from trailhouse.billing.states import Transition
from trailhouse.core import clock
from trailhouse.core.csv_files import neutral
from trailhouse.dashboard.audit_words import GROUPS, SITE_SETTINGS, WORDS, group_of, groups, sentence
from trailhouse.sites import invitations, segments, services
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Role
from trailhouse.sites.roles import Grant
from trailhouse.sites.segments import SegmentText
from trailhouse.sites.settings import SETTINGS

SOURCES = Path(trailhouse.__file__).parent


def recorded() -> Iterator[tuple[str, str]]:
    """Every action that the sources record, and where; "" where it is not written as a text."""
    for file in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) == "record":
                first = node.args[0] if node.args else None
                either = [first.body, first.orelse] if isinstance(first, ast.IfExp) else [first]
                for one in either:
                    yield (str(one.value) if isinstance(one, ast.Constant) else ""), f"{file.name}:{node.lineno}"


def test_every_action_that_is_recorded_has_a_sentence() -> None:
    found = list(recorded())
    assert len(found) > 15
    # These write down transitions by their own name: see the next test.
    shifting = ("shifting.py", "licence_shifting.py")
    wrong = [(action, where) for action, where in found if action not in WORDS and not where.startswith(shifting)]
    assert wrong == []


def test_everything_that_happens_to_a_subscription_has_a_sentence() -> None:
    by_people = ("interval", "pause_asked", "pause_withdrawn")
    assert {f"billing.{what}" for what in (*Transition, *by_people)} <= WORDS.keys()


@pytest.mark.django_db
def test_changed_settings_of_a_site_are_told_in_words_and_only_those_that_changed() -> None:
    site = people.bakery()
    sent = {"query_allow": [], "search_param": "q", "visit_timeout_min": site.visit_timeout_min, "timezone": "UTC"}
    services.change_site(site, sent, by=people.reseller())
    services.change_site(site, sent, by=people.reseller())
    noted = AuditEntry.objects.get(action="site.changed")
    words = f"Settings of {site.domain} were changed: the site's own search, the time zone."
    assert sentence(noted) == words, "the form sends all its fields, and was sent twice"


def test_every_setting_of_a_site_has_words() -> None:
    assert {*SETTINGS, "counts"} == SITE_SETTINGS.keys()


def test_everything_that_somebody_does_to_a_licence_has_a_sentence() -> None:
    by_people = ("activated", "cancel", "grant_ended", "granted", "kept", "logo_dropped", "logo_kept", "paid")
    assert {f"billing.licence_{what}" for what in by_people} <= WORDS.keys()


@pytest.mark.parametrize("action", sorted(WORDS))
def test_a_sentence_needs_no_detail(action: str) -> None:
    said = sentence(AuditEntry(action=action, subject="it"))
    assert "%" not in said
    assert said.endswith(".")


def test_an_empty_detail_is_told_apart_from_a_missing_one() -> None:
    everywhere = AuditEntry(action="person.removed", subject="a@b.example", details={"where": ""})
    assert sentence(everywhere) == "a@b.example lost the access (all sites)."
    assert sentence(AuditEntry(action="person.removed", subject="a@b.example")) == "a@b.example lost the access (–)."
    role = AuditEntry(action="person.role", subject="a@b.example", details={"role": "super", "where": "b.example"})
    assert sentence(role) == "a@b.example was made Super user (b.example)."


def test_actions_are_chosen_in_words_by_group() -> None:
    assert {group_of(action) for action in WORDS} == GROUPS.keys()
    found = groups(["site.renamed", "site.added", "api_key.created", "moon.landed"])
    assert [(group.key, group.name, group.actions) for group in found] == [
        ("api_key", "API keys", (("api_key.created", "The API key … was made"),)),
        ("moon", "moon", (("moon.landed", "moon.landed"),)),
        (
            "site",
            "Sites",
            (("site.added", "The site … was added"), ("site.renamed", "The site … was renamed to …")),
        ),
    ]


def test_what_a_newer_version_recorded_is_shown_as_it_is() -> None:
    assert sentence(AuditEntry(action="moon.landed", subject="it 100%")) == "moon.landed: it 100%"


def text(response: Any) -> str:
    """What an answer says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def log(tail: str = "") -> str:
    """The address of the account's log."""
    return f"/accounts/{people.account().pk}/audit{tail}"


@pytest.mark.django_db
def test_the_log_tells_what_happened_newest_first_and_of_nobody_else(reseller: Client) -> None:
    people.bakery()
    people.stranger()
    with clock.frozen(clock.now() + timedelta(minutes=1)):
        people.client_person()
    said = text(reseller.get(log()))
    role, site = "baker@harbour-bakery.example was made Standard user", "The site harbour-bakery.example was added."
    assert said.index(role) < said.index(site)
    assert "elsewhere.example" not in said


@pytest.mark.django_db
@pytest.mark.parametrize(("own", "told"), [("", "13:05"), ("Asia/Tokyo", "21:05")])
def test_times_are_the_readers_own_or_else_the_accounts_and_the_head_says_which(
    reseller: Client, own: str, told: str
) -> None:
    account = people.account()
    account.timezone = "Europe/Berlin"
    account.save()
    User.objects.filter(email=people.RESELLER).update(timezone=own)
    with clock.frozen(datetime(2026, 11, 26, 12, 5, tzinfo=UTC)):
        record("account.changed", account=account, by=account.owner, subject=account.name)
        page = text(reseller.get(f"/accounts/{account.pk}/audit"))
    assert f"26 Nov 2026, {told}" in page
    assert f"Time {own or 'Europe/Berlin'}" in page


@pytest.mark.django_db
def test_the_log_tells_how_far_a_role_goes(reseller: Client) -> None:
    site, ends = people.bakery(), datetime(2099, 6, 30, 22, tzinfo=UTC)  # midnight in Amsterdam
    phones = [{"how": "", "any": [["is", "visit:device", ["Mobile"]]]}]
    segment = segments.add(site, SegmentText("Phones", own=False, groups=phones), by=people.reseller())
    grant = Grant(Role.STANDARD, sites=(site,), sections=("sources", "pages"), ends_at=ends, segment=segment)
    invitations.invite(site.account, people.reseller(), NewInvitation("new@client.example", grant))
    wide = Grant(Role.SUPER, everywhere=True, may_add_sites=True)
    invitations.invite(site.account, people.reseller(), NewInvitation("wide@client.example", wide))
    said = text(reseller.get(log()))
    assert "(harbour-bakery.example). Sections: Pages, Sources. Only the segment Phones. Until 30 Jun 2099." in said
    assert "With leave to add sites." in said


@pytest.mark.django_db
def test_the_log_is_filtered_by_action_and_person_and_pages_by_a_hundred(reseller: Client) -> None:
    people.law_firm()
    account, colleague = people.account(), people.colleague()
    for n in range(101):
        record("client.added", account=account, by=colleague, subject=f"number {n:03}")
    first, second = (reseller.get(log(f"?action=client.added&page={page}")) for page in (1, 2))
    assert (len(first.context["lines"]), len(second.context["lines"])) == (100, 1)
    assert "page=2&amp;action=client.added" in first.content.decode()
    assert "site vanleer-law" not in text(first)
    whole = reseller.get(log("?action=client"))
    assert whole.context["page"].paginator.count == 101
    assert '<option value="client.added">The client … was added</option>' in first.content.decode().replace(
        " selected", ""
    )
    by_her = reseller.get(log(f"?person={people.reseller().pk}")).context["lines"]
    assert {entry.user for entry, _said in by_her} == {people.reseller()}
    for wrong in ("?action=nonsense", "?action=%00", "?person=x", "?person=99999999999999999999", "?page=x"):
        assert reseller.get(log(wrong)).status_code == 200


@pytest.mark.django_db
def test_the_export_holds_the_same_and_calculates_nothing(reseller: Client) -> None:
    services.add_site(people.account(), services.NewSite("new.example"), by=None)
    hostile = ("=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "\r=1", "＝1")
    for subject in hostile:
        record("person.role", account=people.account(), by=people.reseller(), subject=subject)
    answer = reseller.get(log(".csv"))
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[0][0] == "Time (UTC)"
    assert len(rows) == 1 + AuditEntry.objects.filter(account=people.account()).count()
    assert not [cell for row in rows for cell in row if cell.lstrip(" ")[:1] in "=+-@\t\r＝" and cell]
    only = list(csv.reader(io.StringIO(reseller.get(log(".csv?action=site.added")).content.decode("utf-8-sig"))))
    assert [row[2] for row in only[1:]] == ["site.added"]


@pytest.mark.parametrize(("cell", "kept"), [("a=1", "a=1"), ("=1", "'=1"), ("  @x", "'  @x"), ("", ""), ("–", "–")])
def test_a_cell_that_would_be_a_formula_is_put_behind_an_apostrophe(cell: str, kept: str) -> None:
    assert neutral(cell) == kept
