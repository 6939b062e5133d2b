"""The Django app `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and accounts; its label leaves `account` to django-allauth."""

    name = "trailhouse.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to who signs in, and say to mail whose accounts are the operator's."""
        from trailhouse.accounts import selectors, sessions
        from trailhouse.outbox import services

        sessions.connect()
        services.trust_by(selectors.is_operators_own)
