"""The tables of `digests`. `services` and its parts alone write them, `selectors` reads them."""

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account, User
from trailhouse.core import clock
from trailhouse.sites.models import Goal, Site


class Channel(models.Model):
    """Where alerts go beside e-mail: an address that is posted to."""

    class Kind(models.TextChoices):
        """What listens there, and so in which form it is told."""

        SLACK = "slack", _("Slack")
        TEAMS = "teams", _("Microsoft Teams")
        DISCORD = "discord", _("Discord")
        WEBHOOK = "webhook", _("Signed webhook")

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="channels")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=16, choices=Kind.choices)
    name = models.CharField(max_length=120)
    url = models.TextField()  # encrypted: whoever has it can post there
    secret = models.TextField(blank=True)  # of a webhook, encrypted
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name", "id"]

    def __str__(self) -> str:
        return self.name


class Told(models.Model):
    """Whom a schedule or an alert tells, of one site or with None of all sites of the account.

    People by name or by their role; `addresses` are of whoever else. Each person sees what they may see just then;
    the addresses see `sections` (empty: all), which were those of who wrote them down.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="%(class)ss")
    site = models.ForeignKey(Site, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    people = models.ManyToManyField(User, blank=True, related_name="+")
    roles = models.JSONField(default=list, blank=True)  # of sites.models.Role
    addresses = models.JSONField(default=list, blank=True)
    sections = models.JSONField(default=list, blank=True)
    language = models.CharField(max_length=8, default="en")  # of addresses, and of people without one of their own
    active = models.BooleanField(default=True)
    since = models.DateTimeField(default=clock.now)  # nothing of before is told: made, resumed, or set to other times
    by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        abstract = True


class Schedule(Told):
    """A report that is sent regularly."""

    class Every(models.TextChoices):
        """How often, and so of how much."""

        DAY = "day", _("Every day")
        WEEK = "week", _("Every week, on Monday")
        MONTH = "month", _("Every month, on the 1st")

    class What(models.TextChoices):
        """What is sent."""

        FIGURES = "figures", _("The figures")
        PLAIN = "plain", _("The monthly report in plain words")

    every = models.CharField(max_length=8, choices=Every.choices, default=Every.WEEK)
    what = models.CharField(max_length=8, choices=What.choices, default=What.FIGURES)
    hour = models.PositiveSmallIntegerField(default=8, validators=[MaxValueValidator(23)])
    timezone = models.CharField(max_length=64, blank=True)  # of `hour`; empty: the site's, or the account's
    pdf = models.BooleanField(default=True)
    next_at = models.DateTimeField(default=clock.now)  # when it is to be looked at next

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(condition=Q(hour__lte=23), name="schedule_hour"),
            models.CheckConstraint(
                condition=Q(what="figures") | Q(every="month", site__isnull=False), name="plain_words_of_a_site_monthly"
            ),
        ]
        indexes = [models.Index(fields=["active", "next_at"], name="schedule_due")]

    def __str__(self) -> str:
        return f"{self.every} of {self.site or self.account}"


class Alert(Told):
    """Something that is told when it happens."""

    class Kind(models.TextChoices):
        """What is watched for; `threshold` is in per cent, hours, times or errors, see `kinds`."""

        SPIKE = "spike", _("Many more visitors than usual")
        DROP = "drop", _("Far fewer visitors than usual")
        SILENCE = "silence", _("No visits where there usually are some")
        FIRST_VISIT = "first_visit", _("The first visit")
        GOAL = "goal", _("A goal is reached")
        NOT_FOUND = "not_found", _("Pages that are not found")

    kind = models.CharField(max_length=16, choices=Kind.choices)
    threshold = models.PositiveIntegerField(default=0)
    least = models.PositiveIntegerField(
        default=0
    )  # visitors in an hour (events, of a silence) below which all is noise
    quiet_min = models.PositiveIntegerField(default=0)  # minutes of quiet after it was told
    goal = models.ForeignKey(Goal, null=True, blank=True, on_delete=models.CASCADE, related_name="+")
    channels = models.ManyToManyField(Channel, blank=True, related_name="alerts")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=(Q(kind="goal") & Q(goal__isnull=False)) | (~Q(kind="goal") & Q(goal=None)),
                name="alert_names_goal",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.site or self.account}"


class Firing(models.Model):
    """An alert went off at a site. `values` are the figures that it told."""

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="firings")
    site = models.ForeignKey(Site, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)
    values = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["alert", "site", "-at"], name="firing_lately")]

    def __str__(self) -> str:
        return f"{self.alert} at {self.at:%Y-%m-%d %H:%M}"


class Sending(models.Model):
    """One report or alert to one reader: what was sent to whom. What came of it, the outbox knows.

    `key` makes that it happens once: it names schedule, period and reader, or firing and reader.
    """

    class Kind(models.TextChoices):
        """What it was."""

        REPORT = "report", _("Report")
        ALERT = "alert", _("Alert")
        TEST = "test", _("Test")

    key = models.CharField(max_length=400, unique=True)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="sendings")
    site = models.ForeignKey(Site, null=True, on_delete=models.CASCADE, related_name="+")
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.SET_NULL, related_name="sendings")
    alert = models.ForeignKey(Alert, null=True, on_delete=models.SET_NULL, related_name="sendings")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    about = models.CharField(max_length=200)  # in the words of whoever set it up: what, and of which days
    to = models.CharField(max_length=254)  # an address, or the name of a channel
    content = models.JSONField(default=dict, blank=True)  # of a report, for its PDF; deleted with the text of mail
    mail_id = models.PositiveBigIntegerField(null=True)
    task_id = models.PositiveBigIntegerField(null=True)
    refused = models.CharField(max_length=300, blank=True)  # why it was not even written
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["site", "-at"], name="sending_by_site"),
            models.Index(fields=["account", "-at"], name="sending_by_account"),
        ]

    def __str__(self) -> str:
        return f"{self.about} to {self.to}"


class OptOut(models.Model):
    """Somebody does not want it: one schedule, one alert, or with neither anything of an account."""

    email = models.EmailField(max_length=254)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="mail_opt_outs")
    schedule = models.ForeignKey(Schedule, null=True, on_delete=models.CASCADE, related_name="+")
    alert = models.ForeignKey(Alert, null=True, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(schedule=None) | Q(alert=None), name="opted_out_of_one_thing"),
            models.UniqueConstraint(fields=["email", "schedule"], name="opted_out_once_a_schedule"),
            models.UniqueConstraint(fields=["email", "alert"], name="opted_out_once_an_alert"),
            models.UniqueConstraint(
                fields=["email", "account"], condition=Q(schedule=None, alert=None), name="opted_out_once_an_account"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email} wants none"
