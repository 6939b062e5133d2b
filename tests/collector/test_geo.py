"""Places: the shipped database, the operator's own in each vendor's layout, exchanged under a running process."""

import gzip
import hashlib
import re
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.collector.mmdb_writer import write_mmdb
from trailhouse.collector.geo import BUNDLED, NOWHERE, Place, Places, access_provider, hosting, install
from trailhouse.core.errors import UserError

_IP4, _IP6 = "81.2.69.0/24", "2a02:a440::/32"
_ADDRESSES = ("81.2.69.160", "2a02:a440::1")


def _named(name: str, **more: Any) -> dict[str, Any]:
    return {"geoname_id": 1, "names": {"de": f"{name} (de)", "en": name}, **more}


_MAXMIND_COUNTRY = {
    "continent": _named("Europe", code="EU"),
    "country": _named("The Netherlands", iso_code="NL", is_in_european_union=True),
    "registered_country": _named("Germany", iso_code="DE"),
}
_MAXMIND_CITY = {
    **_MAXMIND_COUNTRY,
    "city": _named("Den Helder"),
    "location": {"latitude": 52.9, "longitude": 4.7, "accuracy_radius": 20, "time_zone": "Europe/Amsterdam"},
    "subdivisions": [_named("North Holland", iso_code="NH"), _named("Somewhere in it")],
}
_DBIP_CITY = {
    "city": {"names": {"en": "Berlin (Bezirk Mitte)"}},
    "continent": {"code": "EU", "geoname_id": 6255148, "names": {"en": "Europe"}},
    "country": {"geoname_id": 2921044, "is_in_european_union": True, "iso_code": "DE", "names": {"en": "Germany"}},
    "location": {"latitude": 52.5, "longitude": 13.4},
    "subdivisions": [{"names": {"en": "State of Berlin"}}],
}
_IPINFO_LITE = {
    "asn": "AS1136",
    "as_name": "KPN B.V.",
    "as_domain": "kpn.com",
    "continent": "Europe",
    "continent_code": "EU",
    "country": "Netherlands",
    "country_code": "NL",
}
_IPINFO_COUNTRY_ASN = {
    "asn": "AS64500",
    "as_name": "Van Dijk Makelaars BV",
    "as_domain": "example.nl",
    "continent": "EU",
    "continent_name": "Europe",
    "country": "NL",
    "country_name": "Netherlands",
}
_IPINFO_LOCATION = {
    "city": "Den Helder",
    "country": "NL",
    "geoname_id": "2757220",
    "lat": "52.95",
    "lng": "4.76",
    "region": "North Holland",
    "region_code": "NH",
    "timezone": "Europe/Amsterdam",
}
_DEN_HELDER = ("NL", "NL/North Holland", "NL/North Holland/Den Helder")


def _database(path: Path, record: object, kind: str = "Test") -> Path:
    return write_mmdb(path, {_IP4: record, _IP6: record}, kind)


