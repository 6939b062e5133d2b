"""The settings of a site: what each may hold, as one table."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from ipaddress import ip_network
from typing import Any
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

from trailhouse.core.errors import UserError
from trailhouse.sites.models import Privacy

MAX_ITEMS = 200
_PARAMETER = re.compile(r"[A-Za-z0-9_.\-\[\]]{1,64}")


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())  # reads hundreds of files


def _timezone(value: Any) -> str:
    if value not in _zones():
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


def _object(value: Any) -> dict[str, Any]:
    if not isinstance(value, Mapping):
        raise ValueError(_("use an object of settings"))
    return dict(value)


SETTINGS: dict[str, Callable[[Any], Any]] = {
    "timezone": _timezone,
    "currency": _currency,
    "visit_timeout_min": _timeout,
    "privacy": _privacy,
    "query_allow": _list_of(_parameter),
    "search_param": _parameter,
    "exclude_networks": _list_of(_network),
    "exclude_countries": _list_of(_country),
    "exclude_paths": _list_of(_path),
    "tracker": _object,
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
            raise UserError("wrong_site_setting", f"{name}: {value!s:.100}", hint[:1].upper() + hint[1:]) from None
    return checked
