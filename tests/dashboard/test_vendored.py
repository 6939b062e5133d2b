"""Scripts and styles of others are what VENDORED.md says, and a page stays light."""

import hashlib
import re
from importlib import resources

import brotli
import pytest
from django.test import Client

from trailhouse.sites.models import Site

STATIC = resources.files("trailhouse.dashboard") / "static" / "dashboard"
BUDGET = 60_000  # bytes, compressed


def test_vendored_files_are_those_listed() -> None:
    listed = dict(re.findall(r"\| `([\w.]+)` \|.*`([0-9a-f]{64})` \|", (STATIC / "vendor" / "VENDORED.md").read_text()))
    shipped = {f.name for f in (STATIC / "vendor").iterdir() if f.name.endswith((".js", ".css"))}
    assert shipped == listed.keys()
    for name, checksum in listed.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == checksum


@pytest.mark.django_db
def test_the_overview_with_all_it_loads_is_below_its_budget(bakery: Site, reseller: Client) -> None:
    html = reseller.get(f"/sites/{bakery.key}").content
    sizes = {"page": len(brotli.compress(html, quality=5))}
    for address in set(re.findall(r'(?:src|href)="(/static/[^"]+)"', html.decode())):
        response = reseller.get(address, headers={"Accept-Encoding": "br"})
        assert response.status_code == 200
        sizes[address] = len(response.content)
    assert sum(sizes.values()) < BUDGET, sizes