@pytest.mark.parametrize(
    ("record", "kinds", "place"),
    [
        pytest.param(_MAXMIND_COUNTRY, "country", Place("NL"), id="GeoLite2-Country"),
        pytest.param(_MAXMIND_CITY, "city", Place(*_DEN_HELDER), id="GeoLite2-City"),
        pytest.param(
            {"autonomous_system_number": 64500, "autonomous_system_organization": "Van Dijk Makelaars BV"},
            "organisation",
            Place("", organisation="Van Dijk Makelaars BV"),
            id="GeoLite2-ASN and DBIP-ASN-Lite",
        ),
        pytest.param(
            _DBIP_CITY,
            "city",
            Place("DE", "DE/State of Berlin", "DE/State of Berlin/Berlin"),
            id="DBIP-City-Lite, without the district",
        ),
        pytest.param(
            {**_DBIP_CITY, "traits": {"isp": "Deutsche Telekom AG", "organization": "Bäckerei Blume"}},
            "city",
            Place("DE", "DE/State of Berlin", "DE/State of Berlin/Berlin", "Bäckerei Blume"),
            id="DBIP-Location-ISP holds organisations too",
        ),
        pytest.param(
            {"isp": "Comcast", "organization": "Acme Anvils"},
            "organisation",
            Place(organisation="Acme Anvils"),
            id="GeoIP2-ISP",
        ),
        pytest.param(
            _IPINFO_LITE,
            "country and organisation",
            Place("NL", organisation="KPN B.V.", access_provider=True),
            id="IPinfo Lite serves as two",
        ),
        pytest.param(
            _IPINFO_COUNTRY_ASN,
            "country and organisation",
            Place("NL", organisation="Van Dijk Makelaars BV"),
            id="IPinfo country_asn",
        ),
        pytest.param(_IPINFO_LOCATION, "city", Place(*_DEN_HELDER), id="IPinfo standard_location"),
        pytest.param(
            {"asn": "AS1", "name": "Acme Anvils"}, "organisation", Place(organisation="Acme Anvils"), id="IPinfo asn"
        ),
        pytest.param({"country_code": "NL"}, "country", Place("NL"), id="ip-location-db"),
    ],
)  # fmt: skip
def test_each_vendors_layout_is_understood(tmp_path: Path, record: dict[str, Any], kinds: str, place: Place) -> None:
    file = _database(tmp_path / "vendor.mmdb", record, "Vendor-Test")
    assert install([file], tmp_path) == [f"vendor.mmdb: Vendor-Test of 2026-05-28, used for {kinds}"]
    places = Places(tmp_path)
    for address, bundled in zip(_ADDRESSES, ("GB", "NL"), strict=True):
        expected = place if place.country else Place(bundled, organisation=place.organisation)
        assert places.lookup(address) == expected


def test_the_shipped_database_knows_countries_of_both_kinds_of_address(tmp_path: Path) -> None:
    places = Places(tmp_path)
    assert places.lookup("193.0.6.139") == places.lookup("2001:67c:2e8::1") == Place("NL")
    assert places.lookup("8.8.8.8") == places.lookup("::ffff:8.8.8.8") == places.lookup("64:ff9b::808:808")
    assert places.lookup("8.8.8.8").country == "US"
    assert list(places.databases()) == ["bundled"]


def test_vendored_files_are_those_that_their_list_says() -> None:
    listed = re.findall(r"^\| `(.+?)` .*`([0-9a-f]{64})` \|$", (BUNDLED.parent / "VENDORED.md").read_text(), re.M)
    assert len(listed) == 2
    for name, checksum in listed:
        assert hashlib.sha256((BUNDLED.parent / name).read_bytes()).hexdigest() == checksum


@pytest.mark.parametrize(
    "address",
    ["", " ", "10.0.0.1", "192.168.1.1", "127.0.0.1", "169.254.1.1", "100.64.0.1", "0.0.0.0", "255.255.255.255",
     "224.0.0.1", "203.0.113.9", "::", "::1", "fe80::1%eth0", "fc00::1", "ff02::1", "2001:db8::1",
     "::ffff:10.0.0.1", "64:ff9b::a00:1", "unknown", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.4:80", "[2a02::1]",
     pytest.param("x" * 100_000, id="long"), "١.١.١.١", "1.1.1.1\x00", "' OR 1=1"],
)  # fmt: skip
def test_private_reserved_and_malformed_addresses_are_nowhere(tmp_path: Path, address: str) -> None:
    (tmp_path / "geo").mkdir()
    write_mmdb(tmp_path / "geo" / "city.mmdb", dict.fromkeys(("::/1", "8000::/1"), _MAXMIND_CITY), "Everywhere")
    places = Places(tmp_path)
    assert places.lookup(address) == NOWHERE
    assert places.lookup("1.1.1.1") == places.lookup("2a02::1") == Place(*_DEN_HELDER)


_SHIPPED: list[Places] = []


def _shipped() -> Places:
    if not _SHIPPED:
        _SHIPPED.append(Places(Path("/nonexistent")))
    return _SHIPPED[0]


