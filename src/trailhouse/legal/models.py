"""The tables of `legal`. A row without an account is the operator's own.

What was agreed outlives the account, the client and the people: hence PROTECT and SET_NULL, and the copy of all that
the agreement said on that day.
"""

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account, User
from trailhouse.branding.models import Brand
from trailhouse.core import clock
from trailhouse.sites.models import Client


class Details(models.Model):
    """What a legal notice must say of a company. Empty fields fall back to what is known from billing."""

    account = models.OneToOneField(
        Account, null=True, blank=True, on_delete=models.CASCADE, related_name="legal_details"
    )
    name = models.CharField(max_length=120, blank=True)
    address = models.TextField(max_length=500, blank=True)  # with the country, as an envelope has it
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1
    email = models.EmailField(max_length=254, blank=True)
    phone = models.CharField(max_length=40, blank=True)
    represented_by = models.CharField(max_length=200, blank=True)
    registration = models.CharField(max_length=120, blank=True)
    vat_number = models.CharField(max_length=32, blank=True)
    officer = models.CharField(max_length=200, blank=True)  # for data protection, with an address

    class Meta:
        constraints = [
            models.UniqueConstraint(Value(1), condition=Q(account=None), name="one_operator_details"),
        ]

    def __str__(self) -> str:
        return self.name


class Kind(models.TextChoices):
    """The two public pages."""

    NOTICE = "notice", _("Legal notice")
    PRIVACY = "privacy", _("Privacy statement")


class Wording(models.Model):
    """Own text for one of the public pages: after the text that is made here, or in its place."""

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="wordings")
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.CASCADE, related_name="wordings")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    text = models.TextField(blank=True)
    replaces = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "kind"], condition=Q(brand=None), name="one_usual_wording"),
            models.UniqueConstraint(fields=["brand", "kind"], name="one_wording_a_brand"),
            models.UniqueConstraint(
                fields=["kind"], condition=Q(account=None, brand=None), name="one_operator_wording"
            ),
            models.CheckConstraint(condition=Q(kind__in=["notice", "privacy"]), name="wording_kind_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.account}"


class Agreement(models.Model):
    """A version of a processing agreement: the operator's with accounts, or an account's with its clients.

    Published ones are never changed.
    """

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="agreements")
    version = models.CharField(max_length=32)
    texts = models.JSONField()  # by language; one alone where the text is its author's own
    published_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-published_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "version"], name="agreement_version_once_an_account"),
            models.UniqueConstraint(
                fields=["version"], condition=Q(account=None), name="agreement_version_once_of_operator"
            ),
        ]

    def __str__(self) -> str:
        return self.version


class Signature(models.Model):
    """Who accepted which version for which account, or for which of its clients, and what it said on that day."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="signatures")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="signatures")  # processor, or its own
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.SET_NULL, related_name="signatures")
    of_client = models.BooleanField(default=False)  # also once the client is deleted
    user = models.ForeignKey(User, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    person = models.CharField(max_length=200)  # who accepted, in words
    on_paper = models.DateField(null=True, blank=True)  # signed on paper that day; `user` is who noted it
    content = models.JSONField()  # language, parties, sites, sub-processors: all that the PDF is made of
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "account"], condition=Q(of_client=False), name="signed_once_an_account"
            ),
            models.UniqueConstraint(fields=["agreement", "client"], name="signed_once_a_client"),
            models.CheckConstraint(condition=Q(client=None) | Q(of_client=True), name="a_clients_signature_says_so"),
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.agreement}"


class SubProcessor(models.Model):
    """A company that processes data for the operator, or for one account beside those."""

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="subprocessors")
    name = models.CharField(max_length=120)
    purpose = models.CharField(max_length=200)
    country = models.CharField(max_length=2)  # ISO 3166-1: where it processes
    starts_on = models.DateField()  # from this day on it processes data
    added_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], condition=Q(removed_at=None), name="subprocessor_once_an_account"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(removed_at=None, account=None), name="subprocessor_once_of_operator"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Announcement(models.Model):
    """A client was told of a sub-processor before it begins: once."""

    subprocessor = models.ForeignKey(SubProcessor, on_delete=models.CASCADE, related_name="announcements")
    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["subprocessor", "client"], name="announced_once_a_client")]

    def __str__(self) -> str:
        return f"{self.subprocessor} to {self.client}"
