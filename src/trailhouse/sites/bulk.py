"""Adding many sites from a list: read it, say what each line will do, carry it out. Part of the services of `sites`."""

import csv
import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.core.errors import UserError
from trailhouse.outbox import services as outbox
from trailhouse.outbox import working
from trailhouse.outbox.models import Task
from trailhouse.sites import notices
from trailhouse.sites.access import Privilege, allowed_in_account
from trailhouse.sites.domains import normal_domain
from trailhouse.sites.models import Client, Site
from trailhouse.sites.services import NewSite, add_site
from trailhouse.sites.settings import checked_settings

KIND = "sites/bulk"
MOST_LINES = 2000
MOST_BYTES = 1_000_000
STEP = 50  # sites a transaction
MOST_CLIENT_NAME = 120
_HEADINGS = {"domain", "site", "website", "url"}

Fate = Literal["added", "there", "refused"]


@dataclass(frozen=True)
class Line:
    """One line of the list as it was typed."""

    number: int
    domain: str
    client: str = ""
    timezone: str = ""


@dataclass(frozen=True)
class Planned:
    """What a line will do; `domain` is in its one form unless it was refused with `reason`."""

    line: Line
    fate: Fate
    domain: str
    reason: str = ""


def read(text: str) -> list[Line]:
    """The lines of a list: a domain and perhaps a client's name and a time zone, parted by comma, semicolon or tab.

    Empty lines and a heading are passed over. Raises UserError for a list that is empty or too long.
    """
    text = text.lstrip("\ufeff").replace("\0", "")
    if len(text.encode()) > MOST_BYTES:
        raise UserError("list_too_large", _("This list is larger than 1 MB."), _("Split it and add the parts in turn."))
    lines = [
        Line(number, *(cell.strip()[:500] for cell in cells[:3]))
        for number, cells in _rows(text)
        if any(cell.strip() for cell in cells)
    ]
    if lines and lines[0].domain.lower() in _HEADINGS:
        del lines[0]
    if not lines:
        raise UserError("list_empty", _("There is no domain in this list."), _("Enter one domain a line."))
    if len(lines) > MOST_LINES:
        raise UserError(
            "list_too_long",
            _("This list has %(count)d lines; %(most)d are taken at once.") % {"count": len(lines), "most": MOST_LINES},
            _("Split it and add the parts in turn."),
        )
    return lines


def _rows(text: str) -> Iterable[tuple[int, list[str]]]:
    sample = text[:10_000]
    delimiter = max(",;\t", key=lambda mark: sample.count(mark))  # of equals the first
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for cells in reader:
            yield reader.line_num, cells or [""]
    except csv.Error:
        raise UserError(
            "list_unreadable", _("This list cannot be read."), _("Save it as text or CSV with one domain a line.")
        ) from None


def plan(account: Account, lines: Iterable[Line], *, by: User) -> list[Planned]:
    """What each line will do for `by`, in order; nothing is changed."""
    there = set(Site.objects.filter(account=account).values_list("domain", flat=True))
    names_clients = allowed_in_account(by, account, Privilege.MANAGE_CLIENTS)
    return [_planned(line, there, names_clients) for line in lines]


def _planned(line: Line, there: set[str], names_clients: bool) -> Planned:
    """The fate of `line`; a domain that is to be added is there for the lines after it."""
    try:
        domain = normal_domain(line.domain)
        if domain in there:
            return Planned(line, "there", domain)
        _refuse_timezone(line.timezone)
        _refuse_client(line.client, names_clients)
    except UserError as error:
        return Planned(line, "refused", line.domain, f"{error.message} {error.hint}".strip())
    there.add(domain)
    return Planned(line, "added", domain)


def _refuse_timezone(name: str) -> None:
    try:
        checked_settings({"timezone": name or "UTC"})
    except UserError:
        raise UserError(
            "wrong_timezone",
            _("There is no time zone %(name)s.") % {"name": name},
            _("Use one such as Europe/Amsterdam."),
        ) from None


