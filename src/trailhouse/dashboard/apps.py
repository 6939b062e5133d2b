from django.apps import AppConfig


class DashboardConfig(AppConfig):
    """The pages. It has no tables of its own."""

    name = "trailhouse.dashboard"
    label = "dashboard"
