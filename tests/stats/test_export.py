"""The one writer: every format holds the same cells; nothing of a visitor's becomes a formula; money is exact."""

import csv
import io
import json
import re
import zipfile
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as some

from trailhouse.events.store import Store
from trailhouse.stats.export import FORMATS, ExportColumn, Table, written
from trailhouse.stats.export_table import neutral, neutral_sql
from trailhouse.stats.metrics import Unit

SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
COLUMNS = (
    ExportColumn("page"),
    ExportColumn("visitors", Unit.COUNT),
    ExportColumn("bounce_rate", Unit.PERCENT),
    ExportColumn("visit_duration", Unit.SECONDS),
    ExportColumn("total_revenue", Unit.MONEY),
    ExportColumn("day"),
)
ROWS = [
    ["/menu", 1_234_567, 38.25, 161.0, 123_456_789_012_345_678, date(2026, 11, 23)],
    ['=cmd|" /C calc"!A1', 1, None, 0.5, -5, None],
    ['a "b", c\r\nd', 0, 100 / 3, None, None, date(2026, 2, 28)],
]


def made(rows: list[list[Any]], form: str, store: Store | None = None, currency: str = "EUR") -> bytes:
    """The file of a table of these rows."""
    return b"".join(written(Table("pages", COLUMNS, iter(rows)), form, currency=currency, store=store))


def lines(file: bytes) -> list[list[str]]:
    """The rows of a file of CSV."""
    return list(csv.reader(io.StringIO(file.decode("utf-8"), newline="")))


def sheet(file: bytes) -> tuple[Xml.Element, list[list[Xml.Element]]]:
    """A workbook's sheet, and the cells of its rows."""
    with zipfile.ZipFile(io.BytesIO(file)) as book:
        root = Xml.fromstring(book.read("xl/worksheets/sheet1.xml"))
    return root, [list(row) for row in root.iter(f"{SHEET}row")]


def text_of(cell: Xml.Element) -> str:
    """What a cell of a sheet says."""
    return "".join(part.text or "" for part in cell.iter() if part.tag in {f"{SHEET}t", f"{SHEET}v"})


def parquet(store: Store, file: bytes, directory: Path) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    """The types and the rows of a file of Parquet."""
    path = directory / "read.parquet"
    path.write_bytes(file)
    types = {row[0]: row[1] for row in store.rows(f"DESCRIBE file('{path}', 'Parquet')")}
    return types, store.rows(f"SELECT * FROM file('{path}', 'Parquet')")


def test_csv_is_as_rfc_4180_says() -> None:
    file = made(ROWS, "csv")
    assert file.startswith(b"page,visitors,bounce_rate,visit_duration,total_revenue,day\r\n")
    assert file.endswith(b"\r\n")
    assert lines(file)[1:] == [
        ["/menu", "1234567", "38.25", "161.0", "1234567890123456.78", "2026-11-23"],
        ['\'=cmd|" /C calc"!A1', "1", "", "0.5", "-0.05", ""],
        ['a "b", c  d', "0", repr(100 / 3), "", "", "2026-02-28"],
    ]


def test_json_holds_exact_numbers_and_the_text_as_it_came() -> None:
    rows = json.loads(made(ROWS, "json"), parse_float=Decimal)
    assert [row["page"] for row in rows] == [row[0] for row in ROWS]
    assert [row["total_revenue"] for row in rows] == [Decimal("1234567890123456.78"), Decimal("-0.05"), None]
    assert rows[0]["visitors"] == 1_234_567
    assert rows[2]["bounce_rate"] == Decimal(repr(100 / 3))
    assert list(rows[0]) == [column.key for column in COLUMNS]


def test_parquet_has_typed_columns(store: Store, tmp_path: Path) -> None:
    types, rows = parquet(store, made(ROWS, "parquet", store), tmp_path)
    assert types == {
        "page": "Nullable(String)",
        "visitors": "Nullable(Int64)",
        "bounce_rate": "Nullable(Float64)",
        "visit_duration": "Nullable(Float64)",
        "total_revenue": "Nullable(Decimal(38, 6))",
        "day": "Nullable(Date32)",
    }
    rows_of_cells = [list(row) for row in rows]
    assert rows_of_cells[1] == ['=cmd|" /C calc"!A1', 1, None, 0.5, Decimal("-0.05"), None]
    assert rows_of_cells[2][0] == 'a "b", c\r\nd'


def test_a_moment_is_the_same_instant_in_every_zone(store: Store, tmp_path: Path) -> None:
    moments = [
        datetime(2026, 1, 1, 12, tzinfo=UTC),
        datetime(2026, 1, 1, 13, tzinfo=timezone(timedelta(hours=1))),
    ]
    table = Table("x", (ExportColumn("at"),), [[moment] for moment in moments])
    types, rows = parquet(store, b"".join(written(table, "parquet", store=store)), tmp_path)
    assert types == {"at": "Nullable(DateTime64(3, 'UTC'))"}
    assert rows[0] == rows[1]


