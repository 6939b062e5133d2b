"""The served script: its size, its settings, and that the committed file is what the source gives."""

import random
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import Any, get_args

import brotli
import pytest
from msgspec.structs import replace

from trailhouse.collector.tracker import (
    BRIDGED_SIZE_LIMIT,
    FILE_TYPES,
    SIZE_LIMIT,
    Consent,
    ScriptSettings,
    built,
    etag,
    script,
    settings_of,
)
from trailhouse.events.registry import ServedSite

ROOT = Path(__file__).parents[2]
KEY = "k7qp2mxz9a"
SWITCHES = ("hash_routes", "manual", "respect_gpc", "recognised")


BRIDGES: tuple[Consent, ...] = tuple(tool for tool in get_args(Consent) if tool)


def compressed(settings: ScriptSettings) -> int:
    """What a visitor downloads, in bytes."""
    return len(brotli.compress(script(settings), quality=11))


def served_site(**tracker: object) -> ServedSite:
    return ServedSite(site_id=1, domain="client.nl", keys=(KEY,), tracker=tracker)


def test_the_committed_script_is_built_from_the_source() -> None:
    done = subprocess.run([sys.executable, ROOT / "tracker" / "build.py", "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("values", list(product([False, True], repeat=len(SWITCHES))))
def test_with_any_settings_it_is_below_the_limit_of_its_size(values: tuple[bool, ...]) -> None:
    dice = random.Random(1)
    switches: dict[str, Any] = dict(zip(SWITCHES, values, strict=True))
    for endpoint in ("/api/event", "in", "/notes/add"):
        key = "".join(dice.choices("23456789abcdefghjkmnpqrstuvwxyz", k=10))
        settings = ScriptSettings(key=key, endpoint=endpoint, **switches)
        assert compressed(settings) < SIZE_LIMIT
        for tool in BRIDGES:
            bridged = compressed(replace(settings, consent=tool))
            assert bridged < BRIDGED_SIZE_LIMIT if settings.recognised else bridged == compressed(settings)


def test_every_placeholder_has_a_value() -> None:
    text = script(ScriptSettings(key=KEY)).decode()
    for tool in get_args(Consent):
        assert not re.search(r"__[A-Z]+__", script(ScriptSettings(key=KEY, recognised=True, consent=tool)).decode())
    assert f'"{KEY}"' in text
    assert text.startswith("try{")
    assert "http" not in built()


def test_the_short_pattern_of_file_types_means_the_same_as_the_list() -> None:
    short = re.search(r"/\\\.\((.*?)\)\$/i", script(ScriptSettings(key=KEY)).decode())
    assert short is not None
    for name in FILE_TYPES:
        assert re.fullmatch(short[1], name)
    alternatives = sum(2 if "?" in part or "[" in part else 1 for part in short[1].split("|"))
    assert alternatives == len(FILE_TYPES)


def test_hostile_settings_cannot_become_code() -> None:
    text = script(ScriptSettings(key='"+alert(1)+"', endpoint='/a"\\\n')).decode()
    assert '"\\"+alert(1)+\\""' in text
    with pytest.raises(ValueError, match="file type"):
        script(ScriptSettings(key=KEY, file_types=("pdf)/.test(alert())",)))


def test_the_tag_changes_with_the_script() -> None:
    one, other = script(ScriptSettings(key=KEY)), script(ScriptSettings(key=KEY, manual=True))
    assert etag(one) == etag(bytes(one))
    assert etag(one) != etag(other)
    assert re.fullmatch(r'"[0-9a-f]{20}"', etag(one))


def test_a_site_chooses_its_settings_and_its_level_decides_on_recognition() -> None:
    site = served_site(hash_routes=True, file_types=["pdf", "gpx"], recognised=True, key="other")
    assert settings_of(site, KEY) == ScriptSettings(key=KEY, hash_routes=True, file_types=("pdf", "gpx"))
    recognised = ServedSite(site_id=1, domain="client.nl", keys=(KEY,), privacy="recognised")
    assert settings_of(recognised, KEY) == ScriptSettings(key=KEY, recognised=True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"manual": "perhaps"},
        {"file_types": ["p d f"]},
        {"file_types": 7},
        {"endpoint": None},
        {"consent": "other"},
        {"new": 1},
    ],
)
def test_a_wrong_setting_stays_at_its_default_and_spares_the_others(wrong: dict[str, object]) -> None:
    assert settings_of(served_site(**wrong, outbound=False), KEY) == ScriptSettings(key=KEY, outbound=False)
