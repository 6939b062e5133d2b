"""What an alert says, in the language that is active."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trailhouse.digests import words

Values = Mapping[str, Any]


def title(kind: str, domain: str, values: Values) -> str:
    """One line that says what happened."""
    return _TITLES[kind](values) % {"domain": domain, "goal": values.get("goal", "")}


def text(kind: str, values: Values) -> str:
    """A sentence or two with the figures."""
    return _TEXTS[kind](values)


def _usual(values: Values) -> str:
    low, high = values["low"], values["high"]
    if low == high:
        return _("Usual at this time: %(count)s.") % {"count": words.count(low)}
    return _("Usual at this time: %(low)s to %(high)s.") % {"low": words.count(low), "high": words.count(high)}


def _visitors(values: Values) -> str:
    now = values["now"]
    said = ngettext("%(count)s visitor in the last hour.", "%(count)s visitors in the last hour.", now)
    return f"{said % {'count': words.count(now)}} {_usual(values)}"


def _silence(values: Values) -> str:
    hours = values["hours"]
    said = ngettext("No visit in the last hour.", "No visit in the last %(hours)s hours.", hours) % {"hours": hours}
    usual = _("In the same hours of the weeks before there were at least %(count)s pageviews and events.")
    look = _("See whether the script is still on the site.")
    return f"{said} {usual % {'count': words.count(values['low'])}} {look}"


def _reached(values: Values) -> str:
    now = values["now"]
    said = ngettext(
        "It was reached %(count)s time since %(since)s.", "It was reached %(count)s times since %(since)s.", now
    )
    return said % {"count": words.count(now), "since": values["since"]}


def _not_found(values: Values) -> str:
    now = values["now"]
    said = ngettext(
        "A page that does not exist was shown %(count)s time in the last hour.",
        "Pages that do not exist were shown %(count)s times in the last hour.",
        now,
    )
    return said % {"count": words.count(now)}


_TITLES: Mapping[str, Callable[[Values], str]] = {
    "spike": lambda _values: _("Many more visitors than usual on %(domain)s"),
    "drop": lambda _values: _("Far fewer visitors than usual on %(domain)s"),
    "silence": lambda _values: _("No visits on %(domain)s"),
    "first_visit": lambda _values: _("The first visit on %(domain)s"),
    "goal": lambda _values: _("%(goal)s: reached on %(domain)s"),
    "not_found": lambda _values: _("Pages not found on %(domain)s"),
}
_TEXTS: Mapping[str, Callable[[Values], str]] = {
    "spike": _visitors,
    "drop": _visitors,
    "silence": _silence,
    "first_visit": lambda _values: _("The script works: the first visit has been counted."),
    "goal": _reached,
    "not_found": _not_found,
}
