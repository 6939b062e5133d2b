"""Sites and what belongs to one by program, in the words of Plausible's Sites API: see docs/sites-api.md."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router

from trailhouse.api import script_words
from trailhouse.api.access import SITES, STATS, KeyWith, by_of, for_the_whole_account, key_of, key_site
from trailhouse.api.answers import answer, fields, needed, object_in
from trailhouse.api.paging import limit_of, page, rows_of
from trailhouse.api.schema import ALSO, META, PAGED, SITE_ID, Perhaps, body, doc
from trailhouse.api.script_words import CONFIGURATION
from trailhouse.core.errors import UserError
from trailhouse.sites import lifecycle, provisioning, services, sharing
from trailhouse.sites.goals import GoalText
from trailhouse.sites.models import Goal, Role, Site
from trailhouse.sites.provisioning import Guest
from trailhouse.sites.selectors import sites_of_account
from trailhouse.sites.services import NewSite

router = Router(tags=["sites"], auth=KeyWith(SITES))
# What a key for statistics may read as well, so that a program finds the sites and goals that it can ask about.
READ = KeyWith(SITES, STATS)
READABLE = {ALSO: [STATS]}

ROLES = {"viewer": Role.STANDARD, "editor": Role.SUPER}
ROLE_WORDS = {role: word for word, role in ROLES.items()}
SITE = {
    "domain": "client.example", "timezone": "Europe/Amsterdam", "custom_properties": ["plan"],
    CONFIGURATION: script_words.EXAMPLE, "key": "k7w2mq9xtz", "proved_by": Perhaps("visit"),
    "delete_at": None,
}  # fmt: skip
TEAM = {"id": "3", "name": "Northlight Studio", "api_available": True}
GOAL = {
    "domain": "client.example", "id": "7", "goal_type": "event", "event_name": "Order", "page_path": None,
    "display_name": "Order",
}  # fmt: skip
GUEST = {"email": "guest@client.example", "role": "viewer", "status": "invited"}
DELETED = {"deleted": True}
ONE_SITE = {"site_id": "client.example"}
# What is told of each operation.
LINK_DOC = doc(
    {"name": "Client", "url": "https://stats.example/share/x7"}, body({**ONE_SITE, "name": "Client"}), errors=[409]
)
GOALS_DOC = doc({"goals": [GOAL], "meta": META}, SITE_ID, PAGED, READABLE)
GOAL_BODY = body(
    {**ONE_SITE, "goal_type": "event", "event_name": "Order", "page_path": "/thanks", "display_name": "Order"},
    "event_name", "page_path", "display_name",
)  # fmt: skip
GUESTS_DOC = doc({"guests": [GUEST], "meta": META}, SITE_ID, PAGED)
GUEST_BODY = body({**ONE_SITE, "email": "guest@client.example", "role": "viewer"})
PROPERTIES_DOC = doc({"custom_properties": [{"property": "plan"}]}, SITE_ID, READABLE)
SITES_DOC = doc({"sites": [SITE], "meta": META}, PAGED, READABLE)
TEAMS_DOC = doc({"teams": [TEAM], "meta": META}, PAGED, READABLE)
SITE_BODY = {"domain": "client.example", "timezone": "Europe/Amsterdam"}
SCRIPT = {CONFIGURATION: {"outbound_links": True, "hash_based_routing": False}}
NEW_SITE = body(SITE_BODY, "timezone", objects=SCRIPT)
SITE_CHANGE = body(SITE_BODY, *SITE_BODY, objects=SCRIPT)

# goal_type → the field that says what reaches the goal.
GOAL_FIELDS = {Goal.Kind.EVENT: "event_name", Goal.Kind.PAGE: "page_path"}


def _site(request: HttpRequest, given: dict[str, str]) -> Site:
    return key_site(key_of(request), needed(given, "site_id"))


# -- what is told


def _site_json(site: Site) -> dict[str, Any]:
    return {
        "domain": site.domain,
        "timezone": site.timezone,
        "custom_properties": site.properties,
        CONFIGURATION: script_words.told(site),
        "key": site.key,
        "proved_by": "record" if site.shown_at else "visit" if site.proved_at else None,
        "delete_at": site.delete_at and site.delete_at.isoformat(timespec="seconds"),
    }


def _goal_json(goal: Goal) -> dict[str, Any]:
    told: dict[str, Any] = {"domain": goal.site.domain, "id": str(goal.pk), "goal_type": goal.kind}
    told |= {name: goal.pattern if goal.kind == kind else None for kind, name in GOAL_FIELDS.items()}
    return told | {"display_name": goal.name}


def _guest_json(guest: Guest) -> dict[str, Any]:
    status = "invited" if guest.invited else "accepted"
    return {"email": guest.email, "role": ROLE_WORDS[guest.role], "status": status}


# -- shared links, goals, guests; before the sites, whose address takes any words


@router.put("/shared-links", summary="Find or make a shared link", openapi_extra=LINK_DOC)
def put_shared_link(request: HttpRequest) -> HttpResponse:
    """The link of this name, with its address: at the domain of the site's brand, if it has one."""
    given = fields(request)
    site = _site(request, given)
    link = provisioning.find_or_add_link(site, needed(given, "name"), by=by_of(request))
    return answer(request, {"name": link.name, "url": sharing.address_of(site, link.slug)})


