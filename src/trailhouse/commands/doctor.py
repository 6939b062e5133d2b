"""`trailhouse doctor`: looks at everything the product stands on and says what to mend."""

import argparse
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass

from trailhouse import internal
from trailhouse.commands.output import print_json
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.health import State, Trouble
from trailhouse.core.settings import Settings, settings
from trailhouse.events import counters, health, spool


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    check: str
    state: State
    message: str
    hint: str = ""


Check = Callable[[Settings], Iterator[Finding]]


def run(options: argparse.Namespace) -> int:
    """Check, print, and return 1 where something is red."""
    findings = [finding for check in CHECKS for finding in _carefully(check)]
    red = any(finding.state is State.RED for finding in findings)
    if options.json:
        print_json({"ok": not red, "checks": [asdict(finding) for finding in findings], "numbers": _numbers()})
    else:
        _print(findings)
    return 1 if red else 0


def _carefully(check: Check) -> Iterator[Finding]:
    name = check.__name__.lstrip("_")
    try:
        yield from check(settings())
    except UserError as error:
        yield Finding(name, State.RED, error.message, error.hint)
    except Exception as error:
        yield Finding(name, State.RED, f"{type(error).__name__}: {error}", "See the log of the server.")


def _print(findings: list[Finding]) -> None:
    marks = {State.GOOD: "ok  ", State.WARN: "look", State.RED: "MEND"}
    for finding in findings:
        print(f"{marks[finding.state]}  {finding.check:<9} {finding.message}")
        if finding.hint:
            print(f"{'':16}{finding.hint}")


def _numbers() -> dict[str, int | bool]:
    numbers = counters.read(settings().data / spool.DIRECTORY)
    names = ("received", "stored", "quarantined", "dropped", "queued", "corrupt", "lost")
    return {name: getattr(numbers, name) for name in names} | {"balanced": numbers.balanced}


# -- the checks, in the order in which they are shown


def _settings(own: Settings) -> Iterator[Finding]:
    yield Finding("settings", State.GOOD, f"public address {own.url}, data in {own.data.absolute()}")
    yield from _found("settings", health.of_settings(own))


def _found(check: str, troubles: Iterable[Trouble], also: str = "") -> Iterator[Finding]:
    """What is wrong, as findings of `check`; `also` is said beside each."""
    for trouble in troubles:
        yield Finding(check, trouble.state, f"{trouble.message}{also}", trouble.hint)


def _data(own: Settings) -> Iterator[Finding]:
    if not own.data.exists():
        yield Finding("data", State.WARN, "nothing is kept yet", "Start once: trailhouse serve")
    elif not os.access(own.data, os.W_OK | os.X_OK):
        yield Finding("data", State.RED, f"{own.data} cannot be written to", "Give it to the user who runs Trailhouse.")
    elif own.data.stat().st_mode & 0o077:
        yield Finding("data", State.WARN, "others on this machine may look into it", f"chmod 700 {own.data}")
    else:
        yield Finding("data", State.GOOD, "kept, and closed to others")


def _database(own: Settings) -> Iterator[Finding]:
    from trailhouse.commands.output import open_database

    open_database()
    from django.db import connection

    from trailhouse.accounts.models import Account
    from trailhouse.sites.models import Site

    accounts, sites = Account.objects.count(), Site.objects.count()
    yield Finding("database", State.GOOD, f"{connection.vendor}, up to date, {accounts} accounts, {sites} sites")


def _server(own: Settings) -> Iterator[Finding]:
    status = internal.call(own.app_socket, "status", {})
    if status is None:
        yield Finding("server", State.WARN, "is not running", "Start it: trailhouse serve")
    elif red := status.get("red"):
        yield from _found("server", (Trouble(code, State.RED) for code in red))
    else:
        yield Finding("server", State.GOOD, "runs")


def _store(own: Settings) -> Iterator[Finding]:
    if internal.call(own.app_socket, "status", {}) is not None:
        yield Finding("store", State.GOOD, "open in the running server")
        return
    from trailhouse.app import open_store

    store = open_store(own)
    try:
        rows = store.rows("SELECT count() FROM events")[0][0]
    finally:
        store.close()
    yield Finding("store", State.GOOD, f"opens, {rows} events")


def _spool(own: Settings) -> Iterator[Finding]:
    numbers = counters.read(own.data / spool.DIRECTORY)
    four = (
        f"received {numbers.received} = stored {numbers.stored} + quarantined {numbers.quarantined}"
        f" + dropped {numbers.dropped} + queued {numbers.queued}"
    )
    troubles = list(health.of_spool(own, numbers))
    yield from _found("spool", troubles, f"; {four}")
    if not troubles:
        yield Finding("spool", State.GOOD, four)


def _disk(own: Settings) -> Iterator[Finding]:
    room = health.disk(own)
    troubles = list(health.of_disk(room))
    yield from _found("disk", troubles)
    if not troubles:
        yield Finding("disk", State.GOOD, f"{room.free} MB free")


def _mail(own: Settings) -> Iterator[Finding]:
    from django.core.mail import get_connection

    from trailhouse.outbox import selectors
    from trailhouse.outbox.models import Mail

    counts = selectors.mail_counts()
    given_up = counts[Mail.State.FAILED]
    numbers = f"{counts[Mail.State.WAITING]} waiting, {given_up} given up"
    if not own.mail_url:
        hint = "Set TRAILHOUSE_MAIL_URL=smtp://user:password@host:587."
        yield Finding("mail", State.WARN, f"is not sent; {numbers}", hint)
        return
    try:
        connection = get_connection()
        connection.open()
        connection.close()
    except OSError as error:  # smtplib's errors are among them
        message = f"the mail server refuses: {error}; {numbers}"
        yield Finding("mail", State.RED, message, "Check TRAILHOUSE_MAIL_URL.")
    else:
        hint = f"See why, and try again, at {own.url}/operator/mail?state=failed" if given_up else ""
        state = State.WARN if given_up else State.GOOD
        yield Finding("mail", state, f"the mail server answers; {numbers}", hint)


def _clock(own: Settings) -> Iterator[Finding]:
    from trailhouse.accounts.selectors import newest_noted

    troubles = list(health.of_clock(newest_noted()))
    yield from _found("clock", troubles)
    if not troubles:
        yield Finding("clock", State.GOOD, f"{clock.now():%Y-%m-%d %H:%M} UTC")


def _jobs(own: Settings) -> Iterator[Finding]:
    from trailhouse.outbox.health import of_jobs, work

    troubles = list(of_jobs(work()))
    yield from _found("jobs", troubles)
    if not troubles:
        yield Finding("jobs", State.GOOD, "go well")


CHECKS: tuple[Check, ...] = (_settings, _data, _database, _server, _store, _spool, _disk, _mail, _jobs, _clock)
