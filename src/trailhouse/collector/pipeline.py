"""Runs a Hit through the steps: an event to keep, or the reason why it is left out."""

from collections.abc import Iterator
from functools import lru_cache

from trailhouse.collector.agents import screen_class
from trailhouse.collector.draft import Draft, Drop, World
from trailhouse.collector.geo import network_kind
from trailhouse.collector.hit import Hit
from trailhouse.collector.steps import STEPS, recognises
from trailhouse.collector.urls import one_line, scrub, tidy, without_person
from trailhouse.core.money import round_amount
from trailhouse.events.model import IDENTIFY, OWN_NAMES, PAGEVIEW, Event, Spooled
from trailhouse.events.registry import ServedSite

MOST_TITLE = 300
MOST_FACT = 2_000  # characters of a property: as many as a wire format lets through
SITE_SEARCH = "site_search"  # the property that holds what was looked for in the site's own search


def outcomes(hit: Hit, world: World) -> Iterator[Spooled | Drop]:
    """What becomes of `hit`; where its page's address names a recognised visitor, the event that names them as well."""
    draft = Draft(hit)
    yield _outcome(draft, world)
    if hit.name == PAGEVIEW and hasattr(draft, "page") and draft.page.person and recognises(draft):
        naming = Hit(
            hit.site, IDENTIFY, hit.url, hit.request, props=dict(draft.page.person), interactive=False,
            hash_mode=hit.hash_mode, person=hit.person, sent_ms=hit.sent_ms,
        )  # fmt: skip
        named = run(naming, world)
        if isinstance(named, Spooled):  # where the pageview was left out, this one is too, and counts once
            yield named


def run(hit: Hit, world: World) -> Spooled | Drop:
    """Send `hit` through STEPS; the first one that returns a reason ends it."""
    return _outcome(Draft(hit), world)


def _outcome(draft: Draft, world: World) -> Spooled | Drop:
    hit = draft.hit
    for step in STEPS:
        reason = step(draft, world)
        if reason is not None:
            return draft.left_out(reason)
    return Spooled(_event(draft, world), draft.other_visitor_id, _title(hit.title[: 2 * MOST_TITLE]))


def _event(draft: Draft, world: World) -> Event:
    hit, site, page, source = draft.hit, draft.site, draft.page, draft.source
    sender, number = hit.request.sender, site.site_id
    place, agent = sender.place, sender.agent
    bounded = world.cardinality.bounded
    amount, currency = _revenue(hit, site) if hit.revenue else (0, "")
    # In the order of the columns: by position, because names cost a third of the whole step.
    return Event(
        number, 0, "live", draft.ts, draft.visitor_id, 0, 0,
        hit.name if hit.name in OWN_NAMES else bounded(number, "name", hit.name), hit.interactive,
        bounded(number, "hostname", page.hostname), bounded(number, "path", page.path),
        source.referrer, source.name, source.channel, source.utm_source, source.utm_medium, source.utm_campaign,
        source.utm_term, source.utm_content, source.click_id, source.search_term, "",
        place.country, place.region, place.city, place.organisation,
        agent.browser, agent.browser_version, agent.os, agent.os_version, agent.device,
        _screen(hit.screen_width), sender.language,
        _props(draft, world) if hit.props or page.site_search_term else {},
        amount, amount, currency, hit.scroll_depth, hit.engaged_ms,
        network_kind(place.organisation), draft.visitor_id if recognises(draft) else 0, 0, draft.by_key,
    )  # fmt: skip


@lru_cache(maxsize=4096)
def _title(text: str) -> str:
    return tidy(text, MOST_TITLE) if text else ""


@lru_cache(maxsize=4096)
def _screen(width: int) -> str:
    return screen_class(width) if width else ""


def _props(draft: Draft, world: World) -> dict[str, str]:
    site_id, bounded = draft.site.site_id, world.cardinality.bounded
    # What names a visitor who agreed to it is there to say who they are, in their own words.
    kept = _fact if draft.hit.name == IDENTIFY else _clean
    props = {bounded(site_id, "prop", scrub(name)): kept(value) for name, value in draft.hit.props.items()}
    if draft.page.site_search_term:
        props[SITE_SEARCH] = draft.page.site_search_term
    return props


def _fact(text: str) -> str:
    return one_line(text, MOST_FACT)


def _clean(text: str) -> str:
    return scrub(without_person(text))


def _revenue(hit: Hit, site: ServedSite) -> tuple[int, str]:
    """The event's money in minor units and its currency; nothing where it is not in the site's currency.

    Without an exchange rate of the day no other currency can be added up: the event counts, its money does not.
    """
    assert hit.revenue is not None
    amount, currency = hit.revenue
    if currency.upper() != site.currency:
        return 0, ""
    try:
        return round_amount(amount, site.currency), site.currency
    except ValueError:
        return 0, ""
