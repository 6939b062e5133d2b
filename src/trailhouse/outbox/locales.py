"""The locale in which numbers, days and money are written to people: that of the language that is active."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from django.utils.translation import get_language


@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    try:
        return Locale.parse("en_GB" if language == "en" else language.replace("-", "_"))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")


def locale() -> Locale:
    """Of the language that is active; English days are written as in Britain."""
    return _locale(get_language() or "en")
