"""What is documented is complete, and the documentation's own links lead somewhere."""

import re
from pathlib import Path

import pytest

from trailhouse.collector.steps import REASONS, STEPS
from trailhouse.edge import GAUGES

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")
_CODE = re.compile(r'return "([a-z_]+)"|else "([a-z_]+)"|return "([a-z_]+)" if')


@pytest.mark.parametrize("reason", REASONS)
def test_every_reason_is_documented(reason: str) -> None:
    assert f"| `{reason}` |" in (ROOT / "docs/left-out.md").read_text()


@pytest.mark.parametrize("gauge", GAUGES)
def test_every_gauge_is_documented(gauge: str) -> None:
    assert f"`{gauge}`" in (ROOT / "docs/operations.md").read_text()


def test_every_reason_that_a_step_gives_is_in_the_table() -> None:
    source = Path(STEPS[0].__code__.co_filename).read_text()
    given = {next(filter(None, found)) for found in _CODE.findall(source)}
    assert given
    assert given <= REASONS.keys()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    missing = [target for target in _LINK.findall(page.read_text()) if not (page.parent / target).exists()]
    assert not missing


def test_every_page_of_the_documentation_is_reached_from_the_readme() -> None:
    reached: set[Path] = set()
    ahead = [ROOT / "README.md"]
    while ahead:
        page = ahead.pop()
        if page in reached:
            continue
        reached.add(page)
        targets = [(page.parent / target).resolve() for target in _LINK.findall(page.read_text())]
        for target in targets:
            ahead += target.glob("*.md") if target.is_dir() else [target] if target.suffix == ".md" else []
    assert not [str(page.relative_to(ROOT)) for page in PAGES if page not in reached and page.parent != ROOT]


def test_every_picture_is_shown_and_not_too_heavy() -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for target in _LINK.findall(page.read_text())}
    pictures = sorted((ROOT / "docs/images").glob("*.png"))
    assert not [picture.name for picture in pictures if picture not in shown]
    assert sum(picture.stat().st_size for picture in pictures) < 2_000_000


def test_files_that_the_architecture_names_are_there() -> None:
    text = (ROOT / "docs/architecture.md").read_text()
    answers = [line.split("|")[2] for line in text.splitlines() if re.match(r"\| \d+\.", line)]
    named = {name for answer in answers for name in re.findall(r"`([a-z_/0-9]+\.(?:py|sql|toml))`", answer)}
    assert len(answers) == 20
    assert not [name for name in named if not (ROOT / "src/trailhouse" / name).exists()]
