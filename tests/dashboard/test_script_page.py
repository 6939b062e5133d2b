"""The page of a site's script: guides, the check, the mails again, and the trial where there is one."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests import people
from tests.events.makers import MINUTE, NOON, event
from tests.sites.pages import Answer, Server, serving
from tests.sites.stores import insert
from trailhouse.accounts.models import Instance
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.dashboard.guides import GUIDES
from trailhouse.events.store import Store
from trailhouse.outbox import services as outbox
from trailhouse.outbox.models import Mail
from trailhouse.sites import fetching, lifecycle, proving, selectors, services
from trailhouse.sites.models import Role, Site
from trailhouse.sites.services import give_role

pytestmark = pytest.mark.django_db


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """The bakery's own server, to which its check is led."""
    with serving() as there:
        real = proving.check_page

        def led(site: Site, reach: fetching.Reach | None = None, **_more: Any) -> Any:
            return real(site, there.reach(), scheme="http", port=there.port)

        monkeypatch.setattr(proving, "check_page", led)
        yield there


def text(response: Any) -> str:
    """What an answer says, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode()))


def path(end: str = "") -> str:
    """An address of the bakery's script."""
    return f"/sites/{people.bakery().key}/script{end}"


@pytest.mark.parametrize("platform", list(GUIDES))
def test_each_guide_has_its_steps_and_the_sites_own_script(reseller: Client, platform: str) -> None:
    answer = reseller.get(path(f"/{platform}"))
    page = answer.content.decode()
    key = people.bakery().key
    assert f"http://127.0.0.1:8000/s/{key}.js" in page
    assert page.count("<li>") >= 3
    assert f'href="{path(f"/{platform}")}"' in reseller.get(path()).content.decode()


def test_only_known_platforms_have_a_guide(reseller: Client) -> None:
    assert reseller.get(path("/geocities")).status_code == 404


@pytest.mark.parametrize(("platform", "holds"), [
    ("tag-manager", "&lt;script defer src="),
    ("next", "strategy=&quot;afterInteractive&quot;"),
    ("next", "{ children: React.ReactNode }"),
    ("nuxt", "head: {"),
    ("laravel", "@production"),
])  # fmt: skip
def test_code_is_of_its_platform(reseller: Client, platform: str, holds: str) -> None:
    page = reseller.get(path(f"/{platform}")).content.decode()
    assert holds in page
    if platform in {"tag-manager", "next", "nuxt"}:
        assert "noscript&gt;" not in page, "these run nothing without JavaScript"


def test_the_check_says_what_it_found_as_a_page_and_as_a_part_of_it(reseller: Client, server: Server) -> None:
    server.answers["/"] = Answer(b"<h1>Bread</h1>")
    whole = reseller.post(path("/check"))
    assert "The script is not on the page" in text(whole)
    assert "<html" in whole.content.decode()
    assert 'http-equiv="refresh"' not in whole.content.decode(), "what was found stays"
    server.answers["/"] = Answer(f'<script src="http://127.0.0.1:8000/s/{people.bakery().key}.js"></script>'.encode())
    part = reseller.post(path("/check"), headers={"hx-request": "true"})
    assert "The script of this site is on the page" in text(part)
    assert "<html" not in part.content.decode()
    assert reseller.get(path("/check"))["Location"] == path()


def test_what_a_page_says_is_escaped(reseller: Client, server: Server) -> None:
    other = "zzzzzzzzzz"
    server.answers["/"] = Answer(
        f"<script src='http://127.0.0.1:8000/s/{other}.js'></script><title><p onclick=x></title>".encode()
    )
    page = reseller.post(path("/check")).content.decode()
    assert f"another site ({other})" in page
    assert "onclick" not in page


def test_the_check_proves_the_domain_by_the_sites_own_token(reseller: Client, server: Server) -> None:
    site = people.bakery()
    page = reseller.get(path()).content.decode()
    assert proving.token_of(site) in page
    assert proving.token_of(site) != proving.token_of(people.law_firm())
    meta = '<meta name="stats-proof" content="{}">'
    server.answers["/"] = Answer(meta.format(proving.token_of(people.law_firm())).encode())
    reseller.post(path("/check"))
    assert Site.objects.get(pk=site.pk).proved_at is None
    before = selectors.snapshot().revision
    server.answers["/"] = Answer(meta.format(proving.token_of(site)).encode())
    said = text(reseller.post(path("/check")))
    assert "proves that this domain is yours" in said
    assert Site.objects.get(pk=site.pk).proved_at
    assert selectors.snapshot().revision > before
    assert proving.token_of(site) not in reseller.get(path()).content.decode(), "there is nothing left to prove"


