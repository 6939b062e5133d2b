"""Sites with their keys and goals, clients, the roles of people, shared links, salts."""

import secrets
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account, Offer, User
from trailhouse.branding.models import Brand
from trailhouse.core import clock
from trailhouse.events.registry import USUAL_NAME

KEY_ALPHABET = "23456789abcdefghjkmnpqrstuvwxyz"  # nothing that is misread: no 0 o 1 i l
KEY_LENGTH = 10
FOLDER_LENGTH = 8
FILE_LENGTH = 6


def new_key() -> str:
    """A random key: 31^10 of them, so that none is guessed or drawn twice."""
    return "".join(secrets.choice(KEY_ALPHABET) for _place in range(KEY_LENGTH))


def new_folder() -> str:
    """A random folder for a script: no page of this product is called so, since each has a digit."""
    while True:
        name = "".join(secrets.choice(KEY_ALPHABET) for _place in range(FOLDER_LENGTH))
        if any(letter.isdigit() for letter in name):
            return name


def new_file() -> str:
    """A random name of a script, without its ending."""
    return "".join(secrets.choice(KEY_ALPHABET) for _place in range(FILE_LENGTH))


def is_key(text: str) -> bool:
    """Whether `text` looks like a key. PostgreSQL refuses to be asked for some that do not, such as a null byte."""
    return 0 < len(text) <= 32 and set(text) <= set(KEY_ALPHABET)


class Privacy(models.TextChoices):
    """What is kept of a visitor, see the levels of `docs/tracker.md`."""

    STRICT = "strict", _("Strict: figures only")
    VISITS = "visits", _("Visits: pseudonymous visits for one day")
    RECOGNISED = "recognised", _("Recognised: with consent, across days")


class Section(models.TextChoices):
    """A part of a site's statistics that somebody may be confined to."""

    OVERVIEW = "overview", _("Overview")
    LIVE = "live", _("Live")
    VISITORS = "visitors", _("Visitors")
    SOURCES = "sources", _("Sources")
    PAGES = "pages", _("Pages")
    PLACES = "places", _("Places")
    TECHNOLOGY = "technology", _("Technology")
    EVENTS = "events", _("Events")


