"""The Django app `accounts`."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People and accounts; its label leaves `account` to django-allauth."""

    name = "trailhouse.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to who signs in."""
        from trailhouse.accounts import sessions

        sessions.connect()