@router.get("/goals", summary="Goals of a site", openapi_extra=GOALS_DOC, auth=READ)
def list_goals(request: HttpRequest) -> HttpResponse:
    """What the site wants its visitors to do, in pages."""
    given = fields(request)
    goals, meta = rows_of(_site(request, given).goals.select_related("site"), given)
    return answer(request, {"goals": [_goal_json(one) for one in goals], "meta": meta})


@router.put("/goals", summary="Find or make a goal", openapi_extra=doc(GOAL, GOAL_BODY, errors=[409]))
def put_goal(request: HttpRequest) -> HttpResponse:
    """`goal_type` event with `event_name`, or page with `page_path`. `display_name`: else the event, or Visit /page."""
    given = fields(request)
    site, kind = _site(request, given), needed(given, "goal_type")
    if kind not in GOAL_FIELDS:
        raise UserError("wrong_goal", "Invalid goal_type.", "Use event or page.")
    pattern = needed(given, GOAL_FIELDS[Goal.Kind(kind)])
    usual = f"Visit {pattern}" if kind == Goal.Kind.PAGE else pattern  # as programs ask for it that know Plausible
    text = GoalText(kind, pattern, given.get("display_name") or usual)
    return answer(request, _goal_json(provisioning.find_or_add_goal(site, text, by=by_of(request))))


@router.delete("/goals/{int:goal_id}", summary="Remove a goal", openapi_extra=doc(DELETED, body(ONE_SITE)))
def delete_goal(request: HttpRequest, goal_id: int) -> HttpResponse:
    """What was counted stays."""
    site = _site(request, fields(request))
    goal = site.goals.select_related("site__account").filter(pk=goal_id).first()
    if goal is None:
        raise UserError("no_goal", "There is no such goal.", status=404)
    services.remove_goal(goal, by=by_of(request))
    return answer(request, {"deleted": True})


@router.get("/guests", summary="Guests of a site", openapi_extra=GUESTS_DOC)
def list_guests(request: HttpRequest) -> HttpResponse:
    """Who has a role at this site alone, and who is invited."""
    given = fields(request)
    found = {guest.email: guest for guest in provisioning.guests(_site(request, given))}
    shown = page(sorted(found), given)
    return answer(request, {"guests": [_guest_json(found[one]) for one in shown.entries], "meta": shown.meta})


@router.put("/guests", summary="Find or invite a guest", openapi_extra=doc(GUEST, GUEST_BODY, errors=[409]))
def put_guest(request: HttpRequest) -> HttpResponse:
    """`role` is viewer (standard user) or editor (super user)."""
    given = fields(request)
    site, email, role = _site(request, given), needed(given, "email"), needed(given, "role")
    if role not in ROLES:
        raise UserError("wrong_role", "Invalid role.", "Use viewer or editor.")
    return answer(request, _guest_json(provisioning.find_or_invite(site, email, ROLES[role], by=by_of(request))))


@router.delete("/guests/{email}", summary="Remove a guest", openapi_extra=doc(DELETED, body(ONE_SITE)))
def delete_guest(request: HttpRequest, email: str) -> HttpResponse:
    """Their role, or the invitation that waits."""
    provisioning.remove_guest(_site(request, fields(request)), email, by=by_of(request))
    return answer(request, {"deleted": True})


@router.get("/custom-props", summary="Properties of a site's events", openapi_extra=PROPERTIES_DOC, auth=READ)
def list_custom_props(request: HttpRequest) -> HttpResponse:
    """Those that the site lists, in its order. Events carry others too, and those are counted alike."""
    site = _site(request, fields(request))
    return answer(request, {"custom_properties": [{"property": name} for name in site.properties]})