@given(st.text() | st.ip_addresses().map(str))
def test_no_address_ever_raises(address: str) -> None:
    assert isinstance(_shipped().lookup(address), Place)


@pytest.mark.parametrize(
    "record",
    [
        pytest.param("text", id="a record that is no map"),
        pytest.param({"country": ["NL"], "city": 7, "subdivisions": {}}, id="other types"),
        pytest.param({"country": {"iso_code": "NLD"}}, id="three letters"),
        pytest.param({"country": {"iso_code": "ZZ"}}, id="DB-IP's unknown"),
        pytest.param({"city": {"names": {"de": "Wien"}}, "subdivisions": ["x"]}, id="no English name"),
    ],
)
def test_a_record_of_another_shape_gives_no_place_of_its_own(tmp_path: Path, record: object) -> None:
    (tmp_path / "geo").mkdir()
    _database(tmp_path / "geo" / "city.mmdb", record)
    assert Places(tmp_path).lookup("2a02:a440::1") == Place("NL")


def test_a_name_cannot_break_out_of_its_level(tmp_path: Path) -> None:
    region = {"country": "CH", "region": "Bern/Berne", "city": "Biel/Bienne\n" + "x" * 200}
    install([_database(tmp_path / "city.mmdb", region)], tmp_path)
    place = Places(tmp_path).lookup(_ADDRESSES[0])
    assert place.region == "CH/Bern-Berne"
    assert place.city.startswith("CH/Bern-Berne/Biel-Bienne x")
    assert len(place.city) < 220


def test_a_city_without_a_region_keeps_its_level(tmp_path: Path) -> None:
    install([_database(tmp_path / "city.mmdb", {"country": "SG", "city": "Singapore"})], tmp_path)
    assert Places(tmp_path).lookup(_ADDRESSES[0]) == Place("SG", "", "SG//Singapore")


def test_own_databases_stand_over_the_shipped_one_and_fill_each_other_in(tmp_path: Path) -> None:
    city = write_mmdb(tmp_path / "city.mmdb", {_IP6: _MAXMIND_CITY}, "City")
    country = write_mmdb(tmp_path / "country.mmdb", {_IP4: {"country_code": "AT"}}, "Country", ip_version=4)
    network = _database(tmp_path / "asn.mmdb", {"autonomous_system_organization": "Acme Anvils"})
    assert len(install([city, country, network], tmp_path)) == 3
    places = Places(tmp_path)
    assert places.lookup(_ADDRESSES[0]) == Place("AT", organisation="Acme Anvils")
    assert places.lookup(_ADDRESSES[1]) == Place(*_DEN_HELDER, "Acme Anvils")
    assert places.lookup("8.8.8.8") == Place("US")
    assert list(places.databases()) == ["bundled", "country", "city", "organisation"]


