"""The editor of brands, its preview, what is public of a brand, and which brand a client and a site have."""

import base64
import re
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests import people
from tests.branding.pictures import opened, png, svg
from trailhouse.accounts.models import Instance
from trailhouse.accounts.selectors import instance
from trailhouse.branding import images, looks, services
from trailhouse.branding.models import Brand, Image
from trailhouse.branding.services import BrandText
from trailhouse.dashboard.views_brand_files import PICTURE
from trailhouse.sites import brands as sites
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db

TEXT = {"name": "Tide Stats", "colour": "#7C3AED", "footer": "Tide & Sons"}
STATIC = Path(__file__).parents[2] / "src/trailhouse/dashboard/static/dashboard"


def file(data: bytes, name: str = "logo.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def add(reseller: Client, **more: Any) -> Any:
    return reseller.post(f"/accounts/{people.account().pk}/brands/add", TEXT | more)


def tide(**text: Any) -> Brand:
    return services.add_brand(people.account(), BrandText("Tide Stats", **text), {}, by=people.reseller())


def test_a_brand_is_made_with_its_logos(reseller: Client) -> None:
    answer = add(reseller, light_file=file(png(300, 80)), dark_file=file(svg(), "dark.svg"), powered_by="on")
    brand = Brand.objects.get()
    assert answer["Location"] == f"/accounts/{people.account().pk}/brands/{brand.pk}"
    look = looks.of_brand(brand)
    assert (look.name, look.colour, look.powered_by) == ("Tide Stats", "#7c3aed", instance().name)
    assert look.logo
    assert look.logo_dark
    page = reseller.get(answer["Location"]).content.decode()
    assert f"/brand/images/{look.logo.digest}" in page
    assert "Tide &amp; Sons" in page
    assert "Tide Stats" in reseller.get(f"/accounts/{people.account().pk}/brands").content.decode()


def test_what_is_wrong_stands_at_its_field_and_nothing_is_saved(reseller: Client) -> None:
    tide()
    wrong: dict[str, Any] = {
        "name": "Tide Stats",
        "colour": "reddish",
        "sender_email": "hello@tide.example",
        "help_url": "javascript:alert(1)",
        "light_file": file(svg("<script/>"), "x.svg"),
        "icon_file": file(b"no picture"),
    }
    for field, value in wrong.items():
        answer = add(reseller, **{"name": "Another", field: value})
        assert answer.status_code == 422, field
        assert f'id="id_{field}_error"' in answer.content.decode(), field
    assert Brand.objects.count() == 1


def test_a_preview_shows_what_is_typed_and_saves_nothing(reseller: Client) -> None:
    brand = tide()
    address = f"/accounts/{people.account().pk}/brands/{brand.pk}"
    changed = TEXT | {"name": "New Name", "colour": "#facc15", "preview": "1", "light_file": file(png(300, 80))}
    page = reseller.post(address, changed).content.decode()
    assert "Nothing is saved yet" in page
    assert "/brand/previews/facc15.css" in page
    assert "is too light for text on white" in page
    assert page.count("data:image/png;base64,") >= 3  # in the form, on a page, in a mail
    brand.refresh_from_db()
    assert brand.name == "Tide Stats"
    assert not Image.objects.exists()
    kept = re.search(r'name="light_kept" value="([^"]+)"', page)
    assert kept
    reseller.post(address, TEXT | {"light_kept": kept[1]})
    assert Image.objects.get().width == 300


def test_htmx_gets_the_previews_alone_whatever_is_wrong(reseller: Client) -> None:
    brand = tide(colour="#1d4ed8")
    address = f"/accounts/{people.account().pk}/brands/{brand.pk}"
    for typed in ({"name": "", "colour": "#fac", "preview": "1"}, {"colour": "#12", "preview": "1", "reply_to": "x"}):
        answer = reseller.post(address, typed, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        assert answer.content.decode().lstrip().startswith('<div id="panes"')
    assert "/brand/previews/1d4ed8.css" in answer.content.decode()  # until it is a colour, the one before


def test_until_a_name_is_typed_the_preview_shows_the_accounts(reseller: Client) -> None:
    page = reseller.get(f"/accounts/{people.account().pk}/brands/add").content.decode()
    assert page.partition('id="panes"')[2].count(people.account().name) > 4


def test_what_is_typed_is_text(reseller: Client) -> None:
    page = add(reseller, name="<b>Tide</b>", footer='"><script>', preview="1").content.decode()
    assert "<b>Tide" not in page
    assert "<script>" not in page


def test_a_kept_picture_is_drawn_anew_like_any_other(reseller: Client) -> None:
    forged = base64.b64encode(svg("<script/>")).decode()
    assert add(reseller, light_kept=forged).status_code == 422
    assert add(reseller, light_kept="%%%").status_code == 302
    assert not Image.objects.exists()


def test_a_picture_is_taken_away_and_a_new_one_wins(reseller: Client) -> None:
    add(reseller, light_file=file(png(300, 80)))
    address = f"/accounts/{people.account().pk}/brands/{Brand.objects.get().pk}"
    reseller.post(address, TEXT | {"light_none": "on", "light_file": file(png(90, 30))})
    assert Image.objects.get().width == 90
    reseller.post(address, TEXT | {"light_none": "on"})
    assert not Image.objects.exists()


def test_a_brand_is_removed_after_one_more_question(reseller: Client) -> None:
    brand = tide()
    address = f"/accounts/{people.account().pk}/brands/{brand.pk}/remove"
    assert "in plain text instead" in reseller.get(address).content.decode()
    assert Brand.objects.exists()
    reseller.post(address)
    assert not Brand.objects.exists()


def test_where_rebranding_is_billed_the_editor_says_what_clients_do_not_meet_yet(reseller: Client) -> None:
    brand = tide()
    address = f"/accounts/{people.account().pk}/brands/{brand.pk}"
    assert "once it is licensed" not in reseller.get(address).content.decode()
    there = instance()
    there.billing = Instance.Billing.ON
    there.save()
    assert "once it is licensed" in reseller.get(address).content.decode()
    assert "No licence" in reseller.get(f"/accounts/{people.account().pk}/brands").content.decode()
    Brand.objects.update(licence=Brand.Licence.PLAIN)
    assert "covers no logo" in reseller.get(address).content.decode()
    Brand.objects.update(licence=Brand.Licence.LOGO)
    assert 'role="note"' not in reseller.get(address).content.decode()


def test_the_operator_has_an_own_brand(client: Client) -> None:
    client.force_login(people.operator())
    page = client.get("/operator/instance/brand").content.decode()
    assert 'name="name"' not in page
    assert 'name="powered_by"' not in page
    client.post("/operator/instance/brand", {"colour": "#7c3aed", "sender_email": "hello@anywhere.example"})
    assert looks.of_instance().colour == "#7c3aed"
    client.post("/operator/instance/brand", {"colour": "#1d4ed8"})
    assert looks.of_instance().colour == "#1d4ed8"


def test_only_who_manages_the_account_sees_its_brands_in_the_menu(reseller: Client) -> None:
    link = f'href="/accounts/{people.account().pk}/brands"'
    assert link in reseller.get("/sites").content.decode()
    reseller.force_login(people.colleague())
    assert link not in reseller.get("/sites").content.decode()


def test_a_client_and_a_site_are_given_a_brand_once_there_are_several(reseller: Client) -> None:
    site, client, account = people.law_firm(), people.client(), people.account()
    tide()
    pages = (f"/accounts/{account.pk}/clients/{client.pk}", f"/sites/{site.key}/settings")
    for page in pages:
        assert 'name="brand"' not in reseller.get(page).content.decode()
    second = services.add_brand(account, BrandText("Dune Figures"), {}, by=None)
    for page in pages:
        assert "The first one: Tide Stats" in reseller.get(page).content.decode()
    assert 'name="brand"' not in reseller.get(f"/sites/{people.bakery().key}/settings").content.decode()  # its client's
    reseller.post(pages[0], {"name": client.name, "brand": second.pk})
    reseller.post(pages[1], {"do": "brand", "brand": second.pk})
    client.refresh_from_db()
    assert client.brand == Site.objects.get(pk=site.pk).brand == second
    other = services.add_brand(people.stranger().accounts.get(), BrandText("Elsewhere"), {}, by=None)
    assert reseller.post(pages[1], {"do": "brand", "brand": other.pk}).status_code == 422
    reseller.post(pages[1], {"do": "brand", "brand": ""})
    assert Site.objects.get(pk=site.pk).brand is None
    assert sites.brands_of(account).count() == 2


def test_colours_are_kept_for_ever_and_belong_to_the_address_alone(client: Client) -> None:
    answer = client.get("/brand/colours/7c3aed.css")
    assert answer["Content-Type"].startswith("text/css")
    assert answer["Cache-Control"] == "public, max-age=31536000, immutable"
    assert answer.content.startswith(b":root{--brand:#7c3aed;--brand-ink:#ffffff}")
    assert client.get("/brand/previews/7c3aed.css").content.startswith(b".shows-7c3aed .day{")
    for wrong in ("7C3AED", "7c3ae", "7c3aed0", "red", "%0a7c3aed", "７c3aed"):
        assert client.get(f"/brand/colours/{wrong}.css").status_code == 404


def test_a_picture_is_public_kept_for_ever_and_cannot_act(client: Client) -> None:
    made = images.made(png(300, 80), Image.Kind.LIGHT)
    services.add_brand(people.account(), BrandText("Tide"), {Image.Kind.LIGHT: made}, by=None)
    answer = client.get(f"/brand/images/{made.digest}")
    assert answer.content == made.content
    assert answer["Content-Type"] == "image/png"
    assert {name: answer[name] for name in PICTURE} == PICTURE
    assert "Set-Cookie" not in answer
    for wrong in ("0" * 64, made.digest[:-1], "x"):
        assert client.get(f"/brand/images/{wrong}").status_code == 404


def test_the_letter_of_a_brand_is_a_picture(client: Client) -> None:
    answer = client.get("/brand/icons/7c3aed/Ü.png")
    assert opened(answer.content).size == (64, 64)
    assert {name: answer[name] for name in PICTURE} == PICTURE
    for wrong in ("7c3aed/NO", "red/N", "7c3aed/"):
        assert client.get(f"/brand/icons/{wrong}.png").status_code == 404


@pytest.mark.parametrize(("place", "number"), [("day", 0), ("night", 1)])
def test_previews_have_the_tokens_of_every_page(place: str, number: int) -> None:
    app, brand = (STATIC / "app.css").read_text(), (STATIC / "brand.css").read_text()
    block = re.search(rf"^\.{place} \{{\n(.+?)\n\}}", brand, re.DOTALL | re.MULTILINE)
    assert block
    tokens = re.findall(r"(--[\w-]+): (#\w+);", block[1])
    assert len(tokens) >= 9
    assert "--brand-wash: color-mix(in oklab, var(--brand) 11%, var(--card))" in brand
    for name, value in tokens:
        assert re.findall(rf"^ +{name}: (#\w+);", app, re.MULTILINE)[number] == value, name
