"""The Django app `billing`."""

from typing import TYPE_CHECKING

from django.apps import AppConfig

if TYPE_CHECKING:
    from trailhouse.outbox.attaching import File


class BillingConfig(AppConfig):
    """Money: what sites cost, when they are paid for, and the documents of it."""

    name = "trailhouse.billing"
    label = "billing"

    def ready(self) -> None:
        """Have sites that are added or moved come under billing, mail carry documents, and gateways be known."""
        from trailhouse.billing import enrolment, moving, telling
        from trailhouse.billing.gateways import stripe
        from trailhouse.outbox import attaching
        from trailhouse.sites import hooks

        hooks.when_added(enrolment.on_added)
        hooks.when_moved(moving.on_moved)
        stripe.make_known()
        hooks.tell_trial_by(enrolment.trial_of)
        attaching.register(telling.DOCUMENT_FILE, _document_file)


def _document_file(number: int) -> "File":
    from trailhouse.billing.documents import making  # typst and the fonts are loaded when they are needed

    return making.attachment(number)
