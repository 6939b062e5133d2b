"""What Django is told about the database, mail and the signing key: from URLs and the data directory."""

import os
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from trailhouse.core.errors import UserError

SQLITE_FILE = "trailhouse.sqlite3"
# Readers do not wait for the writer; a commit is on disk before it returns.
SQLITE_PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA journal_size_limit=67108864;"


def database(url: str, data: Path) -> dict[str, Any]:
    """Django's settings of the control database: SQLite in `data`, or the PostgreSQL of `url`.

    Raises UserError for a URL that is no PostgreSQL one.
    """
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": data / SQLITE_FILE,
            "CONN_MAX_AGE": None,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 15, "init_command": SQLITE_PRAGMAS},
            "TEST": {"NAME": data / "test.sqlite3"},
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"} or not parts.path.strip("/"):
        raise UserError(
            "wrong_setting",
            "DATABASE_URL is no PostgreSQL address.",
            "Use postgres://user:password@host:5432/name, or leave it empty for SQLite.",
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5} | dict(parse_qsl(parts.query)),
    }


def counts(database_url: str) -> dict[str, Any]:
    """Django's settings of the cache, where rate limits are counted.

    In memory on SQLite, which one app process alone serves; in the database where there may be several, so that a limit
    is not multiplied by them. Django's own bound of 300 entries would forget limits as soon as many are counted.
    """
    most = {"MAX_ENTRIES": 100_000}
    if not database_url:
        return {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": most}
    return {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "rate_limits",
        "KEY_FUNCTION": "trailhouse.accounts.limits.key",
        "OPTIONS": most,
    }


def mail(url: str) -> dict[str, Any]:
    """Django's EMAIL_* settings for `smtp://user:password@host:587` (STARTTLS) or `smtps://…:465`; nothing: no mail.

    A mail server on this machine (localhost) is spoken to in the clear. Raises UserError for another scheme.
    """
    if not url:
        return {"EMAIL_BACKEND": "django.core.mail.backends.dummy.EmailBackend"}
    parts = urlsplit(url)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise UserError("wrong_setting", "TRAILHOUSE_MAIL_URL is no mail server.", "Use smtp://user:password@host:587.")
    over_tls = parts.scheme == "smtps"
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": parts.port or (465 if over_tls else 587),
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        "EMAIL_USE_SSL": over_tls,
        "EMAIL_USE_TLS": not over_tls and parts.hostname not in {"localhost", "127.0.0.1", "::1"},
        "EMAIL_TIMEOUT": 20,
    }


def secret_key(data: Path) -> str:
    """The signing key of this instance: made at the first call, kept in `data`, readable by its owner alone."""
    path = data / "secret_key"
    if not path.exists():
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
        temporary = path.with_name(f"secret_key.{os.getpid()}.new")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(temporary, path)  # the first of two processes wins; a rename would let the last one
        except FileExistsError:
            pass
        finally:
            temporary.unlink()
    return path.read_text().strip()
