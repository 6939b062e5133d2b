"""The API keys of an account: made, shown once, closed."""

from typing import Any

from allauth.account.internal.flows.reauthentication import raise_if_reauthentication_required
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from trailhouse.accounts import selectors, services
from trailhouse.accounts.models import Account, ApiKey
from trailhouse.core.errors import UserError
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_keys import SCOPES, KeyForm
from trailhouse.dashboard.views_profile import me
from trailhouse.sites.access import Privilege, account_access
from trailhouse.sites.selectors import sites_of_account

SITES_NAMED = 5


@require_http_methods(["GET", "POST"])
@account_access(Privilege.MANAGE_ACCOUNT)
def api_keys(request: HttpRequest, account: Account) -> HttpResponse:
    """The keys, and a form for a new one; its token stands in this one answer and nowhere else.

    Whoever makes one confirms that it is them: a key goes on working when the browser is signed out.
    """
    form, token = KeyForm(account, request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        raise_if_reauthentication_required(request, app="")
        given = form.cleaned_data
        site_ids = [site.pk for site in given.get("sites", ())]
        try:
            _key, token = services.create_api_key(
                account, by=me(request), name=given["name"], scopes=given["scopes"], site_ids=site_ids, tell=True
            )
        except UserError as error:
            form.add_error(None, f"{error.message} {error.hint}")
        else:
            form = KeyForm(account)
    context = {"account": account, "form": ready(form), "token": token, "rows": _rows(account)}
    return render(request, "keys/keys.html", context, status=422 if form.errors else 200)


def _rows(account: Account) -> list[dict[str, Any]]:
    keys = selectors.open_keys(account)
    limits = {number for key in keys for number in key.site_ids}
    domains = dict(sites_of_account(account, limits).values_list("pk", "domain")) if limits else {}
    return [_row(key, domains) for key in keys]


def _row(key: ApiKey, domains: dict[int, str]) -> dict[str, Any]:
    there = sorted(domains[number] for number in key.site_ids if number in domains)
    return {
        "key": key,
        "scopes": [SCOPES.get(scope, scope) for scope in key.scopes],
        "sites": there[:SITES_NAMED],
        "more": max(0, len(there) - SITES_NAMED),
    }


@require_POST
@account_access(Privilege.MANAGE_ACCOUNT)
def api_key_close(request: HttpRequest, account: Account, api_key: int) -> HttpResponse:
    """Close a key for ever. Raises Http404 alike for another's and none."""
    key = ApiKey.objects.filter(pk=api_key, account=account).select_related("account").first()
    if key is None:
        raise Http404
    services.revoke_api_key(key, by=me(request))
    messages.success(request, _("The key is closed. Nothing can use it any more."))
    return redirect("api_keys", number=account.pk)
