"""The forms of a site's settings. They only read what was typed; services decide what is right."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts.models import Account
from trailhouse.core.money import decimal_text
from trailhouse.dashboard import sections
from trailhouse.dashboard.forms import zones
from trailhouse.sites.models import Goal, Privacy, SharedLink, Site

PLAIN: dict[str, Any] = {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
SWITCHES = ("outbound", "downloads", "class_events", "engagement", "scroll", "hash_routes", "manual", "respect_gpc")
ON_BY_DEFAULT = frozenset({"outbound", "downloads", "class_events", "engagement", "scroll"})


class SiteForm(forms.Form):
    """A form about one site; `start` gives the present values."""

    def __init__(self, site: Site, data: Any = None, **kwargs: Any) -> None:
        self.site = site
        super().__init__(data, initial=kwargs.pop("initial", None) or self.start(site), **kwargs)

    def start(self, site: Site) -> dict[str, Any]:
        """The values that the form shows first."""
        return {}


class NoForm(SiteForm):
    """A button alone."""


class Lines(forms.CharField):
    """A list, one entry a line."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=20_000, widget=forms.Textarea(attrs={"rows": 3, **PLAIN}), **kwargs)

    def prepare_value(self, value: Any) -> Any:
        """As it is shown."""
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:
        """As a list without empty lines."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


# -- General


class AboutForm(SiteForm):
    """What the site is called and where its days begin."""

    name = forms.CharField(
        label=_("Name"), max_length=120, required=False, help_text=_("Left empty, it goes by its domain.")
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=zones, help_text=_("Days and hours of its reports begin here.")
    )
    labels = forms.CharField(
        label=_("Labels"), max_length=1000, required=False, help_text=_("Several are parted by commas.")
    )

    def __init__(self, site: Site, data: Any = None, *, team: bool = True, **kwargs: Any) -> None:
        super().__init__(site, data, **kwargs)
        if not team:
            del self.fields["labels"]
        zone = self.fields["timezone"]
        assert isinstance(zone, forms.ChoiceField)
        if site.timezone not in dict(zones()):  # an old name of a zone stays possible
            zone.choices = [(site.timezone, site.timezone), *zones()]

    def start(self, site: Site) -> dict[str, Any]:
        """The present values."""
        return {"name": site.name, "timezone": site.timezone, "labels": ", ".join(site.labels)}

    def clean_labels(self) -> list[str]:
        """The labels as a list."""
        return [label.strip() for label in str(self.cleaned_data["labels"]).split(",") if label.strip()]


def _host(label: Any, help_text: Any = "", placeholder: str = "") -> forms.CharField:
    attrs = {**PLAIN, "inputmode": "url", "placeholder": placeholder}
    return forms.CharField(label=label, max_length=500, help_text=help_text, widget=forms.TextInput(attrs=attrs))


class RenameForm(SiteForm):
    """Another domain."""

    domain = _host(_("Domain"), _("The domain before goes on counting as an alias. The script stays as it is."))

    def start(self, site: Site) -> dict[str, Any]:
        """The present domain."""
        return {"domain": site.domain}


class AliasForm(SiteForm):
    """A further hostname."""

    alias = _host(_("Further hostname"), placeholder="shop.example")


class HostForm(SiteForm):
    """A hostname that a button names."""

    hostname = forms.CharField(max_length=253, widget=forms.HiddenInput)


class StagingForm(SiteForm):
    """The hostname of the staging twin."""

    staging = _host(_("Hostname of the staging site"), placeholder="staging.example")


# -- Counting


def _explained() -> list[tuple[str, Any]]:
    meanings = {
        Privacy.STRICT: (_("Strict"), _("Figures only. Nothing is kept on the device and small numbers are not told.")),
        Privacy.VISITS: (
            _("Visits"),
            _("Pages of a visit belong together for one day. Nothing is kept on or read from the device."),
        ),
        Privacy.RECOGNISED: (
            _("Recognised"),
            _("Visitors are known again on later days. Needs their consent: nothing is kept before your page says so."),
        ),
    }
    text = "<b>{}</b> <small>{}</small>"
    return [(level.value, format_html(text, *meanings[level])) for level in Privacy]


class PrivacyForm(SiteForm):
    """What is kept of a visitor, and for how long."""

    privacy = forms.ChoiceField(label=_("Privacy level"), choices=_explained, widget=forms.RadioSelect)
    respect_gpc = forms.BooleanField(
        label=_("Count nobody whose browser asks for Global Privacy Control"), required=False
    )
    retention_months = forms.IntegerField(
        label=_("Keep events for, in months"),
        min_value=1,
        max_value=120,
        help_text=_("Older ones are deleted for good every night, also those that are there already."),
    )

    def start(self, site: Site) -> dict[str, Any]:
        """The present values."""
        gpc = bool(site.tracker.get("respect_gpc"))
        return {"privacy": site.privacy, "respect_gpc": gpc, "retention_months": site.retention_months}


class VisitsForm(SiteForm):
    """What makes a visit and what stays of an address."""

    visit_timeout_min = forms.IntegerField(
        label=_("A visit ends after, in minutes"),
        min_value=5,
        max_value=240,
        help_text=_("Without a sign of the visitor. 30 is usual."),
    )
    return_after_hours = forms.IntegerField(
        label=_("A visitor returns after, in hours"),
        min_value=1,
        max_value=720,
        help_text=_("Who comes back sooner is still new. 24 is usual. Counts at the level Recognised alone."),
    )
    query_allow = Lines(
        label=_("Query parameters that stay in a page's address"),
        help_text=_("One a line, such as category. All others are cut off."),
    )
    search_param = forms.CharField(
        label=_("Parameter of the site's own search"),
        max_length=64,
        required=False,
        help_text=_("Such as q, where results are at /search?q=bread."),
        widget=forms.TextInput(attrs=PLAIN),
    )

    def start(self, site: Site) -> dict[str, Any]:
        """The present values."""
        return {
            name: getattr(site, name)
            for name in ("visit_timeout_min", "return_after_hours", "query_allow", "search_param")
        }


class ScriptForm(SiteForm):
    """What the script does by itself."""

    outbound = forms.BooleanField(label=_("Clicks on links to other sites"), required=False)
    downloads = forms.BooleanField(label=_("Downloads of files"), required=False)
    file_types = forms.CharField(
        label=_("File types that count as downloads"),
        max_length=1000,
        required=False,
        help_text=_("Such as pdf, zip. Left empty, the usual ones."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    class_events = forms.BooleanField(label=_("Events that are named by classes"), required=False)
    engagement = forms.BooleanField(label=_("How long a page is looked at"), required=False)
    scroll = forms.BooleanField(label=_("How far down it is read"), required=False)
    hash_routes = forms.BooleanField(label=_("What follows # is a page of its own"), required=False)
    manual = forms.BooleanField(label=_("No pageview by itself: the page calls the script"), required=False)
    name = forms.CharField(
        label=_("Name of the function that the page calls"),
        max_length=30,
        required=False,
        help_text=_("Pages that call it by the name before have to be changed as well. All others count on."),
        widget=forms.TextInput(attrs=PLAIN),
    )

    def start(self, site: Site) -> dict[str, Any]:
        """The present values."""
        switches = {name: site.tracker.get(name, name in ON_BY_DEFAULT) for name in SWITCHES}
        return switches | {"file_types": ", ".join(site.tracker.get("file_types", ())), "name": site.script_name}

    def clean_file_types(self) -> list[str]:
        """The types as a list."""
        return [part for part in str(self.cleaned_data["file_types"]).replace(",", " ").split() if part]


class ExclusionsForm(SiteForm):
    """What is never counted."""

    exclude_networks = Lines(
        label=_("Addresses and ranges"), help_text=_("One a line, such as 203.0.113.7 or 2001:db8::/32.")
    )
    exclude_countries = forms.CharField(
        label=_("Countries"),
        max_length=2000,
        required=False,
        help_text=_("Codes of two letters, such as NL, DE."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    exclude_paths = Lines(label=_("Paths"), help_text=_("One a line, such as /admin/*."))

    def start(self, site: Site) -> dict[str, Any]:
        """The present values."""
        countries = ", ".join(site.exclude_countries)
        lists = {"exclude_networks": site.exclude_networks, "exclude_paths": site.exclude_paths}
        return lists | {"exclude_countries": countries}

    def clean_exclude_countries(self) -> list[str]:
        """The codes as a list."""
        return str(self.cleaned_data["exclude_countries"]).replace(",", " ").split()


# -- Goals


class GoalForm(SiteForm):
    """A goal, new or changed."""

    goal = forms.IntegerField(required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=_("What reaches it"), choices=Goal.Kind.choices)
    pattern = forms.CharField(
        label=_("Which"),
        max_length=1000,
        help_text=_("A path such as /thanks*, an event's name, a percentage such as 75, or seconds such as 120."),
        widget=forms.TextInput(attrs=PLAIN),
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False, help_text=_("As reports show it."))
    value = forms.CharField(label=_("Worth"), max_length=30, required=False, widget=forms.TextInput(attrs=PLAIN))

    def __init__(self, site: Site, data: Any = None, **kwargs: Any) -> None:
        super().__init__(site, data, **kwargs)
        self.fields["value"].help_text = _("In %(currency)s, each time it is reached; may stay empty.") % {
            "currency": site.currency
        }


def goal_values(goal: Goal) -> dict[str, Any]:
    """A goal as its form shows it."""
    worth = "" if goal.value_minor is None else decimal_text(goal.value_minor, goal.site.currency)
    return {"goal": goal.pk, "kind": goal.kind, "pattern": goal.pattern, "name": goal.name, "value": worth}


class PropertiesForm(SiteForm):
    """The properties that the site's events carry."""

    properties = Lines(
        label=_("Names"),
        help_text=_("One a line. They are offered first in filters, in this order. All others are counted too."),
    )

    def start(self, site: Site) -> dict[str, Any]:
        """The properties as they are listed."""
        return {"properties": site.properties}


