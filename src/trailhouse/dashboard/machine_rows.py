"""What the operator's pages list: the days of a chart, the largest accounts, the jobs, what was left out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account
from trailhouse.billing.enrolment import billing_on
from trailhouse.dashboard import formats, job_words
from trailhouse.dashboard.sparkline import Sparkline, sparkline
from trailhouse.outbox import selectors
from trailhouse.outbox.models import JobRun, Task
from trailhouse.outbox.selectors import Progress, progress_of
from trailhouse.sites import selectors as sites


@dataclass(frozen=True)
class Day:
    """A line of a table of values: the UTC day and its figures, newest first."""

    title: str
    figures: tuple[str, ...]


@dataclass(frozen=True)
class Chart:
    """A small line over days, and the same as a table with `heads`; `text` says both in short."""

    line: Sparkline | None
    heads: list[str]
    days: list[Day]
    text: str


def chart_of(span: Sequence[date], series: Mapping[str, Mapping[date, int]]) -> Chart:
    """The first of `series` as a line, all of them, by what they are called, as a table."""
    columns = list(series.values())
    values = [columns[0].get(day, 0) for day in span]
    rows = [Day(formats.short_day(day), tuple(formats.count(one.get(day, 0)) for one in columns)) for day in span]
    most = max(zip(values, span, strict=True))
    text = _("%(total)s in %(days)s days, at most %(most)s on %(day)s") % {
        "total": formats.count(sum(values)),
        "days": formats.count(len(span)),
        "most": formats.count(most[0]),
        "day": formats.short_day(most[1]),
    }
    return Chart(sparkline(values), list(series), rows[::-1], text)


@dataclass(frozen=True)
class Bar:
    """A row with a bar: `width` in per cent of the largest; `share` of all."""

    name: str
    note: str
    figure: str
    width: str
    share: str
    link: str = ""
    key: str = ""


def bars(rows: Sequence[tuple[str, str, int, str, str]], whole: int) -> list[Bar]:
    """Rows of name, note, number, link and key as bars; `whole` is what shares are of."""
    top = max((row[2] for row in rows), default=0)
    return [
        Bar(
            name,
            note,
            formats.count(n),
            f"{100 * n / top:.1f}%" if top else "0",
            formats.share(100 * n / whole) if whole else "",
            link,
            key,
        )
        for name, note, n, link, key in rows
    ]


def largest_accounts(of_sites: Mapping[int, int], most: int) -> list[Bar]:
    """The accounts with the most pageviews."""
    owners = sites.accounts_of_sites()
    views: dict[int, int] = {}
    for site, n in of_sites.items():
        if n and site in owners:
            views[owners[site]] = views.get(owners[site], 0) + n
    first = sorted(views, key=lambda number: (-views[number], number))[:most]
    named = Account.objects.select_related("owner").in_bulk(first)
    rows = [
        (one.name, one.owner.email, views[one.pk], reverse("operator_account", args=[one.pk]), "")
        for one in (named[number] for number in first)
    ]
    return bars(rows, sum(of_sites.values()))


def sites_left_out(found: Mapping[int, int], most: int, days: int) -> list[Bar]:
    """The sites at which most was left out, each with the page of it alone; number 0 is what no site is known for."""
    first = list(found)[:most]
    named = sites.by_number(first)
    rows = []
    for number in first:
        site = named.get(number)
        if site is None:
            rows.append((unknown(number), "", found[number], "", ""))
            continue
        link = f"{reverse('operator_left_out')}?{urlencode({'site': number, 'days': days})}"
        rows.append((site.domain, site.account.name, found[number], link, ""))
    return bars(rows, sum(found.values()))


def unknown(number: int) -> str:
    """What is said of a site that is not there (any more)."""
    return _("a site that was deleted") if number else _("no site is known")


@dataclass(frozen=True)
class Job:
    """A regular job as its page shows it; `mood` is "active" or "due"."""

    label: str
    name: str
    every: str
    started: datetime
    duration: str
    result: str
    mood: str
    failures: str
    error: str
    reference: str
    machine: str
    due: datetime | None  # None: within a minute, as always


def jobs() -> list[Job]:
    """The regular jobs, by name, those that fail or are late first; with their machine where there are several."""
    idle = frozenset() if billing_on() else job_words.OF_BILLING
    runs = [run for run in selectors.job_runs() if run.failures or run.name not in idle]
    several = len({run.machine for run in runs}) > 1
    rows = [_job(run, several) for run in runs]
    return sorted(rows, key=lambda row: (row.mood != "due", row.label.casefold(), row.machine))


def _job(run: JobRun, several: bool) -> Job:
    result, mood = _("well"), "active"
    if run.failures:
        result, mood = _("failed"), "due"
    elif selectors.is_late(run):
        result, mood = _("late"), "due"
    due = run.started_at + timedelta(seconds=run.every_s)
    return Job(
        label=job_words.job(run.name),
        name=run.name,
        every=formats.duration(run.every_s) if run.every_s >= 1 else _("%(n)s s") % {"n": formats.ratio(run.every_s)},
        started=run.started_at,
        duration=_length(run.duration_ms),
        result=result,
        mood=mood,
        failures=formats.count(run.failures) if run.failures else "",
        error=run.error,
        reference=run.reference,
        machine=run.machine if several else "",
        due=due if run.every_s > 60 else None,
    )


def _length(ms: int) -> str:
    return _("%(n)s ms") % {"n": formats.count(ms)} if ms < 1000 else formats.duration(ms / 1000)


@dataclass(frozen=True)
class Work:
    """A long task, how far it is, and for whom."""

    task: Task
    label: str
    account: str
    progress: Progress
    done: str
    total: str
    left: str


def tasks(most: int) -> list[Work]:
    """The long work of the instance."""
    found = selectors.present_tasks(most)
    names = dict(Account.objects.filter(pk__in={t.account_id for t in found}).values_list("pk", "name"))
    rows = []
    for task in found:
        how = progress_of(task)
        left = formats.duration(how.seconds_left) if how.seconds_left is not None else ""
        done, total = formats.count(how.done), formats.count(how.total)
        name = names.get(task.account_id or 0, "")
        rows.append(Work(task, job_words.task(task.kind), name, how, done, total, left))
    return rows
