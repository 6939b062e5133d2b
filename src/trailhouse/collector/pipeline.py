"""Runs a Hit through the steps: an event to keep, or the reason why it is left out."""

from trailhouse.collector.agents import language, screen_class
from trailhouse.collector.draft import Draft, Drop, World
from trailhouse.collector.steps import STEPS
from trailhouse.collector.urls import scrub
from trailhouse.core.money import parse_amount
from trailhouse.events.model import Event, Hit, Spooled
from trailhouse.events.registry import ServedSite

MOST_TITLE = 300
SITE_SEARCH = "site_search"  # the property that holds what was looked for in the site's own search


def run(hit: Hit, world: World) -> Spooled | Drop:
    """Send `hit` through STEPS; the first one that returns a reason ends it."""
    draft = Draft(hit)
    for step in STEPS:
        reason = step(draft, world)
        if reason is not None:
            return draft.left_out(reason)
    title = scrub(hit.title[:MOST_TITLE]) if hit.title else ""
    return Spooled(_event(draft, world), draft.other_visitor_id, title)


def _event(draft: Draft, world: World) -> Event:
    hit, site, page, source = draft.hit, draft.site, draft.page, draft.source
    place, agent, number = draft.place, draft.agent, site.site_id
    bounded = world.cardinality.bounded
    amount, currency = _revenue(hit, site)
    return Event(
        site_id=number,
        batch=0,
        origin="live",
        ts=draft.ts,
        visitor_id=draft.visitor_id,
        visit_id=0,
        visit_started=0,
        name=bounded(number, "name", hit.name),
        interactive=hit.interactive,
        hostname=bounded(number, "hostname", page.hostname),
        path=bounded(number, "path", page.path),
        referrer=source.referrer,
        source=source.name,
        channel=source.channel,
        utm_source=source.utm_source,
        utm_medium=source.utm_medium,
        utm_campaign=source.utm_campaign,
        utm_term=source.utm_term,
        utm_content=source.utm_content,
        click_id=source.click_id,
        search_term=source.search_term,
        entry_path="",
        country=place.country,
        region=place.region,
        city=place.city,
        organisation=place.organisation,
        browser=agent.browser,
        browser_version=agent.browser_version,
        os=agent.os,
        os_version=agent.os_version,
        device=agent.device,
        screen=screen_class(hit.screen_width) if hit.screen_width else "",
        language=language(hit.headers.get("accept-language", "")),
        props=_props(draft, world) if hit.props or page.site_search_term else {},
        revenue=amount,
        revenue_amount=amount,
        revenue_currency=currency,
        scroll_depth=hit.scroll_depth,
        engaged_ms=hit.engaged_ms,
    )


def _props(draft: Draft, world: World) -> dict[str, str]:
    site_id, bounded = draft.site.site_id, world.cardinality.bounded
    props = {bounded(site_id, "prop", name): scrub(value) for name, value in draft.hit.props.items()}
    if draft.page.site_search_term:
        props[SITE_SEARCH] = draft.page.site_search_term
    return props


def _revenue(hit: Hit, site: ServedSite) -> tuple[int, str]:
    """The event's money in minor units and its currency; nothing where it is not in the site's currency.

    Without an exchange rate of the day no other currency can be added up: the event counts, its money does not.
    """
    if hit.revenue is None:
        return 0, ""
    amount, currency = hit.revenue
    if currency.upper() != site.currency:
        return 0, ""
    try:
        return parse_amount(amount, site.currency), site.currency
    except ValueError:
        return 0, ""
