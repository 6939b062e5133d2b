"""Who is confined to a segment sees figures of this segment alone, wherever figures are shown."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.test import Client
from django.urls import URLPattern

from tests import people
from tests.dashboard import visits
from tests.sites.test_routes import WORDS, routes
from trailhouse.accounts.models import AuditEntry, User
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.periods import named
from trailhouse.digests.selectors import Place, people_of
from trailhouse.events.store import Store
from trailhouse.exports.access import may_export
from trailhouse.sites import access, funnels, invitations, roles, segments, selectors
from trailhouse.sites.access import Privilege
from trailhouse.sites.funnels import FunnelText, StepText
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.listing import listed_sites
from trailhouse.sites.models import CampaignCost, Invitation, Membership, Role, Section, Segment, Site
from trailhouse.sites.roles import Grant
from trailhouse.sites.segments import SegmentText
from trailhouse.stats.answer import ask
from trailhouse.stats.question import Question, SiteContext

pytestmark = pytest.mark.django_db

TELLTALE = "Telltale"  # every text of a visit that is not of the segment
MOBILE = [{"how": "", "any": [["is", "visit:device", ["Mobile"]]]}]


@pytest.fixture
def phones(bakery: Site, reading: Store) -> Segment:
    """The segment, beside which there is a visit that is not of it."""
    texts = (
        "source",
        "referrer",
        "utm_campaign",
        "utm_medium",
        "utm_source",
        "search_term",
        "channel",
        "city",
        "region",
    )
    values = dict.fromkeys((*texts, "organisation", "browser", "os", "language", "screen"), TELLTALE)
    start = clock.to_ms(visits.NOW) - 20 * visits.MINUTE
    paths = (f"/{TELLTALE}", f"/{TELLTALE}/two", "/contact")
    outside = list(visits.visit(bakery.pk, 8000, start, paths, device="Desktop", country="IS", **values))
    for name, props in (
        ("Order", {"plan": TELLTALE, TELLTALE: "1"}),
        ("404", {"path": f"/{TELLTALE}"}),
        (TELLTALE, {}),
    ):
        outside.append(msgspec.structs.replace(outside[0], name=name, props=props))
    visits.add(reading, outside)
    return segments.add(bakery, SegmentText("Phones", own=False, groups=MOBILE), by=people.reseller())


def confined(phones: Segment) -> User:
    """The bakery's client, who sees the segment alone."""
    user = people.client_person()
    Membership.objects.filter(user=user).update(segment=phones)
    return user


def browser(user: User) -> Client:
    """The browser of `user`."""
    client = Client()
    client.force_login(user)
    return client


def addresses(site: Site, *, narrow: bool) -> Iterator[str]:
    """The address of each page of the site's statistics that narrows what it shows, or of each that does not."""
    steps = (StepText("page", "/*"), StepText("event", "Order"))
    funnel = site.funnels.first() or funnels.add(site, FunnelText("Orders", steps), by=people.reseller())
    goal = site.goals.get(name="Order placed")
    known = WORDS | {"key": site.key, "funnel": funnel.pk, "goal": goal.pk, "prop": "plan", "step": "menu"}
    known |= {"segment": site.segments.get(name="Phones").pk, "export": 1, "number": 1}
    for path, route in routes():
        if _of_statistics(route) and getattr(route.callback, "narrows", False) is narrow:
            for name, value in known.items():
                for kind in ("str", "int", "path"):
                    path = path.replace(f"<{kind}:{name}>", str(value))
            assert "<" not in path
            yield path


def _of_statistics(route: URLPattern) -> bool:
    return getattr(route.callback, "privilege", None) is Privilege.VIEW_STATS


def told(client: Client, address: str) -> str:
    """What a page says: as it is opened, and as the file that it offers."""
    found = [client.get(f"{address}?period=all"), client.get(f"{address}?period=all&export=csv")]
    assert {answer.status_code for answer in found} <= {200, 302, 404}, address
    return "\n".join(text_of(answer) for answer in found)


def text_of(answer: Any) -> str:
    """The whole of an answer, whether it is a page or a file."""
    return (b"".join(answer.streaming_content) if answer.streaming else answer.content).decode()


