"""The tables of `outbox`. `services` alone writes them, `selectors` reads them.

They name accounts and people by number only: this room knows neither.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from trailhouse.core import clock


class Mail(models.Model):
    """One mail to one address, written in the caller's transaction and sent after it."""

    class State(models.TextChoices):
        """What has become of it."""

        WAITING = "waiting", _("waiting")  # also where no mail server is configured: kept, and readable
        SENT = "sent", _("sent")
        FAILED = "failed", _("given up")

    # What is told once, whoever asks how often: "site/17/added/to/5". Empty: each call is a mail of its own.
    key = models.CharField(max_length=200, null=True, unique=True)
    to = models.EmailField(max_length=254)
    account_id = models.PositiveBigIntegerField(null=True)  # whose mail it is; None: the instance's
    stranger = models.BooleanField(default=False)  # to somebody whom the account does not have: these are limited
    look = models.CharField(max_length=48, blank=True, default="")  # a key of `branding`; empty: the instance's own
    template = models.CharField(max_length=64)  # such as "sites/added"
    language = models.CharField(max_length=8)
    context = models.JSONField(default=dict)  # plain values for the template
    url = models.CharField(max_length=300, blank=True, default="")  # our address (TRAILHOUSE_URL) when it was written
    attachments = models.JSONField(default=list, blank=True)  # [kind, number] of each file, see `attaching`
    subject = models.CharField(max_length=200, blank=True)  # what is left once the text (`context`) is deleted
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    next_try_at = models.DateTimeField(default=clock.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["state", "next_try_at"], name="mail_to_send"),
            models.Index(fields=["account_id", "-created_at"], name="mail_by_account"),
        ]

    def __str__(self) -> str:
        return f"{self.template} to {self.to}"


class Task(models.Model):
    """Work that takes long, written in the caller's transaction and carried out after it, a step at a time."""

    class State(models.TextChoices):
        """How far it is."""

        WAITING = "waiting", _("waiting")
        DONE = "done", _("done")
        FAILED = "failed", _("given up")

    kind = models.CharField(max_length=64)  # such as "sites/bulk": names the function that carries it out
    account_id = models.PositiveBigIntegerField(null=True)
    user_id = models.PositiveBigIntegerField(null=True)  # who asked for it
    payload = models.JSONField(default=dict)
    result = models.JSONField(default=dict)
    state = models.CharField(max_length=16, choices=State.choices, default=State.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(default=clock.now)
    next_try_at = models.DateTimeField(default=clock.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["state", "next_try_at"], name="task_to_do")]

    def __str__(self) -> str:
        return f"{self.kind} {self.done}/{self.total}"


class JobRun(models.Model):
    """The last noted run of a regular job on a machine, see `runs`."""

    name = models.CharField(max_length=64)
    machine = models.CharField(max_length=255)
    every_s = models.FloatField()
    started_at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField()
    failures = models.PositiveIntegerField(default=0)  # in a row, up to this run
    error = models.CharField(max_length=500, blank=True)
    reference = models.CharField(max_length=16, blank=True)  # under which the log has the traceback
    noted_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ["name", "machine"]
        constraints = [models.UniqueConstraint(fields=["name", "machine"], name="one_run_a_job_and_machine")]

    def __str__(self) -> str:
        return f"{self.name} on {self.machine}"
