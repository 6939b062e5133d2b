from trailhouse.collector.limits import OTHER, WINDOW_MS, Cardinality, Floods


def test_a_visitor_beyond_the_limit_is_a_flood_until_the_next_window() -> None:
    floods = Floods(visitor=3)
    assert [floods.reason(0, 7, 1) for _ in range(4)] == [None, None, None, "visitor_flood"]
    assert floods.reason(0, 8, 1) is None
    assert floods.reason(WINDOW_MS, 7, 1) is None


def test_a_site_beyond_the_limit_is_a_flood() -> None:
    floods = Floods(site=2)
    assert [floods.reason(0, visitor, 1) for visitor in range(3)] == [None, None, "site_flood"]
    assert floods.reason(0, 9, 2) is None


def test_beyond_the_cap_a_new_value_is_other_and_a_known_one_stays() -> None:
    cardinality = Cardinality({"path": 2})
    assert [cardinality.bounded(1, "path", value) for value in ("/a", "/b", "/c", "/a")] == ["/a", "/b", OTHER, "/a"]
    assert cardinality.bounded(2, "path", "/c") == "/c"


def test_a_new_day_begins_anew() -> None:
    cardinality = Cardinality({"path": 1})
    cardinality.turn(1)
    assert cardinality.bounded(1, "path", "/a") == "/a"
    assert cardinality.bounded(1, "path", "/b") == OTHER
    cardinality.turn(2)
    assert cardinality.bounded(1, "path", "/b") == "/b"