def _refuse_client(name: str, names_clients: bool) -> None:
    if len(name) > MOST_CLIENT_NAME:
        raise UserError(
            "client_name_too_long",
            _("The client's name is too long."),
            _("Use at most %(most)d characters.") % {"most": MOST_CLIENT_NAME},
        )
    if name and not names_clients:
        raise UserError(
            "clients_not_allowed",
            _("You may not give sites to clients in this account."),
            _("Leave the client's name out, or ask the account's administrator."),
        )


def written(lines: Iterable[Line]) -> str:
    """`lines` as a list that `read` reads."""
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([line.domain, line.client, line.timezone] for line in lines)
    return out.getvalue()


def typed(lines: Iterable[Line]) -> str:
    """`lines` as people type them, to be changed: as `written`, without empty columns at the ends of lines."""
    return re.sub(r",+$", "", written(lines), flags=re.MULTILINE)


@transaction.atomic
def begin(account: Account, lines: list[Line], *, by: User) -> Task:
    """Have all lines carried out after the commit; progress and result stand in the task."""
    payload = {
        "lines": [[line.number, line.domain, line.client, line.timezone] for line in lines],
        "language": translation.get_language(),
    }
    task = outbox.task(KIND, payload, total=len(lines), account_id=account.pk, user_id=by.pk)
    record("site.bulk", account=account, by=by, subject=account.name, details={"lines": len(lines), "task": task.pk})
    return task


def task_of(account: Account, number: int) -> Task | None:
    """The account's task of this kind with this number."""
    return Task.objects.filter(pk=number, account_id=account.pk, kind=KIND).first()


def added_by(task: Task) -> list[int]:
    """The numbers of the sites that the task has added so far."""
    return list(task.result.get("added", []))


@working.register(KIND)
def step(task: Task) -> None:
    """Add the next sites of the list; with the last ones, write the one mail about them all.

    A site that is there already is counted as such, so that a list, or a step, that comes twice adds nothing twice.
    """
    assert task.account_id is not None
    assert task.user_id is not None
    account = Account.objects.select_related("owner").get(pk=task.account_id)
    by = User.objects.filter(pk=task.user_id).first()
    result = {"added": [], "there": 0, "refused": []} | task.result
    lines = [Line(*values) for values in task.payload["lines"][task.done : task.done + STEP]]
    with translation.override(task.payload["language"]):
        if by is None or account.closed_at or not allowed_in_account(by, account, Privilege.ADD_SITE):
            reason = _("You may no longer add sites to this account.")
            planned = [Planned(line, "refused", line.domain, reason) for line in lines]
        else:
            planned = plan(account, lines, by=by)
        with transaction.atomic():
            for one in planned:
                _carry_out(account, one, result, by)
            done = task.done + len(lines)
            working.progress(task, done, result)
            if done >= task.total and result["added"]:
                _tell(account, task, result, by)


def _carry_out(account: Account, planned: Planned, result: dict[str, Any], by: User | None) -> None:
    line = planned.line
    if planned.fate == "added":
        try:
            site = add_site(account, NewSite(planned.domain, timezone=line.timezone), by=by, mail=False)
        except UserError as error:
            if error.code == "site_exists":  # added by somebody else since the list was read
                planned = Planned(line, "there", planned.domain)
            else:
                planned = Planned(line, "refused", line.domain, f"{error.message} {error.hint}".strip())
        else:
            if line.client:
                _give(site, account, line.client, by)
            result["added"].append(site.pk)
    if planned.fate == "there":
        result["there"] += 1
    elif planned.fate == "refused":
        result["refused"].append([line.number, line.domain, planned.reason])


def _give(site: Site, account: Account, name: str, by: User | None) -> None:
    client, made = Client.objects.get_or_create(account=account, name=name)
    if made:
        record("client.added", account=account, by=by, subject=name)
    Site.objects.filter(pk=site.pk).update(client=client)


def _tell(account: Account, task: Task, result: dict[str, Any], by: User | None) -> None:
    if account.demo:
        return
    sites = Site.objects.filter(pk__in=result["added"]).prefetch_related("keys").order_by("domain", "id")
    notices.tell_bulk(account, list(sites), len(result["refused"]), task=task.pk, by=by)
