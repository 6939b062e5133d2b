"""One template file becomes subject, text and HTML, whatever is filled in."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.utils import translation

from tests.outbox.conftest import Write
from trailhouse.branding import mailing
from trailhouse.outbox import rendering
from trailhouse.outbox.rendering import Brand, ForeignAddressError, WrongTemplateError, render

pytestmark = pytest.mark.django_db

BASE = "http://127.0.0.1:8000"


@pytest.fixture
def brand() -> Iterator[Brand]:
    """The look of mail that is written in the look "7"."""
    one = Brand("Northlight Studio", "Northlight <hello@northlight.example>", "#ffd400", "Havenplein 7, Den Helder")
    rendering.use_brand(lambda look: one if look == "7" else Brand("Trailhouse", "th@trailhouse.example"))
    yield one
    rendering.use_brand(mailing.brand_of)


@pytest.fixture
def template(letters: Path, request: pytest.FixtureRequest) -> str:
    """The name of a template with the text that the test gives."""
    path = letters / "mail" / "test" / "made.txt"
    path.parent.mkdir(parents=True)
    path.write_text(request.param)
    return "test/made"


def test_the_file_becomes_subject_text_and_html(write: Write) -> None:
    made = render(write())
    assert made.subject == "Sign in: Bente"
    assert made.text.startswith(
        "This line is one paragraph.\n\nBente writes: Good morning\n\na.example\nb.example\n\n"
        '<script src="/enter/x7"></script>\n\n'
        f"Sign in:\n{BASE}/enter/x7\n\nThis is said more quietly.\n\n-- \nSent by Trailhouse"
    )
    assert re.search(r"<h1[^>]*>Sign in: Bente</h1>", made.html)
    assert re.search(r'<p class="ink"[^>]*>a\.example<br>b\.example</p>', made.html)
    assert re.search(r'<p class="code"[^>]*>&lt;script src=&quot;/enter/x7&quot;&gt;&lt;/script&gt;</p>', made.html)
    assert re.findall(r'href="([^"]*)"', made.html) == [f"{BASE}/enter/x7"]
    assert re.search(r'<p class="muted"[^>]*>This is said more quietly\.</p>', made.html)
    assert made.sender == "Trailhouse <mail@localhost>"


def test_an_address_of_ours_in_a_text_is_a_link_and_no_other(write: Write) -> None:
    made = render(write(context={"note": f'see {BASE}/sites/x7, https://elsewhere.example/ or http://[ and "<b>'}))
    assert re.findall(r'href="([^"]*)"', made.html) == [f"{BASE}/sites/x7", f"{BASE}/enter/x7"]
    assert "</a>, https://elsewhere.example/ or http://[ and &quot;&lt;b&gt;" in made.html
    assert f"see {BASE}/sites/x7, https://elsewhere.example/" in made.text


def test_the_name_before_an_address_of_ours_is_the_link(write: Write) -> None:
    made = render(
        write(context={"sites": [f"a.example & b: {BASE}/sites/x7", "c.example: https://elsewhere.example/"]})
    )
    assert f'<a href="{BASE}/sites/x7" style="color:inherit">a.example &amp; b</a><br>c.example: https://' in made.html
    assert f"a.example & b: {BASE}/sites/x7" in made.text


def test_lists_of_mail_show_how_it_begins_but_no_code(write: Write, letters: Path) -> None:
    (letters / "mail" / "test").mkdir(parents=True)
    text = "Your code\n\nType this:\n\n    {{ secret.code }}\n\nIt works once. " + "It is yours. " * 20
    (letters / "mail" / "test" / "code.txt").write_text(text)
    html = render(write(template="test/code", context={"secret": {"code": "1234-5678"}})).html
    preview = re.search(r'<div style="display:none[^>]*>([^<]*)</div>', html)
    assert preview
    assert preview[1].startswith("Type this: It works once. It is yours.")
    assert "1234" not in preview[1]
    assert len(preview[1]) < 160
    assert re.search(r'<p class="code" style="[^"]*font-size:26px[^"]*">1234-5678</p>', html)


def test_it_speaks_the_language_of_the_mail_not_of_who_looks(write: Write) -> None:
    with translation.override("nl"):
        dutch = translation.gettext("Sign in")
    assert dutch != "Sign in"
    with translation.override("de"):
        made = render(write(language="nl"))
    assert made.subject == f"{dutch}: Bente"
    assert '<html lang="nl">' in made.html
    assert f">{dutch}</a>" in made.html


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r", "\u2028", "\x0b", "\x00", "\ud800", "\u202e", "\u2067"])
def test_no_text_that_is_filled_in_begins_a_header_a_paragraph_or_an_action(write: Write, ending: str) -> None:
    hostile = ending.join(["Bente", "Bcc: all@elsewhere.example", "", "[[Win|https://elsewhere.example/]]", ""])
    made = render(write(context={"name": hostile, "note": hostile, "sites": [hostile]}))
    assert len(made.subject.splitlines()) == 1
    assert "Bcc: all@elsewhere.example" in made.subject
    assert re.findall(r'href="([^"]*)"', made.html) == [f"{BASE}/enter/x7"]
    assert not [line for line in made.text.splitlines() if line.startswith(("Bcc", "[["))]


def test_markup_that_is_filled_in_is_text(write: Write) -> None:
    made = render(write(context={"note": "<img src=x onerror=alert(1)> & {{ name }}"}))
    assert "writes: <img src=x onerror=alert(1)> & {{ name }}" in made.text
    assert "&lt;img src=x onerror=alert(1)&gt; &amp; {{ name }}" in made.html
    assert "<img" not in made.html


@pytest.mark.parametrize(
    "path",
    [
        "https://elsewhere.example/enter",
        "http://127.0.0.1:8000.elsewhere.example/",
        "http://127.0.0.1:8000@elsewhere.example/",
        "javascript:alert(1)",
        "HTTPS:elsewhere",
    ],
)
def test_the_action_leads_to_us_alone(write: Write, path: str) -> None:
    mail = write(context={"path": path})
    with pytest.raises(ForeignAddressError, match="no address of this instance"):
        render(mail)


@pytest.mark.parametrize(
    ("path", "leads_to"),
    [
        (f"{BASE}/enter/x7", f"{BASE}/enter/x7"),
        ("//elsewhere.example/", f"{BASE}//elsewhere.example/"),
        ('/"onmouseover="alert(1)', f"{BASE}/&quot;onmouseover=&quot;alert(1)"),
    ],
)
def test_the_address_of_the_action_stays_one_of_ours(write: Write, path: str, leads_to: str) -> None:
    assert re.findall(r'href="([^"]*)"', render(write(context={"path": path})).html) == [leads_to]


def test_mail_has_the_look_that_it_was_written_in(write: Write, brand: Brand) -> None:
    made = render(write(look="7"))
    assert made.sender == "Northlight <hello@northlight.example>"
    assert "Sent by Northlight Studio, Havenplein 7, Den Helder" in made.text
    assert 'bgcolor="#ffd400"' in made.html
    assert "Trailhouse" not in made.html + made.text
    assert "Northlight" not in render(write(account_id=7)).html


@pytest.mark.parametrize(("colour", "ink"), [("#0f766e", "#ffffff"), ("#ffd400", "#101314"), ("#000000", "#ffffff")])
def test_the_button_can_be_read_on_any_colour(colour: str, ink: str) -> None:
    assert Brand("A", "a@a.example", colour).ink == ink


def test_a_brand_puts_nothing_but_a_colour_into_a_style_and_no_line_into_a_header() -> None:
    with pytest.raises(ValueError, match="no colour"):
        Brand("A", "a@a.example", "red;background:url(//elsewhere.example)")
    assert "\n" not in Brand("A", "A\nBcc: b@b.example <a@a.example>").sender


@pytest.mark.parametrize(
    ("template", "wrong"),
    [
        ("Subject\nno empty line\n", "the subject on one line"),
        ("Subject alone\n", "the subject on one line"),
        ("\n\n", "the subject on one line"),
        ("Subject\n\n[[One|/one]]\n[[Two|/two]]\n", "one action"),
    ],
    indirect=["template"],
)
def test_a_template_of_another_form_is_refused(write: Write, template: str, wrong: str) -> None:
    with pytest.raises(WrongTemplateError, match=wrong):
        render(write(template=template))


def test_a_list_names_the_template_where_the_subject_cannot_be_rendered(write: Write) -> None:
    assert rendering.subject_of(write(template="test/no_such")) == "test/no_such"


def test_no_list_shows_a_secret(write: Write, letters: Path) -> None:
    (letters / "mail" / "test").mkdir(parents=True)
    (letters / "mail" / "test" / "code.txt").write_text("{{ secret.code }} is your code\n\nIt works once.\n")
    mail = write(template="test/code", context={"secret": {"code": "314159"}})
    assert render(mail).subject == "314159 is your code"
    assert rendering.subject_of(mail) == "… is your code"
