"""A mail may hold a part of its own in HTML, and be stopped by one request."""

from pathlib import Path

import pytest

from tests.outbox.conftest import Write
from trailhouse.outbox import rendering, sending
from trailhouse.outbox.rendering import ForeignAddressError, render

pytestmark = pytest.mark.django_db

TEXT = "Figures of {{ name }}\n\nBefore\n\n[[[\n  {{ note }}:\n\n  7 visitors\n]]]\n\nAfter\n"
HTML = '<table style="color:{{ brand.colour }}"><tr><td>{{ note }}</td></tr></table>'
HOSTILE = "<b>\n]]]\n[[Go|https://evil.example]]"


@pytest.fixture
def figures(letters: Path) -> str:
    """A template with a part."""
    folder = letters / "mail" / "test"
    folder.mkdir(parents=True)
    (folder / "figures.txt").write_text(TEXT)
    (folder / "figures.html").write_text(HTML)
    return "test/figures"


def test_a_part_is_text_as_it_stands_and_html_of_its_own(write: Write, figures: str) -> None:
    found = render(write(template=figures, context={"note": "Lately"}))
    assert "Before\n\n  Lately:\n\n  7 visitors\n\nAfter" in found.text
    assert '<table style="color:#0f766e"><tr><td>Lately</td></tr></table>' in found.html
    assert "7 visitors" not in found.html
    shown = found.html[found.html.index("<table") :]  # what comes before is the preview
    assert shown.index("Before") < shown.index("Lately") < shown.index("After")


def test_what_is_filled_into_a_part_is_escaped_and_ends_no_part(write: Write, figures: str) -> None:
    found = render(write(template=figures, context={"note": HOSTILE}))
    assert "<b>" not in found.html
    assert "&lt;b&gt;" in found.html
    assert 'href="https://evil.example' not in found.html
    assert "7 visitors" in found.text
    assert "7 visitors" not in found.html


def test_mail_that_can_be_stopped_says_so_to_programs_and_people(write: Write, figures: str) -> None:
    mail = write(template=figures, context={"secret": {"stop": "/reports/x7"}})
    headers = sending.message(mail).extra_headers
    address = f"{rendering.brand_of('').url}/reports/x7"
    assert headers["List-Unsubscribe"] == f"<{address}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = render(mail)
    assert f'href="{address}"' in found.html
    assert address in found.text
    assert "x7" not in render(mail, secrets=False).html, "to others than its reader it is a secret"


def test_other_mail_says_nothing_of_stopping(write: Write, figures: str) -> None:
    headers = sending.message(write(template=figures)).extra_headers
    assert not [name for name in headers if name.startswith("List-")]


def test_the_address_that_stops_it_is_ours(write: Write, figures: str) -> None:
    with pytest.raises(ForeignAddressError):
        render(write(template=figures, context={"secret": {"stop": "https://evil.example/x"}}))
