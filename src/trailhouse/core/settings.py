"""Settings from the environment: typed, read once, each with a default that is right for a newcomer.

Every setting may also be given as a file: `TRAILHOUSE_OPS_TOKEN_FILE=/run/secrets/token` reads that file. A wrong value
is refused by name, with what would be right.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from trailhouse.core.errors import UserError

STRIPE = "https://api.stripe.com"
Network = IPv4Network | IPv6Network

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"(?=.{{1,253}}(?::|$)){_LABEL}(?:\.{_LABEL})+(?::[0-9]{{1,5}})?")


def _whole(low: int, high: int) -> Callable[[str], int]:
    def parse(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not low <= int(text) <= high:
            raise ValueError(f"use a whole number from {low} to {high}")
        return int(text)

    return parse


def _one_of(*choices: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text not in choices:
            raise ValueError(f"use one of {', '.join(choices)}")
        return text

    return parse


def _url(*schemes: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        parts = urlsplit(text)
        if parts.scheme not in schemes or not (parts.netloc or parts.path.strip("/") or parts.scheme == "chdb"):
            raise ValueError(f"use a URL such as {schemes[0]}://…")
        return text.rstrip("/")

    return parse


def _networks(text: str) -> tuple[Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in text.split(",") if part.strip())
    except ValueError as error:
        raise ValueError(f"use networks such as 10.0.0.0/8,::1/128 ({error})") from None


def _hosts(text: str) -> tuple[str, ...]:
    names = tuple(part.strip().lower() for part in text.split(",") if part.strip())
    for name in names:
        if not _HOST.fullmatch(name):
            raise ValueError(f"use host names such as count.example.com, parted by commas ({name[:60]})")
    return names


def _list(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _yes(text: str) -> bool:
    return _one_of("yes", "no")(text) == "yes"


def _beginning(*starts: str) -> Callable[[str], str]:
    def parse(text: str) -> str:
        if text and not text.startswith(starts):
            raise ValueError(f"use one that begins with {' or '.join(starts)}")
        return text

    return parse


def _setting(parse: Callable[[str], Any], default: str, meaning: str, name: str = "", *, secret: bool = False) -> Any:
    return field(metadata={"parse": parse, "default": default, "meaning": meaning, "name": name, "secret": secret})


@dataclass(frozen=True)
class Settings:
    """All settings. The metadata of each field holds its parser, its default and its meaning."""

    data: Path = _setting(Path, "data", "Directory of everything that must be kept")
    host: str = _setting(str, "127.0.0.1", "Address that the public server listens on")
    port: int = _setting(_whole(1, 65535), "8000", "Port that the public server listens on")
    url: str = _setting(
        _url("https", "http"), "http://127.0.0.1:8000", "Public address, for snippets and links in mail"
    )
    hosts: tuple[str, ...] = _setting(
        _hosts, "", "Further host names that lead here, which sites may have their script from"
    )
    workers: int = _setting(_whole(1, 64), "1", "Public (edge) processes, each with a spool file of its own")
    trusted_proxies: tuple[Network, ...] = _setting(
        _networks, "", "Networks of the reverse proxies whose X-Forwarded-For counts"
    )
    store: str = _setting(
        _url("chdb", "https", "http"),
        "chdb://",
        "Event store: embedded (in the data directory) or a ClickHouse URL",
    )
    store_memory_mb: int = _setting(_whole(200, 1_000_000), "1000", "Memory that the embedded store may use")
    query_memory_mb: int = _setting(_whole(50, 1_000_000), "400", "Memory that one question may use")
    query_seconds: int = _setting(_whole(1, 600), "20", "Time that one question may take")
    spool_limit_mb: int = _setting(
        _whole(10, 10_000_000), "2000", "Size at which the spool answers 503 instead of taking more"
    )
    disk_reserve_mb: int = _setting(_whole(0, 10_000_000), "500", "Free disk that is kept for the store's merges")
    site_flood: int = _setting(
        _whole(100, 100_000_000), "100000", "Events in ten seconds beyond which one site's are left out"
    )
    ops_token: str = _setting(str, "", "Token for /metrics; without one nobody reads them over HTTP")
    secret_key: str = _setting(str, "", "Signing key; made and kept in the data directory when empty")
    secret_key_fallbacks: tuple[str, ...] = _setting(
        _list, "", "Signing keys of before, separated by commas: what they signed or encrypted goes on working"
    )
    database_url: str = _setting(str, "", "postgres://… instead of SQLite in the data directory", "DATABASE_URL")
    mail_url: str = _setting(str, "", "smtp://user:password@host:587; empty: mail is not sent")
    mail_from: str = _setting(str, "Trailhouse <mail@localhost>", "Sender of mail")
    mail_body_days: int = _setting(_whole(1, 3650), "30", "Days after which the text of a mail is deleted")
    mail_days: int = _setting(_whole(1, 3650), "90", "Days after which the record of a mail is deleted")
    offer_days: int = _setting(_whole(0, 3650), "90", "Days after their expiry that invitations and offers are deleted")
    inquiry_days: int = _setting(
        _whole(1, 3650), "365", "Days after which what somebody wrote by the contact form is deleted"
    )
    closed_days: int = _setting(_whole(1, 3650), "60", "Days that the data of a closed account is kept")
    terms_days: int = _setting(_whole(0, 365), "30", "Days that an account may go on before it accepts new terms")
    second_step_hours: int = _setting(
        _whole(24, 720), "72", "Hours that pass before a lost second step is taken off at a person's request"
    )
    stripe_key: str = _setting(
        _beginning("sk_", "rk_"), "", "Secret key of Stripe: with the next one, payment by card", secret=True
    )
    stripe_webhook_secret: str = _setting(
        _beginning("whsec_"), "", "Signing secret of the webhook that Stripe calls", secret=True
    )
    stripe_url: str = _setting(_url("https", "http"), STRIPE, "Where Stripe's API is; for tests")
    demo: bool = _setting(_yes, "no", "Keep a demo account with a year of made-up traffic: yes or no")
    sandbox: bool = _setting(_yes, "no", "A sandbox to try billing in: `trailhouse clock` moves its time on: yes or no")
    debug: bool = _setting(_yes, "no", "Show errors in full on the page; never on a public server: yes or no")
    log_level: str = _setting(_one_of("debug", "info", "warning", "error"), "info", "How much is logged")

    @property
    def store_url(self) -> str:
        """The store's URL with the default directory filled in."""
        return f"chdb://{(self.data / 'store').absolute()}" if self.store.rstrip("/") == "chdb:" else self.store

    @property
    def address_file(self) -> Path:
        """Where `serve` notes the public address for the other commands."""
        return self.data / "address"

    @property
    def app_socket(self) -> Path:
        """Where the app process listens."""
        return self.data / "app.sock"


