"""A site's subscription, what it was measured by, and everything that happened to it."""

from django.db import models
from django.db.models import F, Q

from trailhouse.accounts.models import Account, User
from trailhouse.billing.models.books import Book
from trailhouse.billing.pricing import Interval
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.sites.models import Site

STATES = [(state.value, state.value) for state in State]
INTERVALS = [(interval.value, interval.value) for interval in Interval]


class Subscription(models.Model):
    """What a site is to its account: on trial, due, active … One a site, for ever; it outlives the site."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="subscriptions")
    site = models.OneToOneField(Site, null=True, on_delete=models.SET_NULL, related_name="subscription")
    site_number = models.PositiveIntegerField(unique=True)  # stays when the site is gone
    domain = models.CharField(max_length=350)
    state = models.CharField(max_length=16, choices=STATES)
    since = models.DateTimeField(default=clock.now)  # in this state
    began_at = models.DateTimeField(default=clock.now)  # its age in the ranking; a trial does not begin before
    first_visit_at = models.DateTimeField(null=True, blank=True)  # the first that counts, once it is billed
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    interval = models.CharField(max_length=8, choices=INTERVALS, blank=True)
    next_interval = models.CharField(max_length=8, choices=INTERVALS, blank=True)  # from the period's end on
    tier = models.PositiveBigIntegerField(null=True, blank=True)  # `Tier.pageviews` of its book
    provisional = models.BooleanField(default=False)  # measured on too few days: measured again
    activated_on = models.DateField(null=True, blank=True)  # first paid day of the running stretch
    paid_until = models.DateField(null=True, blank=True)  # half-open: the first day that is not billed yet
    dunning_since = models.DateTimeField(null=True, blank=True)  # when the payment that is missing was found missing
    pause_on = models.DateField(null=True, blank=True)  # asked for; from the billing day on
    held_because = models.CharField(max_length=300, blank=True)  # the operator suspended it; payment does not lift that
    held_from = models.CharField(max_length=16, blank=True)  # the state in which the operator suspended it

    class Meta:
        ordering = ["domain", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["active", "past_due", "cancelling"])
                | (Q(paid_until__isnull=False, tier__isnull=False) & ~Q(interval="")),
                name="a_paying_site_has_terms",
            ),
            models.CheckConstraint(
                condition=~Q(state="trial") | Q(trial_ends_at__isnull=False), name="a_trial_has_an_end"
            ),
        ]
        indexes = [models.Index(fields=["account", "state"], name="subscription_by_state")]

    def __str__(self) -> str:
        return f"{self.domain}: {self.state}"


class TrialUse(models.Model):
    """That an account had its trial of a registrable domain; `used_at` with the first real visit by key."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="trials")
    registrable = models.CharField(max_length=253)
    given_at = models.DateTimeField(default=clock.now)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "registrable"], name="one_trial_a_domain")]

    def __str__(self) -> str:
        return f"{self.registrable} of {self.account}"


class BillingEvent(models.Model):
    """One thing that happened to a subscription or an account's billing. Append-only (database trigger).

    `key` names what can happen once: a second try finds it there.
    """

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="billing_events")
    subscription = models.ForeignKey(Subscription, null=True, on_delete=models.PROTECT, related_name="events")
    key = models.CharField(max_length=200, unique=True)
    transition = models.CharField(max_length=32)
    before = models.CharField(max_length=16, blank=True)
    after = models.CharField(max_length=16, blank=True)
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")  # None: time itself
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["account", "-at"], name="billing_event_by_account")]

    def __str__(self) -> str:
        return self.key


class MeteredDay(models.Model):
    """The billable pageviews of a site on one local day, closed seven days after it; never lowered afterwards."""

    site_number = models.PositiveIntegerField()
    day = models.DateField()
    pageviews = models.PositiveBigIntegerField()
    rule = models.PositiveSmallIntegerField()  # `quoting.RULE_VERSION`
    closed_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site_number", "day"], name="metered_day_once")]

    def __str__(self) -> str:
        return f"{self.site_number} {self.day}: {self.pageviews}"


class Struck(models.Model):
    """A day that the operator strikes out of the measure: what was counted then was junk."""

    site_number = models.PositiveIntegerField()
    day = models.DateField()
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    because = models.CharField(max_length=300)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site_number", "day"], name="struck_day_once")]

    def __str__(self) -> str:
        return f"{self.site_number} {self.day}"


class Quote(models.Model):
    """Which tier a site was found to need, and from what; shown with its arithmetic. Never changed."""

    class Reason(models.TextChoices):
        """Why it was measured."""

        TRIAL = "trial", "trial"
        EARLY = "early", "early"  # activated before the trial ended
        AGAIN = "again", "again"  # a provisional one, after 28 paid days
        RENEWAL = "renewal", "renewal"
        UPGRADE = "upgrade", "upgrade"
        STRUCK = "struck", "struck"
        KNOWN = "known", "known"  # no right to a trial: the last known tier, else the lowest

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="quotes")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=8, choices=Reason.choices)
    on = models.DateField()
    tier = models.PositiveBigIntegerField()
    provisional = models.BooleanField(default=False)
    measured = models.JSONField(default=dict)  # days, pageviews, windows …: what `quoting` was given and found
    rule = models.PositiveSmallIntegerField()
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "reason", "on"], name="quote_once_a_reason_and_day")
        ]

    def __str__(self) -> str:
        return f"{self.subscription.domain}: up to {self.tier}"


class PaidSpan(models.Model):
    """Days of a site that were billed: they never overlap (database trigger), so none is billed twice.

    A span that "remove now" gives back is ended early, never deleted; one that had not begun is left without a day.
    """

    subscription = models.ForeignKey(Subscription, on_delete=models.PROTECT, related_name="spans")
    start = models.DateField()
    end = models.DateField()  # half-open
    interval = models.CharField(max_length=8, choices=INTERVALS)
    tier = models.PositiveBigIntegerField()
    line = models.OneToOneField("billing.Line", on_delete=models.PROTECT, related_name="span")

    class Meta:
        ordering = ["start"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "start"], condition=Q(end__gt=F("start")), name="site_period_billed_once"
            ),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="span_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.subscription.domain} {self.start} to {self.end}"


class Notice(models.Model):
    """Something that the payer is to be told. An account gets at most one mail a day of them, with a list."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notices")
    subscription = models.ForeignKey(Subscription, null=True, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=200, unique=True)  # what is told once
    kind = models.CharField(max_length=32)  # see `notices.KINDS`
    details = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(default=clock.now)
    told_on = models.DateField(null=True, blank=True)  # the day of the mail it stood in; None: waits

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["account", "told_on"], name="notice_to_tell")]

    def __str__(self) -> str:
        return self.key
