"""The list of sources that are known by name, from data/sources.toml, ready for look-ups."""

import re
import tomllib
from functools import lru_cache
from importlib import resources

import msgspec

_DEFAULT_TERM = "q"
_COUNTRY = re.compile(r"(.+?)\.(?:com?\.)?(?:[a-z]{2}|com|cat)")
_FILLERS = str.maketrans("", "", " _-")


class Known(msgspec.Struct, frozen=True):
    """A source that has a name."""

    name: str
    kind: str  # search, social, video, shopping, mail, ai, ads, affiliates, push, sms, offline, site
    terms: tuple[str, ...] = ()  # parameters of the referrer that carry the search term
    paid_words: frozenset[str] = frozenset()

    def is_paid(self, word: str) -> bool:
        """Whether `word`, as made by `wording`, names a bought placement."""
        return word in self.paid_words


def wording(text: str) -> str:
    """`text` as aliases are compared: without case, spaces, hyphens and underscores."""
    return text.casefold().translate(_FILLERS)


class KnownSources:
    """All known sources by host, application and alias."""

    def __init__(self, tables: dict[str, dict[str, str]]) -> None:
        self.hosts: dict[str, Known] = {}
        self.apps: dict[str, Known] = {}
        self.aliases: dict[str, Known] = {}
        for kind, lines in tables.items():
            for name, line in lines.items():
                self._add(kind, name, line.split())
        self.by_host = lru_cache(4_096)(self._by_host)

    def _add(self, kind: str, name: str, words: list[str]) -> None:
        terms = tuple(word[1:] for word in words if word.startswith("?"))
        if kind == "search" and not terms:
            terms = (_DEFAULT_TERM,)
        paid = frozenset(word[1:] for word in words if word.startswith("$"))
        known = Known(name, kind, terms, paid)
        aliases = {word[1:] for word in words if word[0] in "=$"}
        if "!" not in words:
            aliases.add(wording(name))
        for alias in aliases:
            self._put(self.aliases, alias, known)
        for word in words:
            if word.startswith("app:"):
                self._put(self.apps, word.removeprefix("app:"), known)
            elif word[0] not in "=$?!":
                self._put(self.hosts, word, known)

    def _put(self, table: dict[str, Known], key: str, known: Known) -> None:
        if key in table:
            raise ValueError(f"{key!r} is listed for {table[key].name!r} and for {known.name!r}")
        table[key] = known

    def by_alias(self, word: str) -> Known | None:
        """The source that `word`, as made by `wording`, stands for."""
        return self.aliases.get(word)

    def by_app(self, identifier: str) -> Known | None:
        """The source behind an application's identifier."""
        return self.apps.get(identifier)

    def _by_host(self, host: str) -> Known | None:
        """The source that `host` (lower case, without www.) belongs to; the longest entry that fits."""
        own = self._entry("", host)
        if own is not None:
            return own
        _, dot, parent = host.partition(".")
        while dot:
            found = self._entry(".", parent) or self._entry("", parent)
            if found is not None:
                return found
            _, dot, parent = parent.partition(".")
        return None

    def _entry(self, prefix: str, host: str) -> Known | None:
        found = self.hosts.get(prefix + host)
        if found is not None:
            return found
        country = _COUNTRY.fullmatch(host)
        return self.hosts.get(f"{prefix}{country[1]}.*") if country else None


def _load() -> KnownSources:
    text = resources.files("trailhouse.collector").joinpath("data/sources.toml").read_text("utf-8")
    return KnownSources(tomllib.loads(text))


SOURCES = _load()
