"""The editor of brands in a real browser: open to everyone, and its preview follows what is typed."""

import pytest
from playwright.sync_api import expect

from tests import people
from tests.branding.pictures import png, svg
from tests.browser import browser
from tests.dashboard.test_plain_pages_in_browser import SIZES, Opener, check, opened
from trailhouse.branding import images, services
from trailhouse.branding.models import Brand, Image
from trailhouse.branding.services import BrandText

__all__ = ["browser", "opened"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

LONG = "A-very-long-name-of-a-programme-for-statistics-by-the-sea"


def brands() -> str:
    return f"/accounts/{people.account().pk}/brands"


def full(colour: str, name: str = "Tide Stats") -> Brand:
    made = images.made(svg(), Image.Kind.LIGHT)
    text = BrandText(name, colour, footer=f"{LONG} " * 3, help_url="https://tide.example/", powered_by=True)
    return services.add_brand(people.account(), text, {Image.Kind.LIGHT: made}, by=None)


@pytest.mark.parametrize("viewport", SIZES)
def test_the_pages_of_brands_are_open_to_everyone(viewport: dict[str, int], opened: Opener) -> None:
    look = {"viewport": viewport, "signed_in": True}
    check(opened(brands(), **look))
    page = opened(f"{brands()}/add", **look)
    check(page)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#id_name_error")).to_be_visible()
    check(page)
    brand = full("#facc15", LONG)
    check(opened(brands(), **look))
    page = opened(f"{brands()}/{brand.pk}", **look)
    check(page)
    page.get_by_role("radio", name="Dark").check(force=True)
    expect(page.locator(".by-night").first).to_be_visible()
    check(page)
    check(opened(f"{brands()}/{brand.pk}/remove", **look))


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#facc15", "#1e1b4b", "#808080", "#ff0000", "#00ff00"])
def test_previews_can_be_read_in_any_colour(colour: str, opened: Opener) -> None:
    page = opened(f"{brands()}/{full(colour).pk}", signed_in=True)
    check(page)
    page.get_by_role("radio", name="Dark").check(force=True)
    expect(page.locator(".by-night").first).to_be_visible()
    check(page)


def test_the_preview_follows_what_is_typed_and_chosen(opened: Opener) -> None:
    page = opened(f"{brands()}/add", signed_in=True)
    pane = page.locator(".by-day .screen")
    page.get_by_label("Product name").fill("Dune Figures")
    expect(pane).to_contain_text("Dune Figures")
    page.get_by_label("Colour", exact=True).fill("#facc15")
    expect(page.get_by_role("status")).to_contain_text("#facc15 is too light for text on white")
    expect(page.locator("#colour-picker")).to_have_value("#facc15")
    page.locator("#colour-picker").fill("#7c3aed")
    expect(page.locator(".shows-7c3aed")).to_be_visible()
    expect(page.locator(".by-day .pv-tile").first).to_have_css("background-color", "rgb(124, 58, 237)")
    page.get_by_label("Logo", exact=True).set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": png(300, 80)}
    )
    expect(pane.locator(".pv-mark img")).to_be_visible()
    page.get_by_role("radio", name="Dark").check(force=True)
    page.get_by_label("Footer", exact=True).fill("Havenplein 7")
    expect(page.locator(".by-night .screen")).to_contain_text("Havenplein 7")  # the choice stays
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    expect(page.get_by_role("heading", name="Dune Figures")).to_be_visible()
    check(page)


def test_the_button_previews_without_a_script_and_keeps_the_logo(opened: Opener) -> None:
    page = opened(f"{brands()}/add", signed_in=True)
    page.route("**/*.js*", lambda route: route.abort())
    page.reload()
    page.get_by_label("Product name").fill("Dune Figures")
    page.get_by_label("Logo", exact=True).set_input_files(
        {"name": "a.png", "mimeType": "image/png", "buffer": png(300, 80)}
    )
    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("status").first).to_contain_text("Nothing is saved yet")
    expect(page.locator(".by-day .screen .pv-mark img")).to_be_visible()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("status").first).to_contain_text("Saved")
    expect(page.get_by_role("heading", name="Dune Figures")).to_be_visible()
    assert Image.objects.get().width == 300