def test_xlsx_has_a_bold_frozen_head_and_typed_cells() -> None:
    file = made([[*ROWS[0][:4], 4_200, date(2026, 11, 23)]], "xlsx")
    root, rows = sheet(file)
    pane = next(root.iter(f"{SHEET}pane"))
    assert (pane.get("ySplit"), pane.get("state")) == ("1", "frozen")
    assert [text_of(cell) for cell in rows[0]] == [column.key for column in COLUMNS]
    cells = rows[1]
    assert [cell.get("t", "n") for cell in cells] == ["inlineStr", "n", "n", "n", "n", "n"]
    assert [text_of(cell) for cell in cells[1:5]] == ["1234567", "0.3825", repr(161 / 86_400), "42"]
    with zipfile.ZipFile(io.BytesIO(file)) as book:
        styles = book.read("xl/styles.xml").decode()
    for number in ("0.0%", "[h]:mm:ss", "#,##0.00", "yyyy-mm-dd"):
        assert f'formatCode="{number}"' in styles


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n@", " =", "\x00=", "＝", "＋", "－", "＠"])
def test_a_visitors_text_is_never_a_formula(start: str) -> None:
    hostile = f"{start}HYPERLINK(1)"
    ((_, (found, *_rest)), (_, rows)) = (
        lines(made([[hostile, 1, 1, 1, 1, None]], "csv")),
        sheet(made([[hostile, 1, 1, 1, 1, None]], "xlsx")),
    )
    told = text_of(rows[1][0])
    assert found == told == neutral(hostile)
    assert found.startswith("'")
    assert rows[1][0].find(f"{SHEET}f") is None
    assert not re.search("[\x00-\x1f\x7f]", found)


@given(some.text(max_size=12))
@hypothesis(max_examples=200)
def test_no_text_at_all_is_a_formula_or_holds_a_control_character(text: str) -> None:
    found = neutral(text)
    assert not re.match("[ ]*[=+\\-@]", found)
    assert not re.search("[\x00-\x1f\x7f]", found)


def test_the_engine_does_the_same_to_texts_as_the_writer(store: Store) -> None:
    marks = ["=1", "+1", "-1", "@x", "\t=1", "a\tb", "\r\n", " =1", "＝1", "plain", "", "'=1", "\x7f-", "ä=", "  @"]
    literals = ", ".join("'" + "".join(f"\\x{byte:02x}" for byte in mark.encode()) + "'" for mark in marks)
    found = store.rows(f"SELECT {neutral_sql('t')} FROM (SELECT arrayJoin([{literals}]) AS t)")
    assert [row[0] for row in found] == [neutral(mark) for mark in marks]


@pytest.mark.parametrize(
    ("currency", "minor", "told"),
    [
        pytest.param("EUR", 4_201, "42.01", id="cents"),
        pytest.param("JPY", 4_201, "4201", id="yen have none"),
        pytest.param("BHD", 4_201, "4.201", id="a dinar has a thousand"),
        pytest.param("EUR", 2**53 + 1, "90071992547409.93", id="more than a float holds"),
        pytest.param("EUR", 12.5, "0.125", id="a mean may be a part of a cent"),
    ],
)
def test_money_is_exact(currency: str, minor: float, told: str) -> None:
    row = ["x", 1, 1, 1, minor, None]
    assert lines(made([row], "csv", currency=currency))[1][4] == told
    assert (
        json.loads(made([row], "json", currency=currency), parse_float=str, parse_int=str)[0]["total_revenue"] == told
    )


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_table_is_a_whole_file(form: str, store: Store, tmp_path: Path) -> None:
    file = made([], form, store)
    match form:
        case "csv":
            assert len(lines(file)) == 1
        case "json":
            assert json.loads(file) == []
        case "xlsx":
            assert len(sheet(file)[1]) == 1
        case "parquet":
            assert parquet(store, file, tmp_path)[1] == []


@pytest.mark.parametrize("form", ["csv", "json"])
def test_a_large_table_is_written_while_its_rows_are_read(form: str) -> None:
    read = 0

    def rows() -> Any:
        nonlocal read
        for number in range(20_000):
            read += 1
            yield [f"/{number}", number, 1.5, 2.5, number, None]

    file = written(Table("pages", COLUMNS, rows()), form)
    next(file)
    assert 0 < read < 5_000
    assert sum(1 for _ in file) > 3
    assert read == 20_000


def test_what_is_no_number_is_left_empty() -> None:
    assert lines(made([["x", 1, float("nan"), float("inf"), None, None]], "csv"))[1][2:4] == ["", ""]
