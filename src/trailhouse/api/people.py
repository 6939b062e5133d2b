"""The people of an account and their invitations by program, through the services of the pages: docs/people-api.md."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from msgspec import UNSET
from ninja import Router

from trailhouse.accounts.models import Account
from trailhouse.api.access import PEOPLE, KeyWith, by_of, key_account, key_of, key_sites, missing
from trailhouse.api.answers import answer, fields
from trailhouse.api.bodies import InvitationBody, PersonChange, moment, read
from trailhouse.api.paging import rows_of
from trailhouse.api.schema import META, PAGED, Perhaps, doc, typed
from trailhouse.core import clock
from trailhouse.sites import invitations, roles
from trailhouse.sites.invitations import NewInvitation
from trailhouse.sites.models import Client, Invitation, Membership, Role, Segment, Site
from trailhouse.sites.roles import Grant

router = Router(tags=[PEOPLE], auth=KeyWith(PEOPLE))

ACCOUNT = {"id": 3, "name": "Northlight Studio", "timezone": "Europe/Amsterdam", "currency": "EUR"}
_ACCESS: dict[str, Any] = {
    "role": "standard", "sections": ["overview", "sources"], "may_add_sites": False, "ends_at": None,
    "segment": Perhaps(4, missing=True),
}  # fmt: skip
PERSON = {
    "id": 12, "email": "guest@client.example", "name": "Gil Guest", "everywhere": False, "site": None,
    "client": Perhaps(9), **_ACCESS, "ended": False,
}  # fmt: skip
INVITATION = {
    "id": 5, "email": "guest@client.example", "everywhere": False, "sites": ["client.example"],
    "client": Perhaps(9, missing=True), **_ACCESS, "expires_at": "2026-12-10T09:00:00+00:00", "expired": False,
}  # fmt: skip
LINK = "https://stats.example/invitations/x7"
DELETED = {"deleted": True}
PEOPLE_DOC = doc(
    {"administrator": {"email": "me@agency.example", "name": "Marijke Kok"}, "people": [PERSON], "meta": META}, PAGED
)
CHANGE = typed(PersonChange, {"role": "standard", "sections": ["overview"], "ends_at": "2026-12-31"})
INVITE = typed(
    InvitationBody,
    {"email": "guest@client.example", "role": "standard", "sites": ["client.example"], "ends_at": "2026-12-31"},
)


# -- what is told


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(timespec="seconds")


def _access(grant: Grant) -> dict[str, Any]:
    return {
        "everywhere": grant.everywhere,
        "client": grant.client.pk if grant.client else None,
        "role": str(grant.role),
        "sections": list(grant.sections),
        "may_add_sites": grant.may_add_sites,
        "ends_at": _iso(grant.ends_at),
        "segment": grant.segment.pk if grant.segment else None,
    }


def _person_json(one: Membership) -> dict[str, Any]:
    told = {"id": one.pk, "email": one.user.email, "name": one.user.full_name}
    told |= {"site": one.site.domain if one.site else None} | _access(roles.grant_of(one))
    return told | {"ended": one.ends_at is not None and one.ends_at <= clock.now()}


def _invitation_json(one: Invitation, token: str = "") -> dict[str, Any]:
    grant = invitations.grant_in(one)
    told = {"id": one.pk, "email": one.email, "sites": [site.domain for site in grant.sites]} | _access(grant)
    told |= {"expires_at": _iso(one.expires_at), "expired": one.expires_at <= clock.now()}
    link = invitations.shown_link(one, token) if token else ""
    return told | ({"link": link} if link else {})


# -- people


@router.get("", summary="The account of the key", openapi_extra=doc({"accounts": [ACCOUNT]}, usual=(401, 403, 429)))
def list_accounts(request: HttpRequest) -> HttpResponse:
    """Its number stands in the addresses of its people, invitations and clients."""
    account = key_of(request).account
    return answer(request, {"accounts": [{name: getattr(account, name) for name in ACCOUNT}]})


@router.get("/{int:account}/people", summary="People of the account", openapi_extra=PEOPLE_DOC)
def list_people(request: HttpRequest, account: int) -> HttpResponse:
    """Each role that somebody has: at a site, at a client's sites, or everywhere. Ended ones are told too."""
    own = key_account(request, account)
    rows, meta = rows_of(_roles(own), fields(request))
    owner = {"email": own.owner.email, "name": own.owner.full_name}
    return answer(request, {"administrator": owner, "people": [_person_json(one) for one in rows], "meta": meta})


def _roles(account: Account) -> Any:
    return Membership.objects.filter(account=account).select_related(
        "user", "account__owner", "site", "client", "segment"
    )


def _role(request: HttpRequest, account: int, person: int) -> Membership:
    found: Membership | None = _roles(key_account(request, account)).filter(pk=person).first()
    if found is None:
        raise missing("no_person", "There is no such role.")
    return found


