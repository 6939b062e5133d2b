"""The clients of an account by program: see docs/people-api.md."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from msgspec import UNSET
from ninja import Router

from trailhouse.accounts.models import Account
from trailhouse.api.access import PEOPLE, KeyWith, by_of, key_account, key_of, key_sites
from trailhouse.api.answers import answer, fields
from trailhouse.api.bodies import ClientBody, read
from trailhouse.api.paging import rows_of
from trailhouse.api.people import client_of
from trailhouse.api.schema import META, PAGED, doc, typed
from trailhouse.sites import clients
from trailhouse.sites.clients import ClientValues
from trailhouse.sites.models import Client

router = Router(tags=[PEOPLE], auth=KeyWith(PEOPLE))

VALUES = {
    "name": "Harbour Bakery", "contact": "Onno Owner", "email": "owner@client.example",
    "address": "Havenplein 7, Den Helder", "language": "nl", "note": "", "sites": ["client.example"],
}  # fmt: skip
CLIENT = {"id": 9, **VALUES}
BODY = typed(ClientBody, VALUES)


def _client_json(client: Client) -> dict[str, Any]:
    told = {name: getattr(client, name) for name in ClientValues.__dataclass_fields__}
    return {"id": client.pk, **told, "sites": sorted(site.domain for site in client.sites.all())}


@router.get(
    "/{int:account}/clients",
    summary="Clients of the account",
    openapi_extra=doc({"clients": [CLIENT], "meta": META}, PAGED),
)
def list_clients(request: HttpRequest, account: int) -> HttpResponse:
    """With the domains of their sites, in pages."""
    found = Client.objects.filter(account=key_account(request, account)).prefetch_related("sites")
    rows, meta = rows_of(found, fields(request))
    return answer(request, {"clients": [_client_json(one) for one in rows], "meta": meta})


@router.post("/{int:account}/clients", summary="Add a client", openapi_extra=doc(CLIENT, BODY, errors=[409]))
def create_client(request: HttpRequest, account: int) -> HttpResponse:
    """`name` is needed. Sites that are another client's become this one's."""
    own = key_account(request, account)
    return answer(request, _client_json(_save(request, own, None)))


@router.get("/{int:account}/clients/{int:client}", summary="One client", openapi_extra=doc(CLIENT))
def get_client(request: HttpRequest, account: int, client: int) -> HttpResponse:
    """With the domains of its sites."""
    return answer(request, _client_json(client_of(key_account(request, account), client)))


@router.put(
    "/{int:account}/clients/{int:client}", summary="Change a client", openapi_extra=doc(CLIENT, BODY, errors=[409])
)
def change_client(request: HttpRequest, account: int, client: int) -> HttpResponse:
    """To exactly what is sent; without `sites` it keeps those that it has."""
    own = key_account(request, account)
    return answer(request, _client_json(_save(request, own, client_of(own, client))))


def _save(request: HttpRequest, account: Account, client: Client | None) -> Client:
    given, by = read(request, ClientBody), by_of(request)
    values = ClientValues(**{name: getattr(given, name) for name in ClientValues.__dataclass_fields__})
    domains = [] if given.sites is UNSET else given.sites
    numbers = {site.pk for site in key_sites(key_of(request), domains)}
    with transaction.atomic():
        if client is None:
            client = clients.add_client(account, values, by=by)
        else:
            clients.change_client(client, values, by=by)
        if given.sites is not UNSET:
            clients.set_sites(client, numbers, by=by)
    return client


@router.delete("/{int:account}/clients/{int:client}", summary="Delete a client", openapi_extra=doc({"deleted": True}))
def delete_client(request: HttpRequest, account: int, client: int) -> HttpResponse:
    """Its sites stay in the account; its people lose the access that they had by it."""
    clients.delete_client(client_of(key_account(request, account), client), by=by_of(request))
    return answer(request, {"deleted": True})
