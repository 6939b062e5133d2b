"""The tables of `accounts`. `services` alone writes them, `selectors` reads them."""

import uuid
from dataclasses import dataclass
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from trailhouse.core import clock


class Staff(models.TextChoices):
    """What a person may do for the whole instance."""

    NONE = "", _("no staff")
    SUPPORT = "support", _("support")
    FINANCE = "finance", _("finance")
    OPERATOR = "administrator", _("operator")


def normal_email(email: str) -> str:
    """The one form in which an address is kept: two spellings of case are one identity."""
    return email.strip().lower()


@dataclass(frozen=True)
class BrandHost:
    """The brand at whose host somebody is, as plain numbers: its sites alone exist there."""

    brand: int
    account: int
    is_usual: bool  # it is the look of sites and clients that have none of their own


class UserManager(BaseUserManager["User"]):
    """Finds people by e-mail address in any case."""

    def get_by_natural_key(self, username: str | None) -> "User":
        """The person who signs in with this address. Raises User.DoesNotExist."""
        return self.get(email=normal_email(username or ""))


class User(AbstractBaseUser):
    """One person: one identity an e-mail address."""

    email = models.EmailField(_("e-mail address"), unique=True, max_length=254)
    full_name = models.CharField(_("name"), max_length=120, blank=True)
    language = models.CharField(max_length=8, blank=True)  # empty: the browser's
    timezone = models.CharField(max_length=64, blank=True)  # empty: each site's own
    staff = models.CharField(max_length=16, choices=Staff.choices, default=Staff.NONE, blank=True)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=clock.now)

    objects: ClassVar[UserManager] = UserManager()
    viewed_by: "User | None" = None  # who looks as this person in this request; never more than both may see
    at_host: BrandHost | None = None  # in this request they are at the host of a brand
    viewed_account: int | None = None  # where somebody of the staff looks as this person: at this account alone

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case")]

    def __str__(self) -> str:
        return self.full_name or self.email

    def clean(self) -> None:
        """Bring the address into its one form."""
        super().clean()
        self.email = normal_email(self.email)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Save with the address in its one form."""
        self.email = normal_email(self.email)
        super().save(*args, **kwargs)


class Instance(models.Model):
    """The one row of what the operator decides for the whole instance."""

    class SignUp(models.TextChoices):
        """Who may make an account."""

        OPEN = "open", _("Anybody")
        INVITATION = "invitation", _("Only people with an invitation")
        CLOSED = "closed", _("Nobody; accounts are made by the operator")

    class Billing(models.TextChoices):
        """Whether accounts are billed, and by whom."""

        OFF = "off", _("Off: no trial, no price, no payment")
        EXTERNAL = "external", _("External: the operator bills elsewhere")
        ON = "on", _("On: trial, price and invoice")

    class Contact(models.TextChoices):
        """Whether strangers can write to the operator by a form."""

        BILLING = "billing", _("While accounts are billed here")
        ON = "on", _("Always")
        OFF = "off", _("Never")

    ONLY: ClassVar[int] = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    name = models.CharField(_("name of the instance"), max_length=120, default="Trailhouse")
    sign_up = models.CharField(_("sign-up"), max_length=16, choices=SignUp.choices, default=SignUp.CLOSED)
    billing = models.CharField(_("billing"), max_length=16, choices=Billing.choices, default=Billing.OFF)
    billed_since = models.DateTimeField(
        null=True, blank=True
    )  # when it was switched on; sites then there begin a trial
    support_email = models.EmailField(_("address for questions"), max_length=254, blank=True)
    contact_form = models.CharField(_("contact form"), max_length=16, choices=Contact.choices, default=Contact.BILLING)
    contact_email = models.EmailField(max_length=254, blank=True)  # empty: each operator's own

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="one_instance")]

    def __str__(self) -> str:
        return self.name


class Terms(models.Model):
    """A version of the terms that whoever signs up accepts. Published ones are never changed."""

    version = models.CharField(max_length=32, unique=True)
    text = models.TextField()
    published_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-published_at", "-id"]

    def __str__(self) -> str:
        return self.version


class Account(models.Model):
    """What a reseller has: sites, people, keys. Its owner is its administrator."""

    name = models.CharField(_("account name"), max_length=120)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="accounts")
    currency = models.CharField(max_length=3, default="EUR")  # ISO 4217
    timezone = models.CharField(max_length=64, default="UTC")
    demo = models.BooleanField(default=False)  # made-up traffic, see `trailhouse.demo`
    created_at = models.DateTimeField(default=clock.now)
    suspended_at = models.DateTimeField(null=True, blank=True)  # by the operator
    suspended_because = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)  # by its owner
    deletion_told_at = models.DateTimeField(null=True, blank=True)  # that its data will be deleted
    deleted_at = models.DateTimeField(null=True, blank=True)  # its data; the row stays for documents that name it

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Acceptance(models.Model):
    """Who accepted which version of the terms for which account, and when."""

    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="acceptances")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="acceptances")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terms", "account", "user"], name="terms_accepted_once_a_person")
        ]

    def __str__(self) -> str:
        return f"{self.account}: {self.terms}"


class Offer(models.Model):
    """Something that is offered to an address, whose reader accepts by the link. Only the hash of its token is kept."""

    to = models.EmailField(max_length=254)
    hash = models.CharField(max_length=64, unique=True)  # hex SHA-256
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True


class Handover(Offer):
    """An account that is offered to a new owner."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="handovers")
    by_leaves = models.BooleanField(default=False)  # else the former owner stays, as super user of all sites

    def __str__(self) -> str:
        return f"{self.account} to {self.to}"