def test_after_a_visit_the_domain_can_still_be_proved_by_more(reseller: Client) -> None:
    site = people.bakery()
    services.prove(site.pk, clock.now())
    page = reseller.get(path())
    assert "A visit has shown that this domain is yours" in text(page)
    assert proving.token_of(site) in page.content.decode()


def test_whoever_sends_visits_by_the_domain_alone_is_told_what_is_missing(
    reseller: Client, client: Client, reading: Store
) -> None:
    site, missing = people.bakery(), "they name this site by its domain alone"
    insert(reading, event(site_id=site.pk))
    page = reseller.get(path())
    assert missing in text(page)
    assert f"name the site by the key <code>{site.key}</code>" in page.content.decode()
    assert missing in text(reseller.get(path("/wordpress")))
    assert 'hx-trigger="every 10s"' in reseller.get(path("/state")).content.decode()
    client.force_login(people.client_person())
    assert missing not in text(client.get(path())), "who cannot change it is not bothered"
    insert(reading, event(NOON + MINUTE, site_id=site.pk, by_key=True))
    turned = reseller.get(path("/state"))
    assert "The first visit has come" in text(turned)
    assert "hx-trigger" not in turned.content.decode()
    assert missing not in text(reseller.get(path()))


def test_a_domain_that_is_proved_in_another_way_misses_nothing(reseller: Client, reading: Store) -> None:
    site = people.bakery()
    insert(reading, event(site_id=site.pk))
    services.prove(site.pk, clock.now(), shown=True)
    assert "The first visit has come" in text(reseller.get(path()))


def test_the_people_of_an_account_check_ten_pages_a_minute(reseller: Client, server: Server) -> None:
    with clock.frozen(clock.now()):  # all of them in one minute
        answers = [text(reseller.post(path("/check"))) for _time in range(11)]
    assert "Too many pages" not in answers[9]
    assert "Too many pages are being checked" in answers[10]
    assert len(server.asked) <= 20


def test_who_only_looks_sees_script_and_guides_and_can_neither_check_nor_send(client: Client, server: Server) -> None:
    client.force_login(people.client_person())
    page = client.get(path())
    assert page.status_code == 200
    assert "WordPress" in text(page)
    assert "Check the page" not in text(page)
    assert client.post(path("/check")).status_code == 404
    assert client.post(path("/send"), {"to": "x@client.example", "mail": "sites/script"}).status_code == 404
    assert not Mail.objects.exists()
    assert server.asked == []


def leave_out(store: Store, reason: str, page: str) -> None:
    """Something of the bakery that was left out a minute ago."""
    detail = json.dumps({"name": "pageview", "page": page})
    store.command(
        "INSERT INTO quarantine (site_id, batch, ts, reason, detail)"
        f" VALUES ({people.bakery().pk}, 1, {clock.now_ms() / 1000 - 60:.3f}, '{reason}', '{detail}')"
    )


def test_the_wait_says_why_what_came_was_left_out(reseller: Client, reading: Store) -> None:
    assert "Open a page of the site in a new tab" in text(reseller.get(path("/state")))
    leave_out(reading, "own_visit", "harbour-bakery.example/")
    assert "left out: The visitor marked this browser as their own." in text(reseller.get(path("/state")))


def test_the_first_page_of_a_site_that_waits_says_so_too(reseller: Client, reading: Store) -> None:
    overview = f"/sites/{people.bakery().key}"
    assert "Waiting for the first visit" in text(reseller.get(overview))
    leave_out(reading, "own_visit", "harbour-bakery.example/")
    assert "left out: The visitor marked this browser as their own." in text(reseller.get(overview))


def test_a_site_that_is_not_counted_waits_for_nothing(reseller: Client, reading: Store) -> None:
    site = people.bakery()
    services.change_site(site, {"counts": False}, by=None)
    page = text(reseller.get(f"/sites/{site.key}"))
    assert "The site is paused: nothing is counted." in page
    assert "Waiting for the first visit" not in page
    lifecycle.delete_later(site, site.domain, by=people.reseller())
    assert "Waiting for the first visit" not in text(reseller.get(f"/sites/{site.key}"))


