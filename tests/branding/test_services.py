"""Brands are made, changed and removed; nobody writes in the name of a domain that is not theirs."""

import pytest

from tests import people
from tests.branding.pictures import png
from trailhouse.accounts.models import AuditEntry
from trailhouse.accounts.selectors import instance
from trailhouse.branding import images, looks, mailing, services
from trailhouse.branding.models import Brand, Domain, Image
from trailhouse.branding.services import BrandText
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.sites import brands, hostnames
from trailhouse.sites import looks as site_looks
from trailhouse.sites.models import Client, Site
from trailhouse.sites.services import note_key_visits, prove

pytestmark = pytest.mark.django_db


TIDE = BrandText("Tide Stats")


def made(text: BrandText = TIDE) -> Brand:
    return services.add_brand(people.account(), text, {}, by=people.reseller())


def refusal(text: BrandText) -> str:
    with pytest.raises(UserError) as refused:
        made(text)
    return refused.value.code


def test_a_brand_is_kept_in_one_form_and_written_down() -> None:
    brand = made(BrandText("  Tide \n Stats ", "#7C3AED", sender_email="", help_url=" https://tide.example/help "))
    assert (brand.name, brand.colour, brand.help_url) == ("Tide Stats", "#7c3aed", "https://tide.example/help")
    services.change_brand(brand, BrandText("Tide"), {}, by=people.reseller())
    services.remove_brand(brand, by=people.reseller())
    actions = AuditEntry.objects.filter(action__startswith="brand.").values_list("action", flat=True)
    assert sorted(actions) == ["brand.added", "brand.changed", "brand.removed"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (BrandText(" "), "wrong_name"),
        (BrandText("x" * 61), "wrong_name"),
        (BrandText("Tide\u202estats"), "wrong_name"),
        (BrandText("Tide", "red"), "wrong_colour"),
        (BrandText("Tide", "#fff;}"), "wrong_colour"),
        (BrandText("Tide", reply_to="me"), "wrong_reply_to"),
        (BrandText("Tide", sender_email="a@b"), "wrong_sender_email"),
        (BrandText("Tide", help_url="javascript:alert(1)"), "wrong_help_url"),
        (BrandText("Tide", notice_url="ftp://tide.example/"), "wrong_notice_url"),
        (BrandText("Tide", privacy_url="tide.example"), "wrong_privacy_url"),
        (BrandText("Tide", footer="x" * 201), "wrong_footer"),
        (BrandText("Tide", sender_email="hello@tide.example"), "sender_not_proved"),
    ],
)
def test_wrong_values_are_refused_by_name(text: BrandText, code: str) -> None:
    assert refusal(text) == code


def test_an_account_has_a_name_once() -> None:
    made()
    assert refusal(BrandText("Tide Stats")) == "brand_exists"


def test_an_account_has_a_limited_number_of_brands() -> None:
    Brand.objects.bulk_create(Brand(account=people.account(), name=str(n)) for n in range(services.MOST_BRANDS))
    assert refusal(BrandText("One more")) == "too_many_brands"


def test_a_sender_is_at_a_proved_domain_or_below_it_and_never_above() -> None:
    Domain.objects.create(account=people.account(), name="stats.tide.example", token="t")
    assert refusal(BrandText("Tide", sender_email="hello@stats.tide.example")) == "sender_not_proved"
    Domain.objects.update(proved_at=clock.now())
    assert made(BrandText("One", sender_email="hello@Stats.Tide.example")).sender_email == "hello@stats.tide.example"
    assert made(BrandText("Two", sender_email="hello@mail.stats.tide.example")).sender_email
    assert refusal(BrandText("Tide", sender_email="hello@tide.example")) == "sender_not_proved"
    assert refusal(BrandText("Tide", sender_email="hello@notstats.tide.example")) == "sender_not_proved"
    Domain.objects.update(removed_at=clock.now())
    assert refusal(BrandText("Tide", sender_email="hello@stats.tide.example")) == "sender_not_proved"


