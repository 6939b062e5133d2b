"""Makes world.json from Natural Earth's 1:110m countries: python -m trailhouse.dashboard.map.make countries-110m.json

The input is `countries-110m.json` of npm's world-atlas 2.0.2 (see VENDORED.md). Shapes are drawn in the Natural Earth
projection, rounded to whole pixels of a box 1,000 wide, and specks below a few square pixels are left out unless they
are all a country has.
"""

import hashlib
import json
import sys
from itertools import pairwise
from math import radians
from pathlib import Path
from typing import Any

from babel.core import get_global

SHA256 = "2516c915867c7baf18ddec727aec46c315541a07cfb3d79a6559b05d5e94eee8"
SCALE = 1000 / (2 * 2.7354)  # pixels a radian
TOP_LATITUDE = 83.7
MIDDLE = 11.0  # degrees east
SPECK = 5.0  # square pixels
WITHOUT_NUMBER = {"N. Cyprus": "CY", "Somaliland": "SO", "Kosovo": "XK"}
LEFT_OUT = {"AQ", "TF"}

Point = tuple[float, float]


def main(source: Path, target: Path) -> None:
    """Write `target` from the topology in `source`. Raises SystemExit when the input is not the pinned one."""
    raw = source.read_bytes()
    if hashlib.sha256(raw).hexdigest() != SHA256:
        raise SystemExit(f"{source} is not the pinned file")
    topology = json.loads(raw)
    arcs = [_arc(arc, topology["transform"]) for arc in topology["arcs"]]
    shapes: dict[str, list[list[Point]]] = {}
    for geometry in topology["objects"]["countries"]["geometries"]:
        code = _code(geometry)
        if code not in LEFT_OUT:
            shapes.setdefault(code, []).extend(_rings(geometry, arcs))
    data = {code: _path(rings) for code, rings in sorted(shapes.items())}
    target.write_text(json.dumps(data, separators=(",", ":"), indent=0) + "\n")


def _code(geometry: dict[str, Any]) -> str:
    if "id" not in geometry:
        return WITHOUT_NUMBER[geometry["properties"]["name"]]
    return str(get_global("territory_aliases")[geometry["id"]][0])


def _arc(arc: list[list[int]], transform: dict[str, list[float]]) -> list[Point]:
    """The points of one arc in degrees."""
    (kx, ky), (tx, ty) = transform["scale"], transform["translate"]
    x = y = 0
    points = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        points.append((x * kx + tx, y * ky + ty))
    return points


def _unwrapped(ring: list[Point]) -> list[Point]:
    """The ring without jumps at the antimeridian, measured from MIDDLE, so that the Bering Strait is the edge."""
    shift = 0.0
    points = [ring[0]]
    for (before, _), (longitude, latitude) in pairwise(ring):
        shift += 360 * ((before - longitude > 180) - (longitude - before > 180))
        points.append((longitude + shift, latitude))
    centre = sum(longitude for longitude, _ in points) / len(points)
    turn = 360 * round((centre - MIDDLE) / 360)
    return [(longitude - turn - MIDDLE, latitude) for longitude, latitude in points]


def _project(longitude: float, latitude: float) -> Point:
    """The Natural Earth projection, by its published polynomial (Šavrič et al., 2011)."""
    lam, phi = radians(longitude), radians(latitude)
    top = radians(TOP_LATITUDE)
    return (500 + SCALE * lam * _length(phi), SCALE * (_distance(top) - _distance(phi)))


def _length(phi: float) -> float:
    p2 = phi * phi
    p4 = p2 * p2
    return 0.8707 - 0.131979 * p2 + p4 * (-0.013791 + p4 * (0.003971 * p2 - 0.001529 * p4))


def _distance(phi: float) -> float:
    p2 = phi * phi
    p4 = p2 * p2
    return phi * (1.007226 + p2 * (0.015085 + p4 * (-0.044475 + 0.028874 * p2 - 0.005916 * p4)))


def _rings(geometry: dict[str, Any], arcs: list[list[Point]]) -> list[list[Point]]:
    polygons = geometry["arcs"] if geometry["type"] == "MultiPolygon" else [geometry["arcs"]]
    rings = [_unwrapped(_ring(indexes, arcs)) for polygon in polygons for indexes in polygon]
    return [[_project(*point) for point in ring] for ring in rings]


def _ring(indexes: list[int], arcs: list[list[Point]]) -> list[Point]:
    ring: list[Point] = []
    for index in indexes:
        arc = arcs[index] if index >= 0 else arcs[~index][::-1]
        ring.extend(arc[1:] if ring else arc)
    return ring


def _area(ring: list[Point]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, ring[1:] + ring[:1], strict=True))) / 2


def _path(rings: list[list[Point]]) -> str:
    large = [ring for ring in rings if _area(ring) >= SPECK] or [max(rings, key=_area)]
    return "".join(_draw(ring) for ring in large)


def _draw(ring: list[Point]) -> str:
    """A closed ring in relative whole pixels; tiny rings keep a tenth of one so that they stay visible."""
    digits = 0 if _area(ring) > 60 else 1
    points = [(round(x, digits), round(y, digits)) for x, y in ring]
    x, y = points[0]
    steps = []
    for px, py in points[1:-1]:
        dx, dy = round(px - x, digits), round(py - y, digits)
        if dx or dy:
            steps.append(f"{_short(dx)}{'' if dy < 0 else ' '}{_short(dy)}")
            x, y = px, py
    body = "".join(step if step.startswith("-") or not i else f" {step}" for i, step in enumerate(steps))
    return f"M{_short(points[0][0])} {_short(points[0][1])}l{body}z"


def _short(value: float) -> str:
    return f"{value:g}"


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(__file__).with_name("world.json"))
