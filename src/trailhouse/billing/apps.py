"""The Django app `billing`."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Money: what sites cost, when they are paid for, and the documents of it."""

    name = "trailhouse.billing"
    label = "billing"
