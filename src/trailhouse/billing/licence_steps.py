"""What is due for the licences of one account while the job brings it up to date. Part of the services of `billing`.

The caller (`tick`) holds the account's lock and does each step at its own moment.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

from trailhouse.billing import charging, invoicing, licence_planning, licence_shifting
from trailhouse.billing.licence_states import LicenceMove, LicenceState, can, timed
from trailhouse.billing.limits import Limits
from trailhouse.billing.models import BillingAccount, BillingEvent, Document, Licence
from trailhouse.billing.settling import OpenLine, unpaid
from trailhouse.billing.values import book_of

Step = tuple[datetime, int, int, Callable[[datetime], object]]  # when, order at that moment, number, what
RENEWS, RETRY, RENEWED = "licence_renews", "licence_retry", "licence_renewed"


class Licences:
    """The licences of an account that are not over."""

    def __init__(self, billing: BillingAccount, limits: Limits, now: datetime) -> None:
        self.billing, self.limits, self.now = billing, limits, now
        self.load()
        events = BillingEvent.objects.filter(account=billing.account_id, transition__in=[RENEWS, RETRY])
        self.done = set(events.values_list("key", flat=True)) if self.rows else set()

    def load(self) -> None:
        """Read them anew."""
        rows = Licence.objects.filter(account=self.billing.account_id).exclude(
            state__in=[LicenceState.NEW, LicenceState.ENDED]
        )
        self.rows = list(rows.select_related("brand").order_by("pk"))
        for one in self.rows:
            one.account = self.billing.account

    def end_what_is_gone(self) -> None:
        """Licences of brands that were removed, and all of an account that was closed, end; nothing is given back."""
        closed = self.billing.account.closed_at is not None
        for one in self.rows:
            if (closed or one.brand is None) and can(LicenceState(one.state), LicenceMove.REMOVED):
                licence_shifting.shift(one, LicenceMove.REMOVED, at=self.now)
        self.load()

    def due(self, on: date) -> list[Licence]:
        """Those whose paid year ends by that day and that go on."""
        return [one for one in self.rows if _goes_on(one) and one.paid_until is not None and one.paid_until <= on]

    def steps(self, open_invoices: Sequence[Document]) -> Iterator[Step]:
        """What is due, now or later."""
        for one in self.rows:
            dates = licence_shifting.dates_of(one)
            for when, what in timed(LicenceState(one.state), one.since, dates, self.limits):
                yield max(when, one.since), 0, one.pk, self._shifter(one, what)
            if _goes_on(one) and dates.period_ends is not None:
                # After the billing day: where they fall together there is one invoice.
                yield max(dates.period_ends, one.since), 4, one.pk, self._renewer(one)
                yield from self._notice(one, dates.period_ends)
            if one.state == LicenceState.PAST_DUE and open_invoices and self.billing.method_ref:
                yield from self._retries(one)

    def _shifter(self, one: Licence, what: LicenceMove) -> Callable[[datetime], object]:
        def do(when: datetime) -> None:
            if what is LicenceMove.GRANT_ENDED:
                licence_shifting.end_grant(self.billing, one, at=when)
            else:
                licence_shifting.shift(one, what, at=when, dunning_since=None)
            self.load()

        return do

    def _notice(self, one: Licence, ends: datetime) -> Iterator[Step]:
        key = f"licence/{one.pk}/{RENEWS}/{one.paid_until}"
        moment = ends - timedelta(days=self.limits.licence_notice)
        if key in self.done or moment >= ends:
            return

        def do(when: datetime) -> None:
            self.done.add(key)
            licence_shifting.note(one, RENEWS, f"{RENEWS}/{one.paid_until}", at=when)
            fee = licence_planning.renewed(self.billing, one)[0]
            year = {"amount": fee.net, "currency": book_of(self.billing).currency}
            on = str(one.paid_until)
            licence_shifting.tell(one, RENEWS, f"told/{key}", at=when, on=on, fee=year)

        yield max(moment, one.since), 5, one.pk, do

    def _retries(self, one: Licence) -> Iterator[Step]:
        """A charge is tried again as often as for sites."""
        for days in self.limits.retries:
            moment = (one.dunning_since or one.since) + timedelta(days=days)
            key = f"licence/{one.pk}/{RETRY}/{moment.isoformat()}"
            if key not in self.done:
                yield moment, 5, one.pk, self._retrier(one, key, moment)

    def _retrier(self, one: Licence, key: str, moment: datetime) -> Callable[[datetime], object]:
        def do(when: datetime) -> None:
            self.done.add(key)
            licence_shifting.note(one, RETRY, f"{RETRY}/{moment.isoformat()}", at=when)
            for document in unpaid(self.billing.account):
                charging.ask(self.billing, document=document)

        return do

    def _renewer(self, one: Licence) -> Callable[[datetime], object]:
        def do(when: datetime) -> None:
            on = one.paid_until
            assert on is not None
            key = f"licence/{one.pk}/{on}"
            invoicing.bill(self.billing, [], on, key, now=self.now, licences=[one])
            self.renewed([one], when)

        return do

    def renewed(self, licences: Sequence[Licence], when: datetime) -> None:
        """Note that these were just billed for another year, of another kind where that was chosen."""
        for one in licences:
            if one.next_kind:
                one.kind, one.next_kind = one.next_kind, ""
                one.save(update_fields=["kind", "next_kind"])
                licence_shifting.show(one)
            licence_shifting.note(one, RENEWED, f"{RENEWED}/{one.paid_until}", at=when, on=str(one.paid_until))

    def late(self, lines: Sequence[OpenLine], when: datetime) -> None:
        """Those of an invoice that is late are past due."""
        licence_shifting.miss(self.billing, lines, LicenceMove.PAYMENT_LATE, at=when)
        self.load()


def _goes_on(one: Licence) -> bool:
    return one.state == LicenceState.ACTIVE and one.renews and one.brand is not None
