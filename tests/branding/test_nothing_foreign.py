"""A client meets the brand: no page, mail, file or header names the product, the operator or anybody else."""

import io
import re
from datetime import date, datetime, timedelta
from email.message import EmailMessage

import pytest
import xlsxwriter
from allauth.mfa.models import Authenticator
from django.test import Client as Browser

from tests import people
from tests.branding.crawling import Crawl, Seen, foreign, text_of
from tests.branding.pictures import png
from tests.branding.test_audience_of_mail import AUDIENCE, READERS
from tests.dashboard import visits
from tests.dashboard.conftest import reading
from tests.outbox.conftest import Postbox, postbox
from trailhouse.accounts import person, second_step
from trailhouse.accounts.adapter import AccountAdapter
from trailhouse.accounts.models import Account, Instance, User
from trailhouse.accounts.selectors import instance
from trailhouse.branding.models import Brand, Image
from trailhouse.collector.tracker import script, settings_of
from trailhouse.core import clock
from trailhouse.digests import posting, services, telling
from trailhouse.digests.selectors import Place
from trailhouse.digests.services import AlertText, ScheduleText, Whom
from trailhouse.events.store import Store
from trailhouse.exports import services as exports
from trailhouse.exports import telling as exports_telling
from trailhouse.outbox import sending
from trailhouse.outbox.models import Mail
from trailhouse.sites import funnels, invitations, notices, segments, selectors, sharing
from trailhouse.sites.funnels import FunnelText, StepText
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Role, Site
from trailhouse.sites.roles import Grant
from trailhouse.sites.segments import SegmentText
from trailhouse.sites.services import NewSite, add_goal, add_site, give_role
from trailhouse.sites.sharing import LinkText

__all__ = ["postbox", "reading"]
pytestmark = pytest.mark.django_db

BRAND, OTHER, OPERATOR, RESELLER = "Tide Stats", "Dune Figures", "Quay Metrics", "Keelworks Holding"
FOREIGN = ("trailhouse", OPERATOR, OTHER, RESELLER, "hello@quay.example")
LEGAL = re.compile(r"^/legal/|^/agreements|/privacy-text$")  # who processes data for whom stands there, as the law asks
MINE = "owner@harbour-bakery.example"
MONDAY = datetime(2026, 11, 23, 7, 30, tzinfo=visits.NOW.tzinfo)


@pytest.fixture
def site(reading: Store, settings: object) -> Site:
    """The bakery of a reseller with two brands, on an instance with a name of its own."""
    there: Instance = instance()
    there.name, there.support_email = OPERATOR, "hello@quay.example"
    there.save()
    account: Account = people.account()
    Account.objects.filter(pk=account.pk).update(name=RESELLER)
    brand = Brand.objects.create(
        account=account, name=BRAND, colour="#1d4ed8", footer="Tide & Sons", reply_to="care@tide.example",
        help_url="https://tide.example/help", notice_url="https://tide.example/notice",
    )  # fmt: skip
    for kind, digest in ((Image.Kind.LIGHT, "a" * 64), (Image.Kind.DARK, "b" * 64), (Image.Kind.ICON, "c" * 64)):
        Image.objects.create(
            brand=brand, kind=kind, content=png(120, 40), content_type="image/png", width=120, height=40, digest=digest
        )
    other = Brand.objects.create(account=account, name=OTHER, colour="#b45309")
    site = add_site(account, NewSite("harbour-bakery.example"), by=people.reseller(), mail=False)
    Site.objects.filter(pk=people.law_firm().pk).update(brand=other)
    visits.fill(reading, site.pk)
    add_goal(site, "event", "Order", name="Order placed", value_minor=4200)
    people.client()
    _filled(site)
    return Site.objects.select_related("account", "client").get(pk=site.pk)


def _filled(site: Site) -> None:
    """What a client may find on the pages of its site."""
    by = people.reseller()
    steps = (StepText("page", "/"), StepText("page", "/menu"))
    phones = [{"how": "", "any": [["is", "visit:device", ["Mobile"]]]}]
    funnels.add(site, FunnelText("Menu", steps), by=by)
    segments.add(site, SegmentText("Phones", own=False, groups=phones), by=by)
    sharing.set_public(site, True, by=by)


@pytest.fixture
def member(site: Site) -> User:
    """The client's person."""
    return people.client_member()


@pytest.fixture
def browser(member: User) -> Browser:
    one = Browser(raise_request_exception=False)
    one.force_login(member)
    return one


