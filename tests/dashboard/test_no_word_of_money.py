"""Where nobody is billed no page speaks of money; where accounts are billed no client reads of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from tools import messages

from tests import people
from tests.billing import money
from tests.i18n.test_pages import Words
from tests.sites.test_routes import Place, World, made, routes, world
from trailhouse.accounts.models import Instance, User
from trailhouse.billing import enrolment
from trailhouse.billing.models import Subscription
from trailhouse.billing.shifting import apply_state
from trailhouse.billing.states import State
from trailhouse.core import clock

__all__ = ["made", "world"]
pytestmark = pytest.mark.django_db

ENGLISH = re.compile(r"(?i)\b(trials?|pric(?:e|es|ing)|payments?|invoice[sd]?|billing|subscriptions?|discounts?)\b")
# The same words as the catalogues have them.
TRANSLATED = {
    "nl": r"proefperiodes?|prij(?:s|zen)|betaling(?:en)?|factu(?:ur|ren|ratie)|abonnement(?:en)?|korting(?:en)?",
    "de": r"testphasen?|probezeit\w*|preise?n?|zahlung(?:en)?|(?:ab)?rechnung(?:en)?|abonnements?|rabatte?",
    "fr": r"essais?|prix|tarifs?|paiements?|factur(?:e|es|ation)|abonnements?|réductions?",
    "es": r"periodos? de prueba|precios?|pagos?|factur(?:a|as|ación)|suscripci(?:ón|ones)|descuentos?",
}
AMOUNT = re.compile(r"[€$£]\s?\d|\d\s?[€$£]|\bEUR\b")
# The operator's own, open to anybody: tests/dashboard/test_prices.py, test_resellers.py, test_contact.py.
ELSEWHERE = {"prices", "resellers", "contact", "contact_sent"}
Who = Callable[[], User]


def shown(page: str) -> str:
    """What a page shows or reads aloud."""
    reader = Words()
    reader.feed(page)
    return " ".join(" ".join(reader.found).split())


def pages(world: World, who: Who, *, of_site: bool = False) -> dict[str, str]:
    """By address, what the pages show that this person may open; `of_site`: those of one site alone."""
    held = next(place for place in world.places if "number" in place.ids).ids
    console: dict[str, Any] = {"account": people.account().pk, "person": people.stranger().pk, "mail": held["mail"]}
    console["client"] = held["client"]  # of one's own agreements
    places = [
        *world.places[:1],
        *world.places[3:4],
        Place("console", 0, console | {"task": held["task"]} | world.staff_ids),
    ]
    found = {}
    for path, route in routes():
        if route.name in ELSEWHERE or path.startswith(("/static", "/api/v1")) or (of_site and "<str:key>" not in path):
            continue
        for place in places:
            if not _fits(path, place):
                continue
            answer = world.asked(who, "get", place.address(path, token="nosuchtoken", path="x", code="x"))
            if answer.headers.get("Content-Type", "").startswith("text/html"):
                found[f"{path} ({place.name})"] = shown(answer.content.decode())
    return found


def _fits(path: str, place: Place) -> bool:
    if "<str:key>" in path:
        return "key" in place.ids
    if "<int:number>" in path:
        return "number" in place.ids
    return place.name == "console"


def said(found: dict[str, str], *patterns: re.Pattern[str]) -> dict[str, list[str]]:
    """By address, the words that ought not to be there, with what stands around them."""
    wrong = {}
    for address, text in found.items():
        hits = [text[max(0, hit.start() - 30) : hit.end() + 30] for one in patterns for hit in one.finditer(text)]
        if hits:
            wrong[address] = hits
    return wrong


OFF, EXTERNAL = Instance.Billing.OFF, Instance.Billing.EXTERNAL


@pytest.mark.parametrize(
    ("who", "mode"),
    [
        *((who, OFF) for who in (people.reseller, people.client_member, people.bookkeeper, people.operator)),
        (people.reseller, EXTERNAL),
    ],
)
def test_where_nobody_is_billed_here_no_page_speaks_of_money(who: Who, mode: Instance.Billing, world: World) -> None:
    Instance.objects.update_or_create(pk=Instance.ONLY, defaults={"billing": mode})
    found = pages(world, who)
    settings = found.pop("/operator/instance (console)", "")  # where the operator decides it …
    if who is people.operator:  # … and prepares it before it is on
        found = {address: page for address, page in found.items() if not address.startswith("/operator/billing")}
    assert len(found) > 20
    assert said(found, ENGLISH) == {}
    assert bool(ENGLISH.search(settings)) == (who is people.operator)


def test_the_page_of_the_instance_speaks_of_money_only_where_it_is_decided(db: None, client: Client) -> None:
    Instance.objects.update_or_create(pk=Instance.ONLY, defaults={"billing": OFF})
    client.force_login(people.operator())
    page = client.get("/operator/instance").text
    before, _start, rest = page.partition('id="billing"')
    assert ENGLISH.findall(shown(before + rest.partition("</section>")[2])) == []


def _texts(found: Any) -> tuple[str, ...]:
    return (found,) if isinstance(found, str) else tuple(found)


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_translation_speaks_of_money_where_the_english_text_does_not(language: str) -> None:
    other = re.compile(rf"(?i)\b(?:{TRANSLATED[language]})\b")
    of_money = re.compile(
        f"{ENGLISH.pattern}|(?i:bill|paid|pay|checkout|the plan|due|credit note|terms are|rate.s off)"
    )
    wrong = [
        text
        for message in messages.committed(language)
        if not any(of_money.search(text) for text in _texts(message.id))
        for text in _texts(message.string)
        if other.search(text)
    ]
    assert wrong == []


STATES = [State.TRIAL, State.DUE, State.PAST_DUE, State.ACTIVE]


@pytest.mark.parametrize("state", STATES)
def test_a_client_reads_no_word_of_money_whatever_its_site_is(state: State, world: World) -> None:
    money.switch_on()
    bakery = people.bakery()
    one = enrolment.enrol(bakery)
    today = clock.now().date()
    late = clock.now() if state == State.PAST_DUE else None
    paid = {"interval": "monthly", "activated_on": today, "paid_until": today, "dunning_since": late}
    Subscription.objects.filter(pk=one.pk).update(state=state, tier=100_000, **paid)
    one.refresh_from_db()
    apply_state(one)
    bakery.refresh_from_db()
    assert bakery.locked == (state == State.DUE)
    for who in (people.client_member, people.client_person) if bakery.locked else (people.client_member,):
        found = pages(world, who, of_site=state != State.DUE or who is people.client_person)
        assert len(found) > 10
        assert said(found, ENGLISH, AMOUNT) == {}
