"""What a site's settings say of its script: where it is given out, and which consent tool it listens to."""

from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from trailhouse.core.settings import settings
from trailhouse.dashboard.forms_settings import SiteForm
from trailhouse.sites import looks
from trailhouse.sites.models import Site
from trailhouse.sites.script_address import hosts_of

Text = str | Promise

# By the names of `collector.tracker.Consent`: what it is called, what it listens to, and what to see to.
CONSENT_TOOLS: dict[str, tuple[Text, Text, Text]] = {
    "": (
        _("By hand"),
        _("Your page tells the script."),
        _("Your page calls this, on every page or once:"),
    ),
    "google": (
        "Google Consent Mode",
        _("The script follows analytics_storage, as gtag updates it. Many consent tools do that."),
        _("The tool must update Consent Mode through dataLayer and must not block this script. A default is no answer: "
          "only updates count."),
    ),
    "cookiebot": (
        "Cookiebot",
        _("The script asks it for the category Statistics."),
        _('Cookiebot must not block this script: add data-cookieconsent="ignore" to its tag. Before consent it stores '
          "nothing."),
    ),
    "complianz": (
        "Complianz",
        _("The script asks it for the category Statistics, in version 6 and later."),
        _("Complianz must not block this script: leave it out of the Script Center. Before consent it stores nothing."),
    ),
    "borlabs": (
        "Borlabs Cookie",
        _("The script asks it for the group Statistics, in versions 2 and 3."),
        _("Borlabs Cookie must not block this script: paste it without a content or script blocker. Its service group "
          "must have the ID statistics. Before consent it stores nothing."),
    ),
}  # fmt: skip


def _tools() -> list[tuple[str, Any]]:
    text = "<b>{}</b> <small>{}</small>"
    return [(key, format_html(text, name, what)) for key, (name, what, _care) in CONSENT_TOOLS.items()]


class ConsentForm(SiteForm):
    """Where the script learns that a visitor agreed."""

    consent = forms.ChoiceField(
        label=_("Who tells the script"), required=False, choices=_tools, widget=forms.RadioSelect
    )

    def start(self, site: Site) -> dict[str, Any]:
        """The present tool."""
        return {"consent": site.tracker.get("consent", "")}


class AddressForm(SiteForm):
    """Where the script is given out."""

    host = forms.ChoiceField(label=_("Host name"), required=False, help_text=_("Each of these leads here."))
    own_path = forms.BooleanField(label=_("At a path of its own"), required=False)

    def __init__(self, site: Site, data: Any = None, *, team: bool = True, **kwargs: Any) -> None:
        super().__init__(site, data, **kwargs)
        offered = [host for host in hosts_of(site.account, looks.brand_of(site)) if host != site.script_host]
        host = self.fields["host"]
        assert isinstance(host, forms.ChoiceField)
        own = [("", settings().url.partition("://")[2])]
        if site.script_host and not team and looks.brand_of(site) is not None:
            own = []  # it is the operator's, of whom clients of a brand do not hear
        host.choices = [*own, *((name, name) for name in offered)]
        if site.script_host:
            host.choices = [*host.choices, (site.script_host, site.script_host)]
        if len(host.choices) == 1:
            del self.fields["host"]

    def start(self, site: Site) -> dict[str, Any]:
        """The present place."""
        return {"host": site.script_host, "own_path": site.own_path}
