"""Names of stored values in the reader's language: countries, languages, channels, devices, screens."""

from django.utils.translation import gettext, gettext_noop

from trailhouse.outbox.locales import locale

# Stored values that are words; the texts are translated where they are shown.
_CHANNELS = {
    "Direct": gettext_noop("Direct"),
    "Organic search": gettext_noop("Organic search"),
    "Paid search": gettext_noop("Paid search"),
    "Organic social": gettext_noop("Organic social"),
    "Paid social": gettext_noop("Paid social"),
    "E-mail": gettext_noop("E-mail"),
    "Referral": gettext_noop("Referral"),
    "Display": gettext_noop("Display"),
    "Affiliates": gettext_noop("Affiliates"),
    "Organic video": gettext_noop("Organic video"),
    "Paid video": gettext_noop("Paid video"),
    "Organic shopping": gettext_noop("Organic shopping"),
    "AI assistants": gettext_noop("AI assistants"),
    "Push": gettext_noop("Push"),
    "SMS": gettext_noop("SMS"),
    "QR/offline": gettext_noop("QR/offline"),
}
_DEVICES = {
    "Desktop": gettext_noop("Desktop"),
    "Mobile": gettext_noop("Mobile"),
    "Tablet": gettext_noop("Tablet"),
    "TV": gettext_noop("TV"),
    "Console": gettext_noop("Console"),
    "Wearable": gettext_noop("Wearable"),
}
_SCREENS = {
    "Small (under 576)": gettext_noop("Small (under 576)"),
    "Medium (576 to 991)": gettext_noop("Medium (576 to 991)"),
    "Large (992 to 1439)": gettext_noop("Large (992 to 1439)"),
    "Extra large (1440 and over)": gettext_noop("Extra large (1440 and over)"),
}

_NETWORKS = {
    "company": gettext_noop("Company"),
    "provider": gettext_noop("Access provider"),
    "hosting": gettext_noop("Hosting"),
}
_RETURNING = {"new": gettext_noop("New"), "returning": gettext_noop("Returning")}


def no_note(_value: str) -> str:
    """For values that need no second line."""
    return ""


def country(code: str) -> str:
    """Name of a country by its ISO code; the code itself where it is none."""
    return str(locale().territories.get(code, code))


def language(tag: str) -> str:
    """Name of a language by its primary tag, beginning with a capital; the tag itself where it is none."""
    name = str(locale().languages.get(tag, tag))
    return name[:1].upper() + name[1:]


def channel(value: str) -> str:
    """A channel in the reader's language."""
    return gettext(value) if value in _CHANNELS else value


def source(value: str) -> str:
    """A source as it is called everywhere; only "Direct", which is no name, in the reader's language."""
    return gettext(value) if value == "Direct" else value


def device(value: str) -> str:
    """A kind of device in the reader's language."""
    return gettext(value) if value in _DEVICES else value


def screen(value: str) -> str:
    """A class of screens, by its width in CSS pixels, in the reader's language."""
    return gettext(value) if value in _SCREENS else value


def network_kind(value: str) -> str:
    """What an organisation's network is, in the reader's language."""
    return gettext(_NETWORKS.get(value, value)) if value else value


def returning(value: str) -> str:
    """New or returning, in the reader's language."""
    return gettext(_RETURNING.get(value, value)) if value else value


def stored_word(label: str) -> str:
    """The stored channel, device or screen that is called so in the reader's language; else `label` itself."""
    wanted = label.casefold()
    words = (word for table in (_CHANNELS, _DEVICES, _SCREENS) for word in table)
    return next((word for word in words if gettext(word).casefold() == wanted), label)


def last_part(value: str) -> str:
    """Den Helder, of "NL/North Holland/Den Helder"."""
    return value.rsplit("/", 1)[-1]


def country_of(value: str) -> str:
    """The Netherlands, of "NL/North Holland"."""
    return country(value.split("/", 1)[0]) if "/" in value else ""


def region_of(value: str) -> str:
    """North Holland, Netherlands, of "NL/North Holland/Den Helder"."""
    parts = value.split("/")
    if len(parts) < 2:
        return ""
    inner = [part for part in parts[1:-1] if part and part != parts[-1]]
    return ", ".join([*inner, country(parts[0])])


def address(value: str) -> str:
    """A web address without its scheme."""
    return value.removeprefix("https://").removeprefix("http://").removesuffix("/") or value


def search_countries(text: str) -> tuple[str, ...]:
    """Codes of the countries whose name, in the reader's language, contains `text`."""
    wanted = text.casefold()
    found = (code for code, name in locale().territories.items() if wanted in name.casefold() and len(code) == 2)
    return tuple(found)


def search_languages(text: str) -> tuple[str, ...]:
    """Tags of the languages whose name, in the reader's language, contains `text`."""
    wanted = text.casefold()
    return tuple(tag for tag, name in locale().languages.items() if wanted in name.casefold())
