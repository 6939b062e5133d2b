"""Why events are left out, in the reader's language: the reasons of docs/left-out.md."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

REASONS: dict[str, Text] = {
    "unknown_site": _("No site has this key or domain"),
    "site_closed": _("The site is paused or closed"),
    "bad_url": _("The page's address cannot be used"),
    "foreign_hostname": _("The page is not on the site's domain, a sub-domain or an alias of it"),
    "own_visit": _("The visitor marked this browser as their own"),
    "privacy_control": _("The browser asks for Global Privacy Control, which the site respects"),
    "bot_user_agent": _("The user agent is that of a known bot"),
    "bot_headless": _("An automated browser"),
    "bot_prefetch": _("The browser loaded the page ahead; nobody has seen it"),
    "bot_datacentre": _("Comes from a hosting network and does not even claim to be a browser"),
    "referrer_spam": _("The referrer is known for faked visits"),
    "excluded_address": _("The address is excluded by the site"),
    "excluded_country": _("The country is excluded by the site"),
    "excluded_path": _("The path is excluded by the site"),
    "visitor_flood": _("More events in ten seconds than a person makes"),
    "site_flood": _("More events in ten seconds than one site may bring"),
    "name_without_consent": _("A name was sent for a visitor of a site that recognises nobody"),
    "engagement_without_visit": _("An engagement ping without a running visit"),
    "site_emptied": _("It happened before the site's statistics were reset or deleted"),
}
# Beside these: what could not be stored, and so counts as quarantined.
MALFORMED = _("The event does not fit the store's columns")


def words(reason: str) -> str:
    """The sentence of a reason; the reason itself where this version does not know it."""
    return str(MALFORMED) if reason == "malformed" else str(REASONS.get(reason, reason))


# What the people of a site can do about a reason, and the page of its settings where they do it.
HINTS: dict[str, tuple[Text, str]] = {
    "site_closed": (_("Let the site count again in its settings."), "site_settings"),
    "bad_url": (_("Check what the pages send as their address."), ""),
    "foreign_hostname": (_("If these pages belong to the site, add their hostname as an alias."), "site_settings"),
    "own_visit": (_("Wanted: somebody marked their own browser."), ""),
    "privacy_control": (_("Wanted: the site's settings say so."), "site_counting"),
    "excluded_address": (_("Wanted: the site's exclusions say so."), "site_counting"),
    "excluded_country": (_("Wanted: the site's exclusions say so."), "site_counting"),
    "excluded_path": (_("Wanted: the site's exclusions say so."), "site_counting"),
    "name_without_consent": (_("Names need the level “recognised” and the visitor's consent."), "site_counting"),
    "visitor_flood": (_("Look for a script on the page that sends events in a loop."), ""),
    "site_flood": (_("Look for a script on the page that sends events in a loop."), ""),
}
