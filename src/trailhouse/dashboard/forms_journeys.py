"""The forms of groups of pages."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trailhouse.dashboard.forms_settings import Lines, SiteForm
from trailhouse.sites.models import PageGroup


class PageGroupForm(SiteForm):
    """A group of pages, new or changed."""

    group = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("As reports show it, such as Blog."))
    patterns = Lines(
        label=_("Pages"),
        help_text=_("One a line, such as /blog/* for all that begins so. A * stands for any text."),
    )


def group_values(group: PageGroup) -> dict[str, Any]:
    """A group as its form shows it."""
    return {"group": group.pk, "name": group.name, "patterns": group.patterns}