def test_the_wait_offers_to_count_another_hostname_with_one_click(reseller: Client, reading: Store) -> None:
    leave_out(reading, "foreign_hostname", "copy.example/x")
    part = reseller.get(path("/state"))
    assert "The script runs on copy.example , which is no hostname of this site" in text(part)
    form = dict(re.findall(r'name="(do|hostname)" value="([^"]*)"', part.content.decode()))
    reseller.post(f"/sites/{people.bakery().key}/settings", form)
    assert [alias.hostname for alias in people.bakery().aliases.all()] == ["copy.example"]
    assert "Open a page of the site in a new tab" in text(reseller.get(path("/state"))), "it waits for a visit there"


def test_who_only_looks_is_told_and_can_let_nothing_in(client: Client, reading: Store) -> None:
    leave_out(reading, "foreign_hostname", "copy.example/x")
    client.force_login(people.client_person())
    part = client.get(path("/state"))
    assert "copy.example" in text(part)
    assert "<form" not in part.content.decode()


def test_the_mail_for_forwarding_is_sent_to_any_address(reseller: Client) -> None:
    answer = reseller.post(path("/send"), {"to": "Web@client.example", "mail": "sites/script"})
    assert answer["Location"] == path()
    assert "The mail to web@client.example is on its way" in text(reseller.get(path()))
    mail = Mail.objects.get()
    assert (mail.to, mail.template, mail.stranger) == ("web@client.example", "sites/script", True)


def test_where_no_mail_is_sent_the_page_does_not_say_that_one_is_on_its_way(reseller: Client, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    reseller.post(path("/send"), {"to": "web@client.example", "mail": "sites/script"})
    page = text(reseller.get(path()))
    assert "No mail is sent here. The one to web@client.example is kept under Mail: pass it on by hand." in page


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({"to": "nobody", "mail": "sites/script"}, "valid email address"),
        ({"to": "", "mail": "sites/script"}, "required"),
        ({"to": "a@b.example", "mail": "accounts/reset"}, "Select a valid choice"),
    ],
)
def test_a_wrong_address_is_explained_beside_its_field(reseller: Client, form: dict[str, str], said: str) -> None:
    answer = reseller.post(path("/send"), form)
    assert answer.status_code == 422
    assert said in text(answer)
    assert not Mail.objects.exists()


def test_the_limit_of_the_outbox_is_explained_beside_the_field(
    reseller: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: Any, **_more: Any) -> Mail:
        raise UserError("too_many_mails", "That is enough for today.", "Go on tomorrow.", 429)

    monkeypatch.setattr(outbox, "mail", full)
    answer = reseller.post(path("/send"), {"to": "a@b.example", "mail": "sites/script"})
    assert answer.status_code == 422
    assert "That is enough for today. Go on tomorrow." in text(answer)


def test_the_mail_about_the_account_is_sent_by_those_alone_who_add_sites(client: Client) -> None:
    client.force_login(people.colleague())
    assert "For the administrator" not in text(client.get(path()))
    assert client.post(path("/send"), {"to": "a@b.example", "mail": "sites/added"}).status_code == 422
    client.force_login(people.reseller())
    assert "For the administrator" in text(client.get(path()))
    assert client.post(path("/send"), {"to": "a@b.example", "mail": "sites/added"}).status_code == 302


@pytest.mark.parametrize("billing", [Instance.Billing.OFF, Instance.Billing.ON])
def test_the_trial_is_shown_where_there_is_one_to_those_who_pay(client: Client, billing: str) -> None:
    Instance.objects.update_or_create(id=1, defaults={"billing": billing})
    client.force_login(people.reseller())
    assert ("free trial of four weeks" in text(client.get(path()))) == (billing == Instance.Billing.ON)
    client.force_login(people.client_person())
    assert "trial" not in text(client.get(path()))


def test_a_super_user_of_one_site_may_check_it(client: Client, server: Server) -> None:
    site = people.bakery()
    user = people.person("super@client.example", "Sue Super", "Sue")
    give_role(user, site.account, Role.SUPER, by=None, site=site)
    client.force_login(user)
    assert client.post(path("/check")).status_code == 200


def test_adding_a_site_by_its_form_writes_both_mails(reseller: Client) -> None:
    form = {"domain": "new.example", "account": str(people.account().pk), "timezone": "UTC", "privacy": "visits"}
    reseller.post("/sites/add", form)
    assert sorted(Mail.objects.values_list("template", flat=True)) == ["sites/added", "sites/script"]
