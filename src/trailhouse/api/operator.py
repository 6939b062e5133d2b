"""Accounts of the instance and what they use, for an operator who bills elsewhere: see docs/operator-api.md."""

import re
from calendar import monthrange
from datetime import date
from typing import Any

from django.conf import settings as django_settings
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from ninja import Router

from trailhouse.accounts import handover as accounts_handover
from trailhouse.accounts import making, suspension
from trailhouse.accounts.models import Account, normal_email
from trailhouse.accounts.services import NewPerson
from trailhouse.api.access import OPERATOR, KeyWith, by_of, key_of, missing, store
from trailhouse.api.answers import answer, fields, needed
from trailhouse.api.bodies import AccountBody, Closing, Reason, read
from trailhouse.api.paging import rows_of
from trailhouse.api.schema import META, PAGED, doc, parameter, typed
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.outbox import sending
from trailhouse.sites import handover
from trailhouse.sites.models import Site
from trailhouse.stats.reports.usage import billable

router = Router(tags=[OPERATOR], auth=KeyWith(OPERATOR))

ACCOUNT = {
    "id": 3, "name": "Northlight Studio", "email": "me@agency.example", "state": "open", "suspended_because": "",
    "timezone": "Europe/Amsterdam", "currency": "EUR", "sites": 12, "created_at": "2026-03-01T09:00:00+00:00",
    "closed_at": None,
}  # fmt: skip
NEW = {
    "email": "me@agency.example", "name": "Northlight Studio", "language": "nl", "timezone": "Europe/Amsterdam",
    "currency": "EUR",
}  # fmt: skip
USAGE = {
    "account": 3, "site": "client.example", "key": "k7w2mq9xtz", "timezone": "Europe/Amsterdam", "pageviews": 310,
    "days": {"2026-03-01": 140, "2026-03-02": 170},
}  # fmt: skip
ONE = "/accounts/{int:account}"
OWNED_BY = parameter("email", "Only those whose owner has this address.", "me@agency.example")
MONTH = parameter("month", "Such as 2026-03.", "2026-03", required=True)
OF_ACCOUNT = parameter("account", "Only the sites of the account with this number.", "3")
_MONTH = re.compile(r"(2\d{3})-(0[1-9]|1[0-2])")


# -- accounts


def _accounts() -> QuerySet[Account]:
    return Account.objects.select_related("owner").annotate(number_of_sites=Count("sites"))


def _account(number: int) -> Account:
    found = _accounts().filter(pk=number).first()
    if found is None:
        raise missing("no_account", "There is no such account.")
    return found


def _account_json(number: int) -> dict[str, Any]:
    return _told(_account(number))


def _told(one: Any) -> dict[str, Any]:
    state = "closed" if one.closed_at else "suspended" if one.suspended_at else "open"
    return {
        "id": one.pk,
        "name": one.name,
        "email": one.owner.email,
        "state": state,
        "suspended_because": one.suspended_because,
        "timezone": one.timezone,
        "currency": one.currency,
        "sites": one.number_of_sites,
        "created_at": one.created_at.isoformat(timespec="seconds"),
        "closed_at": one.closed_at and one.closed_at.isoformat(timespec="seconds"),
    }


@router.get(
    "/accounts",
    summary="Accounts of the instance",
    openapi_extra=doc({"accounts": [ACCOUNT], "meta": META}, OWNED_BY, PAGED),
)
def list_operator_accounts(request: HttpRequest) -> HttpResponse:
    """Open, suspended and closed ones, in pages."""
    given = fields(request)
    found = _accounts()
    if given.get("email"):
        found = found.filter(owner__email=normal_email(given["email"]))
    rows, meta = rows_of(found, given)
    return answer(request, {"accounts": [_told(one) for one in rows], "meta": meta})


@router.post(
    "/accounts",
    summary="Make an account",
    openapi_extra=doc(
        ACCOUNT | {"link": "https://stats.example/enter/x7"},
        typed(AccountBody, NEW),
        errors=[409],
        usual=(400, 401, 403, 429),
    ),
)
def create_account(request: HttpRequest) -> HttpResponse:
    """Whoever has the address gets a mail with a link that lets them in once; `link` is told where no mail is sent.

    Somebody who can sign in already owns the account at once and gets no link.
    """
    given = read(request, AccountBody)
    if given.language and given.language not in dict(django_settings.LANGUAGES):
        raise UserError("wrong_language", "Invalid language.", "Use one such as en or nl.")
    own = Account.objects.filter(owner__email=normal_email(given.email), name=given.name.strip(), closed_at=None)
    if own.exists():
        raise UserError("account_exists", "They own an open account of this name already.", status=409)
    new = NewPerson(given.email, account_name=given.name, currency=given.currency, timezone=given.timezone)
    account, token = making.make_account(new, language=given.language, by=by_of(request))
    told = _account_json(account.pk)
    if token and not sending.is_configured():
        told["link"] = settings().url + reverse("enter", args=[token])
    return answer(request, told)