@router.put("/{int:account}/people/{int:person}", summary="Change a role", openapi_extra=doc(PERSON, CHANGE))
def change_person(request: HttpRequest, account: int, person: int) -> HttpResponse:
    """Another role, other sections, another end: what is not sent stays. Where the role holds cannot be changed."""
    one = _role(request, account, person)
    given = read(request, PersonChange)
    changed = roles.change_role(
        one,
        by=by_of(request),
        role=Role(one.role) if given.role is UNSET else Role(given.role),
        sections=tuple(one.sections if given.sections is UNSET else given.sections),
        may_add_sites=one.may_add_sites if given.may_add_sites is UNSET else given.may_add_sites,
        ends_at=one.ends_at if given.ends_at is UNSET else moment(given.ends_at, one.account.timezone),
        segment=one.segment if given.segment is UNSET else segment_of([one.site], given.segment),
    )
    return answer(request, _person_json(changed))


@router.delete("/{int:account}/people/{int:person}", summary="Take a role away", openapi_extra=doc(DELETED))
def delete_person(request: HttpRequest, account: int, person: int) -> HttpResponse:
    """The access ends at once. The person and their other roles stay."""
    roles.remove(_role(request, account, person), by=by_of(request))
    return answer(request, DELETED)


# -- invitations


@router.get(
    "/{int:account}/invitations",
    summary="Invitations that wait",
    openapi_extra=doc({"invitations": [INVITATION], "meta": META}, PAGED),
)
def list_invitations(request: HttpRequest, account: int) -> HttpResponse:
    """Those that were neither accepted nor taken back, also expired ones. Links are not told again."""
    rows, meta = rows_of(_offers(key_account(request, account)), fields(request))
    return answer(request, {"invitations": [_invitation_json(one) for one in rows], "meta": meta})


def _offers(account: Account) -> Any:
    found = Invitation.objects.filter(account=account, used_at=None, revoked_at=None)
    return found.select_related("account__owner", "client", "by", "segment").prefetch_related("sites")


def _offer(request: HttpRequest, account: int, invitation: int) -> Invitation:
    found: Invitation | None = _offers(key_account(request, account)).filter(pk=invitation).first()
    if found is None:
        raise missing("no_invitation", "There is no such invitation.")
    return found


@router.post(
    "/{int:account}/invitations",
    summary="Invite somebody",
    openapi_extra=doc(INVITATION | {"link": LINK}, INVITE, errors=[409]),
)
def invite(request: HttpRequest, account: int) -> HttpResponse:
    """To `sites`, to a `client`'s sites, or `everywhere`; by mail. `link` is told where the instance sends no mail.

    An open invitation of the same address to the same is replaced.
    """
    own, given = key_account(request, account), read(request, InvitationBody)
    sites = tuple(key_sites(key_of(request), given.sites))
    grant = Grant(
        Role(given.role),
        sites=sites,
        client=client_of(own, given.client) if given.client else None,
        everywhere=given.everywhere,
        sections=tuple(given.sections),
        may_add_sites=given.may_add_sites,
        ends_at=moment(given.ends_at, own.timezone),
        segment=segment_of(sites, given.segment),
    )
    offered, token = invitations.invite(own, by_of(request), NewInvitation(given.email, grant))
    return answer(request, _invitation_json(offered, token))


def segment_of(sites: Sequence[Site | None], number: int | None) -> Segment | None:
    """The segment with this number of one of the sites. Raises UserError 404 alike for another's and none."""
    if number is None:
        return None
    found = Segment.objects.filter(pk=number, person=None, site__in=[site for site in sites if site]).first()
    if found is None:
        raise missing("no_segment", "There is no such segment of the site.")
    return found


def client_of(account: Account, number: int) -> Client:
    """The client of the account with this number. Raises UserError 404 alike for another's and none."""
    found = Client.objects.filter(account=account, pk=number).select_related("account").first()
    if found is None:
        raise missing("no_client", "There is no such client.")
    return found


@router.delete(
    "/{int:account}/invitations/{int:invitation}", summary="Take an invitation back", openapi_extra=doc(DELETED)
)
def delete_invitation(request: HttpRequest, account: int, invitation: int) -> HttpResponse:
    """Its link no longer works."""
    invitations.revoke(_offer(request, account, invitation), by=by_of(request))
    return answer(request, DELETED)


@router.post(
    "/{int:account}/invitations/{int:invitation}/resend",
    summary="Send an invitation again",
    openapi_extra=doc(INVITATION | {"link": LINK}, errors=[410]),
)
def resend_invitation(request: HttpRequest, account: int, invitation: int) -> HttpResponse:
    """With a new link for 14 days more; the link before no longer works."""
    one = _offer(request, account, invitation)
    token = invitations.resend(one, by=by_of(request))
    return answer(request, _invitation_json(one, token))
