"""Who sells, who buys, and by which rules."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account
from trailhouse.billing.models.books import Book
from trailhouse.core import clock


class Rule(models.Model):
    """The one row of the operator's rules: `states.Limits` as far as they differ from its defaults."""

    ONLY: ClassVar[int] = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    limits = models.JSONField(default=dict, blank=True)
    clock_ahead_s = models.BigIntegerField(default=0)  # a sandbox's test clock

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_billing_rule")]

    def __str__(self) -> str:
        return "billing rules"


class Seller(models.Model):
    """Who sells: the operator's company as it stands on documents. Each has its own numbers."""

    name = models.CharField(_("company"), max_length=120)
    address = models.TextField(_("street and number"), max_length=300)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=80)
    region = models.CharField(_("region"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2)  # ISO 3166-1
    vat_number = models.CharField(_("VAT number"), max_length=32, blank=True)
    registration = models.CharField(_("company register number"), max_length=64, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    iban = models.CharField(_("IBAN"), max_length=34, blank=True)
    bic = models.CharField(_("BIC"), max_length=11, blank=True)
    bank = models.CharField(_("bank"), max_length=80, blank=True)
    oss = models.BooleanField(_("registered for the one-stop shop"), default=False)
    series = models.CharField(_("series of invoice numbers"), max_length=12, blank=True)
    is_default = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="one_default_seller")
        ]

    def __str__(self) -> str:
        return self.name


class TaxRate(models.Model):
    """The rate of a country (and region) from a day on, in basis points: 2100 is 21 %."""

    country = models.CharField(max_length=2)
    region = models.CharField(max_length=40, blank=True)
    rate = models.PositiveIntegerField()
    valid_from = models.DateField()

    class Meta:
        ordering = ["country", "region", "-valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["country", "region", "valid_from"], name="tax_rate_once_a_day"),
            models.CheckConstraint(condition=Q(rate__lte=10_000), name="tax_rate_within_100_percent"),
        ]

    def __str__(self) -> str:
        return f"{self.country} {self.rate / 100:g} % from {self.valid_from}"


class BillingAccount(models.Model):
    """What billing knows of an account: who is billed, on which book, when, and how it pays."""

    class AtTrialEnd(models.TextChoices):
        """The account's standing choice."""

        ASK = "", _("Ask me each time")
        MONTHLY = "monthly", _("Activate, paid monthly")
        YEARLY = "yearly", _("Activate, paid yearly")

    class VatResult(models.TextChoices):
        """What the register said of the VAT number when it was last asked."""

        VALID = "valid", _("valid")
        INVALID = "invalid", _("not known to the register")
        AWAY = "away", _("the register could not be asked")

    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="billing")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="accounts")
    # Day of the month of the first activation; None before. A 31 means the last day of shorter months.
    billing_day = models.PositiveSmallIntegerField(null=True, blank=True)
    next_billing_on = models.DateField(null=True, blank=True)  # the billing date whose invoice is not made yet
    company = models.CharField(_("company or name"), max_length=120, blank=True)
    address = models.TextField(_("street and number"), max_length=300, blank=True)
    postcode = models.CharField(_("postcode"), max_length=20, blank=True)
    city = models.CharField(_("city"), max_length=80, blank=True)
    region = models.CharField(_("region"), max_length=40, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    vat_number = models.CharField(_("VAT number"), max_length=32, blank=True)
    vat_checked_at = models.DateTimeField(null=True, blank=True)  # found valid by the register; None: not (yet)
    vat_result = models.CharField(max_length=8, choices=VatResult.choices, blank=True, default="")
    vat_asked_at = models.DateTimeField(null=True, blank=True)  # when the register was last asked about the number
    exempt_certificate = models.CharField(max_length=120, blank=True)  # accepted by the operator
    purchase_order = models.CharField(_("your reference"), max_length=80, blank=True)
    invoice_email = models.EmailField(_("invoices go to"), max_length=254, blank=True)  # empty: the administrator
    terms_days = models.PositiveSmallIntegerField(null=True, blank=True)  # payment on invoice; None: paid first
    at_trial_end = models.CharField(max_length=8, choices=AtTrialEnd.choices, blank=True, default="")
    gateway = models.CharField(max_length=16, default="transfer")  # the name of a folder of `gateways`
    customer_ref = models.CharField(max_length=120, blank=True)  # the gateway's name for this account
    method_ref = models.CharField(max_length=120, blank=True)  # … and for its card or mandate
    method_label = models.CharField(max_length=80, blank=True)  # as people read it: "Visa ending 4242"
    # The first payment; None: nothing has come, or all of it went back.
    paid_once_at = models.DateTimeField(null=True, blank=True)
    look_at = models.DateTimeField(null=True, blank=True)  # when the tick has something to do here at the earliest
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(billing_day=None) | Q(billing_day__range=(1, 31)), name="billing_day_of_a_month"
            ),
        ]
        indexes = [models.Index(fields=["look_at"], name="billing_look_at")]

    def __str__(self) -> str:
        return f"billing of {self.account}"
