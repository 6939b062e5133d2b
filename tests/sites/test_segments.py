"""Named filters: whose they are, what they may hold, and that they are kept whole."""

from typing import Any

import pytest

from tests import people
from trailhouse.accounts.models import AuditEntry, User
from trailhouse.core.errors import UserError
from trailhouse.sites import segments, selectors
from trailhouse.sites.access import Guest
from trailhouse.sites.models import Segment, Site
from trailhouse.sites.segments import SegmentText

pytestmark = pytest.mark.django_db


def group(*lines: list[Any], how: str = "") -> dict[str, Any]:
    return {"how": how, "any": list(lines)}


PHONES = [group(["is", "visit:device", ["Mobile"]])]


def inside(*kept: Segment) -> list[Any]:
    """Conditions that name segments."""
    return [group(["is", "segment", [str(one.pk)]]) for one in kept]


def made(site: Site, name: str, by: User, *, own: bool = True, groups: Any = None) -> Segment:
    return segments.add(site, SegmentText(name, "", own, PHONES if groups is None else groups), by=by)


def test_a_segment_of_ones_own_is_nobody_elses() -> None:
    site, client = people.bakery(), people.client_person()
    mine = made(site, "Phones", client)
    assert list(segments.usable(client, site)) == [mine]
    assert list(segments.usable(people.reseller(), site)) == []
    assert list(segments.usable(Guest(site.pk, "x"), site)) == []
    with pytest.raises(UserError) as refused:
        segments.change(mine, SegmentText("Mine now", groups=PHONES), by=people.reseller())
    assert (refused.value.code, refused.value.status) == ("not_your_segment", 403)


def test_a_segment_of_the_site_is_everybodys_and_changed_by_who_may_change_the_site() -> None:
    site, client = people.bakery(), people.client_person()
    shared = made(site, "Phones", people.site_super(), own=False)
    for who in (client, people.reseller(), Guest(site.pk, "x")):
        assert list(segments.usable(who, site)) == [shared]
    assert segments.may_change(people.colleague(), shared)
    for change in (
        lambda: segments.change(shared, SegmentText("Mine", groups=PHONES), by=client),
        lambda: segments.delete(shared, by=client),
        lambda: made(site, "Another", client, own=False),
    ):
        with pytest.raises(UserError) as refused:
            change()
        assert refused.value.code == "not_your_segment"
    assert list(site.segments.values_list("name", flat=True)) == ["Phones"]


def test_what_is_done_to_a_sites_segment_is_in_the_audit_log_and_ones_own_is_not() -> None:
    site, by = people.bakery(), people.reseller()
    made(site, "Secret plans", by)
    shared = made(site, "Phones", by, own=False)
    segments.change(shared, SegmentText("Handsets", groups=PHONES), by=by)
    segments.delete(shared, by=by)
    told = AuditEntry.objects.filter(action__startswith="segment.")
    assert sorted((one.action, one.subject.partition(": ")[2]) for one in told) == [
        ("segment.added", "Phones"),
        ("segment.changed", "Handsets"),
        ("segment.deleted", "Handsets"),
    ]


def test_a_name_is_taken_once_by_the_site_and_once_by_each_person() -> None:
    site, by, client = people.bakery(), people.reseller(), people.client_person()
    made(site, "Phones", by, own=False)
    made(site, "Phones", by)
    made(site, "Phones", client)
    made(people.law_firm(), "Phones", by, own=False)
    for own in (True, False):
        with pytest.raises(UserError) as refused:
            made(site, " Phones ", by, own=own)
        assert refused.value.code == "segment_exists"
    other = made(site, "Tablets", by)
    with pytest.raises(UserError):
        segments.change(other, SegmentText("Phones", groups=PHONES), by=by)
    assert site.segments.count() == 4


