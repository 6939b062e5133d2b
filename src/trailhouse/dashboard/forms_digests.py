"""The forms of reports and alerts. They only read what was typed; services decide what is right."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from trailhouse.accounts.models import User
from trailhouse.dashboard.forms import zones
from trailhouse.dashboard.forms_settings import Lines
from trailhouse.digests import selectors
from trailhouse.digests.kinds import RULES
from trailhouse.digests.models import Alert, Channel, Schedule
from trailhouse.digests.selectors import Place, Told
from trailhouse.digests.services import AlertText, ScheduleText, Whom
from trailhouse.sites.models import Goal, Role

ROLES = (Role.ADMINISTRATOR, Role.SUPER, Role.STANDARD)
MOST_PEOPLE = 200  # to choose from
QUIET = (
    (15, _("15 minutes")), (60, _("1 hour")), (180, _("3 hours")), (360, _("6 hours")), (720, _("12 hours")),
    (1440, _("1 day")), (10_080, _("1 week")),
)  # fmt: skip
# What the threshold of a kind is, and what is noise below it.
THRESHOLDS: dict[str, Any] = {
    Alert.Kind.SPIKE: (_("Per cent above the usual"), _("100 is twice as many as usual.")),
    Alert.Kind.DROP: (_("Per cent below the usual"), _("60 is less than half of the usual.")),
    Alert.Kind.SILENCE: (_("Hours without any visit"), _("Only where each of the weeks before had visits then.")),
    Alert.Kind.GOAL: (_("Times reached, at least"), _("Within 24 hours, or since it was told lastly.")),
    Alert.Kind.NOT_FOUND: (_("Times in an hour, at least"), _("Pages that a visitor opened and that do not exist.")),
}
LEAST: dict[str, Any] = {
    Alert.Kind.SPIKE: (_("Visitors in the hour, at least"), _("Fewer are never told of, however few are usual.")),
    Alert.Kind.DROP: (_("Usual visitors in the hour, at least"), _("Where fewer are usual, nothing is told.")),
    Alert.Kind.SILENCE: (_("Usual pageviews and events then, at least"), _("Where fewer are usual, nothing is told.")),
}
MEANINGS: dict[str, Any] = {
    Alert.Kind.SPIKE: _("The last hour against the same hour of the same weekday in the four weeks before."),
    Alert.Kind.DROP: _("The last hour against the same hour of the same weekday in the four weeks before."),
    Alert.Kind.SILENCE: _("Nothing is counted although there usually are visits: the script may be gone."),
    Alert.Kind.FIRST_VISIT: _("A new site counts for the first time."),
    Alert.Kind.GOAL: _("Somebody orders, asks, or does what else the site is for."),
    Alert.Kind.NOT_FOUND: _("Many visitors meet pages that do not exist."),
}


def hours() -> list[tuple[int, str]]:
    """The hours of a day."""
    return [(hour, f"{hour:02d}:00") for hour in range(24)]


def candidates(place: Place) -> list[User]:
    """The people who can be chosen: whoever sees statistics here."""
    found = selectors.people_of(place)[:MOST_PEOPLE]
    return sorted(found, key=lambda user: str(user).casefold())


class ToldForm(forms.Form):
    """Whom it tells; `by` who does not manage the place is asked nothing of it."""

    people = forms.MultipleChoiceField(label=_("People"), required=False, widget=forms.CheckboxSelectMultiple)
    roles = forms.MultipleChoiceField(
        label=_("Everybody who is"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Also people who come later, as long as they are."),
    )
    addresses = Lines(
        label=_("Further addresses"),
        help_text=_("One a line, such as a board member's. Each mail lets its reader stop it."),
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        help_text=_("For these addresses, and for people who have chosen none."),
    )

    def __init__(self, place: Place, by: User, data: Any = None, told: Told | None = None, **kwargs: Any) -> None:
        self.place, self.by, self.told = place, by, told
        super().__init__(data, initial=self.start(told, by), **kwargs)
        if not place.manages(by):
            for name in ("people", "roles", "addresses"):
                del self.fields[name]
            return
        self._choices("people", [(str(one.pk), _named(one)) for one in candidates(place)])
        self._choices("roles", [(role.value, str(role.label)) for role in ROLES])

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = choices

    def start(self, told: Told | None, by: User) -> dict[str, Any]:
        """The values that it shows first: what is set up, or oneself."""
        if told is None:
            client = self.place.site.client if self.place.site else None
            language = (client and client.language) or translation.get_language() or settings.LANGUAGE_CODE
            language = language.partition("-")[0]
            return {"people": [str(by.pk)], "language": language}
        people = [str(user.pk) for user in told.people.all()]
        return {"people": people, "roles": told.roles, "addresses": told.addresses, "language": told.language}

    def whom(self) -> Whom:
        """What was filled in."""
        given = self.cleaned_data
        numbers = {int(number) for number in given.get("people", ())}
        people = [user for user in candidates(self.place) if user.pk in numbers] if numbers else []
        return Whom(people, given.get("roles", ()), given.get("addresses", ()), given["language"])


def _named(user: User) -> str:
    return f"{user.full_name} ({user.email})" if user.full_name else user.email


class ScheduleForm(ToldForm):
    """A report that is sent regularly."""

    every = forms.ChoiceField(
        label=pgettext_lazy("report", "How often"),
        choices=Schedule.Every.choices,
        help_text=_("Of the day, the week or the month that is just over."),
    )
    what = forms.ChoiceField(
        label=_("What is sent"),
        choices=Schedule.What.choices,
        required=False,
        help_text=_("In plain words: what happened, why, what was done and what to look at; of a month alone."),
    )
    hour = forms.TypedChoiceField(label=_("At"), choices=hours, coerce=int)
    timezone = forms.ChoiceField(label=_("Time zone of this hour"), required=False)
    pdf = forms.BooleanField(label=_("Attach it as a PDF too"), required=False)
    field_order = ("what", "every", "hour", "timezone", "pdf", "people", "roles", "addresses", "language")

    def __init__(
        self, place: Place, by: User, data: Any = None, told: Told | None = None, *, plain: bool = False, **kwargs: Any
    ) -> None:
        self.wanted = {"every": "month", "what": "plain"} if plain else {}
        super().__init__(place, by, data, told, **kwargs)
        if place.site is None:
            del self.fields["what"]
        zone = self.fields["timezone"]
        assert isinstance(zone, forms.ChoiceField)
        own = place.site.timezone if place.site else place.account.timezone
        label = _("As the site: %(zone)s") if place.site else _("As the account: %(zone)s")
        zone.choices = [("", label % {"zone": own}), *zones()]

    def start(self, told: Told | None, by: User) -> dict[str, Any]:
        """The present values; at first Monday at eight."""
        values = super().start(told, by)
        if not isinstance(told, Schedule):
            zone = "" if self.place.manages(by) else by.timezone  # one's own hour, where nobody else is meant
            return values | {"every": "week", "hour": 8, "timezone": zone, "pdf": True, "what": "figures"} | self.wanted
        return values | {name: getattr(told, name) for name in ("every", "hour", "timezone", "pdf", "what")}

    def text(self) -> ScheduleText:
        """What was filled in."""
        given = self.cleaned_data
        what = given.get("what") or Schedule.What.FIGURES
        return ScheduleText(given["every"], given["hour"], given["timezone"], given["pdf"], self.whom(), what)


class AlertForm(ToldForm):
    """An alert of one kind, with what can be set of this kind."""

    threshold = forms.IntegerField()
    least = forms.IntegerField(min_value=0, max_value=1_000_000_000)
    goal = forms.ModelChoiceField(label=_("Goal"), queryset=Goal.objects.none(), empty_label=None)
    quiet_min = forms.TypedChoiceField(
        label=_("Quiet time"), coerce=int, help_text=_("So long nothing is told again after it was told.")
    )
    channels = forms.ModelMultipleChoiceField(
        label=_("Destinations"),
        queryset=Channel.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    field_order = ("goal", "threshold", "least", "quiet_min", "people", "roles", "addresses", "channels", "language")

    def __init__(
        self, place: Place, by: User, data: Any = None, told: Told | None = None, *, kind: str, **kwargs: Any
    ) -> None:
        self.kind = kind
        super().__init__(place, by, data, told, **kwargs)
        rules = RULES[kind]
        self._name("threshold", THRESHOLDS.get(kind))
        self._name("least", LEAST.get(kind))
        if "threshold" in self.fields:
            low, high = rules.range
            self.fields["threshold"].min_value, self.fields["threshold"].max_value = low, high  # type: ignore[attr-defined]
            self.fields["threshold"].widget.attrs |= {"min": low, "max": high}
        self._queryset("goal", Goal.objects.filter(site=place.site), kind == Alert.Kind.GOAL)
        channels = place.channels
        self._queryset("channels", channels, place.manages(by) and channels.exists())
        self._quiet(rules.quiet_min, told)

    def _name(self, name: str, words: tuple[Any, Any] | None) -> None:
        if words is None:
            del self.fields[name]
        else:
            self.fields[name].label, self.fields[name].help_text = words

    def _queryset(self, name: str, found: Any, is_asked: bool) -> None:
        if not is_asked:
            del self.fields[name]
            return
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = found

    def _quiet(self, usual: int, told: Told | None) -> None:
        if not usual:
            del self.fields["quiet_min"]
            return
        field = self.fields["quiet_min"]
        assert isinstance(field, forms.TypedChoiceField)
        own = getattr(told, "quiet_min", usual)
        further = [] if own in dict(QUIET) else [(own, str(own))]
        field.choices = [*QUIET, *further]

    def start(self, told: Told | None, by: User) -> dict[str, Any]:
        """The present values; at first those of the kind."""
        values, rules = super().start(told, by), RULES[self.kind]
        if not isinstance(told, Alert):
            return values | {name: getattr(rules, name) for name in ("threshold", "least", "quiet_min")}
        own = {name: getattr(told, name) for name in ("threshold", "least", "quiet_min")}
        return values | own | {"goal": told.goal_id, "channels": list(told.channels.all())}

    def text(self) -> AlertText:
        """What was filled in."""
        given = self.cleaned_data
        channels: Sequence[Channel] = list(given.get("channels", ()))
        return AlertText(
            self.kind, given.get("threshold"), given.get("least"), given.get("quiet_min"), given.get("goal"),
            channels, self.whom(),
        )  # fmt: skip


class ChannelForm(forms.Form):
    """A destination of alerts."""

    kind = forms.ChoiceField(label=_("What it is"), choices=Channel.Kind.choices)
    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("Such as the channel: #web, or the system that is told.")
    )
    url = forms.CharField(
        label=_("Address to post to"),
        max_length=2000,
        help_text=_("The incoming webhook's whole address, beginning with https://. It is kept encrypted."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "inputmode": "url"}),
    )
