"""The script that a site's pages load: the built file of `tracker/` with the site's settings written in."""

import json
import re
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Annotated, Literal

import msgspec

from trailhouse.events.registry import EVENTS, USUAL_NAME, ServedSite

# The limit that the project promises: what a visitor downloads is smaller, compressed with brotli.
SIZE_LIMIT = 1000
BRIDGED_SIZE_LIMIT = 1200  # with a bridge to a consent tool, which only sites get that chose one

# File formats whose links count as downloads, and the same as a regular expression in fewer bytes.
FILE_TYPES = ("pdf", "doc", "docx", "xls", "xlsx", "ppt", "pptx", "csv", "zip", "exe", "dmg", "mp3", "mp4")
_SHORT_FILE_TYPES = "pdf|docx?|xlsx?|pptx?|csv|zip|exe|dmg|mp[34]"

OWN_ENDPOINT = "in"  # beside a script at a path of the site's own

_FILE_TYPE = re.compile(r"[A-Za-z0-9]{1,10}")
_CLASSES = r"/e-event-(.+?)(?:=|--)(\S+)/g"  # trailhouse-event-name=Sign+Up, plausible-event-name--Sign+Up
_NEVER = "/$^/"
_NAME = r"\A[a-z][a-z0-9]{2,29}\Z"

# Where the script learns of the visitor's consent: "" from the page, which calls the function's `consent`.
Consent = Literal["", "google", "cookiebot", "complianz", "borlabs"]
_NOTHING = "void 0"


class ScriptSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What a site may choose about its script; the defaults give the usual one."""

    key: str
    endpoint: str = EVENTS  # relative to the script's own address, or absolute
    hash_routes: bool = False  # the fragment is part of the path: /#/about
    manual: bool = False  # no pageview by itself
    outbound: bool = True
    downloads: bool = True
    file_types: tuple[str, ...] = FILE_TYPES
    class_events: bool = True
    engagement: bool = True  # engaged time, and with it the scroll depth
    scroll: bool = True
    respect_gpc: bool = False  # nothing is sent where the browser asks for Global Privacy Control
    consent: Consent = ""  # matters at the level recognised alone
    recognised: bool = False  # the site's privacy level: `consent` and `name` of the function do something
    name: Annotated[str, msgspec.Meta(pattern=_NAME)] = USUAL_NAME  # of the function that the page calls


_OWN_CHOICE = tuple(name for name in ScriptSettings.__struct_fields__ if name not in ("key", "recognised"))


def settings_of(site: ServedSite, key: str, *, own: bool = False) -> ScriptSettings:
    """The settings of the script under `key`; a choice of the site that makes no sense stays at its default.

    `own`: it is asked for under a path of the site's own, and sends to one beside it. A page must never be without its
    script because one of the settings is wrong.
    """
    usual = ScriptSettings(key=key, recognised=site.privacy == "recognised", endpoint=OWN_ENDPOINT if own else EVENTS)
    settings = usual
    for name in _OWN_CHOICE:
        if name in site.tracker:
            chosen = msgspec.structs.asdict(settings) | {name: site.tracker[name]}
            try:
                settings = msgspec.convert(chosen, ScriptSettings)
                _file_pattern(settings.file_types)
            except ValueError:  # also what msgspec raises
                settings = msgspec.structs.replace(settings, **{name: getattr(usual, name)})
    return settings


@lru_cache
def built(name: str = "tracker") -> str:
    """A minified file with placeholders for the settings: the script, or `bridges/NAME`, which is an expression."""
    text = files("trailhouse.collector").joinpath(f"static/{name}.js").read_text(encoding="utf-8")
    return text.strip().removesuffix(";")


def script(settings: ScriptSettings) -> bytes:
    """The script as it is served. Raises ValueError for a file type that is none."""
    values = _values(settings)
    return re.sub(r"__([A-Z]+)__", lambda found: values[found[1]], built()).encode("ascii")


def etag(text: bytes) -> str:
    """The entity tag of a served script, with its quotes."""
    return f'"{sha256(text).hexdigest()[:20]}"'


def _values(settings: ScriptSettings) -> dict[str, str]:
    """A JavaScript expression for each placeholder."""
    manual = "1" if settings.manual else "0"
    bridged = settings.recognised and settings.consent
    bridge = built(f"bridges/{settings.consent}").replace("__NAME__", settings.name) if bridged else ""
    return {
        "NAME": settings.name,
        "KEY": json.dumps(settings.key),
        "ENDPOINT": json.dumps(settings.endpoint),
        "PATH": "location.pathname+location.hash" if settings.hash_routes else "location.pathname",
        "HASH": "1" if settings.hash_routes else _NOTHING,
        "MANUAL": manual,
        "FIRST": f"({bridge},{manual})" if bridged else manual,
        "OUTBOUND": "1" if settings.outbound else "0",
        "FILES": f"/\\.({_file_pattern(settings.file_types)})$/i"
        if settings.downloads and settings.file_types
        else _NEVER,
        "CLASSES": _CLASSES if settings.class_events else _NEVER,
        "ENGAGED": "99" if settings.engagement else "1/0",  # milliseconds that are worth telling
        "SCROLL": "100" if settings.scroll else "0",  # the most that is told, in percent
        "GPC": "navigator.globalPrivacyControl" if settings.respect_gpc else "0",
        "ID": "" if settings.recognised else "void delete",  # before where this device remembers its number
        "RECOGNISED": "1" if settings.recognised else "0",
    }


def _file_pattern(types: tuple[str, ...]) -> str:
    if types == FILE_TYPES:
        return _SHORT_FILE_TYPES
    for name in types:
        if not _FILE_TYPE.fullmatch(name):
            raise ValueError(f"file type {name!r}: use letters and digits, such as pdf")
    return "|".join(types)
