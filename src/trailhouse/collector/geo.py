"""From an address to a place and an organisation, by databases in MMDB format; see docs/places.md.

A database of countries ships with the program. `<data>/geo/{country,city,organisation}.mmdb` are the operator's own;
`install` puts them there, and a running process takes them up by `reload_if_changed`.
"""

import logging
import os
import random
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import islice
from pathlib import Path
from typing import Any

import maxminddb
import msgspec
from maxminddb import InvalidDatabaseError, Reader

from trailhouse.core.errors import UserError

KINDS = ("country", "city", "organisation")
BUNDLED = Path(__file__).parent / "data" / "country.mmdb"

_LONGEST_ADDRESS = 64
_LONGEST_NAME = 100
_NAT64 = ip_network("64:ff9b::/96")  # RFC 6052: the last 32 bits are the IPv4 address
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")
_DISTRICT = re.compile(r"\s*\([^()]*\)\s*$")
_WALKED_RECORDS = 20_000
_TRIED_ADDRESSES = 2_000
_ARCHIVES = (b"\x1f\x8b", b"PK\x03\x04", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_log = logging.getLogger(__name__)


class Place(msgspec.Struct, frozen=True):
    """Where an address is and whose network it is; "" where unknown. No finer than a city."""

    country: str = ""  # ISO 3166-1 alpha-2
    region: str = ""  # "NL/North Holland"
    city: str = ""  # "NL/North Holland/Den Helder"; "NL//Den Helder" without a region
    organisation: str = ""  # name of the network
    access_provider: bool = False  # the organisation sells access to people: it says nothing about who visits


NOWHERE = Place()


class _Generation:
    """The databases that are open at one time: swapping them is one assignment."""

    def __init__(self, readers: dict[str, Reader], signature: tuple[object, ...]) -> None:
        self.readers = readers
        self.signature = signature

    def lookup(self, address: str) -> Place:
        public = _public(address)
        if public is None:
            return NOWHERE
        city = self._record("city", public)
        country = country_of(city) or country_of(self._record("country", public))
        country = country or country_of(self._record("bundled", public))
        region, town = _region_and_city(city, country) if country else ("", "")
        organisation = organisation_of(self._record("organisation", public) or city)
        return Place(country, region, town, organisation, access_provider(organisation))

    def _record(self, kind: str, address: IPv4Address | IPv6Address) -> dict[str, Any]:
        reader = self.readers.get(kind)
        if reader is None:
            return {}
        try:
            record = reader.get(address)
        except (InvalidDatabaseError, ValueError):  # damaged there, or IPv4 only and asked for IPv6
            return {}
        return record if isinstance(record, dict) else {}


class Places:
    """Looks addresses up. One object a process; every method may be called from any thread."""

    def __init__(self, data_dir: Path) -> None:
        self._folder = data_dir / "geo"
        self._bundled: Reader = maxminddb.open_database(BUNDLED)
        self._generation = self._open(self._signature())

    def lookup(self, address: str) -> Place:
        """The place of `address`. Private, reserved, unknown and malformed ones are NOWHERE. Never raises."""
        if len(address) > _LONGEST_ADDRESS:
            return NOWHERE
        return self._generation.lookup(address)

    def reload_if_changed(self) -> bool:
        """Take up databases that were put, replaced or removed; True if so. Cheap: three stats."""
        signature = self._signature()
        if signature == self._generation.signature:
            return False
        self._generation = self._open(signature)
        return True

    def databases(self) -> dict[str, str]:
        """What is in use, for people: kind → type and day of each database."""
        return {
            kind: f"{meta.database_type} of {day_of(meta.build_epoch)}"
            for kind, reader in self._generation.readers.items()
            for meta in (reader.metadata(),)
        }

    def _signature(self) -> tuple[object, ...]:
        return tuple(_stat(self._folder / f"{kind}.mmdb") for kind in KINDS)

    def _open(self, signature: tuple[object, ...]) -> _Generation:
        # Old readers are let go, not closed: another thread may be in the middle of a look-up.
        readers = {"bundled": self._bundled}
        for kind, stat in zip(KINDS, signature, strict=True):
            path = self._folder / f"{kind}.mmdb"
            if stat is not None:
                try:
                    readers[kind] = maxminddb.open_database(path)
                except (OSError, InvalidDatabaseError) as error:
                    _log.warning("%s is left out: %s", path, error)
        return _Generation(readers, signature)


def _stat(path: Path) -> tuple[int, int, int] | None:
    try:
        stat = path.stat()
    except OSError:
        return None
    return stat.st_ino, stat.st_size, stat.st_mtime_ns


def day_of(build_epoch: int) -> str:
    """The day on which a database was built, ISO 8601."""
    return datetime.fromtimestamp(build_epoch, UTC).date().isoformat()


def _public(address: str) -> IPv4Address | IPv6Address | None:
    """The address if it is one of the public internet; IPv4 inside IPv6 is taken out."""
    try:
        own = ip_address(address.strip())
    except ValueError:
        return None
    if isinstance(own, IPv6Address):
        if own.ipv4_mapped is not None:
            own = own.ipv4_mapped
        elif own in _NAT64:
            own = IPv4Address(int(own) & 0xFFFFFFFF)
    return own if own.is_global and not own.is_multicast else None


def country_of(record: dict[str, Any]) -> str:
    """ISO code of a record's country in any of the known layouts; "" if there is none."""
    country = record.get("country")
    code = country.get("iso_code") if isinstance(country, dict) else record.get("country_code") or country
    known = isinstance(code, str) and len(code) == 2 and code.isascii() and code.isalpha()
    return code.upper() if known and isinstance(code, str) and code.upper() not in ("ZZ", "XX") else ""


def _region_and_city(record: dict[str, Any], country: str) -> tuple[str, str]:
    subdivisions = record.get("subdivisions")
    if isinstance(subdivisions, list) and subdivisions:
        region = _english(subdivisions[0])
    else:
        region = _text(record.get("region") or record.get("state1"))
    # DB-IP names districts, "Berlin (Mitte)": no place is finer than its city.
    city = _DISTRICT.sub("", _english(record.get("city")) or _text(record.get("city")))
    region, city = region.replace("/", "-"), city.replace("/", "-")  # a slash divides country, region and city
    return f"{country}/{region}" if region else "", f"{country}/{region}/{city}" if city else ""


def organisation_of(record: dict[str, Any]) -> str:
    """Name of the network in any of the known layouts; "" if there is none."""
    traits = record.get("traits")
    for layer in (record, traits if isinstance(traits, dict) else {}):
        for field in ("organization", "isp", "autonomous_system_organization", "as_name"):
            name = _text(layer.get(field))
            if name:
                return name
    return _text(record.get("name")) if "asn" in record else ""


def city_in(record: dict[str, Any]) -> bool:
    """Whether a record names a city."""
    return bool(_english(record.get("city")) or _text(record.get("city")))


def _english(named: object) -> str:
    names = named.get("names") if isinstance(named, dict) else None
    return _text(names.get("en")) if isinstance(names, dict) else ""


def _text(value: object) -> str:
    return _CONTROL.sub(" ", value).strip()[:_LONGEST_NAME] if isinstance(value, str) else ""


@lru_cache(maxsize=4096)
def access_provider(organisation: str) -> bool:
    """Whether a network of this name sells internet access to people, so that its name tells nothing of the visitor.

    By whole words of data/access_providers.txt. A company that also sells access counts as a provider: rather
    no company shown than a wrong one.
    """
    return bool(organisation) and _named_in(organisation, _phrases("access_providers.txt"))


@lru_cache(maxsize=4096)
def hosting(organisation: str) -> bool:
    """Whether a network of this name rents out servers (data/hosting.txt). A VPN's exit may stand there: never
    reason enough to leave a visitor out."""
    return bool(organisation) and _named_in(organisation, _phrases("hosting.txt"))


@lru_cache(maxsize=4096)
def network_kind(organisation: str) -> str:
    """What an organisation's network is: "provider" (sells access to people), "hosting", "company"; "" unknown."""
    if not organisation:
        return ""
    if access_provider(organisation):
        return "provider"
    return "hosting" if hosting(organisation) else "company"


def _named_in(name: str, phrases: tuple[str, ...]) -> bool:
    words = f" {re.sub(r'[^a-z0-9]+', ' ', name.lower()).strip()} "
    return any(phrase in words for phrase in phrases)


@lru_cache(maxsize=2)
def _phrases(file: str) -> tuple[str, ...]:
    return tuple(f" {line} " for line in _lines(BUNDLED.parent / file))


def _lines(path: Path) -> Iterator[str]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line


def install(files: Iterable[Path], data_dir: Path) -> list[str]:
    """Put databases where every running process takes them up, and say what each is used for.

    What a file holds is found from its records. All files are copied and tried before the first is put in place, by
    an atomic rename: nobody reads half a file. Raises UserError for a file that cannot be used; then nothing changed.
    """
    folder = data_dir / "geo"
    folder.mkdir(parents=True, exist_ok=True)
    ready: dict[str, Path] = {}
    copies: list[Path] = []
    messages: list[str] = []
    try:
        for number, file in enumerate(files):
            copy = folder / f".{os.getpid()}-{number}.tmp"
            copies.append(copy)
            _copy(file, copy)
            kinds, about = _inspect(copy, file)
            for kind in kinds:
                if kind in ready:
                    raise UserError("geo_twice", f"{file} is a second database for {kind}.", "Give one file for each.")
                ready[kind] = folder / f".{os.getpid()}-{number}-{kind}.tmp"
                copies.append(ready[kind])
                _copy(copy, ready[kind])
            messages.append(f"{file.name}: {about}, used for {' and '.join(kinds)}")
        for kind, copy in ready.items():
            _put(copy, folder / f"{kind}.mmdb")
    finally:
        for copy in copies:
            copy.unlink(missing_ok=True)
    return messages


def _copy(file: Path, copy: Path) -> None:
    if not file.is_file():
        raise UserError("geo_no_file", f"{file}: there is no such file.", "Give the path of an .mmdb file.")
    try:
        with file.open("rb") as source:
            packed = source.read(8).startswith(_ARCHIVES)
            if packed:
                raise UserError("geo_packed", f"{file} is packed.", "Unpack it (gunzip, tar xzf) and try again.")
            source.seek(0)
            with copy.open("wb") as target:
                shutil.copyfileobj(source, target, 1 << 20)
                target.flush()
                os.fsync(target.fileno())
    except OSError as error:
        hint = "Check the disk's space and the rights of file and data directory."
        raise UserError("geo_not_copied", f"{file} cannot be copied: {error}.", hint) from error


def _put(copy: Path, target: Path) -> None:
    os.replace(copy, target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _inspect(copy: Path, file: Path) -> tuple[tuple[str, ...], str]:
    """The kinds of look-up that a database can serve, and its type and day."""
    hint = "Download it again, in MMDB format, from DB-IP, MaxMind or IPinfo."
    try:
        with maxminddb.open_database(copy) as reader:
            meta = reader.metadata()
            kinds = _kinds(reader)
    except (InvalidDatabaseError, OSError, ValueError) as error:
        raise UserError("geo_bad_file", f"{file} is no sound MMDB database: {error}.", hint) from error
    if not kinds:
        raise UserError("geo_no_use", f"{file} ({meta.database_type}) names no country, city or network.", hint)
    return kinds, f"{meta.database_type} of {day_of(meta.build_epoch)}"


def _kinds(reader: Reader) -> tuple[str, ...]:
    found: set[str] = set()
    for record in _samples(reader):
        if isinstance(record, dict):
            found.update(kind for kind, has in _HOLDS.items() if kind not in found and has(record))
    if "city" in found:
        return ("city",)  # its countries and organisations are read along with it
    return tuple(kind for kind in KINDS if kind in found)


def _samples(reader: Reader) -> Iterator[object]:
    for _, record in islice(reader, _WALKED_RECORDS):
        yield record
    rnd = random.Random(1)
    for _ in range(_TRIED_ADDRESSES):
        yield reader.get(IPv4Address(rnd.getrandbits(32)))
        if reader.metadata().ip_version == 6:
            yield reader.get(IPv6Address(0x2000 << 112 | rnd.getrandbits(125)))


_HOLDS = {"country": country_of, "city": city_in, "organisation": organisation_of}
