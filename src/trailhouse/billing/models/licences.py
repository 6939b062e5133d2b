"""What an account pays for showing a brand of its own: set-up once, a licence by the year."""

from django.db import models
from django.db.models import F, Q

from trailhouse.accounts.models import Account
from trailhouse.billing.licence_states import LicenceState
from trailhouse.branding.models import Brand
from trailhouse.core import clock

LICENCE_STATES = [(state.value, state.value) for state in LicenceState]
KINDS = [("plain", "plain"), ("logo", "logo")]  # as `Brand.Licence`


class Licence(models.Model):
    """What a brand is to its payer: ordered, active, past due … One a brand, for ever; it outlives the brand."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="licences")
    brand = models.OneToOneField(Brand, null=True, on_delete=models.SET_NULL, related_name="bought")
    brand_number = models.PositiveBigIntegerField(unique=True)  # stays when the brand is gone
    name = models.CharField(max_length=60)  # of the brand, as it was last called
    state = models.CharField(max_length=16, choices=LICENCE_STATES, default=LicenceState.NEW)
    since = models.DateTimeField(default=clock.now)  # in this state
    kind = models.CharField(max_length=8, choices=KINDS, blank=True)  # what is paid for
    next_kind = models.CharField(max_length=8, choices=KINDS, blank=True)  # from the renewal on
    renews = models.BooleanField(default=True)  # False: cancelled to the end of what is paid
    setup = models.CharField(max_length=8, choices=KINDS, blank=True)  # the set-up that is billed
    setup_paid = models.BigIntegerField(default=0)  # what was billed for set-up, net
    anchor_day = models.PositiveSmallIntegerField(null=True)  # day of the month on which its years begin
    paid_until = models.DateField(null=True)  # half-open: the first day that is not billed yet
    granted_kind = models.CharField(max_length=8, choices=KINDS, blank=True)
    granted_until = models.DateTimeField(null=True)  # of a granted one; None: until the operator ends it
    dunning_since = models.DateTimeField(null=True)  # when the payment that is missing was found missing

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state__in=["active", "past_due", "lapsed"])
                | (Q(paid_until__isnull=False, anchor_day__isnull=False) & ~Q(kind="")),
                name="a_paid_licence_has_terms",
            ),
            models.CheckConstraint(
                condition=Q(anchor_day=None) | Q(anchor_day__range=(1, 31)), name="licence_day_of_a_month"
            ),
            models.CheckConstraint(condition=~Q(state="granted") | ~Q(granted_kind=""), name="a_grant_says_of_what"),
        ]
        indexes = [models.Index(fields=["account", "state"], name="licence_by_state")]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"

    @property
    def shows(self) -> str:
        """What may be shown while it holds."""
        return self.granted_kind if self.state == LicenceState.GRANTED else self.kind


class LicenceSpan(models.Model):
    """A year of a licence that is billed; a year can be billed once. Never deleted (database trigger)."""

    licence = models.ForeignKey(Licence, on_delete=models.PROTECT, related_name="spans")
    start = models.DateField()
    end = models.DateField()  # half-open
    line = models.OneToOneField("billing.Line", on_delete=models.PROTECT, related_name="licence_span")

    class Meta:
        ordering = ["start"]
        constraints = [
            models.UniqueConstraint(fields=["licence", "start"], name="licence_year_billed_once"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="licence_year_ends_after_it_starts"),
        ]

    def __str__(self) -> str:
        return f"{self.licence.name} {self.start} to {self.end}"
