"""Gathers the texts to translate: `python -m tools.messages`. Needs no gettext, since Babel reads and writes its files.

Each language has one catalogue, `locale/<language>/LC_MESSAGES/django.po`, which people write, and its compiled form
`django.mo`, which the product reads. Both are committed. The same texts always give the same bytes.
"""

import io
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

import trailhouse

ROOM = Path(trailhouse.__file__).parent
BORROWED = Path(__file__).with_name("borrowed.py")
LANGUAGES = ("de", "es", "fr", "nl")
KEYWORDS = {
    **DEFAULT_KEYWORDS,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext_lazy": (1, 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
NOTE = "Translators:"  # begins a comment that is handed to them


class Texts(Catalog):
    """A catalogue whose header names neither a day nor a tool, so that it changes with its texts only."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """What gettext must know, and no more."""
        return [
            ("Language", str(self.locale)),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
            ("Plural-Forms", self.plural_forms),
        ]


def sources() -> Iterator[tuple[str, Path]]:
    """The files that hold texts, by name: Python and templates, and the list of borrowed texts."""
    for path in sorted(ROOM.rglob("*")):
        is_template = "templates" in path.parts and path.suffix in (".html", ".txt", ".xml")
        if path.suffix == ".py" or is_template:
            yield path.relative_to(ROOM).as_posix(), path
    yield "tools/borrowed.py", BORROWED


@cache
def marked() -> tuple[tuple[str, int, str | tuple[str, ...], list[str], str | None], ...]:
    """Every text of the sources: file, line, the text with its plural, notes to translators, context."""
    return tuple(
        (name, *found)
        for name, path in sources()
        for found in extract("python", _python(path), KEYWORDS, (NOTE,), strip_comment_tags=True)
    )


def gathered(language: str) -> Texts:
    """Every text of the sources, untranslated, as a catalogue of `language`."""
    texts = Texts(locale=language, charset="utf-8")
    for name, line, ids, notes, context in marked():
        empty = "" if isinstance(ids, str) else ("",) * texts.num_plurals
        texts.add(ids, empty, locations=[(name, line)], auto_comments=notes, context=context)
    return texts


def _python(path: Path) -> io.BytesIO:
    """The file as Python; of a template only its texts are left, in calls of gettext, one line each."""
    if path.suffix == ".py":
        return io.BytesIO(path.read_bytes())
    code: str = templatize(path.read_text("utf-8"), origin=str(path))
    return io.BytesIO("\n".join(line.strip() for line in code.split("\n")).encode())


def folder(language: str) -> Path:
    """Where the catalogue of `language` lies."""
    return ROOM / "locale" / language / "LC_MESSAGES"


def committed(language: str) -> Catalog:
    """The catalogue of `language` as it was written; an empty one if there is none."""
    path = folder(language) / "django.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, charset="utf-8", abort_invalid=True)


def renewed(language: str) -> Texts:
    """The texts of the sources with the translations that there are; those no longer used are left out."""
    known = committed(language)
    texts = gathered(language)
    for message in texts:
        before = known.get(message.id, message.context) if message.id else None
        if before is not None:
            message.string = before.string
            message.user_comments = before.user_comments
            message.flags |= before.flags & {"fuzzy"}
    return texts


def untranslated(texts: Catalog) -> list[Message]:
    """The texts that are still to be translated, or to be looked at again."""
    return [message for message in texts if message.id and (message.fuzzy or not all(_strings(message)))]


def _strings(message: Message) -> tuple[str, ...]:
    string = message.string or ""
    return (string,) if isinstance(string, str) else tuple(string)


def as_po(texts: Texts) -> bytes:
    """The catalogue as people edit it, ordered by where its texts stand."""
    head = ['msgid ""', 'msgstr ""', *(f'"{name}: {value}\\n"' for name, value in texts.mime_headers), "", ""]
    body = io.BytesIO()
    write_po(body, texts, width=120, omit_header=True, sort_by_file=True, ignore_obsolete=True, include_lineno=False)
    return "\n".join(head).encode() + body.getvalue()


def as_mo(texts: Texts) -> bytes:
    """The catalogue as gettext reads it."""
    compiled = io.BytesIO()
    write_mo(compiled, texts)
    return compiled.getvalue()


def main() -> None:
    """Renew every catalogue; end with 1 while something is untranslated."""
    missing = 0
    for language in LANGUAGES:
        texts = renewed(language)
        folder(language).mkdir(parents=True, exist_ok=True)
        (folder(language) / "django.po").write_bytes(as_po(texts))
        (folder(language) / "django.mo").write_bytes(as_mo(texts))
        left = untranslated(texts)
        missing += len(left)
        print(f"{language}: {len(texts)} texts, {len(left)} to translate")
    sys.exit(1 if missing else 0)


if __name__ == "__main__":
    main()
