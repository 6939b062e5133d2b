"""The reseller's account at an instance that bills by Stripe, with a double of it."""

from contextlib import ExitStack
from datetime import datetime, timedelta

from django.test import Client

from tests import people
from tests.billing import money
from tests.billing.stripe_double import Stripe
from trailhouse.accounts.models import Account, User
from trailhouse.billing import activating, charging, enrolment, receiving, tick
from trailhouse.billing.models import BillingAccount, Subscription
from trailhouse.billing.pricing import Interval
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.core.money import Money

DAY = timedelta(days=1)


class Cast:
    """What the payer does, and how time passes."""

    def __init__(self, stripe: Stripe, held: ExitStack, now: datetime = money.START) -> None:
        self.stripe = stripe
        self._held = held
        self._now = now
        self._held.enter_context(clock.frozen(self._now))
        money.switch_on()
        self.account = money.account()
        self.meter = money.FlatMeter(per_day=400)

    def later(self, delta: timedelta) -> None:
        """Time passes."""
        self._now += delta
        self._held.enter_context(clock.frozen(self._now))

    def tick(self) -> None:
        """The job of billing."""
        tick.run(self.meter)

    def billing(self) -> BillingAccount:
        """The account's billing as it is now."""
        return BillingAccount.objects.select_related("account", "book").get(account=self.account)

    def state(self, one: Subscription) -> str:
        """A site's state as it is now."""
        one.refresh_from_db()
        return one.state

    def browser(self, by: User | None = None) -> Client:
        """Signed in as the reseller."""
        client = Client()
        client.force_login(by or people.reseller())
        return client

    def starts(self, account: Account | None = None, *, by: User | None = None) -> str:
        """The payer goes to Stripe's page; the session."""
        account = account or self.account
        answer = self.browser(by).post(f"/accounts/{account.pk}/billing/card/add")
        assert answer.status_code == 303, answer.content
        return str(answer["Location"].rsplit("/", 1)[1])

    def leaves(self, number: str) -> None:
        """The payer leaves a card and comes back."""
        session = self.starts()
        self.stripe.leave(session, number)
        answer = self.browser().get(f"/accounts/{self.account.pk}/billing/card/back?session={session}")
        assert answer.status_code == 302

    def activates(self, domain: str, interval: Interval = Interval.MONTHLY) -> Subscription:
        """A site whose trial is over is activated."""
        found = Subscription.objects.filter(domain=domain).select_related("site", "account").first()
        one = found or money.site(domain)
        if one.state == State.TRIAL:
            Subscription.objects.filter(pk=one.pk).update(state=State.DUE, tier=100_000)
            one.refresh_from_db()
        request = activating.activate(self.account, {one: interval}, by=people.reseller())
        charging.ask(enrolment.billing_of(self.account), request=request)
        return one

    def has_active_site(self, domain: str) -> Subscription:
        """A site that was activated and paid by a transfer."""
        one = self.activates(domain)
        request = activating.open_request(self.account)
        assert request is not None
        receiving.receive(
            self.account, Money(request.total, "EUR"), gateway="transfer", key="bank/1", received_on=clock.now().date()
        )
        return one

    def next_invoice(self) -> None:
        """The next billing day comes, and its invoice."""
        on = self.billing().next_billing_on
        assert on is not None
        self.later(on - clock.now().date() + timedelta(hours=1))
        self.tick()