def name_of(setting: str) -> str:
    """The environment's name of a field: `port` is TRAILHOUSE_PORT."""
    meta = next(f for f in fields(Settings) if f.name == setting).metadata
    return meta["name"] or f"TRAILHOUSE_{setting.upper()}"


def from_env(env: Mapping[str, str]) -> Settings:
    """Read all settings. Raises UserError that names each wrong or unknown one."""
    values: dict[str, Any] = {}
    wrong: list[str] = []
    known: set[str] = set()
    for item in fields(Settings):
        name = name_of(item.name)
        known |= {name, f"{name}_FILE"}
        try:
            text = _text(env, name, item.metadata["default"])
            values[item.name] = item.metadata["parse"](text)
        except (ValueError, OSError) as error:
            shown = "…" if item.metadata["secret"] else env.get(name, "")
            wrong.append(f"{name}={shown}: {error}")
    wrong += [
        f"{name}: there is no such setting"
        for name in sorted(env)
        if name.startswith("TRAILHOUSE_") and name not in known
    ]
    if wrong:
        raise UserError("wrong_setting", "; ".join(wrong) + ".", "Correct or remove it and start again.")
    return Settings(**values)


def _text(env: Mapping[str, str], name: str, default: str) -> str:
    path = env.get(f"{name}_FILE")
    if path and env.get(name):
        raise ValueError(f"is also given as {name}_FILE: use one of them")
    return Path(path).read_text().strip() if path else env.get(name) or default


@cache
def settings() -> Settings:
    """The settings of this process, read from its environment at the first call."""
    return from_env(os.environ)
