"""The forms of people: inviting them, changing what they may do, taking up an invitation."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trailhouse.accounts.models import Account
from trailhouse.billing.enrolment import billing_on
from trailhouse.core import clock
from trailhouse.dashboard import sections
from trailhouse.dashboard.people_rows import Place
from trailhouse.outbox import sending
from trailhouse.sites.models import Client, Membership, Role, Segment, Site
from trailhouse.sites.roles import Grant, Powers

# A role, and what it may do: shown to whoever chooses.
ROLES = {
    Role.STANDARD: _("Standard user: sees the statistics"),
    Role.SUPER: _("Super user: also changes settings and invites people"),
    Role.BOOKKEEPER: _("Bookkeeper: documents, no statistics"),
}
# Where this instance bills its accounts.
BILLED_ROLES = ROLES | {Role.BOOKKEEPER: _("Bookkeeper: documents and payment, no statistics")}
LONGEST = timedelta(days=3660)


def end_of(day: Any, account: Account) -> datetime | None:
    """The moment at which the access of somebody ends whose last day is `day`: the account's midnight."""
    return datetime.combine(day + timedelta(days=1), time.min, ZoneInfo(account.timezone)) if day else None


def last_day(moment: datetime | None, account: Account) -> Any:
    """The last day of an access that ends at `moment`."""
    return (moment - timedelta(microseconds=1)).astimezone(ZoneInfo(account.timezone)).date() if moment else None


class AccessForm(forms.Form):
    """What somebody may do and see, and until when."""

    role = forms.ChoiceField(label=_("Role"))
    sections = forms.MultipleChoiceField(
        label=_("Sections"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Tick none to show all."),
    )
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Access ends by itself after this day. Empty: it does not end."),
    )
    segment = forms.ModelChoiceField(
        label=_("Only a segment"),
        queryset=Segment.objects.none(),
        required=False,
        empty_label=_("Everything of the site"),
        help_text=_("For standard users. All that they see is narrowed to it; single visitors and exports are closed."),
    )
    may_add_sites = forms.BooleanField(
        label=_("May add sites"),
        required=False,
        help_text=_("For super users of all sites."),
    )

    def __init__(
        self,
        account: Account,
        powers: Powers,
        *args: Any,
        everywhere: bool = True,
        site: Site | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.account = account
        self._offer_segments(site)
        wide = powers.everything and everywhere
        offered = [role for role in ROLES if role != Role.BOOKKEEPER or wide]
        choice = self.fields["role"]
        assert isinstance(choice, forms.ChoiceField)
        billed = billing_on()
        words = BILLED_ROLES if billed else ROLES
        choice.choices = [(role.value, words[role]) for role in offered]
        if billed:
            self.fields["may_add_sites"].label = _("May add sites, which can cost money")
        shown = self.fields["sections"]
        assert isinstance(shown, forms.MultipleChoiceField)
        shown.choices = sections.choices()
        if not wide:
            del self.fields["may_add_sites"]

    def _offer_segments(self, site: Site | None) -> None:
        """Those of the one site that this is about; without any the field is left out."""
        found = site.segments.filter(person=None) if site is not None else Segment.objects.none()
        if not found.exists():
            del self.fields["segment"]
            return
        choice = self.fields["segment"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset = found

    def clean_ends_on(self) -> Any:
        """A day within ten years."""
        day = self.cleaned_data["ends_on"]
        if day and day > clock.now().date() + LONGEST:
            raise ValidationError(_("Choose a day within the next ten years."))
        return day

    def main(self) -> list[forms.BoundField]:
        """The fields that are always shown."""
        return [self[name] for name in self.fields if name not in self._MORE]

    def more(self) -> list[forms.BoundField]:
        """The fields that few need."""
        return [self[name] for name in self.fields if name in self._MORE]

    @property
    def more_is_open(self) -> bool:
        """Whether one of the further fields holds something."""
        return any(self[name].value() or self[name].errors for name in self.fields if name in self._MORE)

    _MORE = ("sections", "segment", "ends_on", "may_add_sites")

    def values(self) -> dict[str, Any]:
        """What was chosen, as services take it."""
        given = self.cleaned_data
        return {
            "role": Role(given["role"]),
            "sections": tuple(given["sections"]),
            "may_add_sites": bool(given.get("may_add_sites")),
            "ends_at": end_of(given["ends_on"], self.account),
            "segment": given.get("segment"),
        }


def access_form(one: Membership, powers: Powers, data: Any = None) -> AccessForm:
    """The form that changes a membership."""
    now = {
        "role": one.role,
        "sections": one.sections,
        "may_add_sites": one.may_add_sites,
        "ends_on": last_day(one.ends_at, one.account),
        "segment": one.segment,
    }
    everywhere = one.site_id is None and one.client_id is None
    return AccessForm(one.account, powers, data, initial=now, everywhere=everywhere, site=one.site)


class InviteForm(AccessForm):
    """Whom to invite, and to what; at a site's or a client's page the latter is said already."""

    email = forms.EmailField(
        label=_("E-mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    where = forms.ChoiceField(
        label=_("Access to"),
        choices=[("sites", _("Chosen sites")), ("client", _("The sites of a client")), ("all", _("All sites"))],
        initial="sites",
        widget=forms.RadioSelect,
    )
    sites = forms.ModelMultipleChoiceField(
        label=_("Sites"), queryset=Site.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    client = forms.ModelChoiceField(
        label=_("Client"), queryset=Client.objects.none(), required=False, empty_label=pgettext_lazy("client", "None")
    )
    field_order: Sequence[str] = (
        "email",
        "role",
        "where",
        "sites",
        "client",
        "sections",
        "segment",
        "ends_on",
        "may_add_sites",
    )

    def __init__(self, place: Place, powers: Powers, *args: Any, **kwargs: Any) -> None:
        self.place = place
        wide = place.site is None and place.client is None
        super().__init__(place.account, powers, *args, everywhere=wide, site=place.site, **kwargs)
        if not wide:
            for name in ("where", "sites", "client"):
                del self.fields[name]
            return
        sites, client = self.fields["sites"], self.fields["client"]
        assert isinstance(sites, forms.ModelMultipleChoiceField)
        assert isinstance(client, forms.ModelChoiceField)
        sites.queryset = Site.objects.filter(account=place.account).order_by("domain")
        client.queryset = Client.objects.filter(account=place.account)
        if not client.queryset.exists():
            del self.fields["client"]
            radio = self.fields["where"]
            assert isinstance(radio, forms.ChoiceField)
            radio.choices = [("sites", _("Chosen sites")), ("all", _("All sites"))]

    def grant(self) -> Grant:
        """What is offered."""
        given = self.cleaned_data
        values = self.values()
        if self.place.site is not None:
            return Grant(sites=(self.place.site,), **values)
        if self.place.client is not None:
            return Grant(client=self.place.client, **values)
        if given["where"] == "all":
            return Grant(everywhere=True, **values)
        if given["where"] == "client":
            return Grant(client=given.get("client"), **values)
        return Grant(sites=tuple(given["sites"]), **values)


class JoinForm(forms.Form):
    """Somebody new takes up an invitation, or an account."""

    full_name = forms.CharField(
        label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name", "autofocus": True})
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        strip=False,
        max_length=1000,
        help_text=_("At least 10 characters. Leave it empty to sign in with a code by e-mail instead."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not sending.is_configured():  # no code could be sent
            self.fields["password"].required = True
            self.fields["password"].help_text = _("At least 10 characters.")