@pytest.mark.parametrize(
    ("name", "groups", "code"),
    [
        pytest.param(" ", PHONES, "wrong_segment_name", id="no name"),
        pytest.param("x" * 81, PHONES, "wrong_segment_name", id="a long name"),
        pytest.param("x", [], "empty_segment", id="no filter"),
        pytest.param("x", PHONES * 21, "segment_too_large", id="too many filters"),
        pytest.param("x", [group(["is", "event:page", ["y" * 50_000]])], "segment_too_large", id="too long a value"),
        pytest.param("x", [group(["is", "segment", ["987654"]])], "unknown_segment", id="a segment that is not there"),
    ],
)
def test_what_cannot_be_kept_is_refused(name: str, groups: Any, code: str) -> None:
    with pytest.raises(UserError) as refused:
        made(people.bakery(), name, people.reseller(), groups=groups)
    assert refused.value.code == code
    assert Segment.objects.count() == 0


def test_a_segment_holds_what_all_may_use_who_may_use_it() -> None:
    site, by = people.bakery(), people.reseller()
    own, shared = made(site, "Own", by), made(site, "Shared", by, own=False)
    elsewhere = made(people.law_firm(), "Elsewhere", by, own=False)
    made(site, "Both", by, groups=inside(own, shared))
    for wrong, of_all in ((own, True), (elsewhere, True), (elsewhere, False)):
        with pytest.raises(UserError) as refused:
            made(site, "Wrong", by, own=not of_all, groups=inside(wrong))
        assert refused.value.code == "unknown_segment"


def test_no_segment_contains_itself_however_far_in() -> None:
    site, by = people.bakery(), people.reseller()
    first = made(site, "1", by)
    second = made(site, "2", by, groups=inside(first))
    third = made(site, "3", by, groups=inside(second))
    for groups in (inside(first), inside(second), inside(third)):
        with pytest.raises(UserError) as refused:
            segments.change(first, SegmentText("1", groups=groups), by=by)
        assert refused.value.code == "segment_too_deep"
    fourth = made(site, "4", by, groups=inside(third))
    with pytest.raises(UserError) as refused:
        made(site, "5", by, groups=inside(fourth))
    assert refused.value.code == "segment_too_deep"


def test_a_segment_that_others_are_made_of_stays() -> None:
    site, by = people.bakery(), people.reseller()
    inner = made(site, "Inner", by, own=False)
    outer = made(site, "Outer", by, own=False, groups=inside(inner))
    with pytest.raises(UserError) as refused:
        segments.delete(inner, by=by)
    assert (refused.value.code, refused.value.status) == ("segment_used", 409)
    assert "Outer" in refused.value.message
    segments.delete(outer, by=by)
    segments.delete(inner, by=by)
    assert site.segments.count() == 0


def test_a_strangers_own_segment_neither_holds_up_a_deletion_nor_is_it_told() -> None:
    site, by = people.bakery(), people.reseller()
    inner = made(site, "Inner", by, own=False)
    made(site, "The client's secret", people.client_person(), groups=inside(inner))
    assert segments.used_by(inner, by) == []
    segments.delete(inner, by=by)


def test_there_are_at_most_a_hundred(monkeypatch: pytest.MonkeyPatch) -> None:
    site, by = people.bakery(), people.reseller()
    monkeypatch.setattr(segments, "MOST_OF_A_PERSON", 2)
    made(site, "1", by)
    made(site, "2", by)
    with pytest.raises(UserError) as refused:
        made(site, "3", by)
    assert refused.value.code == "too_many_segments"
    made(site, "3", by, own=False)
    made(site, "3", people.client_person())


def test_segments_go_with_their_site_and_their_person() -> None:
    site, client = people.bakery(), people.client_member()
    own, shared = made(site, "Own", client), made(site, "Shared", people.reseller(), own=False)
    assert [(one.id, one.groups) for one in selectors.context(site).segments] == [(shared.pk, PHONES)]
    assert [one.id for one in selectors.context(site, [own.pk]).segments] == [own.pk]
    client.delete()
    assert [one.name for one in Segment.objects.all()] == ["Shared"]
    site.delete()
    assert Segment.objects.count() == 0


def test_whatever_stands_in_a_segment_can_be_looked_through() -> None:
    wrong: list[Any] = [None, 3, "x", {}, [3], [{}], [{"any": 3}], [{"any": [3, [], ["is"], ["is", "segment", "12"]]}]]
    for broken in wrong:
        assert segments.named_in(broken) == set()
        assert segments.dimensions_in(broken) == set()
    assert segments.named_in([group(["is", "segment", ["12", "x", 3, "٣"]])]) == {12}