class Client(models.Model):
    """A reseller's customer. People attached to a client see exactly the client's sites."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="clients")
    brand = models.ForeignKey(Brand, null=True, blank=True, on_delete=models.SET_NULL, related_name="clients")
    name = models.CharField(_("name"), max_length=120)
    contact = models.CharField(_("contact"), max_length=120, blank=True)
    email = models.EmailField(_("e-mail address"), max_length=254, blank=True)
    address = models.TextField(_("address"), max_length=500, blank=True)
    language = models.CharField(_("language"), max_length=8, blank=True)  # of its people until they choose their own
    note = models.TextField(_("note"), max_length=2000, blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["account", "name"], name="client_name_once_an_account")]

    def __str__(self) -> str:
        return self.name


class Site(models.Model):
    """One counted site of an account. Its number is the event store's `site_id` and is never used again."""

    id = models.AutoField(primary_key=True)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sites")
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.SET_NULL, related_name="sites")
    # Whose look a site has that no client has, see `looks`.
    brand = models.ForeignKey(
        Brand, null=True, blank=True, on_delete=models.SET_NULL, related_name="sites"
    )  # no client
    domain = models.CharField(_("domain"), max_length=350)  # normalised, see `domains`
    name = models.CharField(_("name"), max_length=120, blank=True)  # what it is called; empty: by its domain
    labels = models.JSONField(_("labels"), default=list, blank=True)
    staging_of = models.ForeignKey("self", null=True, blank=True, on_delete=models.CASCADE, related_name="twins")
    timezone = models.CharField(_("time zone"), max_length=64, default="UTC")
    currency = models.CharField(_("currency"), max_length=3, default="EUR")
    visit_timeout_min = models.PositiveSmallIntegerField(
        default=30, validators=[MinValueValidator(5), MaxValueValidator(240)]
    )
    # Who comes back this long after a visit is a returning visitor.
    return_after_hours = models.PositiveSmallIntegerField(
        default=24, validators=[MinValueValidator(1), MaxValueValidator(720)]
    )
    privacy = models.CharField(max_length=16, choices=Privacy.choices, default=Privacy.VISITS)
    query_allow = models.JSONField(default=list, blank=True)
    search_param = models.CharField(max_length=64, blank=True)
    exclude_networks = models.JSONField(default=list, blank=True)
    exclude_countries = models.JSONField(default=list, blank=True)
    exclude_paths = models.JSONField(default=list, blank=True)
    properties = models.JSONField(default=list, blank=True)  # what events may carry, in the order of its people
    tracker = models.JSONField(default=dict, blank=True)  # see collector.tracker.ScriptSettings
    own_path = models.BooleanField(default=False)  # the script is given out at a path of its own, see SiteKey
    script_host = models.CharField(max_length=260, blank=True)  # where from; empty: the instance's own address
    counts = models.BooleanField(default=True)  # False: paused by its people
    locked = models.BooleanField(default=False)  # by billing: nobody sees the statistics
    stopped = models.BooleanField(default=False)  # by billing: visits are not counted any more
    added_at = models.DateTimeField(default=clock.now)
    first_event_at = models.DateTimeField(null=True, blank=True)
    key_visit_at = models.DateTimeField(null=True, blank=True)  # the first visit by key since it has its domain
    renamed_at = models.DateTimeField(null=True, blank=True)  # since when it has its domain; empty: since it is there
    proved_at = models.DateTimeField(null=True, blank=True)  # that the account has the domain
    # That its DNS, its page or a file of it says so. A visit proves less: whoever has the key can make one up.
    shown_at = models.DateTimeField(null=True, blank=True)
    retention_months = models.PositiveSmallIntegerField(
        default=25, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    public = models.BooleanField(default=False)  # anybody may see the statistics
    delete_at = models.DateTimeField(null=True, blank=True)  # seven days to change one's mind

    class Meta:
        ordering = ["domain", "id"]
        constraints = [
            models.UniqueConstraint(fields=["account", "domain"], name="site_once_an_account"),
            models.CheckConstraint(condition=Q(visit_timeout_min__range=(5, 240)), name="site_visit_timeout"),
            models.CheckConstraint(condition=Q(return_after_hours__range=(1, 720)), name="site_return_after"),
            models.CheckConstraint(condition=Q(retention_months__range=(1, 120)), name="site_retention"),
        ]

    def __str__(self) -> str:
        return self.domain

    @cached_property
    def present_key(self) -> "SiteKey":
        """The key that does not expire; without a further question where `keys` was prefetched."""
        return next(key for key in self.keys.all() if key.expires_at is None)

    @property
    def script_name(self) -> str:
        """The name of the function that the site's pages call."""
        return str(self.tracker.get("name", USUAL_NAME))

    @property
    def key(self) -> str:
        """The present key's text."""
        return self.present_key.key


class SiteKey(models.Model):
    """A key of a site. The present one does not expire; a rotated one still counts for a while.

    Its script may have a path of its own, which counts as long as the key does: /folder/file.js, events to /folder/in.
    """

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="keys")
    key = models.CharField(max_length=32, unique=True, default=new_key)
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)
    folder = models.CharField(max_length=16, null=True, blank=True, unique=True)
    file = models.CharField(max_length=16, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site"], condition=Q(expires_at=None), name="one_present_key_a_site"),
            models.CheckConstraint(
                condition=(Q(folder=None) & Q(file="")) | (Q(folder__isnull=False) & ~Q(folder="") & ~Q(file="")),
                name="a_path_has_folder_and_file",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Alias(models.Model):
    """A further hostname whose pages count for the site."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="aliases")
    hostname = models.CharField(max_length=253)

    class Meta:
        ordering = ["hostname"]
        constraints = [models.UniqueConstraint(fields=["site", "hostname"], name="alias_once_a_site")]

    def __str__(self) -> str:
        return self.hostname


class Goal(models.Model):
    """What a site wants its visitors to do."""

    class Kind(models.TextChoices):
        """What reaches the goal; `pattern` is a path with *, an event's name, percent, or seconds."""

        PAGE = "page", _("a page")
        EVENT = "event", _("an event")
        SCROLL = "scroll", _("a scroll depth")
        DURATION = "duration", _("a visit's duration")

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="goals")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    name = models.CharField(max_length=120)
    pattern = models.CharField(max_length=1000)
    value_minor = models.BigIntegerField(null=True, blank=True)  # minor units of the site's currency

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="goal_name_once_a_site"),
            models.UniqueConstraint(fields=["site", "kind", "pattern"], name="goal_once_a_site"),
        ]

    def __str__(self) -> str:
        return self.name


class Role(models.TextChoices):
    """What a person is to an account or a site; the rights of each stand in `access`.

    The administrator is the account's owner and has no membership.
    """

    ADMINISTRATOR = "administrator", _("Administrator")
    SUPER = "super", _("Super user")
    STANDARD = "standard", _("Standard user")
    BOOKKEEPER = "bookkeeper", _("Bookkeeper")


