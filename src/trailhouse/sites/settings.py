"""The settings of a site: what each may hold, as one table."""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from typing import Any

from django.utils.translation import gettext as _

from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites.models import Privacy

MAX_ITEMS = 200
MAX_LABELS = 20
MAX_PROPERTIES = 300
_FILE_TYPE = re.compile(r"[A-Za-z0-9]{1,10}")
_ENDPOINT = re.compile(r"(https://[A-Za-z0-9.:-]{1,253})?/[A-Za-z0-9._~/-]{0,200}")
CONSENT_TOOLS = ("", "google", "cookiebot", "complianz", "borlabs")  # as `collector.tracker.Consent`
_FUNCTION = re.compile(r"[a-z][a-z0-9]{2,29}")
_PARAMETER = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,64}")


def _timezone(value: Any) -> str:
    if value not in clock.zones():
        raise ValueError(_("use a time zone such as Europe/Amsterdam"))
    return str(value)


def _currency(value: Any) -> str:
    if not re.fullmatch(r"[A-Z]{3}", str(value)):
        raise ValueError(_("use a code of three letters such as EUR"))
    return str(value)


def _timeout(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdigit() or not 5 <= int(value) <= 240:
        raise ValueError(_("use 5 to 240 minutes"))
    return int(value)


def _privacy(value: Any) -> str:
    if value not in Privacy.values:
        raise ValueError(_("use strict, visits or recognised"))
    return str(value)


def _parameter(value: Any) -> str:
    if value and not _PARAMETER.fullmatch(str(value)):
        raise ValueError(_("use the name of a query parameter, such as q"))
    return str(value)


def _network(value: Any) -> str:
    try:
        return str(ip_network(str(value).strip(), strict=False))
    except ValueError:
        raise ValueError(_("use addresses or ranges such as 203.0.113.7 or 2001:db8::/32")) from None


def _country(value: Any) -> str:
    if not re.fullmatch(r"[A-Za-z]{2}", str(value)):
        raise ValueError(_("use country codes of two letters such as NL"))
    return str(value).upper()


def _path(value: Any) -> str:
    text = str(value).strip()
    if not text or text[0] not in "/*" or len(text) > 1000:
        raise ValueError(_("use paths such as /admin/*"))
    return text


def _list_of(item: Callable[[Any], str]) -> Callable[[Any], list[str]]:
    def parse(value: Any) -> list[str]:
        if not isinstance(value, list | tuple) or len(value) > MAX_ITEMS:
            raise ValueError(_("use a list of at most %(most)d") % {"most": MAX_ITEMS})
        return sorted({item(part) for part in value if str(part).strip()})

    return parse


def _text(most: int) -> Callable[[Any], str]:
    def parse(value: Any) -> str:
        text = " ".join(str(value).split())
        if len(text) > most or not text.isprintable():
            raise ValueError(_("use a text of at most %(most)d letters") % {"most": most})
        return text

    return parse


def _labels(value: Any) -> list[str]:
    labels = _list_of(_text(40))(value)
    if len(labels) > MAX_LABELS:
        raise ValueError(_("use a list of at most %(most)d") % {"most": MAX_LABELS})
    return labels


def _property(value: Any) -> str:
    text = str(value).strip()
    if not text or len(text) > 300 or not text.isprintable():
        raise ValueError(_("use names of at most 300 letters, such as plan"))
    return text


def _properties(value: Any) -> list[str]:
    """In the order in which they are given: reports keep it."""
    if not isinstance(value, list | tuple) or len(value) > MAX_PROPERTIES:
        raise ValueError(_("use a list of at most %(most)d") % {"most": MAX_PROPERTIES})
    return list(dict.fromkeys(_property(part) for part in value))


def _months(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdigit() or not 1 <= int(value) <= 120:
        raise ValueError(_("use 1 to 120 months"))
    return int(value)


def _hours(value: Any) -> int:
    if isinstance(value, bool) or not str(value).isdigit() or not 1 <= int(value) <= 720:
        raise ValueError(_("use 1 to 720 hours"))
    return int(value)


def _switch(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(_("use true or false"))
    return value


def _file_type(value: Any) -> str:
    text = str(value).strip().removeprefix(".").lower()
    if not _FILE_TYPE.fullmatch(text):
        raise ValueError(_("use file types of letters and digits, such as pdf"))
    return text


def _endpoint(value: Any) -> str:
    if not _ENDPOINT.fullmatch(str(value)) or str(value).startswith("//"):
        raise ValueError(_("use a path such as /api/event, or a whole address that begins with https://"))
    return str(value)


def _consent(value: Any) -> str:
    if value not in CONSENT_TOOLS:
        raise ValueError(_("use google, cookiebot, complianz, borlabs, or nothing"))
    return str(value)


# Of the window itself, or used by many pages: a function of ours in their place would break the page.
_USED = """alert analytics blur caches close closed confirm crypto document event external fetch find focus frames
gtag history jquery length location name navigation navigator open opener origin parent performance plausible print
process prompt require root scheduler screen scroll self status stop top umami window"""
_TAKEN = frozenset(_USED.split())


def _function(value: Any) -> str:
    if not _FUNCTION.fullmatch(str(value)) or value in _TAKEN:
        raise ValueError(_("use 3 to 30 small letters and digits, and no name that pages use already"))
    return str(value)


# The settings of the script by the names of `collector.tracker.ScriptSettings`; a test holds the two together.
TRACKER: dict[str, Callable[[Any], Any]] = {
    "endpoint": _endpoint,
    "hash_routes": _switch,
    "manual": _switch,
    "outbound": _switch,
    "downloads": _switch,
    "file_types": _list_of(_file_type),
    "class_events": _switch,
    "engagement": _switch,
    "scroll": _switch,
    "respect_gpc": _switch,
    "consent": _consent,
    "name": _function,
}


def _tracker(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(_("use an object of settings"))
    if unknown := sorted(str(name) for name in value if name not in TRACKER):
        raise ValueError(_("the script has no setting %(name)s") % {"name": unknown[0][:40]})
    return {name: TRACKER[name](one) for name, one in value.items()}


SETTINGS: dict[str, Callable[[Any], Any]] = {
    "name": _text(120),
    "labels": _labels,
    "timezone": _timezone,
    "currency": _currency,
    "visit_timeout_min": _timeout,
    "return_after_hours": _hours,
    "privacy": _privacy,
    "query_allow": _list_of(_parameter),
    "search_param": _parameter,
    "exclude_networks": _list_of(_network),
    "exclude_countries": _list_of(_country),
    "exclude_paths": _list_of(_path),
    "properties": _properties,
    "tracker": _tracker,
    "retention_months": _months,
}


def checked_settings(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values in the form in which they are kept. Raises UserError that names the first wrong one."""
    checked = {}
    for name, value in values.items():
        if name not in SETTINGS:
            raise UserError("unknown_setting", _("A site has no setting %(name)s.") % {"name": name})
        try:
            checked[name] = SETTINGS[name](value)
        except ValueError as error:
            hint = f"{error}."
            raise UserError("wrong_site_setting", f"{name}: {value!s:.100}.", hint[:1].upper() + hint[1:]) from None
    return checked
