"""The Django app `billing`."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Money: what sites cost, when they are paid for, and the documents of it."""

    name = "trailhouse.billing"
    label = "billing"

    def ready(self) -> None:
        """Have sites that are added or moved come under billing in the same transaction."""
        from trailhouse.billing import enrolment, moving
        from trailhouse.sites import hooks

        hooks.when_added(enrolment.on_added)
        hooks.when_moved(moving.on_moved)
        hooks.tell_trial_by(enrolment.trial_of)