def test_a_new_database_is_taken_up_while_look_ups_run(tmp_path: Path) -> None:
    places, codes = Places(tmp_path), ["AT", "BE", "CH", "DK", "EE", "FI"]
    answers: set[str] = set()
    failures: list[Exception] = []
    done = threading.Event()

    def look_up() -> None:
        try:
            while not done.is_set():
                answers.update(places.lookup(f"81.2.69.{last}").country for last in range(256))
        except Exception as error:
            failures.append(error)

    readers = [threading.Thread(target=look_up) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        for code in codes:
            install([_database(tmp_path / "new.mmdb", {"country": {"iso_code": code}})], tmp_path)
            assert places.reload_if_changed()
            assert places.lookup(_ADDRESSES[0]).country == code
            assert not places.reload_if_changed()
    finally:
        done.set()
        for reader in readers:
            reader.join()
    assert failures == []
    assert answers <= {"GB", *codes}


def test_a_removed_database_is_let_go_and_a_broken_one_left_out(tmp_path: Path) -> None:
    install([_database(tmp_path / "new.mmdb", {"country_code": "AT"})], tmp_path)
    places, own = Places(tmp_path), tmp_path / "geo" / "country.mmdb"
    assert places.lookup(_ADDRESSES[0]).country == "AT"
    own.unlink()
    assert places.reload_if_changed()
    assert places.lookup(_ADDRESSES[0]).country == "GB"
    own.write_bytes(b"half a file")
    assert places.reload_if_changed()
    assert places.lookup(_ADDRESSES[0]).country == "GB"


def _text_file(path: Path) -> None:
    path.write_text("network,country\n1.0.0.0/24,AU\n")


def _packed(path: Path) -> None:
    path.write_bytes(gzip.compress(_database(path, {"country_code": "AT"}).read_bytes()))


def _useless(path: Path) -> None:
    _database(path, {"weather": "fine"})


def _cut_off(path: Path) -> None:
    whole = _database(path, _MAXMIND_CITY).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def _damaged(path: Path) -> None:
    whole = _database(path, _MAXMIND_CITY).read_bytes()
    at = whole.index(b"continent")
    path.write_bytes(whole[: at - 2] + b"\xff" * 40 + whole[at + 38 :])


@pytest.mark.parametrize(
    ("make", "code"),
    [
        pytest.param(_text_file, "geo_bad_file", id="a CSV file"),
        pytest.param(_packed, "geo_packed", id="a packed file"),
        pytest.param(_useless, "geo_no_use", id="a database of something else"),
        pytest.param(_cut_off, "geo_bad_file", id="half a download"),
        pytest.param(_damaged, "geo_bad_file", id="a damaged record"),
        pytest.param(Path.mkdir, "geo_no_file", id="a folder"),
        pytest.param(Path.exists, "geo_no_file", id="no file"),
    ],
)
def test_a_bad_file_is_refused_with_what_to_do_and_nothing_changes(tmp_path: Path, make: Any, code: str) -> None:
    good = _database(tmp_path / "good.mmdb", {"country_code": "AT"})
    make(tmp_path / "bad.mmdb")
    with pytest.raises(UserError) as refused:
        install([good, tmp_path / "bad.mmdb"], tmp_path)
    assert refused.value.code == code
    assert refused.value.hint
    assert list((tmp_path / "geo").iterdir()) == []


def test_two_databases_for_the_same_use_are_refused(tmp_path: Path) -> None:
    file = _database(tmp_path / "country.mmdb", {"country_code": "AT"})
    with pytest.raises(UserError, match="second database for country"):
        install([file, file], tmp_path)


@pytest.mark.parametrize(
    ("name", "sells_access"),
    [
        ("Comcast Cable Communications, LLC", True), ("COMCAST-7922", True), ("Deutsche Telekom AG", True),
        ("KPN B.V.", True), ("AT&T Enterprises, LLC", True), ("Orange S.A.", True), ("VodafoneZiggo B.V.", True),
        ("Vodafone GmbH", True), ("T-Mobile USA, Inc.", True), ("Space Exploration / SPACEX-STARLINK", True),
        ("Siemens AG", False), ("ExxonMobil Corporation", False), ("Orange County Public Schools", False),
        ("Three Rivers College", False), ("Amazon.com, Inc.", False), ("", False), ("Ünïversität", False),
    ],
)  # fmt: skip
def test_access_providers_are_told_apart_from_companies(name: str, sells_access: bool) -> None:
    assert access_provider(name) is sells_access


@pytest.mark.parametrize(
    ("name", "rents_out_servers"),
    [
        ("Hetzner Online GmbH", True), ("AMAZON-02", False), ("Amazon.com, Inc.", True), ("OVH SAS", True),
        ("DigitalOcean, LLC", True), ("DIGITALOCEAN-ASN", True), ("Contabo GmbH", True),
        ("Cloudflare, Inc.", False), ("Google LLC", False), ("Akamai Technologies", False), ("KPN B.V.", False),
    ],
)  # fmt: skip
def test_hosting_networks_are_known_but_not_those_of_privacy_relays(name: str, rents_out_servers: bool) -> None:
    assert hosting(name) is rents_out_servers
