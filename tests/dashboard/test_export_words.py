"""Every column of all events is explained, on the page and in the documentation."""

from pathlib import Path

from trailhouse.dashboard.export_words import MEANINGS, columns
from trailhouse.stats.reports.raw_events import COLUMNS

DOCS = Path(__file__).parents[2] / "docs" / "exports.md"


def test_each_column_is_explained_and_no_other() -> None:
    assert list(MEANINGS) == [column.name for column in COLUMNS]
    assert [name for name, _ in columns()] == list(MEANINGS)


def test_the_documentation_says_the_same() -> None:
    text = DOCS.read_text()
    missing = [name for name, meaning in MEANINGS.items() if f"| `{name}` | {meaning} |" not in text]
    assert missing == []
