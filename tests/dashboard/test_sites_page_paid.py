"""The account page where the instance bills: what clients are charged, the ladder, states, the newest script."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import people
from tests.billing import money, resale
from tests.dashboard.account_page import customer, listed, many
from tests.dashboard.payer import DAY, MONEY_WORDS, Go, base, page, paid, reseller, signed_in, time
from trailhouse.accounts.models import Instance, User
from trailhouse.billing.earning import Kind
from trailhouse.billing.models import ClientRate, Subscription
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.dashboard.account_state import COUNTING, PAYMENT
from trailhouse.sites.clients import set_sites
from trailhouse.sites.models import Role, Site
from trailhouse.sites.services import give_role

__all__ = ["reseller", "time"]

pytestmark = pytest.mark.django_db


# -- what clients are charged


def test_what_clients_are_charged_stands_beside_what_the_account_pays(reseller: Client, time: Go) -> None:
    a, b = paid(time, "a.example", "b.example")
    resale.rate(resale.client("Shop", a), Kind.FIXED, 35_00)
    resale.rate(resale.client("School", b), Kind.PLUS, 50_00)
    said = page(reseller, "/sites")
    # 19.00 and 18.05 are paid; the school owes 18.05 and a half of that
    assert (
        "You pay a month, net €37.05 next invoice on 3 Mar 2027 You charge your clients a month €62.08 Margin" in said
    )
    assert "€25.03 margin" in said
    assert "no rate" not in said
    assert f'href="{base()}/margin"' in reseller.get("/sites").text


def test_without_any_rate_there_is_no_figure_but_a_way_to_set_one(reseller: Client, time: Go) -> None:
    (one,) = paid(time, "a.example")
    assert "You charge your clients a month – Set what each pays you" in page(reseller, "/sites")
    client = resale.client("Shop", one)
    resale.rate(client, Kind.FIXED, 35_00, clock.now().date() + timedelta(1))  # not yet
    assert "You charge your clients a month – Set what each pays you" in page(reseller, "/sites")
    books = people.bookkeeper()
    give_role(books, money.account(), Role.STANDARD, by=people.reseller(), site=one.site)
    give_role(books, money.account(), Role.BOOKKEEPER, by=people.reseller())
    assert "You charge your clients a month – No client has a rate" in page(signed_in(books), "/sites")


def test_who_has_no_rate_or_one_in_another_currency_is_said_to_be_left_out(reseller: Client, time: Go) -> None:
    a, b, c = paid(time, "a.example", "b.example", "c.example")
    resale.rate(resale.client("Shop", a), Kind.FIXED, 35_00)
    resale.client("School", b)
    abroad = resale.client("Abroad", c)
    resale.client("No site, no rate")
    ClientRate.objects.create(client=abroad, kind=Kind.FIXED, value=100_00, currency="USD", valid_from=date(2027, 1, 1))
    said = page(reseller, "/sites")
    assert "€35.00 Margin −€20.10 margin 1 client has no rate 1 rate in another currency is left out" in said


def test_a_rate_that_ended_is_one_of_nothing(reseller: Client, time: Go) -> None:
    (one,) = paid(time, "a.example")
    client = resale.client("Shop", one)
    resale.rate(client, Kind.FIXED, 35_00)
    resale.rate(client, Kind.NONE, 0, date(2027, 2, 1))
    said = page(reseller, "/sites")
    assert "You charge your clients a month €0.00 Margin −€19.00 margin" in said
    assert "no rate" not in said


# -- the ladder


def test_the_ladder_is_that_of_the_billing_page(reseller: Client, time: Go) -> None:
    paid(time, "a.example", "b.example")
    said = page(reseller, "/sites")
    ladder = said[said.index("Discount by number of sites") :]
    assert "site 1: 1 of yours 0% sites 2 to 4: 1 of yours 5% sites 5 to 9 10%" in ladder
    assert "What the next site would cost" in ladder
    assert "up to 1,000 €2.00 €1.90 −5% €1.90" in ladder
    assert ladder[: ladder.index("up to 10,000,000")] in page(reseller, base())


@pytest.mark.parametrize("who", [people.adding_super, people.site_super, people.client_member])
def test_nobody_else_reads_what_is_paid_charged_or_kept(time: Go, who: Callable[[], User]) -> None:
    user = who()
    (one,) = paid(time, "a.example")
    people.bakery(), people.law_firm()
    set_sites(people.client(), [people.bakery().pk, one.site_number], by=people.reseller())
    resale.rate(people.client(), Kind.FIXED, 35_00)
    give_role(user, money.account(), Role.SUPER, by=people.reseller(), site=people.law_firm())
    said = page(signed_in(user), "/sites")
    assert "a.example" in said or who is people.site_super
    assert not MONEY_WORDS.search(said)
    assert "Discount" not in said
    assert "margin" not in said.lower()


@pytest.mark.parametrize("mode", [Instance.Billing.OFF, Instance.Billing.EXTERNAL])
def test_where_nobody_is_billed_there_is_neither_ladder_nor_figure(reseller: Client, time: Go, mode: str) -> None:
    (one,) = paid(time, "a.example")
    resale.rate(resale.client("Shop", one), Kind.FIXED, 35_00)
    Instance.objects.update(billing=mode)
    said = page(reseller, "/sites?state=active")
    assert "a.example" in said  # a state of payment makes no sense here and is left out
    for word in ("Discount", "charge", "margin", "€"):
        assert word not in said


def test_an_account_without_sites_reads_how_to_add_one_and_nothing_of_money(reseller: Client, time: Go) -> None:
    said = page(reseller, "/sites")
    assert "No sites yet Add the first one" in said
    assert not MONEY_WORDS.search(said.replace("Trials and payments", ""))


# -- states of payment


@pytest.fixture
def each_state(time: Go) -> dict[str, str]:
    """A site in each state of payment, called by it, and one that waits for its first visit: on trial."""
    names = {state: f"{state.replace('_', '-')}.example" for state in PAYMENT if state != State.TRIAL}
    paid(time, *names.values())
    for state, domain in names.items():
        Subscription.objects.filter(domain=domain).update(state=state)
    money.site("trial.example")
    money.site("waiting.example", visited=False)
    return names | {"trial": "trial.example"}


def test_the_filter_offers_the_states_that_the_column_shows(reseller: Client, each_state: dict[str, str]) -> None:
    html = reseller.get("/sites").text
    select = html[html.index('<select class="input" name="state"') :]
    offered = re.findall(r'<option value="(\w*)"', select[: select.index("</select>")])
    assert offered == ["", *PAYMENT, "waiting"]
    for state, domain in each_state.items():
        also = ["waiting.example"] if state == "trial" else []
        assert listed(reseller.get(f"/sites?state={state}").text) == [domain, *also]
    assert listed(reseller.get("/sites?state=waiting").text) == ["waiting.example"]


def test_sites_are_sorted_by_the_state_that_is_shown(reseller: Client, each_state: dict[str, str]) -> None:
    in_order = ["trial.example", "waiting.example", *(each_state[state] for state in PAYMENT[1:])]
    assert listed(reseller.get("/sites?sort=state").text) == in_order
    assert set(listed(reseller.get("/sites?sort=-state").text)) == set(in_order)
    assert listed(reseller.get("/sites?sort=-state").text)[0] == "cancelled.example"


def test_pages_and_files_hold_what_a_state_leaves(reseller: Client, time: Go) -> None:
    many(230)
    subscribed(State.FREE)
    Subscription.objects.filter(domain__lt="site-0110").update(state=State.CANCELLED)
    last = reseller.get("/sites?state=free&sort=-site&page=2").text
    assert listed(last) == [f"site-{n:04}.example" for n in range(129, 109, -1)]
    assert 'href="?state=free&amp;sort=-site"' in last
    file = reseller.get("/sites?state=cancelled&export=csv").getvalue().decode("utf-8-sig")
    rows = csv.DictReader(io.StringIO(file))
    assert [row["site"] for row in rows] == [f"site-{n:04}.example" for n in range(110)]


def test_a_chosen_state_that_no_site_has_any_more_stays_chosen(reseller: Client, time: Go) -> None:
    paid(time, "a.example")
    html = reseller.get("/sites?state=due").text
    assert '<option value="due" selected>Payment due</option>' in html
    assert "No site fits" in html


def test_a_site_that_its_payer_paused_is_paused_to_everybody(time: Go) -> None:
    paid(time, "a.example")
    Subscription.objects.update(state=State.PAUSED)
    Site.objects.update(stopped=True)
    said = page(signed_in(people.reseller()), "/sites")
    assert "a.example Paused" in said
    assert "Paused Paused" not in said
    colleague = signed_in(people.colleague())
    assert "a.example Paused" in page(colleague, "/sites")
    assert listed(colleague.get("/sites?state=paused").text) == ["a.example"]


@pytest.mark.parametrize("state", sorted(set(PAYMENT) - set(COUNTING)))
def test_to_who_sees_no_payment_its_states_make_no_sense(time: Go, state: str) -> None:
    paid(time, "a.example")
    colleague = signed_in(people.colleague())
    html = colleague.get(f"/sites?state={state}").text
    assert listed(html) == ["a.example"]
    assert f'value="{state}"' not in html


# -- the newest site's script


def test_the_newest_sites_script_stands_there_while_it_is_new(reseller: Client, time: Go) -> None:
    (old,) = paid(time, "a.example")
    assert old.site is not None
    assert "Script for a.example" not in page(reseller, "/sites").replace("Script for a.example Settings", "")
    new = money.site("new.example", visited=False).site
    assert new is not None
    said = page(reseller, "/sites")
    assert "Script for new.example Send it by e-mail &lt;script defer src=" in said or "<script defer src=" in said
    assert f"/s/{new.key}.js" in said
    assert "How to paste it Waiting for the first visit" in said
    assert f'href="/sites/{new.key}/script#send"' in reseller.get("/sites").text
    assert 'id="send"' in reseller.get(f"/sites/{new.key}/script").text
    Site.objects.filter(pk=new.pk).update(first_event_at=clock.now())
    time(timedelta(hours=3))
    assert "First visit seen 3 hours ago." in page(reseller, "/sites")
    assert "First visit seen" not in page(signed_in(people.colleague()), "/sites")  # the trial is no matter of theirs
    time(40 * DAY)
    assert "How to paste it" not in page(reseller, "/sites")


def test_a_script_is_shown_to_who_may_change_its_site(time: Go) -> None:
    people.bakery(), people.law_firm()
    for who, sees in ((people.colleague, True), (people.client_person, False)):
        user = who()
        give_role(user, money.account(), Role.STANDARD, by=people.reseller(), site=people.law_firm())
        assert ("How to paste it" in page(signed_in(user), "/sites")) is sees


# -- the cost of the page


def subscribed(state: State) -> None:
    """All sites that are under no subscription yet come under one in that state."""
    now = clock.now()
    missing = Site.objects.filter(subscription=None).select_related("account")
    Subscription.objects.bulk_create(
        Subscription(
            account=site.account, site=site, site_number=site.pk, domain=site.domain, state=state, tier=1000,
            interval="monthly", paid_until=now.date(), trial_ends_at=now,
        )
        for site in missing
    )  # fmt: skip


def test_the_number_of_database_queries_is_bounded_where_the_instance_bills(reseller: Client, time: Go) -> None:
    def queries(path: str = "/sites") -> int:
        reseller.get(path)
        with CaptureQueriesContext(connection) as captured:
            assert reseller.get(path).status_code == 200
        return len(captured)

    (one,) = paid(time, "a.example")
    resale.rate(resale.client("Shop", one), Kind.FIXED, 35_00)
    money.site("new.example", visited=False)
    few = queries()
    many(150)
    subscribed(State.ACTIVE)
    for number, site in enumerate(Site.objects.filter(client=None)):
        Site.objects.filter(pk=site.pk).update(client=customer(f"Client {number % 20}"))
    assert queries() == few
    assert queries("/sites?state=active&sort=-state&page=2") <= few
    assert few <= 22
