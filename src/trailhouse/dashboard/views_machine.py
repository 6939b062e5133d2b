"""The operator's pages about the machine: its state, its jobs, what was left out; and whether accounts are billed."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from trailhouse.accounts import instance
from trailhouse.accounts.models import Instance
from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.billing import modes
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.dashboard import formats, instance_figures, job_words, left_out_words, machine, machine_rows
from trailhouse.dashboard.views_profile import me
from trailhouse.events import current
from trailhouse.outbox.models import Task
from trailhouse.sites import selectors as sites
from trailhouse.sites.access import staff_access
from trailhouse.sites.models import Site
from trailhouse.stats.reports import instance as figures
from trailhouse.stats.reports.instance import LeftOutEvent

MOST_ACCOUNTS = 10
MOST_SITES = 10
MOST_TASKS = 50
MOST_SAMPLES = 50
MOST_HOSTNAMES = 20
SPANS = (7, 30, 90)  # days


@require_GET
@staff_access(StaffPrivilege.VIEW_HOME)
def home(request: HttpRequest) -> HttpResponse:
    """The state of the machine at a glance. Its upper part asks for itself again and again."""
    context: dict[str, Any] = {"nav": "operator_home"} | machine.state()
    if request.headers.get("HX-Target") == "machine":
        return render(request, "operator/home.html#machine", context)
    counted, totals = instance_figures.counted(), sites.totals()
    context["totals"] = {name: formats.count(getattr(totals, name)) for name in totals.__dataclass_fields__}
    context["away"] = counted is None
    if counted is not None:
        series = {_("Events"): counted.events, _("Pageviews"): counted.pageviews}
        context["chart"] = machine_rows.chart_of(instance_figures.utc_days(instance_figures.DAYS), series)
        context["accounts"] = machine_rows.largest_accounts(counted.of_sites, MOST_ACCOUNTS)
    return render(request, "operator/home.html", context)


@require_GET
@staff_access(StaffPrivilege.VIEW_MACHINE)
def jobs(request: HttpRequest) -> HttpResponse:
    """What runs regularly and how it went, and the long work that is under way or was given up."""
    context = {
        "nav": "operator_jobs",
        "jobs": machine_rows.jobs(),
        "tasks": machine_rows.tasks(MOST_TASKS),
        "may_run": staff_may(me(request), StaffPrivilege.CHANGE_INSTANCE),
    }
    part = "#work" if request.headers.get("HX-Target") == "work" else ""
    return render(request, f"operator/jobs.html{part}", context)


@require_POST
@staff_access(StaffPrivilege.CHANGE_INSTANCE)
def run_again(request: HttpRequest, task: int) -> HttpResponse:
    """Have long work that was given up go on where it was."""
    found = Task.objects.filter(pk=task).first()
    if found is None:
        raise Http404
    if instance.run_again(task, by=me(request)):
        messages.success(request, _("“%(work)s” goes on where it was.") % {"work": job_words.task(found.kind)})
    return redirect("operator_jobs")


@require_GET
@staff_access(StaffPrivilege.VIEW_MACHINE)
def left_out(request: HttpRequest) -> HttpResponse:
    """What was left out on the whole instance: why, when, at which sites, and samples of it."""
    reason = request.GET.get("reason", "")
    reason = reason if reason in left_out_words.REASONS else ""
    days = int(text) if (text := request.GET.get("days", "")) in map(str, SPANS) else 30
    site = _site(request.GET.get("site", ""))
    context: dict[str, Any] = {
        "nav": "operator_left_out",
        "site_of": site,
        "reason": reason,
        "reason_words": left_out_words.words(reason) if reason else "",
        "days": days,
        "spans": SPANS,
    }
    try:
        context |= _left_out(instance_figures.utc_days(days), reason, site)
    except UserError as error:
        context["away"] = error
    return render(request, "operator/left_out.html", context)


def _site(number: str) -> Site | None:
    """The site that is looked at alone. Raises Http404 where there is none with this number."""
    if not number:
        return None
    found = sites.by_number([int(number)]) if number.isascii() and number.isdigit() and len(number) < 16 else {}
    for site in found.values():
        return site
    raise Http404


def _left_out(span: list[date], reason: str, only: Site | None) -> dict[str, Any]:
    store, now, one = current.store(), clock.now(), only.pk if only else None
    found = figures.left_out(store, span[0], span[-1], reason, one)
    samples = figures.newest_left_out(store, now, MOST_SAMPLES, reason, one)
    hosts = figures.foreign_hostnames(store, now, MOST_HOSTNAMES, one) if reason in ("", "foreign_hostname") else []
    named = sites.by_number({*(one.site_id for one in samples), *(site for _host, site, _n in hosts)})
    domains = {number: site.domain for number, site in named.items()}
    rows = [(left_out_words.words(why), "", n, why, why) for why, n in found.reasons.items()]
    return {
        "reasons": machine_rows.bars(rows, sum(found.reasons.values())),
        "chart": machine_rows.chart_of(span, {_("Left out"): found.days}),
        "sites": machine_rows.sites_left_out(found.sites, MOST_SITES, len(span)),
        "samples": [_sample(one, domains) for one in samples],
        "hosts": [(host, domains.get(site, machine_rows.unknown(site)), formats.count(n)) for host, site, n in hosts],
    }


def _sample(one: LeftOutEvent, domains: dict[int, str]) -> dict[str, Any]:
    return {
        "at": one.at,
        "why": left_out_words.words(one.reason),
        "site": domains.get(one.site_id, machine_rows.unknown(one.site_id)),
        "what": one.error or " · ".join(filter(None, (one.name, one.hostname, one.agent))),
    }


@require_POST
@staff_access(StaffPrivilege.CHANGE_INSTANCE)
def billing(request: HttpRequest) -> HttpResponse:
    """Set whether accounts are billed, and by whom. Raises UserError while prices or the seller are missing."""
    mode = request.POST.get("billing", "")
    if mode not in Instance.Billing.values:
        messages.error(request, _("Choose whether accounts are billed, and press the button again."))
    elif modes.set_mode(Instance.Billing(mode), by=me(request)):
        messages.success(request, _("Saved."))
    return redirect("operator_instance")
