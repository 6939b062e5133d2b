"""Where scripts are given out: hosts of the operator's, and paths that no list of blocked addresses knows."""

import re
from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from tests import people
from trailhouse.accounts.models import AuditEntry
from trailhouse.branding import domains, hosts
from trailhouse.branding.models import Brand, Domain
from trailhouse.core import clock
from trailhouse.core import settings as core_settings
from trailhouse.core.errors import UserError
from trailhouse.dashboard.guides import GUIDES, script_of
from trailhouse.events.registry import OwnPath, Registry
from trailhouse.outbox.models import Mail
from trailhouse.sites import checking, notices, proving, script_address, selectors, services
from trailhouse.sites.fetching import Page
from trailhouse.sites.models import Site, SiteKey, new_folder
from trailhouse.sites.script_address import choose, hosts_of, src_of
from trailhouse.sites.snippets import snippet

pytestmark = pytest.mark.django_db

HOST = "count.example"


@pytest.fixture(autouse=True)
def _hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    own = core_settings.settings()
    with_hosts = replace(own, url="https://stats.example", hosts=("stats.example", HOST, "other.example:8443"))
    for module in (script_address, notices, proving):
        monkeypatch.setattr(module, "settings", lambda: with_hosts)


def own_paths(site: Site) -> tuple[OwnPath, ...]:
    return next(one for one in selectors.snapshot().sites if one.site_id == site.pk).own_paths


def test_a_site_has_the_usual_address_until_it_chooses_another() -> None:
    site = people.bakery()
    assert src_of(site) == f"https://stats.example/s/{site.key}.js"
    assert own_paths(site) == ()


def test_an_own_path_is_random_and_stays_what_it_is() -> None:
    site = choose(people.bakery(), host="", own_path=True, by=people.reseller())
    first = src_of(site)
    assert re.fullmatch(r"https://stats\.example/[2-9a-z]{8}/[2-9a-z]{6}\.js", first)
    assert src_of(site, script_address.PIXEL) == first.replace(".js", ".gif")
    assert site.key not in snippet(site)
    choose(site, host="", own_path=False, by=people.reseller())
    assert src_of(site) == f"https://stats.example/s/{site.key}.js"
    assert len(own_paths(site)) == 1, "what was handed out goes on counting"
    choose(site, host="", own_path=True, by=people.reseller())
    assert src_of(Site.objects.get(pk=site.pk)) == first
    assert AuditEntry.objects.filter(action="site.script_address", user=people.reseller()).count() == 3


def test_a_new_key_has_a_new_path_and_the_one_before_lasts_as_long_as_its_key() -> None:
    site = choose(people.bakery(), host="", own_path=True, by=None)
    before, first = site.key, src_of(site)
    services.rotate_key(site, by=None)
    assert src_of(site) != first
    registry = Registry.__new__(Registry)
    registry.use(selectors.snapshot())
    paths = {key: path for path, key in registry.own_paths.items() if path.endswith(".js")}
    assert first.endswith(paths[f"/s/{before}.js"])
    assert src_of(site).endswith(paths[f"/s/{site.key}.js"])
    assert sorted(registry.own_paths.values()).count("/api/event") == 2


def test_scripts_come_from_an_offered_host_alone() -> None:
    site = people.bakery()
    assert hosts_of(site.account) == (HOST, "other.example:8443")
    choose(site, host=HOST, own_path=False, by=None)
    assert src_of(site) == f"https://{HOST}/s/{site.key}.js"
    with pytest.raises(UserError, match="evil") as refused:
        choose(site, host="evil.example", own_path=False, by=None)
    assert refused.value.code == "script_host_refused"
    assert Site.objects.get(pk=site.pk).script_host == HOST


def test_where_a_host_is_offered_no_longer_new_scripts_come_from_the_instance(monkeypatch: pytest.MonkeyPatch) -> None:
    site = choose(people.bakery(), host=HOST, own_path=True, by=None)
    monkeypatch.setattr(script_address, "hosts_of", lambda _account: ())
    assert src_of(site).startswith("https://stats.example/")
    choose(site, host=HOST, own_path=False, by=None)  # keeping it is no error


