"""Plain text with headings and lists, whatever somebody types."""

from hypothesis import given
from hypothesis import strategies as st

from trailhouse.legal.plain import Block, blocks


def test_headings_lists_and_paragraphs_are_told_apart() -> None:
    text = "# One\nfirst\r\nsecond\n- a\n- b\nthird\n\n#no heading\n\n-no list"
    assert blocks(text) == (
        Block("heading", ("One",)),
        Block("text", ("first", "second")),
        Block("list", ("a", "b")),
        Block("text", ("third",)),
        Block("text", ("#no heading",)),
        Block("text", ("-no list",)),
    )


@given(st.text(alphabet="ab#- \n\r\t<"))
def test_no_word_is_lost_and_no_part_is_empty(text: str) -> None:
    found = blocks(text)
    kept = [letter for block in found for line in block.lines for letter in line if letter in "ab<"]
    assert kept == [letter for letter in text if letter in "ab<"]
    assert all(block.lines for block in found)
