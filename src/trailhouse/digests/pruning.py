"""What is kept of reports and alerts no longer than it serves. Part of the services of `digests`."""

from datetime import timedelta

from trailhouse.core import clock
from trailhouse.core.settings import settings
from trailhouse.digests.models import Firing, Sending

LONGEST_PERIOD_DAYS = 45  # until then what was sent must be known, so that it is not sent again


def prune() -> int:
    """Delete the content of reports, later the log of them, as the mail is; how many rows were changed."""
    now, own = clock.now(), settings()
    old = now - timedelta(days=max(own.mail_days, LONGEST_PERIOD_DAYS))
    changed = Sending.objects.filter(at__lt=old).delete()[0]
    changed += Firing.objects.filter(at__lt=old).exclude(alert__kind="first_visit").delete()[0]
    texts = Sending.objects.filter(at__lt=now - timedelta(days=own.mail_body_days)).exclude(content={})
    return changed + texts.update(content={})
