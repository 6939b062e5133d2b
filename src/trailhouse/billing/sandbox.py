"""The test clock of a sandbox: time that is moved on by hand, and what billing does meanwhile.

Part of the services of `billing`. The command and the app process alone use it, and only where the setting allows it.
"""

from dataclasses import dataclass
from datetime import datetime

from trailhouse.billing import charging, daily, tick
from trailhouse.billing.metering import Meter
from trailhouse.billing.models import BillingAccount, BillingEvent, Document, Rule
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.money import decimal_text
from trailhouse.core.settings import settings
from trailhouse.outbox.models import Mail


@dataclass(frozen=True)
class Step:
    """The time after a step of the clock, how far it is ahead of the machine's, and what happened, in plain words."""

    now: datetime
    ahead_s: int
    happened: list[str]


def start() -> None:
    """Have the clock of this process run as far ahead as it was moved. Raises UserError outside of a sandbox."""
    _only_in_a_sandbox()
    clock.run_ahead(_ahead())


def move_to(moment: datetime, meter: Meter) -> Step:
    """Move the clock on to `moment` and do what billing has to do by then. Raises UserError for a time that is past."""
    _only_in_a_sandbox()
    ahead = _ahead()
    clock.run_ahead(ahead)
    more = round((moment - clock.now()).total_seconds())
    if more < 0:
        raise UserError(
            "clock_back",
            "The test clock cannot go back.",
            "Name a later time; for an earlier one, begin a new sandbox.",
        )
    Rule.objects.update_or_create(pk=Rule.ONLY, defaults={"clock_ahead_s": ahead + more})
    clock.run_ahead(ahead + more)
    marks = _marks()
    while _is_due():
        if not tick.run(meter):
            break
        charging.carry_out()
    daily.look(meter)
    return Step(clock.now(), ahead + more, _since(*marks))


def shown() -> Step:
    """The clock as it stands."""
    start()
    return Step(clock.now(), _ahead(), [])


def _is_due() -> bool:
    return BillingAccount.objects.filter(look_at__lte=clock.now(), account__demo=False).exists()


def _ahead() -> int:
    return Rule.objects.filter(pk=Rule.ONLY).values_list("clock_ahead_s", flat=True).first() or 0


def _only_in_a_sandbox() -> None:
    if not settings().sandbox:
        raise UserError(
            "no_sandbox",
            "This is no sandbox: its time is everybody's.",
            "Set TRAILHOUSE_SANDBOX=yes for an instance to try things out in, for the server and for this command.",
        )


def _marks() -> tuple[int, int, int]:
    """The last event, document and mail that were there before."""
    tables = (BillingEvent, Document, Mail)
    first, second, third = (rows.objects.order_by("-pk").values_list("pk", flat=True).first() or 0 for rows in tables)
    return first, second, third


def _since(event: int, document: int, mail: int) -> list[str]:
    events = BillingEvent.objects.filter(pk__gt=event).select_related("subscription").order_by("pk")
    said = [f"{one.subscription.domain if one.subscription else one.account_id}: {one.transition}" for one in events]
    made = Document.objects.filter(pk__gt=document).order_by("pk")
    said += [f"{one.kind} {one.number}: {decimal_text(one.total, one.currency)} {one.currency}" for one in made]
    mails = Mail.objects.filter(pk__gt=mail).count()
    return said + ([f"{mails} mail{'s' if mails > 1 else ''}"] if mails else [])
