"""Numbers and names as the reader writes them."""

import pytest
from django.utils import translation

from trailhouse.dashboard import formats, names
from trailhouse.stats.answer import Change, ChangeKind
from trailhouse.stats.metrics import Unit


@pytest.mark.parametrize(
    ("amount", "unit", "text"),
    [
        (11482, Unit.COUNT, "11,482"),
        (38.24, Unit.PERCENT, "38.2%"),
        (161, Unit.SECONDS, "2m 41s"),
        (48, Unit.SECONDS, "48s"),
        (3900, Unit.SECONDS, "1h 05m"),
        (2.345, Unit.RATIO, "2.3"),
        (4200, Unit.MONEY, "€42.00"),
        (None, Unit.PERCENT, "–"),
    ],
)
def test_a_value_is_written_by_its_unit(amount: float | None, unit: Unit, text: str) -> None:
    with translation.override("en"):
        assert formats.value(amount, unit, "EUR") == text


@pytest.mark.parametrize(("currency", "text"), [("JPY", "JP¥4,200"), ("KWD", "KWD4.200"), ("USD", "US$42.00")])
def test_money_has_the_places_of_its_currency(currency: str, text: str) -> None:
    with translation.override("en"):
        assert formats.value(4200, Unit.MONEY, currency) == text
        assert formats.value(None, Unit.MONEY, currency) == "–"
    assert formats.axis(420_000, Unit.MONEY, "EUR") == "4,200"


@pytest.mark.parametrize(
    ("amount", "kind", "text"),
    [
        (12.44, ChangeKind.PERCENT, "+12.4%"),
        (-4.0, ChangeKind.PERCENT, "−4.0%"),
        (840.7, ChangeKind.PERCENT, "+841%"),
        (-2.1, ChangeKind.POINTS, "−2.1 pt"),
        (0.01, ChangeKind.PERCENT, "0%"),
    ],
)
def test_a_change_carries_its_sign(amount: float, kind: ChangeKind, text: str) -> None:
    with translation.override("en"):
        assert formats.change(Change(amount, kind)) == text


@pytest.mark.parametrize(("share", "text"), [(36.4, "36%"), (0.2, "<1%"), (0, "0%"), (100, "100%")])
def test_a_share_has_no_decimals_and_is_never_nothing(share: float, text: str) -> None:
    with translation.override("en"):
        assert formats.share(share) == text


def test_names_come_in_the_readers_language() -> None:
    with translation.override("de"):
        assert names.country("NL") == "Niederlande"
        assert names.language("nl") == "Niederländisch"
        assert formats.count(11482) == "11.482"
        assert formats.percent(38.2) == "38,2\xa0%"
    with translation.override("en"):
        assert names.region_of("NL/North Holland/Den Helder") == "North Holland, Netherlands"
        assert names.region_of("NL/Utrecht/Utrecht") == "Netherlands"
        assert names.country("ZZ9") == "ZZ9"
        assert "DE" in names.search_countries("germ")
