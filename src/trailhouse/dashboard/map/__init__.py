"""The world map: one simplified path a country, keyed by ISO 3166-1 alpha-2 code."""

import json
from functools import cache
from importlib import resources

WIDTH = 1000
HEIGHT = 432


@cache
def paths() -> dict[str, str]:
    """SVG path data by country code, in a box of WIDTH x HEIGHT; small states without a shape are absent."""
    data: dict[str, str] = json.loads((resources.files(__name__) / "world.json").read_text())
    return data
