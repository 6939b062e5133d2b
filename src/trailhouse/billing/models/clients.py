"""What the reseller's clients pay the reseller, and the statements that they were sent."""

from django.db import models
from django.db.models import F, Q

from trailhouse.accounts.models import Account, User
from trailhouse.billing.earning import Kind
from trailhouse.core import clock
from trailhouse.sites.models import Client

KINDS = [(kind.value, kind.value) for kind in Kind]


class ClientRate(models.Model):
    """What a client pays from a day on; a later one ends it, and it stays. `earning.Rate` says what `value` means."""

    client = models.ForeignKey(Client, on_delete=models.CASCADE, related_name="rates")
    kind = models.CharField(max_length=8, choices=KINDS)
    value = models.BigIntegerField(default=0)
    currency = models.CharField(max_length=3)
    valid_from = models.DateField()
    created_at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["valid_from"]
        constraints = [
            models.UniqueConstraint(fields=["client", "valid_from"], name="client_rate_once_a_day"),
            models.CheckConstraint(condition=Q(value__gte=0), name="client_rate_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.client} {self.kind} {self.value} from {self.valid_from}"


class ClientStatement(models.Model):
    """A statement as it was sent: its facts are kept, so that the file stays the same whatever changes later."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="client_statements")
    client = models.ForeignKey(Client, null=True, on_delete=models.SET_NULL, related_name="statements")
    key = models.CharField(max_length=64)  # of the page from which it was sent: sent once from there
    start = models.DateField()
    end = models.DateField()  # half-open
    currency = models.CharField(max_length=3)
    total = models.BigIntegerField()
    facts = models.JSONField()  # `documents.client_statement.Facts`
    to = models.EmailField(max_length=254)
    sent_at = models.DateTimeField(default=clock.now)
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["-sent_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "key"], name="client_statement_sent_once"),
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="client_statement_has_days"),
        ]
        indexes = [models.Index(fields=["account", "start"], name="client_statement_by_month")]

    def __str__(self) -> str:
        return f"{self.start} to {self.to}"
