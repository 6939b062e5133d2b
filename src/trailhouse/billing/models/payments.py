"""Money that came, where it went, and what an account has left over."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account, User
from trailhouse.billing.models.documents import Document, Line, Request
from trailhouse.core import clock


class Payment(models.Model):
    """Money received (or, negative, given back). `key` is what it may be booked under once."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="payments")
    gateway = models.CharField(max_length=16)
    key = models.CharField(max_length=200, unique=True)  # "transfer/…" of the bank's line, "stripe/pi_…"
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    received_on = models.DateField()
    payer = models.CharField(max_length=160, blank=True)
    note = models.CharField(max_length=300, blank=True)
    refunds = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="refunded_by")
    created_at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-received_on", "-id"]

    def __str__(self) -> str:
        return self.key


class Credit(models.Model):
    """A movement of an account's credit: what is left over of payments, credit notes, and what was used of it.

    Append-only; the balance is the sum, and never below zero (checked under the account's lock).
    """

    class Reason(models.TextChoices):
        """Why it moved."""

        OVERPAID = "overpaid", _("paid more than was asked")
        CREDIT_NOTE = "credit_note", _("credit note")
        USED = "used", _("used for a document")
        GRANTED = "granted", _("by the operator")
        REFUNDED = "refunded", _("paid back")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    key = models.CharField(max_length=200, unique=True)
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=12, choices=Reason.choices)
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="credits")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="credits")
    at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "id"]
        constraints = [models.CheckConstraint(condition=~Q(amount=0), name="credit_moves")]

    def __str__(self) -> str:
        return f"{self.amount} {self.reason}"


class Allocation(models.Model):
    """What of a payment, or of the credit, settles what of an invoice: whole lines, oldest first unless chosen."""

    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="allocations")
    line = models.ForeignKey(Line, null=True, on_delete=models.PROTECT, related_name="allocations")
    payment = models.ForeignKey(Payment, null=True, on_delete=models.PROTECT, related_name="allocations")
    credit = models.ForeignKey(Credit, null=True, on_delete=models.PROTECT, related_name="allocations")
    credit_note = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="settles")
    amount = models.BigIntegerField()  # gross; negative where a payment was taken back
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(payment__isnull=False, credit=None, credit_note=None)
                | Q(payment=None, credit__isnull=False, credit_note=None)
                | Q(payment=None, credit=None, credit_note__isnull=False),
                name="allocation_has_one_source",
            )
        ]

    def __str__(self) -> str:
        return f"{self.amount} for {self.document}"


class PayChoice(models.Model):
    """Which sites of an open invoice the payer pays first: a transfer under its reference is booked for them."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="pay_choices")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="pay_choices")
    reference = models.CharField(max_length=25, unique=True)
    sites = models.JSONField()  # numbers of subscriptions, ascending
    amount = models.BigIntegerField()  # what was open of them, with tax
    created_at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.reference


class BankLine(models.Model):
    """A line of an imported bank statement, once; `payment` once it is booked."""

    key = models.CharField(max_length=128, unique=True)  # the bank's own reference, else a hash of the line
    booked_on = models.DateField()
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    payer = models.CharField(max_length=160, blank=True)
    payer_iban = models.CharField(max_length=34, blank=True)
    text = models.CharField(max_length=500, blank=True)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="bank_lines")
    payment = models.OneToOneField(Payment, null=True, on_delete=models.PROTECT, related_name="bank_line")
    set_aside = models.BooleanField(default=False)  # the operator: not for us
    imported_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-booked_on", "-id"]

    def __str__(self) -> str:
        return self.key


class Charge(models.Model):
    """A try to collect money by a gateway. Its key is kept before the call, so that a retry is the same charge."""

    class State(models.TextChoices):
        """How it stands."""

        ASKED = "asked", _("asked")
        PENDING = "pending", _("on its way")  # delayed methods
        ACTION = "action", _("waits for the payer")  # 3-D Secure
        DONE = "done", _("paid")
        FAILED = "failed", _("failed")

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="charges")
    document = models.ForeignKey(Document, null=True, on_delete=models.PROTECT, related_name="charges")
    request = models.ForeignKey(Request, null=True, on_delete=models.PROTECT, related_name="charges")
    gateway = models.CharField(max_length=16)
    key = models.CharField(max_length=64, unique=True)  # idempotency key
    external = models.CharField(max_length=120, blank=True)  # the gateway's own number
    amount = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=12, choices=State.choices, default=State.ASKED)
    error = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    changed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["gateway", "external"], condition=~Q(external=""), name="charge_external_once"
            ),
            models.CheckConstraint(
                condition=Q(document__isnull=False, request=None) | Q(document=None, request__isnull=False),
                name="charge_for_one_thing",
            ),
        ]

    def __str__(self) -> str:
        return self.key