@router.get(ONE, summary="One account", openapi_extra=doc(ACCOUNT))
def get_operator_account(request: HttpRequest, account: int) -> HttpResponse:
    """Of the instance, whoever owns it."""
    return answer(request, _account_json(account))


@router.post(
    f"{ONE}/suspend",
    summary="Suspend an account",
    openapi_extra=doc(ACCOUNT, typed(Reason, {"reason": "unpaid"}), errors=[409]),
)
def suspend_account(request: HttpRequest, account: int) -> HttpResponse:
    """Nobody sees its statistics; its sites go on counting. The owner is told the reason, and nobody else."""
    suspension.suspend(_account(account), read(request, Reason).reason, by=by_of(request))
    return answer(request, _account_json(account))


@router.post(f"{ONE}/restore", summary="Restore a suspended account", openapi_extra=doc(ACCOUNT, errors=[409]))
def restore_account(request: HttpRequest, account: int) -> HttpResponse:
    """With all that was counted meanwhile."""
    suspension.restore(_account(account), by=by_of(request))
    return answer(request, _account_json(account))


@router.post(
    f"{ONE}/close",
    summary="Close an account",
    openapi_extra=doc(ACCOUNT, typed(Closing, {"name": "Northlight Studio"})),
)
def close_account(request: HttpRequest, account: int) -> HttpResponse:
    """Its sites stop counting; it is kept for 60 days. `name` is the account's, to be sure."""
    one, given = _account(account), read(request, Closing)
    if one.pk == key_of(request).account_id:
        raise UserError("own_account", "This account is the key's own.", "Close it in its settings.", status=403)
    handover.close(one, given.name, by=by_of(request))
    return answer(request, _account_json(account))


@router.post(f"{ONE}/reopen", summary="Open a closed account again", openapi_extra=doc(ACCOUNT, errors=[409]))
def reopen_account(request: HttpRequest, account: int) -> HttpResponse:
    """Within 60 days. Its sites stay paused."""
    accounts_handover.reopen(_account(account).pk, by=by_of(request))
    return answer(request, _account_json(account))


# -- usage


@router.get(
    "/usage",
    summary="Billable pageviews by site and day",
    openapi_extra=doc({"month": "2026-03", "usage": [USAGE], "meta": META}, MONTH, OF_ACCOUNT, PAGED, errors=[503]),
)
def list_usage(request: HttpRequest) -> HttpResponse:
    """Live pageviews of a month by each site's own days; days without any are left out.

    Imports are not billable, nor is what bots and exclusions kept out. Staging twins and the demo are left out.
    """
    given = fields(request)
    first, last = _days(needed(given, "month"))
    sites = Site.objects.filter(staging_of=None, account__demo=False).select_related("account").prefetch_related("keys")
    if given.get("account"):
        sites = sites.filter(account=_account(_number(given["account"])))
    rows, meta = rows_of(sites, given)
    found = billable(store(), {site.pk: site.timezone for site in rows}, first, last)
    told = [_usage_json(site, found.get(site.pk, {})) for site in rows]
    return answer(request, {"month": given["month"], "usage": told, "meta": meta})


def _usage_json(site: Site, days: Any) -> dict[str, Any]:
    return {
        "account": site.account_id,
        "site": site.domain,
        "key": site.key,
        "timezone": site.timezone,
        "pageviews": sum(days.values()),
        "days": {day.isoformat(): days[day] for day in sorted(days)},
    }


def _days(month: str) -> tuple[date, date]:
    match = _MONTH.fullmatch(month)
    if match is None:
        raise UserError("wrong_month", "Invalid month.", "Use one such as 2026-03.")
    year, number = map(int, match.groups())
    return date(year, number, 1), date(year, number, monthrange(year, number)[1])


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise UserError("wrong_value", "Invalid account.", "Give its number.")
    return int(text)