def test_guides_mails_and_the_checker_know_the_address() -> None:
    site = choose(people.bakery(), host=HOST, own_path=True, by=None)
    src = src_of(site)
    for guide in GUIDES.values():
        assert src in guide.code(script_of(site))
    Mail.objects.all().delete()
    notices.send_again(site, notices.SCRIPT, "editor@client.example", by=people.reseller())
    assert src in "\n".join(Mail.objects.get().context["snippet"])
    wanted = proving.wanted_of(site)
    other = "https://other.example:8443/abcdefg2/abcdef.js"
    found = {
        src: ["found"],
        f"https://{HOST}/s/{site.key}.js": ["found"],
        src.replace(f"https://{HOST}", ""): ["found"],
        other: ["other_key"],
        "https://elsewhere.example/abcdefg2/abcdef.js": ["not_found"],
        f"https://{HOST}/static/abcdef.js": ["not_found"],
    }
    for url, codes in found.items():
        page = Page("https://harbour-bakery.example/", 200, (), f'<script src="{url}"></script>')
        assert [one.code for one in checking._read(page, wanted).findings] == codes, url


def test_no_two_keys_share_a_folder_and_no_folder_looks_like_a_page() -> None:
    assert all(any(letter.isdigit() for letter in new_folder()) for _time in range(200))
    choose(people.bakery(), host="", own_path=True, by=None)
    folder = SiteKey.objects.exclude(folder=None).get().folder
    key = people.law_firm().present_key
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteKey.objects.filter(pk=key.pk).update(folder=folder, file="x")
    with pytest.raises(IntegrityError), transaction.atomic():
        SiteKey.objects.filter(pk=key.pk).update(folder="abcdefg2", file="")


# -- hosts of brands


@pytest.fixture
def branded(monkeypatch: pytest.MonkeyPatch) -> Domain:
    """A proved domain of the usual brand; another brand has one too."""
    own = replace(core_settings.settings(), url="https://stats.example", hosts=(HOST,))
    monkeypatch.setattr(hosts, "settings", lambda: own)
    account = people.account()
    found = []
    for name in ("Tide", "Harbour"):
        brand = Brand.objects.create(account=account, name=name)
        domain = f"stats.{name.lower()}.example"
        found.append(
            Domain.objects.create(
                account=account, brand=brand, name=domain, token=name, proved_at=clock.now(), primary=True
            )
        )
    return found[0]


def test_a_new_site_has_its_script_from_the_primary_domain_of_its_brand(branded: Domain) -> None:
    site = services.add_site(people.account(), services.NewSite("new.example"), by=people.reseller(), mail=False)
    assert src_of(site) == f"https://stats.tide.example/s/{site.key}.js"
    branded.refresh_from_db()
    assert branded.script_at is not None
    assert src_of(people.stranger().accounts.get().sites.get()).startswith("https://stats.example/")


def test_a_domain_that_does_not_lead_here_is_offered_but_no_new_sites_default(branded: Domain) -> None:
    Domain.objects.filter(pk=branded.pk).update(problem="elsewhere")
    site = services.add_site(people.account(), services.NewSite("new.example"), by=people.reseller(), mail=False)
    assert src_of(site) == f"https://stats.example/s/{site.key}.js"
    assert hosts_of(site.account, branded.brand) == ("stats.tide.example", HOST, "other.example:8443")
    choose(site, host="stats.tide.example", own_path=False, by=None)
    branded.refresh_from_db()
    assert branded.script_at is not None


def test_a_site_is_offered_no_domain_of_another_brand(branded: Domain) -> None:
    with pytest.raises(UserError, match=r"stats\.harbour\.example"):
        choose(people.bakery(), host="stats.harbour.example", own_path=False, by=None)
    assert hosts_of(people.account())[:2] == ("stats.tide.example", "stats.harbour.example")


def test_a_removed_domain_is_offered_no_more_and_its_scripts_on_pages_are_still_known(branded: Domain) -> None:
    site = choose(people.bakery(), host="stats.tide.example", own_path=False, by=None)
    domains.remove(branded, by=people.reseller())
    assert src_of(site) == f"https://stats.example/s/{site.key}.js"
    assert "stats.tide.example" in proving.wanted_of(site).hosts
