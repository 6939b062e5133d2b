"""A language that nobody speaks: every text in fullwidth letters, so that a text which escaped translation shows."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import translation
from tools import messages

from tests.dashboard.conftest import bakery, reading, reseller

__all__ = ["bakery", "reading", "reseller"]
# Babel's names of countries, days and months in Russian have no Latin letter either, nor have Django's own texts.
CODE = "ru"
KEPT = re.compile(r"(%(?:\(\w+\))?\d*[sd]|<[^>]+>|&\w+;)")
WIDE = {letter: letter + 0xFEE0 for letter in (*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1))}


def widened(text: str) -> str:
    """`text` in fullwidth letters, but for placeholders and markup."""
    return "".join(part if KEPT.fullmatch(part) else part.translate(WIDE) for part in KEPT.split(text))


@pytest.fixture
def wide(tmp_path: Path) -> Iterator[str]:
    """The code of a language whose catalogue was made by `widened`."""
    texts = messages.gathered(CODE)
    for message in texts:
        if isinstance(message.id, str):
            message.string = widened(message.id)
        else:
            message.string = tuple(widened(message.id[min(n, 1)]) for n in range(texts.num_plurals))
    folder = tmp_path / CODE / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.mo").write_bytes(messages.as_mo(texts))
    with override_settings(LANGUAGES=[("en", "English"), (CODE, "Wide")], LOCALE_PATHS=[str(tmp_path)]):
        yield CODE


@pytest.fixture(autouse=True)
def speechless() -> Iterator[None]:
    """A request leaves its language behind in its thread."""
    yield
    translation.deactivate()
