"""The tables of `branding`: brands with their images, and the host names that lead to them."""

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account
from trailhouse.core import clock

COLOUR = "#0f766e"  # the product's own


class Brand(models.Model):
    """What the clients of an account meet; without an account: the operator's own, which everybody else meets."""

    class Licence(models.TextChoices):
        """What may be shown of a brand, where rebranding is billed."""

        NONE = "", _("none")
        PLAIN = "plain", _("without logo")
        LOGO = "logo", _("with logo")

    account = models.ForeignKey(Account, null=True, blank=True, on_delete=models.CASCADE, related_name="brands")
    name = models.CharField(_("product name"), max_length=60)
    colour = models.CharField(_("colour"), max_length=7, default=COLOUR)  # as in #0f766e
    sender_name = models.CharField(_("sender's name"), max_length=120, blank=True)
    sender_email = models.EmailField(_("sender's address"), max_length=254, blank=True)
    reply_to = models.EmailField(_("address for answers"), max_length=254, blank=True)
    help_url = models.URLField(_("help"), max_length=300, blank=True)
    notice_url = models.URLField(_("legal notice"), max_length=300, blank=True)  # empty: the page that is made here
    privacy_url = models.URLField(_("privacy statement"), max_length=300, blank=True)  # likewise
    footer = models.CharField(_("footer"), max_length=200, blank=True)
    powered_by = models.BooleanField(_("say what it is made with"), default=False)
    licence = models.CharField(max_length=8, choices=Licence.choices, default=Licence.NONE, blank=True)
    licensed_until = models.DateTimeField(null=True, blank=True)  # exclusive; None: as long as there is a licence
    made_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["id"]  # an account's first one is its usual one
        constraints = [
            models.UniqueConstraint(fields=["account", "name"], name="brand_name_once_an_account"),
            models.UniqueConstraint(Value(1), condition=Q(account=None), name="one_brand_of_the_operator"),
            models.CheckConstraint(condition=Q(licence__in=["", "plain", "logo"]), name="brand_licence_is_known"),
        ]

    def __str__(self) -> str:
        return self.name


class Image(models.Model):
    """A logo or icon of a brand, made anew from what was uploaded. It stays in the database, and so in its backup."""

    class Kind(models.TextChoices):
        """Where it is shown."""

        LIGHT = "light", _("logo for light pages")
        DARK = "dark", _("logo for dark pages")
        ICON = "icon", _("icon of the browser's tab")

    brand = models.ForeignKey(Brand, on_delete=models.CASCADE, related_name="images")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    content = models.BinaryField()
    content_type = models.CharField(max_length=32)  # image/png
    width = models.PositiveIntegerField()  # in pixels
    height = models.PositiveIntegerField()
    digest = models.CharField(max_length=64, db_index=True)  # hex SHA-256 of the content: its address

    class Meta:
        constraints = [models.UniqueConstraint(fields=["brand", "kind"], name="one_image_a_brand_and_kind")]

    def __str__(self) -> str:
        return f"{self.brand}: {self.kind}"


class Domain(models.Model):
    """A host name that an account has claimed for its pages and scripts. It leads nowhere before it is proved.

    The row outlives the brand, and its own removal: a script that was once given out under the name keeps counting.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="brand_domains")
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.SET_NULL, related_name="domains")
    name = models.CharField(_("host name"), max_length=253)  # in lower case, IDNA; without a port
    token = models.CharField(max_length=64)  # what its TXT record must say
    primary = models.BooleanField(default=False)  # of its brand: what links and mail name
    added_at = models.DateTimeField(default=clock.now)
    checked_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=32, blank=True)  # a code; empty: none was found at the last check
    problem_at = models.DateTimeField(null=True, blank=True)  # since when there is this problem
    found = models.CharField(max_length=300, blank=True)  # where the name led at the last check
    proved_at = models.DateTimeField(null=True, blank=True)
    script_at = models.DateTimeField(null=True, blank=True)  # when a script was first given out under the name
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "name"], condition=Q(removed_at=None), name="domain_once_an_account"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(removed_at=None, proved_at__isnull=False), name="domain_proved_by_one"
            ),
            models.UniqueConstraint(
                fields=["brand"], condition=Q(removed_at=None, primary=True), name="one_primary_domain_a_brand"
            ),
        ]

    def __str__(self) -> str:
        return self.name
