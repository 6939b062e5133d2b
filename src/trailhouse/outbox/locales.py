"""How numbers, days, money and lengths of time are written to people: in the language that is active."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language
from django.utils.translation import gettext as _


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse("en_GB" if language == "en" else language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def locale() -> Locale:
    """Of the language that is active; English days are written as in Britain."""
    return _locale(get_language() or "en")


def duration(seconds: float) -> str:
    """A length of time: 48s, 2m 41s, 1h 05m."""
    whole = round(seconds)
    if whole < 60:
        return _("%(s)ds") % {"s": whole}
    if whole < 3600:
        return _("%(m)dm %(s)02ds") % {"m": whole // 60, "s": whole % 60}
    return _("%(h)dh %(m)02dm") % {"h": whole // 3600, "m": whole % 3600 // 60}
