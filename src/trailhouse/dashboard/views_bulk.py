"""The pages of adding many sites at once: the list, what each line will do, and how far it is."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.accounts.models import Account, User
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.dashboard import exporting, tables
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_adding import BulkForm
from trailhouse.outbox.models import Task
from trailhouse.sites import bulk as service
from trailhouse.sites.access import Privilege, account_access

MOST_SHOWN_OPEN = 100


@require_http_methods(["GET", "POST"])
@account_access(Privilege.ADD_SITE)
def bulk(request: HttpRequest, account: Account) -> HttpResponse:
    """The form for a list; what is sent is shown line by line before anything is added."""
    if request.method != "POST":
        return _form(request, account, BulkForm())
    if request.POST.get("change"):
        return _form(request, account, BulkForm(initial={"text": request.POST.get("text", "")}))
    form = BulkForm(request.POST, request.FILES)
    if not form.is_valid():
        return _form(request, account, form)
    try:
        lines = service.read(form.cleaned_data["list"])
    except UserError as error:
        form.add_error("file" if form.cleaned_data.get("file") else "text", f"{error.message} {error.hint}")
        return _form(request, account, form)
    if request.POST.get("confirm"):
        task = service.begin(account, lines, by=_person(request))
        return redirect("site_bulk_progress", number=account.pk, task=task.pk)
    return _preview(request, account, lines)


def _form(request: HttpRequest, account: Account, form: BulkForm) -> HttpResponse:
    context = {"account": account, "form": ready(form), "nav": "site_add"}
    return render(request, "adding/bulk.html", context, status=422 if form.errors else 200)


def _preview(request: HttpRequest, account: Account, lines: list[service.Line]) -> HttpResponse:
    planned = service.plan(account, lines, by=_person(request))
    parts: dict[str, list[service.Planned]] = {"added": [], "there": [], "refused": []}
    for one in planned:
        parts[one.fate].append(one)
    context = {
        "account": account,
        "nav": "site_add",
        "parts": parts,
        "open": len(planned) <= MOST_SHOWN_OPEN,
        "list": service.written([one.line for one in parts["added"]]),
        "whole": service.typed(lines),
    }
    return render(request, "adding/preview.html", context)


@require_GET
@account_access(Privilege.ADD_SITE)
def progress(request: HttpRequest, account: Account, task: int) -> HttpResponseBase:
    """How far a list is, and at the end what came of it; with `export` the scripts of its sites as a file."""
    found = service.task_of(account, task)
    if found is None:
        raise Http404
    if form := exporting.wanted(request):
        return exporting.response(form, None, tables.of_scripts(_person(request), service.added_by(found)))
    part = "#progress" if getattr(request, "htmx", False) else ""
    context = {"account": account, "nav": "site_add", "task": found, **_figures(found)}
    return render(request, f"adding/progress.html{part}", context)


def _figures(task: Task) -> dict[str, Any]:
    result = {"added": [], "there": 0, "refused": []} | task.result
    left = None
    if task.done and task.state == Task.State.WAITING:
        left = round((clock.now() - task.created_at).total_seconds() / task.done * (task.total - task.done)) + 1
    return {
        "running": task.state == Task.State.WAITING,
        "failed": task.state == Task.State.FAILED,
        "added": len(result["added"]),
        "there": result["there"],
        "refused": [dict(zip(("number", "domain", "reason"), row, strict=True)) for row in result["refused"]],
        "seconds_left": left,
    }


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the view requires a sign-in
    return request.user