class SecondStepRequest(models.Model):
    """Somebody lost their second step and asked to have it taken off: it is after a wait in which they can stop it."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="second_step_requests")
    asked_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # carried out, or stopped
    stopped = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(ended_at=None), name="one_open_second_step_request"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} on {self.due_at:%Y-%m-%d}"


class ApiKey(models.Model):
    """A key for the API. Only its hash is kept; `prefix` lets its owner recognise it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=120, blank=True)
    prefix = models.CharField(max_length=12)
    hash = models.CharField(max_length=64, unique=True)  # hex SHA-256
    scopes = models.JSONField(default=list)
    site_ids = models.JSONField(default=list, blank=True)  # empty: all sites of the account
    created_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    last_used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.prefix}…"


class OneTimeLink(models.Model):
    """A link that works for a while, and once but for the demo's. Only the hash of its token is kept."""

    class Kind(models.TextChoices):
        """What the link is for."""

        SETUP = "setup", _("set-up")
        SIGN_IN = "sign_in", _("sign-in")

    kind = models.CharField(max_length=16, choices=Kind.choices)
    hash = models.CharField(max_length=64, unique=True)  # hex SHA-256
    user = models.ForeignKey(User, null=True, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="setup") | models.Q(user__isnull=False), name="sign_in_link_has_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} link of {self.created_at:%Y-%m-%d}"


class AuditEntry(models.Model):
    """Who changed what, and when. Never changed, never with an address of a machine."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="audit")
    user = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=clock.now)
    action = models.CharField(max_length=64)  # such as site.added
    subject = models.CharField(max_length=300, blank=True)
    details = models.JSONField(default=dict, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-at"], name="audit_by_account")]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"


class RateLimit(models.Model):
    """How often something was tried, as Django's cache keeps it in a database: written by that alone, see `limits`."""

    cache_key = models.CharField(max_length=255, primary_key=True)  # tells nobody's address, see `limits.key`
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "rate_limits"

    def __str__(self) -> str:
        return self.cache_key


class Inquiry(models.Model):
    """What somebody wrote to the operator by the contact form. Kept for a while only, see `inquiries.prune`."""

    class Topic(models.TextChoices):
        """What it is about."""

        RESELLER = "reseller", _("Becoming a reseller")
        REBRANDING = "rebranding", _("Rebranding: your own name, logo and domain")
        OTHER = "other", _("Something else")

    class Held(models.TextChoices):
        """Why it is taken for spam: it is kept apart, and nobody gets a mail."""

        NO = "", _("not held back")
        TRAP = "trap", _("A field that people do not see was filled in.")
        FAST = "fast", _("It was sent faster than anybody types.")
        LINKS = "links", _("It has many links.")

    # Of the form that it was written in: a form that is sent twice is one inquiry.
    form = models.CharField(max_length=32, unique=True)
    topic = models.CharField(max_length=16, choices=Topic.choices)
    name = models.CharField(max_length=120)
    company = models.CharField(max_length=120, blank=True)
    email = models.EmailField(max_length=254)
    sites = models.PositiveIntegerField(null=True, blank=True)
    message = models.TextField()
    language = models.CharField(max_length=8)  # of the page that it was written on
    account = models.ForeignKey(Account, null=True, on_delete=models.CASCADE, related_name="inquiries")  # whose owner
    held = models.CharField(max_length=8, choices=Held.choices, default=Held.NO, blank=True)
    at = models.DateTimeField(default=clock.now)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        verbose_name_plural = "inquiries"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["held", "answered_at", "-at"], name="inquiry_by_state")]

    def __str__(self) -> str:
        return f"{self.name}: {self.topic}"
