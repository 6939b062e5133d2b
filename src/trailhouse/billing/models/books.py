"""Price books and how a change of them reaches an account."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account
from trailhouse.core import clock


class Book(models.Model):
    """A version of a price book. Published ones are never changed (model and database trigger).

    `content` is `pricing.PriceBook.to_json()`. `account` makes it a negotiated one; the default of a currency has none.
    """

    name = models.CharField(_("name"), max_length=80)
    version = models.PositiveIntegerField(default=1)
    currency = models.CharField(max_length=3)
    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.PROTECT, related_name="books")
    content = models.JSONField()
    valid_from = models.DateField()
    created_at = models.DateTimeField(default=clock.now)
    published_at = models.DateTimeField(null=True, blank=True)  # None: a draft

    class Meta:
        ordering = ["currency", "name", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["name", "currency", "version"], name="book_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.currency} v{self.version}"


class BookChange(models.Model):
    """An account is to come onto another book on a day: told 60 days before, with before and after per site."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="book_changes")
    book = models.ForeignKey(Book, on_delete=models.PROTECT, related_name="changes")
    told_at = models.DateTimeField(default=clock.now)
    on = models.DateField()
    done_at = models.DateTimeField(null=True, blank=True)
    details = models.JSONField(default=list)  # per site: domain, before, after (minor units a month)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "book"], name="book_change_once_an_account"),
            models.CheckConstraint(
                condition=Q(done_at=None) | Q(done_at__gte=F("told_at")), name="change_after_notice"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.book} from {self.on}"
