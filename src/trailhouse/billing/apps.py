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
        """Make this room known to those below: what happens to sites, mail, exports and gateways."""
        from trailhouse.billing import enrolment, moving, taking, telling
        from trailhouse.billing.gateways import stripe
        from trailhouse.exports import access
        from trailhouse.outbox import attaching, services
        from trailhouse.sites import hooks

        services.trust_by(enrolment.has_paid)
        hooks.when_added(enrolment.on_added)
        hooks.when_visited(enrolment.on_visited)
        hooks.when_moved(moving.on_moved)
        stripe.make_known()
        access.tell_leaving_by(taking.is_leaving)
        hooks.tell_trial_by(enrolment.trial_of)
        attaching.register(telling.DOCUMENT_FILE, _document_file)
        attaching.register(telling.CLIENT_STATEMENT_FILE, _client_statement_file)


def _document_file(number: int) -> "File":
    from trailhouse.billing.documents import making  # typst and the fonts are loaded when they are needed

    return making.attachment(number)


def _client_statement_file(number: int) -> "File":
    from trailhouse.billing.documents import client_statement

    return client_statement.attachment(number)