class Membership(models.Model):
    """A person's role at one site, at a client's sites, or with both empty at all sites of the account, future too."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="memberships")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships")
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=16, choices=[c for c in Role.choices if c[0] != Role.ADMINISTRATOR])
    sections = models.JSONField(default=list, blank=True)  # of Section; empty: all
    may_add_sites = models.BooleanField(default=False)  # a super user's, by leave of the administrator: adding spends
    created_at = models.DateTimeField(default=clock.now)
    ends_at = models.DateTimeField(null=True, blank=True)
    # All that they see is narrowed to it; it goes with the site, and not as long as somebody is confined to it.
    segment = models.ForeignKey("sites.Segment", null=True, blank=True, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "site"], name="one_role_a_site"),
            models.CheckConstraint(
                condition=Q(segment=None) | Q(role="standard", site__isnull=False),
                name="who_looks_at_a_site_is_confined",
            ),
            models.UniqueConstraint(
                fields=["user", "account"], condition=Q(site=None, client=None), name="one_account_wide_role"
            ),
            models.UniqueConstraint(fields=["user", "client"], name="one_role_a_client"),
            models.CheckConstraint(condition=Q(site=None) | Q(client=None), name="at_a_site_or_at_a_client"),
            models.CheckConstraint(
                condition=Q(may_add_sites=False) | Q(role="super", site=None, client=None),
                name="account_wide_super_users_add_sites",
            ),
            models.CheckConstraint(condition=~Q(role=Role.ADMINISTRATOR), name="administrator_is_the_owner"),
            models.CheckConstraint(
                condition=~Q(role=Role.BOOKKEEPER) | Q(site=None, client=None), name="bookkeeper_is_account_wide"
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(ends_at__gt=F("created_at")), name="membership_ends_after_it_began"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.role}"


class Invitation(models.Model):
    """An offer of a role, bound to an address, used once. Only the hash of its link's token is kept."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=16, choices=[c for c in Role.choices if c[0] != Role.ADMINISTRATOR])
    sites = models.ManyToManyField(Site, blank=True, related_name="invitations")
    client = models.ForeignKey(Client, null=True, blank=True, on_delete=models.CASCADE, related_name="invitations")
    everywhere = models.BooleanField(default=False)  # all sites, future too; never by the last of `sites` going away
    sections = models.JSONField(default=list, blank=True)
    may_add_sites = models.BooleanField(default=False)
    access_ends_at = models.DateTimeField(null=True, blank=True)
    segment = models.ForeignKey("sites.Segment", null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    hash = models.CharField(max_length=64, unique=True)  # hex SHA-256
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(everywhere=False) | Q(client=None), name="invited_everywhere_or_to_a_client"
            ),
            models.CheckConstraint(
                condition=Q(may_add_sites=False) | Q(role=Role.SUPER, everywhere=True),
                name="invited_to_add_sites_everywhere",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.BOOKKEEPER) | Q(everywhere=True), name="bookkeeper_is_invited_everywhere"
            ),
            models.CheckConstraint(
                condition=Q(segment=None) | Q(role="standard", client=None, everywhere=False),
                name="who_looks_is_invited_to_a_segment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.role}"


class SiteOffer(Offer):
    """A site that is offered to the administrator of another account."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="offers")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")  # that it leaves

    def __str__(self) -> str:
        return f"{self.site} to {self.to}"


class SharedLink(models.Model):
    """A link behind which anybody sees one site's statistics."""

    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="shared_links")
    slug = models.CharField(max_length=32, unique=True)  # random, and shown again: it is no secret to its site's people
    name = models.CharField(max_length=120)
    password = models.CharField(max_length=128, blank=True)  # as Django hashes passwords; empty: none is asked for
    sections = models.JSONField(default=list, blank=True)  # of Section; empty: all
    embed = models.BooleanField(default=False)  # may stand in a frame on another page
    created_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["name", "id"]
        constraints = [models.UniqueConstraint(fields=["site", "name"], name="shared_link_name_once_a_site")]

    def __str__(self) -> str:
        return self.name


class Salt(models.Model):
    """The key of one UTC day's visitor ids; never in a backup, destroyed when its visits have ended."""

    day = models.IntegerField(primary_key=True)  # days since 1970
    key = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"salt of day {self.day}"


class RegistryState(models.Model):
    """The one row that says which version of the sites is to be served."""

    ONLY: ClassVar[int] = 1

    id = models.PositiveSmallIntegerField(primary_key=True, default=ONLY)
    revision = models.PositiveBigIntegerField(default=0)
    secret = models.BinaryField(max_length=32)  # makes recognised ids unlinkable between instances

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_registry_state")]

    def __str__(self) -> str:
        return f"revision {self.revision}"