@router.put(
    "/custom-props",
    summary="List a property",
    openapi_extra=doc({"created": True}, body({**ONE_SITE, "property": "plan"})),
)
def put_custom_prop(request: HttpRequest) -> HttpResponse:
    """Put a property behind those that the site lists; one that is listed stays where it is."""
    given = fields(request)
    provisioning.find_or_add_property(_site(request, given), needed(given, "property"), by=by_of(request))
    return answer(request, {"created": True})


@router.delete(
    "/custom-props/{path:prop}",
    summary="Take a property off the list",
    openapi_extra=doc(DELETED, body(ONE_SITE)),
)
def delete_custom_prop(request: HttpRequest, prop: str) -> HttpResponse:
    """What was counted with it stays. One that is not listed is answered alike."""
    provisioning.remove_property(_site(request, fields(request)), prop, by=by_of(request))
    return answer(request, DELETED)


# -- sites


@router.get("/teams", summary="The account of the key, as a team", openapi_extra=TEAMS_DOC, auth=READ)
def list_teams(request: HttpRequest) -> HttpResponse:
    """A key is one account's: `team_id` need not be sent anywhere, and changes nothing."""
    account, limit = key_of(request).account, limit_of(fields(request))
    team = {"id": str(account.pk), "name": account.name, "api_available": True}
    return answer(request, {"teams": [team], "meta": {**META, "limit": limit}})


@router.get("", summary="Sites of the key", openapi_extra=SITES_DOC, auth=READ)
def list_sites(request: HttpRequest) -> HttpResponse:
    """By domain, in pages."""
    key = key_of(request)
    sites = sites_of_account(key.account, key.site_ids)
    shown = page(sorted(sites.values_list("domain", flat=True)), fields(request))
    told = {site.domain: _site_json(site) for site in sites.filter(domain__in=shown.entries).prefetch_related("keys")}
    return answer(request, {"sites": [told[one] for one in shown.entries if one in told], "meta": shown.meta})


@router.post("", summary="Add a site", openapi_extra=doc(SITE, NEW_SITE, errors=[409]))
def create_site(request: HttpRequest) -> HttpResponse:
    """With `domain`, `timezone` if it is not the account's, and what the script counts by itself.

    Of `tracker_script_configuration` some things cannot be chosen here; the answer tells how they are.
    """
    key, given = key_of(request), fields(request, but=CONFIGURATION)
    for_the_whole_account(key)
    script = script_words.read(object_in(request, CONFIGURATION))
    chosen = {"tracker": script} if script else {}
    new = NewSite(needed(given, "domain"), timezone=given.get("timezone", ""), settings=chosen)
    return answer(request, _site_json(services.add_site(key.account, new, by=by_of(request), mail=False)))


@router.get("/{path:domain}", summary="One site", openapi_extra=doc(SITE, READABLE), auth=READ)
def get_site(request: HttpRequest, domain: str) -> HttpResponse:
    """A domain with a path is percent-encoded: client.example%2Fshop."""
    return answer(request, _site_json(key_site(key_of(request), domain)))


@router.put("/{path:domain}", summary="Change a site", openapi_extra=doc(SITE, SITE_CHANGE, errors=[409]))
def change_site(request: HttpRequest, domain: str) -> HttpResponse:
    """To another `domain`, another `timezone`, or what the script counts by itself; what is not sent stays."""
    site, given = key_site(key_of(request), domain), fields(request, but=CONFIGURATION)
    script = object_in(request, CONFIGURATION)
    if not given.get("domain") and not given.get("timezone") and not script:
        raise UserError("missing_value", "Nothing to change.", f"Send domain, timezone or {CONFIGURATION}.")
    changed = provisioning.change(
        site,
        domain=given.get("domain", ""),
        timezone=given.get("timezone", ""),
        tracker=script_words.read(script),
        by=by_of(request),
    )
    return answer(request, _site_json(changed))


@router.delete("/{path:domain}", summary="Delete a site in seven days", openapi_extra=doc({**DELETED, **SITE}))
def delete_site(request: HttpRequest, domain: str) -> HttpResponse:
    """It stops counting at once and can be kept, in its settings, until then."""
    site = key_site(key_of(request), domain, exactly=True)
    lifecycle.delete_later(site, site.domain, by=by_of(request))
    return answer(request, {"deleted": True, **_site_json(site)})