def test_no_page_tells_of_what_is_not_in_the_segment(bakery: Site, phones: Segment) -> None:
    theirs, ours = browser(confined(phones)), browser(people.reseller())
    pages = list(addresses(bakery, narrow=True))
    assert len(pages) > 20
    telling = [address for address in pages if TELLTALE in text_of(ours.get(f"{address}?period=all"))]
    assert len(telling) > 10, "without the confinement there is something to tell"
    assert [address for address in pages if TELLTALE in told(theirs, address)] == []


@pytest.mark.parametrize("part", ["report", "figures", "panel-sources", "panel-pages", "panel-events"])
def test_no_part_of_the_overview_does_either_whatever_is_filtered(bakery: Site, phones: Segment, part: str) -> None:
    theirs = browser(confined(phones))
    for query in ("?period=all&metric=pageviews", "?f=has_not_done:device:Mobile", f"?f=is:segment:{phones.pk}"):
        answer = theirs.get(f"/sites/{bakery.key}{query}", headers={"HX-Request": "true", "HX-Target": part})
        assert answer.status_code == 200
        assert TELLTALE not in answer.content.decode()


def test_their_figures_are_those_of_the_segment(bakery: Site, phones: Segment) -> None:
    theirs, ours = browser(confined(phones)), browser(people.reseller())
    for page in ("", "/sources", "/trends", "/hours", "/events/goals", "/goals"):
        file = f"/sites/{bakery.key}{page}?period=all&export=csv"
        narrowed = text_of(theirs.get(file))
        assert narrowed == text_of(ours.get(f"{file}&f=is:segment:{phones.pk}")), page
        assert narrowed != text_of(ours.get(file)), page


def test_what_is_not_narrowed_does_not_exist_for_them(bakery: Site, phones: Segment) -> None:
    theirs = browser(confined(phones))
    closed = list(addresses(bakery, narrow=False))
    assert len(closed) > 10
    assert [one for one in closed if theirs.get(one).status_code not in {404, 405}] == []
    assert [one for one in closed if theirs.post(one).status_code not in {404, 405}] == []
    page = theirs.get(f"/sites/{bakery.key}").content.decode()
    for hidden in ("/live", "/visitors", "/month", "/left-out", "/digests"):
        assert f'href="/sites/{bakery.key}{hidden}' not in page
    assert "Only: Phones" in page


def test_what_campaigns_cost_is_told_of_all_visits_or_not_at_all(bakery: Site, phones: Segment) -> None:
    day, kind = visits.NOW.date(), CampaignCost.Kind.SUM
    CampaignCost.objects.create(
        site=bakery, campaign="Never clicked", first_day=day, last_day=day, kind=kind, amount_minor=100
    )
    page = f"/sites/{bakery.key}/campaigns"
    assert "Never clicked" in text_of(browser(people.reseller()).get(page))
    assert "Never clicked" not in text_of(browser(confined(phones)).get(page))


def test_whoever_looks_as_them_sees_what_they_see(bakery: Site, phones: Segment) -> None:
    one, ours = Membership.objects.get(user=confined(phones)), browser(people.reseller())
    ours.post(f"/sites/{bakery.key}/view-as/{one.pk}")
    page = ours.get(f"/sites/{bakery.key}?period=all").content.decode()
    assert "Only: Phones" in page
    assert TELLTALE not in page
    assert ours.get(f"/sites/{bakery.key}/visitors").status_code == 404


def test_the_site_stands_in_their_list_without_figures(bakery: Site, phones: Segment) -> None:
    user = confined(phones)
    assert list(selectors.sites_of(user)) == [bakery]
    (listed,) = [one for one in listed_sites(user) if one.number == bakery.pk]
    assert not listed.reads
    assert not access.allowed(user, bakery, Privilege.VIEW_STATS)
    assert not Site.objects.filter(access.visible_sites(user)).exists()


def test_no_mail_and_no_export_of_everything(bakery: Site, phones: Segment) -> None:
    user = confined(phones)
    assert user not in people_of(Place(bakery.account, bakery))
    assert not may_export(user, bakery)


