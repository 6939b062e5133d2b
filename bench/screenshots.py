"""Pictures of the real pages, from a running product with its demo: `make screenshots`.

Those that the documentation shows go to docs/images, all others, for looking at, to build/screenshots.
"""

import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from tests.browser import FLAGS, chromium

from bench.pictures import lighten
from bench.product import READY_S, Product, running

ROOT = Path(__file__).parents[1]
BAKERY = "harbour-bakery.example"
HOTEL = "dune-hotel.example"
UNVISITED = "kite-school.example"
WIDE = (1280, 940)
PHONE = (360, 760)


@dataclass(frozen=True)
class Shot:
    """One picture: of which site, at which path, how wide, in which light.

    `read` points at the chart; `follow` names the link of that page that leads to the one that is shown, `press`
    a form whose boxes are ticked and whose button leads there; `documented` pictures belong to the documentation.
    """

    name: str
    path: str = ""
    site: str = BAKERY
    size: tuple[int, int] = WIDE
    scheme: str = "light"
    whole: bool = False
    read: bool = False
    follow: str = ""
    press: str = ""
    documented: bool = False


def _documented(name: str, path: str, height: int = 860, **more: Any) -> Shot:
    return Shot(name, path, size=(1280, height), documented=True, **more)


_VISITOR = "#report a[href*='/visitors/']"
_FUNNEL = "#report h2 a:text-is('From the shop to an order')"
_GOAL = "#report a[href*='/goals/']"

SHOTS = (
    Shot("overview", size=(1360, 1000), read=True, documented=True),
    Shot("overview-dark", size=(1360, 1000), scheme="dark", read=True, documented=True),
    Shot("overview-phone", size=PHONE, documented=True),
    _documented("live", "/live", 760),
    _documented("visitors", "/visitors", site=HOTEL),
    _documented("visitor", "/visitors?f=is:goal:Booking&f=is:returning:returning", site=HOTEL, follow=_VISITOR),
    _documented("journeys", "/journeys"),
    _documented("funnel", "/funnels", follow=_FUNNEL),
    _documented("goals", "/goals", 560),
    _documented("campaigns", "/campaigns?period=91d", 800),
    _documented("segments", "/segments", press="form.stack"),
    _documented("trends", "/trends?period=12mo&compare=none"),
    _documented("hours", "/hours", 560),
    _documented("map", "/places/map", 660),
    _documented("digests", "/settings/reports"),
    Shot("overview-phone-dark", size=PHONE, scheme="dark", whole=True),
    Shot("overview-whole", "?tab_places=map&f=is:device:Mobile", whole=True),
    Shot("overview-little", "?f=is:country:JP&period=7d", whole=True),
    Shot("overview-nothing", "?from=2020-01-01&to=2020-01-31"),
    Shot("list", "/pages"),
    Shot("list-phone", "/places/cities", size=PHONE),
    Shot("live-phone", "/live", size=PHONE, whole=True),
    Shot("visitor-phone-dark", "/visitors", site=HOTEL, size=PHONE, scheme="dark", whole=True, follow=_VISITOR),
    Shot("journeys-dark", "/journeys", scheme="dark", whole=True),
    Shot("funnel-phone", "/funnels", size=PHONE, whole=True, follow=_FUNNEL),
    Shot("campaigns-phone", "/campaigns?period=91d", size=PHONE, whole=True),
    Shot("trends-dark", "/trends?period=12mo", scheme="dark"),
    Shot("hours-phone-dark", "/hours", size=PHONE, scheme="dark", whole=True),
    Shot("goal", "/goals", whole=True, follow=_GOAL),
    Shot("revenue", "/revenue", whole=True),
    Shot("properties", "/properties", whole=True),
    Shot("returning", "/returning", site=HOTEL, whole=True),
    Shot("left-out", "/left-out", whole=True),
    Shot("not-found", "/not-found", whole=True),
    Shot("waiting", site=UNVISITED),
    Shot("waiting-phone-dark", site=UNVISITED, size=PHONE, scheme="dark"),
)


def sign_in_path(product: Product) -> str:
    """The path of the link that the product printed at its start."""
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        found = re.search(r"(/enter/\S+)", (product.data / "bench.log").read_text())
        if found:
            return found[1]
        time.sleep(0.2)
    raise TimeoutError("the product printed no link to its demo")


def sites(page: Page, base: str) -> dict[str, str]:
    """Paths of the demo's sites by domain; the unvisited one is added first."""
    page.goto(f"{base}/sites/add")
    page.locator("input[name=domain]").fill(UNVISITED)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/script")
    page.goto(f"{base}/sites")
    links = page.locator("main a[href^='/sites/']").all()
    return {link.inner_text().strip(): link.get_attribute("href") or "" for link in links}


def take(page: Page, base: str, path: str, shot: Shot) -> Path:
    """Take one picture."""
    page.set_viewport_size({"width": shot.size[0], "height": shot.size[1]})
    page.emulate_media(color_scheme=shot.scheme, reduced_motion="reduce")  # type: ignore[arg-type]
    page.goto(f"{base}{path}{shot.path}")
    if shot.follow:
        page.goto(base + (page.locator(shot.follow).first.get_attribute("href") or ""))
    if shot.press:
        for tick in page.locator(f"{shot.press} input[type=checkbox]").all():
            tick.check()
        page.locator(f"{shot.press} button[type=submit]").click()
        page.wait_for_load_state()
    if shot.site != UNVISITED:
        page.wait_for_load_state("networkidle")
    if shot.read:
        box = page.locator("#plot").bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + box["width"] * 0.72, box["y"] + 90)
    folder = ROOT / ("docs/images" if shot.documented else "build/screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"{shot.name}.png"
    page.screenshot(path=file, full_page=shot.whole)
    if shot.documented:
        lighten(file)
    return file


def main(names: list[str]) -> None:
    """Take the pictures of these names, or all."""
    path = chromium()
    with tempfile.TemporaryDirectory() as data, running(Path(data), "--demo") as product, sync_playwright() as player:
        base = f"http://127.0.0.1:{product.port}"
        browser = player.chromium.launch(executable_path=path, args=list(FLAGS))
        page = browser.new_page()
        page.goto(base + sign_in_path(product))
        page.locator("main button[type=submit]").click()
        page.wait_for_url("**/sites")
        found = sites(page, base)
        for shot in SHOTS:
            if not names or shot.name in names:
                file = take(page, base, found[shot.site], shot)
                print(f"{file.relative_to(ROOT)}  {file.stat().st_size // 1000} kB")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1:])