def test_a_site_proves_a_domain_for_mail_by_its_page_and_not_by_a_visit() -> None:
    site = people.law_firm()
    note_key_visits({site.pk: clock.now()})
    assert brands.proved_hosts(people.account().pk) == frozenset()
    prove(site.pk, clock.now(), shown=True)
    assert brands.proved_hosts(people.account().pk) == {"vanleer-law.example"}
    text = BrandText("Law", sender_email="figures@vanleer-law.example")
    brand = made(text)
    assert mailing.of_look(looks.of_brand(brand)).sender == "Law <figures@vanleer-law.example>"
    hostnames.rename(Site.objects.get(pk=site.pk), "elsewhere.example", by=None)
    assert brands.proved_hosts(people.account().pk) == frozenset()
    assert mailing.of_look(looks.of_brand(brand)).sender == "Law <mail@localhost>"  # what proved it has gone


def test_a_part_of_a_domain_proves_nothing_of_the_whole() -> None:
    Site.objects.filter(pk=people.law_firm().pk).update(domain="shared.example/law", shown_at=clock.now())
    assert brands.proved_hosts(people.account().pk) == frozenset()


def test_the_operators_own_is_called_as_the_instance_and_sends_from_any_address() -> None:
    text = BrandText("Anything", "#7c3aed", sender_email="hello@anywhere.example")
    brand = services.add_brand(None, text, {}, by=people.operator())
    assert (brand.name, brand.sender_email) == (instance().name, "hello@anywhere.example")
    with pytest.raises(UserError):
        services.add_brand(None, text, {}, by=people.operator())


def test_images_are_put_exchanged_and_taken_away() -> None:
    light, dark = images.made(png(300, 80), Image.Kind.LIGHT), images.made(png(80, 80), Image.Kind.DARK)
    account, by = people.account(), people.reseller()
    brand = services.add_brand(account, BrandText("Tide"), {Image.Kind.LIGHT: light, Image.Kind.DARK: dark}, by=by)
    look = looks.of_brand(brand)
    assert look.logo == looks.Picture(light.digest, 300, 80)
    services.change_brand(brand, BrandText("Tide"), {Image.Kind.LIGHT: dark, Image.Kind.DARK: None}, by=by)
    look = looks.of_brand(brand)
    assert look.logo == looks.Picture(dark.digest, 80, 80)
    assert look.logo_dark is None


def test_who_had_a_removed_brand_has_the_accounts_first_one() -> None:
    first, second = made(), made(BrandText("Dune Figures"))
    site, client = people.law_firm(), people.client()
    domain = Domain.objects.create(
        account=people.account(), brand=second, name="dune.example", token="t", proved_at=clock.now(), primary=True
    )
    brands.set_site_brand(site, second, by=None)
    brands.set_client_brand(client, second, by=None)
    services.remove_brand(second, by=None)
    assert site_looks.brand_of(Site.objects.get(pk=site.pk)) == first
    assert Client.objects.get(pk=client.pk).brand is None
    domain.refresh_from_db()
    assert (domain.brand, domain.primary, domain.removed_at) == (None, False, None)


def test_a_client_and_a_site_have_brands_of_their_account_alone() -> None:
    other = services.add_brand(people.stranger().accounts.get(), BrandText("Elsewhere"), {}, by=None)
    with pytest.raises(UserError, match="not in this account"):
        brands.set_client_brand(people.client(), other, by=None)
    with pytest.raises(UserError, match="not in this account"):
        brands.set_site_brand(people.law_firm(), other, by=None)


def test_a_choice_is_written_down_once() -> None:
    brand, client, site = made(), people.client(), people.law_firm()
    for _ in range(2):
        brands.set_client_brand(client, brand, by=people.reseller())
        brands.set_site_brand(site, brand, by=people.reseller())
    assert AuditEntry.objects.filter(action__in=["client.brand", "site.brand"]).count() == 2
