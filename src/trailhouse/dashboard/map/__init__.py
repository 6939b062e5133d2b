"""The world map: one simplified path a country, keyed by ISO 3166-1 alpha-2 code."""

import json
import re
from functools import cache
from importlib import resources

VIEW = "70 0 880 432"  # the part of the box with land
SMALL = 70  # pixels around a country that is hard to hit


@cache
def paths() -> dict[str, str]:
    """SVG path data by country code, in a box 1,000 wide; very small states without a shape are absent."""
    data: dict[str, str] = json.loads((resources.files(__name__) / "world.json").read_text())
    return data


@cache
def small() -> frozenset[str]:
    """Codes of the countries that are so small on the map that they need a bolder outline."""
    return frozenset(code for code, path in paths().items() if _around(path) < SMALL)


def _around(path: str) -> float:
    steps = "".join(re.findall(r"l([^z]*)", path))
    return sum(abs(float(number)) for number in re.findall(r"-?\d*\.?\d+", steps))
