"""The audit log of an account: who changed what, and when."""

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from trailhouse.accounts.models import Account, AuditEntry, User
from trailhouse.core import csv_files
from trailhouse.dashboard.audit_words import groups, sentence
from trailhouse.sites.access import Privilege, account_access

PAGE = 100
MOST_EXPORTED = 100_000  # the newest


@require_GET
@account_access(Privilege.VIEW_AUDIT)
def audit(request: HttpRequest, account: Account) -> HttpResponse:
    """The log, newest first, a hundred lines a page."""
    asked = _asked(request)
    page = Paginator(_entries(account, asked), PAGE).get_page(request.GET.get("page"))
    mine = AuditEntry.objects.filter(account=account)
    context: dict[str, Any] = {
        "account": account,
        "nav": "audit",
        "page": page,
        "lines": [(entry, sentence(entry)) for entry in page],
        "asked": asked,
        "query": f"&{urlencode(asked)}" if asked else "",
        "groups": groups(mine.order_by().values_list("action", flat=True).distinct()),
        "people": User.objects.filter(pk__in=mine.order_by().values("user")).order_by("email"),
    }
    return render(request, "people/audit.html", context)


@require_GET
@account_access(Privilege.VIEW_AUDIT)
def audit_csv(request: HttpRequest, account: Account) -> HttpResponse:
    """The same lines as a file."""
    head = (_("Time (UTC)"), _("Person"), _("Action"), _("What happened"))
    rows = (
        (entry.at.strftime("%Y-%m-%d %H:%M:%S"), entry.user.email if entry.user else "", entry.action, sentence(entry))
        for entry in _entries(account, _asked(request))[:MOST_EXPORTED].iterator(chunk_size=2000)
    )
    name = f"audit-{account.pk}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(csv_files.csv(head, rows), content_type="text/csv; charset=utf-8", headers=headers)


def _asked(request: HttpRequest) -> dict[str, str]:
    asked = {name: request.GET.get(name, "")[:64] for name in ("action", "person")}
    if not (asked["person"].isascii() and asked["person"].isdigit() and len(asked["person"]) < 16):
        del asked["person"]
    if not asked["action"] or "\0" in asked["action"]:
        del asked["action"]
    return asked


def _entries(account: Account, asked: dict[str, str]) -> QuerySet[AuditEntry]:
    found = AuditEntry.objects.filter(account=account).select_related("user", "account").order_by("-at", "-pk")
    if "action" in asked:
        found = found.filter(Q(action=asked["action"]) | Q(action__startswith=f"{asked['action']}."))
    if "person" in asked:
        found = found.filter(user=int(asked["person"]))
    return found
