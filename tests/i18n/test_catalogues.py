"""Every text that people see is there in every language, and in the same shape."""

import re

import pytest
from babel.messages.catalog import Message
from django.conf import settings
from tools import messages

PLACEHOLDER = re.compile(r"%(?:\(\w+\))?\d*[sd]")
TAG = re.compile(r"<[^>]+>")
ENTITY = re.compile(r"&\w+;")
ALL_LANGUAGES = pytest.mark.parametrize("language", messages.LANGUAGES)
# What a number of one may leave out, as in "one visitor".
Shape = tuple[list[str], list[str], list[str]]


def shape(text: str) -> Shape:
    return sorted(PLACEHOLDER.findall(text)), TAG.findall(text), ENTITY.findall(text)


def pairs(message: Message) -> list[tuple[str, str]]:
    """Each text beside its translation, plural forms too."""
    if isinstance(message.id, str):
        return [(message.id, str(message.string))]
    assert not isinstance(message.string, str)
    assert message.string is not None
    one, many = message.id
    return [(one if n == 0 else many, text) for n, text in enumerate(message.string)]


def translated(language: str) -> list[tuple[str, str]]:
    return [pair for message in messages.committed(language) if message.id for pair in pairs(message)]


def test_the_product_offers_english_and_the_languages_of_the_catalogues() -> None:
    assert {code for code, _name in settings.LANGUAGES} == {"en", *messages.LANGUAGES}


def test_no_text_is_written_where_it_is_not_found() -> None:
    """Within an f-string, or cut off at an escaped quotation mark in a template, a text is in no catalogue whole."""
    lost = re.compile(r"""\bf(["']).*\{(?:_|\w*gettext\w*)\(|\{%\s*translate\s+"[^"%]*\\\"""")
    found = [(name, line) for name, path in messages.sources() for line in path.read_text("utf-8").splitlines()
             if lost.search(line)]  # fmt: skip
    assert found == []


@ALL_LANGUAGES
def test_a_catalogue_holds_the_texts_of_the_sources_and_no_others(language: str) -> None:
    """When this fails: `make messages`, and translate what is new in the .po files that it names."""
    path = messages.folder(language) / "django.po"
    assert path.read_bytes() == messages.as_po(messages.renewed(language))


@ALL_LANGUAGES
def test_a_catalogue_is_complete(language: str) -> None:
    assert [message.id for message in messages.untranslated(messages.committed(language))] == []


@ALL_LANGUAGES
def test_what_the_product_reads_is_what_was_written(language: str) -> None:
    path = messages.folder(language) / "django.mo"
    assert path.read_bytes() == messages.as_mo(messages.renewed(language))


@ALL_LANGUAGES
def test_a_translation_has_the_placeholders_and_the_markup_of_its_text(language: str) -> None:
    wrong = [(text, found) for text, found in translated(language) if shape(text) != shape(found)]
    assert wrong == []


@ALL_LANGUAGES
def test_a_translation_begins_and_ends_like_its_text(language: str) -> None:
    """White space at the edges joins texts; a full stop, a colon or "…" tells what follows."""

    def edges(text: str) -> tuple[bool, bool, str]:
        last = text.rstrip()[-1:]
        return text[:1].isspace(), text[-1:].isspace(), last if last in ".:…?" else ""

    units = ("Pp.",)  # an abbreviation, not the end of a sentence
    wrong = [
        (text, found)
        for text, found in translated(language)
        if edges(text) != edges(found) and not found.endswith(units)
    ]
    assert wrong == []


@ALL_LANGUAGES
def test_translations_are_plain_and_do_not_shout(language: str) -> None:
    wrong = [found for _text, found in translated(language) if "!" in found or "¡" in found or "  " in found]
    assert wrong == []


def test_texts_of_every_kind_are_gathered() -> None:
    """One of each way to mark a text: in a template and in Python, with a context, with a plural, across lines."""
    known = messages.gathered("nl")
    assert known.get("Skip to content")  # {% translate "…" %}
    assert known.get("Signed in as %(email)s")  # {% blocktranslate %} with a value
    assert known.get('%(n)s visitor<span class="hide-s"> now</span>')  # … with a plural
    assert known.get("Top", "pages")  # pgettext_lazy
    assert known.get("Direct")  # gettext_noop
    assert known.get("Visitors")  # gettext_lazy
    assert known.get("This field is required.")  # of Django
