"""The list of a site's properties over HTTP."""

import pytest

from tests import people
from tests.api.test_sites import BAKERY, _rested, ask
from trailhouse.accounts.models import AuditEntry

__all__ = ["_rested"]
pytestmark = pytest.mark.django_db


def test_properties_are_listed_in_their_order_and_nothing_is_lost_by_the_list() -> None:
    people.bakery()
    for name in ("plan", "author/name", "plan"):
        assert ask("PUT", "/custom-props", {"site_id": BAKERY, "property": name}).json() == {"created": True}
    listed = {"custom_properties": [{"property": "plan"}, {"property": "author/name"}]}
    assert ask("GET", f"/custom-props?site_id={BAKERY}").json() == listed
    for _again in range(2):
        assert ask("DELETE", "/custom-props/author/name", {"site_id": BAKERY}).json() == {"deleted": True}
    assert people.bakery().properties == ["plan"]
    assert AuditEntry.objects.filter(action="site.changed").count() == 3


@pytest.mark.parametrize("name", ["", "x" * 301, "a\x00b"])
def test_a_wrong_property_is_refused(name: str) -> None:
    people.bakery()
    assert ask("PUT", "/custom-props", {"site_id": BAKERY, "property": name}).status_code == 400
    assert people.bakery().properties == []


def test_a_site_lists_at_most_300_properties() -> None:
    site = people.bakery()
    site.properties = [str(number) for number in range(300)]
    site.save()
    assert ask("PUT", "/custom-props", {"site_id": BAKERY, "property": "one more"}).status_code == 400
