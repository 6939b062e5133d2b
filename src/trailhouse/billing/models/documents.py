"""Payment requests, and the final documents: invoices and credit notes."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account, User
from trailhouse.billing.models.accounts import Seller
from trailhouse.billing.models.licences import Licence
from trailhouse.billing.models.subscriptions import INTERVALS, Subscription
from trailhouse.core import clock


class Final(models.Model):
    """Written once: a second `save` and a `delete` are refused here, and by the database however it is asked."""

    class Meta:
        abstract = True

    def save(self, *given: Any, **named: Any) -> None:
        """Write it, once. Raises ValueError for what is there already."""
        if self.pk is not None and not self._state.adding:
            raise ValueError(f"{self} is final: it is never changed")
        super().save(*given, **named)

    def delete(self, *given: Any, **named: Any) -> tuple[int, dict[str, int]]:
        """Refused: raises ValueError."""
        raise ValueError(f"{self} is final: it is never deleted")


class Numbering(models.Model):
    """The last number given in a series of a seller. Locked while a document is made: no gap, no double."""

    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="numberings")
    series = models.CharField(max_length=24)  # with the year: "2027", "CN2027"
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seller", "series"], name="one_numbering_a_series")]

    def __str__(self) -> str:
        return f"{self.series}: {self.last}"


class Request(models.Model):
    """What is to be paid before sites are activated: a quote with a reference, no invoice."""

    class State(models.TextChoices):
        """What became of it."""

        OPEN = "open", _("open")
        PAID = "paid", _("paid")
        REPLACED = "replaced", _("replaced")  # by a newer one: the billing day came, a price changed
        WITHDRAWN = "withdrawn", _("withdrawn")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payment_requests")
    reference = models.CharField(max_length=25, unique=True)  # ISO 11649: RF and two check digits
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    currency = models.CharField(max_length=3)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    total = models.BigIntegerField()
    treatment = models.JSONField()  # `tax.Treatment` as it was quoted
    holds_until = models.DateField()  # half-open: the billing day, after which the amounts are others
    created_at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(state="open"), name="one_open_request_an_account"),
            models.CheckConstraint(condition=Q(total=F("net") + F("tax")), name="request_adds_up"),
        ]

    def __str__(self) -> str:
        return self.reference


class AbstractLine(models.Model):
    """A line: a site and a span, or a fee. `net` is what `pricing.line` made of list price, rate and days."""

    class Kind(models.TextChoices):
        """What it is for."""

        SITE = "site", "site"
        FEE = "fee", "fee"  # rebranding: set-up or licence
        CORRECTION = "correction", "correction"

    class Fee(models.TextChoices):
        """Which fee."""

        SETUP = "setup", "setup"  # once a brand; with a logo after without: the difference
        LICENCE = "licence", "licence"  # a year
        UPGRADE = "upgrade", "upgrade"  # the difference to the licence with a logo, to the year's end

    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.SITE)
    subscription = models.ForeignKey(Subscription, null=True, on_delete=models.PROTECT, related_name="%(class)ss")
    licence = models.ForeignKey(Licence, null=True, on_delete=models.PROTECT, related_name="%(class)ss")  # of a fee
    fee = models.CharField(max_length=8, choices=Fee.choices, blank=True)
    with_logo = models.BooleanField(null=True)  # of a fee
    text = models.CharField(max_length=400)  # the domain, or what the fee is
    start = models.DateField(null=True)
    end = models.DateField(null=True)  # half-open
    interval = models.CharField(max_length=8, choices=INTERVALS, blank=True)
    tier = models.PositiveBigIntegerField(null=True)
    list_price = models.BigIntegerField()  # of the span, before discount
    rank = models.PositiveIntegerField(null=True)
    rate = models.PositiveIntegerField(default=0)  # discount in basis points
    days = models.PositiveSmallIntegerField(null=True)  # of a stub …
    of_days = models.PositiveSmallIntegerField(null=True)  # … of this billing month
    net = models.BigIntegerField()

    class Meta:
        abstract = True
        ordering = ["position"]

    def __str__(self) -> str:
        return f"{self.text}: {self.net}"


class RequestLine(AbstractLine):
    """A line of a payment request."""

    request = models.ForeignKey(Request, on_delete=models.CASCADE, related_name="lines")

    class Meta(AbstractLine.Meta):
        constraints = [
            models.UniqueConstraint(fields=["request", "position"], name="request_line_position"),
            models.CheckConstraint(condition=Q(rate__lte=10_000), name="request_rate_within_100_percent"),
        ]


class Document(Final):
    """An invoice or a credit note. Final from its first moment: never changed, never deleted (database triggers)."""

    class Kind(models.TextChoices):
        """Which of the two."""

        INVOICE = "invoice", _("invoice")
        CREDIT_NOTE = "credit_note", _("credit note")

    kind = models.CharField(max_length=12, choices=Kind.choices)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="documents")
    seller = models.ForeignKey(Seller, on_delete=models.PROTECT, related_name="documents")
    number = models.CharField(max_length=32)
    reference = models.CharField(max_length=25)  # for a transfer; a request's invoice keeps the request's
    request = models.OneToOneField(Request, null=True, on_delete=models.PROTECT, related_name="document")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="credit_notes")
    key = models.CharField(max_length=120, unique=True)  # what it is for, once: "account/7/2027-01-31"
    issued_on = models.DateField()
    due_on = models.DateField()
    currency = models.CharField(max_length=3)
    net = models.BigIntegerField()
    tax = models.BigIntegerField()
    total = models.BigIntegerField()
    taxes = models.JSONField()  # by category: category, rate, ground, base, tax
    seller_is = models.JSONField()  # both addresses as they were
    buyer_is = models.JSONField()
    language = models.CharField(max_length=8)
    note = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["seller", "number"], name="document_number_once"),
            models.CheckConstraint(condition=Q(total=F("net") + F("tax")), name="document_adds_up"),
            models.CheckConstraint(
                condition=Q(kind="invoice", corrects=None) | Q(kind="credit_note"), name="credit_notes_correct"
            ),
        ]
        indexes = [models.Index(fields=["account", "-issued_on"], name="document_by_account")]

    def __str__(self) -> str:
        return self.number


class Line(Final, AbstractLine):
    """A line of a final document; as immutable as it. On a credit note the amounts are positive as well."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="lines")
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="corrections")

    class Meta(AbstractLine.Meta):
        constraints = [
            models.UniqueConstraint(fields=["document", "position"], name="line_position"),
            models.CheckConstraint(condition=Q(net__gte=0), name="no_negative_line"),
            models.CheckConstraint(condition=Q(rate__lte=10_000), name="line_rate_within_100_percent"),
        ]
