"""The Django app `sites`."""

from django.apps import AppConfig


class SitesConfig(AppConfig):
    """Sites and who may see them."""

    name = "trailhouse.sites"
    label = "sites"