def test_other_segments_of_the_site_are_not_theirs_to_ask(bakery: Site, phones: Segment) -> None:
    other = segments.add(bakery, SegmentText("Branch two", own=False, groups=MOBILE), by=people.reseller())
    page = browser(confined(phones)).get(f"/sites/{bakery.key}?f=is:segment:{other.pk}").content.decode()
    assert "Branch two" not in page
    assert "left out" in page


def test_a_role_at_the_whole_site_shows_the_whole_site(bakery: Site, phones: Segment) -> None:
    user = confined(phones)
    Membership.objects.create(user=user, account=bakery.account, role=Role.STANDARD)
    assert access.rights(user, bakery.account, bakery).within is None
    assert access.allowed(user, bakery, Privilege.VIEW_STATS, Section.VISITORS)


def test_somebody_is_invited_to_a_segment_and_looks_at_it_alone(client: Client, bakery: Site, phones: Segment) -> None:
    ours = browser(people.reseller())
    form = {"email": "branch@client.example", "role": "standard", "segment": phones.pk}
    page = ours.post(f"/sites/{bakery.key}/people", form).content.decode()
    assert "All · only Phones" in page
    token = invitations.resend(Invitation.objects.get(), by=people.reseller())
    client.post(f"/invitations/{token}", {"full_name": "Bram Branch", "password": people.PASSWORD})
    made = Membership.objects.get(user__email="branch@client.example")
    assert made.segment == phones
    assert access.rights(made.user, bakery.account, bakery).within == phones.pk
    joined = AuditEntry.objects.get(account=bakery.account, action="person.joined")
    assert joined.details["segment"] == "Phones"
    ours.post(f"/sites/{bakery.key}/people/{made.pk}", {"role": "standard", "segment": ""})
    made.refresh_from_db()
    assert made.segment is None


@pytest.mark.parametrize("wrong", ["super", "everywhere", "other site", "own"])
def test_only_who_looks_at_one_site_is_confined_and_to_its_own_segment(
    bakery: Site, phones: Segment, wrong: str
) -> None:
    by = people.reseller()
    own = segments.add(bakery, SegmentText("Mine", own=True, groups=MOBILE), by=by)
    grant = {
        "super": Grant(Role.SUPER, sites=(bakery,), segment=phones),
        "everywhere": Grant(Role.STANDARD, everywhere=True, segment=phones),
        "other site": Grant(Role.STANDARD, sites=(people.law_firm(),), segment=phones),
        "own": Grant(Role.STANDARD, sites=(bakery,), segment=own),
    }[wrong]
    with pytest.raises(UserError) as told:
        invitations.invite(bakery.account, by, NewInvitation("new@client.example", grant))
    assert told.value.code == "wrong_access"


def test_a_segment_stays_as_long_as_somebody_is_confined_to_it(bakery: Site, phones: Segment) -> None:
    by = people.reseller()
    one = Membership.objects.get(user=confined(phones))
    with pytest.raises(UserError) as told:
        segments.delete(phones, by=by)
    assert told.value.code == "segment_confines"
    roles.remove(one, by=by)
    segments.delete(phones, by=by)
    assert not Segment.objects.filter(pk=phones.pk).exists()


def test_a_site_is_deleted_with_its_segments_and_who_is_confined_to_them(bakery: Site, phones: Segment) -> None:
    confined(phones)
    grant = Grant(Role.STANDARD, sites=(bakery,), segment=phones)
    invitations.invite(bakery.account, people.reseller(), NewInvitation("new@client.example", grant))
    bakery.delete()
    assert not Membership.objects.exists()


def test_a_rate_is_of_the_segment_too_where_a_goal_makes_it(bakery: Site, reading: Store) -> None:
    groups = [{"how": "", "any": [["is", "event:goal", ["Order placed"]]]}]
    buyers = segments.add(bakery, SegmentText("Buyers", own=False, groups=groups), by=people.reseller())
    span = named("30d", ZoneInfo("UTC"), clock.now())
    for within, everybody in ((None, False), (buyers.pk, True)):
        asked = SiteContext.of(selectors.context(bakery, within=within))
        question = Question(asked, span, ("conversion_rate",), ("event:goal",))
        rates = {row.dimensions[0]: row.metrics[0] for row in ask(reading, question).rows}
        assert (rates["Order placed"] == 100) is everybody