def nobodys(seen: list[Seen]) -> None:
    """Nothing of it names anybody but the brand; and every page names the brand."""
    seen = [one for one in seen if not LEGAL.search(one.address)]
    assert foreign(seen, FOREIGN) == {}
    unbranded = [one.address for one in seen if one.is_page and one.status == 200 and BRAND not in one.text]
    assert unbranded == []


def test_nothing_that_a_client_can_reach_names_anybody_else(browser: Browser, site: Site, postbox: Postbox) -> None:
    crawl = Crawl(browser).follow("/", "/sites", f"/sites/{site.key}", "/profile", "/reports")
    pages = [one for one in crawl.seen.values() if one.is_page]
    assert len(pages) > 30
    kinds = {one.kind for one in crawl.seen.values()}
    assert {"text/csv", "application/json", "image/svg+xml", "image/png", "text/css", "text/javascript"} <= kinds
    assert {"application/vnd.apache.parquet"} <= kinds
    assert any("spreadsheetml" in kind for kind in kinds)
    nobodys(list(crawl.seen.values()))


@pytest.mark.parametrize("role", [Role.SUPER])
def test_nor_does_it_for_a_client_who_looks_after_the_site(
    site: Site, member: User, browser: Browser, postbox: Postbox, role: Role
) -> None:
    give_role(member, site.account, role, by=people.reseller(), client=people.client())
    crawl = Crawl(browser, most=120).follow(f"/sites/{site.key}", f"/sites/{site.key}/settings")
    nobodys(list(crawl.seen.values()))