class OneForm(SiteForm):
    """The number of a goal or a link that a button names."""

    one = forms.IntegerField(widget=forms.HiddenInput)


# -- Sharing


class LinkForm(SiteForm):
    """A shared link, new or changed."""

    link = forms.IntegerField(required=False, widget=forms.HiddenInput)
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("Who it is for. Only you see it."))
    sections = forms.MultipleChoiceField(
        label=_("What it shows"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Nothing chosen: everything but single visitors. These show only where Visitors is chosen."),
    )
    password = forms.CharField(
        label=_("Password"),
        max_length=100,
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    drop_password = forms.BooleanField(label=_("Ask for no password any more"), required=False)
    last_day = forms.DateField(
        label=_("Last day"),
        required=False,
        help_text=_("Left empty, it works until you remove it."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    embed = forms.BooleanField(label=_("May stand in a frame on other pages"), required=False)

    def __init__(self, site: Site, data: Any = None, *, link: SharedLink | None = None, **kwargs: Any) -> None:
        super().__init__(site, data, **kwargs)
        shown = self.fields["sections"]
        assert isinstance(shown, forms.MultipleChoiceField)
        shown.choices = sections.choices()
        if link is None or not link.password:
            del self.fields["drop_password"]
        hint = _("Left empty, it asks for none.")
        if link is not None and link.password:
            hint = _("Left empty, it stays as it is.")
        self.fields["password"].help_text = hint


def link_values(link: SharedLink) -> dict[str, Any]:
    """A shared link as its form shows it."""
    zone = ZoneInfo(link.site.timezone)
    last = (link.expires_at - timedelta(seconds=1)).astimezone(zone).date() if link.expires_at else None
    values = {"link": link.pk, "name": link.name, "sections": link.sections, "embed": link.embed}
    return values | {"last_day": last}


def end_of(day: date | None, site: Site) -> datetime | None:
    """The moment at which `day` ends where the site is."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(site.timezone))


# -- Danger


class TransferForm(SiteForm):
    """To which account."""

    account = forms.ModelChoiceField(label=_("Account"), queryset=Account.objects.none(), empty_label=None)

    def __init__(self, site: Site, data: Any = None, *, accounts: Sequence[Account] = (), **kwargs: Any) -> None:
        super().__init__(site, data, **kwargs)
        choice = self.fields["account"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = Account.objects.filter(pk__in=[account.pk for account in accounts])


class TypedForm(SiteForm):
    """The domain, typed to confirm."""

    field_name: ClassVar[str] = ""

    def __init__(self, site: Site, data: Any = None, **kwargs: Any) -> None:
        super().__init__(site, data, **kwargs)
        label = _("Type %(domain)s to confirm") % {"domain": site.domain}
        self.fields[self.field_name] = forms.CharField(
            label=label, max_length=500, required=False, widget=forms.TextInput(attrs=PLAIN)
        )


class ResetForm(TypedForm):
    """For emptying."""

    field_name = "typed_reset"


class DeleteForm(TypedForm):
    """For deleting."""

    field_name = "typed_delete"
