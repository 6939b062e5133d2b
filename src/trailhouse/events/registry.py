"""The sites that are served, as plain values: written by the app, read by the edge and the writer.

The Snapshot is one file, replaced whole, so that the edge counts on while the app and its database are away.
"""

import logging
import os
from pathlib import Path
from unicodedata import normalize
from urllib.parse import unquote

import msgspec

from trailhouse.events.model import Privacy
from trailhouse.events.salts import Salt

FILE = "registry.msgpack"
EVENTS = "/api/event"  # where events are sent to
USUAL_NAME = "trailhouse"  # of the function that pages call

# The path of a site's domain is short; what a stranger sends need not be.
MOST_PATH = 200
MOST_DEPTH = 10

log = logging.getLogger(__name__)


class OwnPath(msgspec.Struct, frozen=True):
    """Where a site has its script beside the usual address: /folder/file.js, and events go to /folder/in."""

    folder: str
    file: str
    key: str  # that the script carries


class ServedSite(msgspec.Struct, frozen=True, kw_only=True):
    """What collecting needs to know of one site."""

    site_id: int
    domain: str  # normalised: lower case, no www.; may carry a path: client.nl/shop
    keys: tuple[str, ...]  # the present one first; the others still count while they are rotated out
    counts: bool = True  # False: closed, by billing or paused
    aliases: tuple[str, ...] = ()  # further hostnames that count, beside the domain and its sub-domains
    privacy: Privacy = "visits"
    visit_timeout_s: int = 1800
    currency: str = "EUR"
    query_allow: tuple[str, ...] = ()  # query parameters that stay in the path
    search_param: str = ""  # the site's own search, such as q
    exclude_networks: tuple[str, ...] = ()  # addresses and CIDRs
    exclude_countries: tuple[str, ...] = ()  # ISO 3166-1 alpha-2
    exclude_paths: tuple[str, ...] = ()  # with * as wildcard
    own_paths: tuple[OwnPath, ...] = ()
    tracker: dict[str, object] = {}  # settings of the script, see collector.tracker.ScriptSettings


class Snapshot(msgspec.Struct, frozen=True):
    """All served sites, the salts in force and the secret of recognised ids."""

    revision: int
    sites: tuple[ServedSite, ...]
    salts: tuple[Salt, ...]
    secret: bytes = b""


def write(snapshot: Snapshot, directory: Path) -> None:
    """Replace the snapshot in `directory`, readable by its owner alone (it holds the salts)."""
    target = directory / FILE
    temporary = target.with_suffix(f".{os.getpid()}.new")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(msgspec.msgpack.encode(snapshot))
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(target)


def read(directory: Path) -> Snapshot | None:
    """The present snapshot; None before the first one was written, and where it cannot be read (a new one follows)."""
    try:
        return msgspec.msgpack.decode((directory / FILE).read_bytes(), type=Snapshot)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError):
        log.exception("the snapshot of the sites cannot be read")
        return None


class Registry:
    """The latest Snapshot of a directory with its look-ups; `refresh` is cheap enough to call every second."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._stamp: tuple[int, int] = (0, 0)
        self.snapshot = Snapshot(revision=0, sites=(), salts=())
        self._by_key: dict[str, ServedSite] = {}
        self._by_domain: dict[str, tuple[ServedSite, ...]] = {}
        self.own_paths: dict[str, str] = {}  # a path of a site's own → the usual one that it stands for
        self.refresh()

    @property
    def ready(self) -> bool:
        """Whether a snapshot has ever been read."""
        return self._stamp != (0, 0)

    def refresh(self) -> bool:
        """Read the file anew if it was replaced; whether it was."""
        try:
            stat = (self._directory / FILE).stat()
        except FileNotFoundError:
            return False
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp == self._stamp:
            return False
        snapshot = read(self._directory)
        if snapshot is None:
            return False
        self.use(snapshot)
        self._stamp = stamp
        return True

    def use(self, snapshot: Snapshot) -> None:
        """Serve `snapshot` from now on."""
        by_domain: dict[str, list[ServedSite]] = {}
        for site in snapshot.sites:
            by_domain.setdefault(site.domain, []).append(site)
        for site in snapshot.sites:  # behind the sites that have the domain itself: a site's former one, for instance
            for alias in site.aliases:
                by_domain.setdefault(alias, []).append(site)
        self._by_key = {key: site for site in snapshot.sites for key in site.keys}
        self._by_domain = {domain: tuple(sites) for domain, sites in by_domain.items()}
        self.own_paths = dict(usual for site in snapshot.sites for own in site.own_paths for usual in _usual(own))
        self.snapshot = snapshot

    def by_key(self, key: str) -> ServedSite | None:
        """The site that `key` belongs to."""
        return self._by_key.get(key)

    def by_domain(self, domain: str, path: str = "/") -> ServedSite | None:
        """The site that gets an event which names only `domain`: longest path first, then the first that stands.

        The Snapshot lists sites in the order of their claim: proved ones first, then by age. A site whose own domain it
        is comes before one that has it as an alias.
        """
        parts = [part for part in _readable(path).split("/") if part][:MOST_DEPTH]
        for depth in range(len(parts), -1, -1):
            found = self._by_domain.get("/".join([domain, *parts[:depth]]))
            if found:
                return found[0]
        return None


def _readable(path: str) -> str:
    """As much of `path` as a site's domain may have, in its own letters: browsers send "/caf%C3%A9" for "/café"."""
    if path.isascii() and "%" not in path:
        return path[:MOST_PATH]
    return normalize("NFC", unquote(path[: 9 * MOST_PATH]))[:MOST_PATH]  # a letter is sent as up to nine characters


def _usual(own: OwnPath) -> tuple[tuple[str, str], ...]:
    """The paths of a site's own, each with the usual one that it stands for."""
    at = f"/{own.folder}/{own.file}"
    return (f"{at}.js", f"/s/{own.key}.js"), (f"{at}.gif", f"/s/{own.key}.gif"), (f"/{own.folder}/in", EVENTS)