def test_errors_are_branded(browser: Browser, site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    crawl = Crawl(browser)
    assert crawl.ask("/no/such/page").status == 404
    assert crawl.ask(f"/sites/{people.law_firm().key}").status == 404  # of another brand: as if it did not exist
    assert crawl.ask(f"/sites/{site.key}?f=nonsense").status < 500
    strict = Browser(enforce_csrf_checks=True)
    strict.force_login(people.client_member())
    stale = strict.post("/sign-out")
    assert stale.status_code == 403
    assert BRAND in stale.text
    assert foreign([Seen("/sign-out", 403, "text/html", stale.text, "")], FOREIGN) == {}
    monkeypatch.setattr("trailhouse.dashboard.views_overview._all", lambda *_: 1 / 0)
    assert crawl.ask(f"/sites/{site.key}").status == 500
    nobodys(list(crawl.seen.values()))
    assert all(BRAND in one.text for one in crawl.seen.values() if one.is_page)


def test_shared_links_public_pages_and_embeds_are_branded(site: Site) -> None:
    by = people.reseller()
    closed = sharing.add_link(site, LinkText("Closed", password="secret word"), by=by)
    frame = sharing.add_link(site, LinkText("Frame", embed=True), by=by)
    for start in (f"/share/{closed.slug}", f"/share/{frame.slug}", f"/share/{site.key}"):
        nobodys(list(Crawl(Browser(), most=40).follow(start).seen.values()))


def test_an_invited_client_is_invited_by_the_brand(site: Site) -> None:
    grant = Grant(Role.STANDARD, client=people.client())
    new = NewInvitation("new@harbour-bakery.example", grant)
    one, token = invitations.invite(site.account, people.reseller(), new)
    crawl = Crawl(Browser())
    assert crawl.ask(f"/invitations/{token}").status == 200
    invitations.revoke(one, by=people.reseller())
    assert crawl.ask(f"/invitations/{token}?again").status == 410
    nobodys(list(crawl.seen.values()))


# -- mail


def _written(site: Site, member: User, browser: Browser) -> set[str]:
    """Has each mail written that a client may get; the names of their templates."""
    by = people.reseller()
    Browser().post("/sign-in/code", {"email": MINE})
    Browser().post("/reset-password", {"email": MINE})
    person.ask_to_confirm(member)
    values, _code = person.ask_for_email(member, "new@harbour-bakery.example")
    person.ask_for_email(member, people.colleague().email)
    person.change_email(member, values)
    Authenticator.objects.create(user=member, type=Authenticator.Type.TOTP, data={"secret": "x"})
    second_step.ask_for_code(member)
    asked = second_step.ask(member)
    with clock.frozen(asked.due_at - timedelta(hours=20)):
        second_step.carry_out_due()
    second_step.take_off(member, by=None)
    AccountAdapter().send_mail("account/email/password_changed", member.email, {"user_agent": "Firefox"})
    invited = NewInvitation("new2@harbour-bakery.example", Grant(Role.STANDARD, client=people.client()))
    invitations.invite(site.account, by, invited)
    notices.send_again(site, notices.SCRIPT, "webmaster@harbour-bakery.example", by=by)
    whom = Whom([member], addresses=["board@harbour-bakery.example"])
    with clock.frozen(MONDAY - timedelta(days=3)):
        services.save_schedule(Place(site.account, site), ScheduleText("week", 8, whom=whom), by=by)
    with clock.frozen(MONDAY):
        posting.send_due()
    with clock.frozen(MONDAY):
        plain = ScheduleText("month", 8, what="plain", whom=whom)
        services.save_schedule(Place(site.account, site), plain, by=by)
    with clock.frozen(MONDAY + timedelta(days=10)):
        posting.send_due()
    alert = services.save_alert(Place(site.account, site), AlertText("spike", whom=whom), by=by)
    telling.test(alert, by=member)
    day = date(2026, 11, 20)
    made = exports.ask(site, "totals", "csv", day, day, through="page", by=member)
    exports_telling.tell_ready(made)
    return set(Mail.objects.values_list("template", flat=True))


def letters_of(box: Postbox) -> list[Seen]:
    """Each letter as it arrived: headers, and its parts unpacked."""
    return [_seen(letter) for letter in box.letters]


def _seen(letter: EmailMessage) -> Seen:
    headers = "\n".join(f"{name}: {value}" for name, value in letter.items())
    parts = [part for part in letter.walk() if not part.is_multipart()]
    told = [part.get_filename() or "" for part in parts]
    told += [text_of(bytes(part.get_payload(decode=True)), part.get_content_type()) for part in parts]
    return Seen(f"{letter['Subject']} to {letter['To']}", 200, "message", "\n".join(told), headers)


def test_no_mail_to_a_client_names_anybody_else(
    site: Site, member: User, browser: Browser, postbox: Postbox, settings: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    templates = _written(site, member, browser)
    readers = {template for template, audience in AUDIENCE.items() if audience == READERS}
    # The first is for an address that nobody has; the others say who bills, or who processes data, as the law asks.
    assert templates == readers - {"accounts/unknown", "billing/client_statement", "legal/client_subprocessor"}
    assert not Mail.objects.filter(look="").exists()
    Mail.objects.update(next_try_at=clock.now())  # some were written later
    sending.send_due()
    assert Mail.objects.exclude(state=Mail.State.SENT).count() == 0
    seen = letters_of(postbox)
    assert foreign(seen, FOREIGN) == {}
    assert all(BRAND in one.text for one in seen)
    assert any("%PDF" in one.text for one in seen)
    assert {letter["Reply-To"] for letter in postbox.letters} == {"care@tide.example"}


# -- the script


def test_the_script_and_what_is_pasted_do_not_name_the_product(site: Site) -> None:
    [served] = [one for one in selectors.snapshot().sites if one.site_id == site.pk]
    for consent in ("", "google", "cookiebot", "complianz", "borlabs"):
        served.tracker["consent"] = consent
        text = script(settings_of(served, site.key)).decode()
        assert foreign([Seen("script", 200, "text/javascript", text, "")], FOREIGN) == {}
        assert "window.stats=" in text


def test_a_site_from_before_the_brand_keeps_the_name_that_its_pages_call(reading: Store) -> None:
    site = people.bakery()
    Brand.objects.create(account=site.account, name=BRAND)
    assert site.script_name == "trailhouse"
    [served] = [one for one in selectors.snapshot().sites if one.site_id == site.pk]
    assert b"window.trailhouse=" in script(settings_of(served, site.key))


# -- the test itself


def test_the_crawler_finds_a_name_wherever_it_is_planted(site: Site, member: User, browser: Browser) -> None:
    Brand.objects.filter(name=BRAND).update(footer=f"By {OTHER}")
    found = foreign(Crawl(browser, most=20).follow(f"/sites/{site.key}").seen.values(), [OTHER])
    assert found
    sheet = io.BytesIO()
    book = xlsxwriter.Workbook(sheet)
    book.set_properties({"company": OTHER})
    book.close()
    packed = Seen("x", 200, "", text_of(sheet.getvalue(), ""), "")
    assert foreign([packed], [OTHER.upper()])
    assert foreign([Seen("x", 200, "", "", f"X-By: {OTHER}")], [OTHER])
