"""Every setting and every command is documented."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from trailhouse import cli
from trailhouse.commands.doctor import CHECKS
from trailhouse.core.settings import Settings, name_of

DOCS = Path(__file__).parents[2] / "docs"
COMPUTED = {"url", "store"}  # whose default is told in words or spelled out


@pytest.mark.parametrize("setting", [field.name for field in fields(Settings)])
def test_every_setting_is_documented_with_its_default(setting: str) -> None:
    row = re.search(rf"^\| `{name_of(setting)}` \| (.+?) \|", (DOCS / "settings.md").read_text(), re.MULTILINE)
    assert row, f"docs/settings.md does not know {name_of(setting)}"
    default = next(field for field in fields(Settings) if field.name == setting).metadata["default"]
    if default and setting not in COMPUTED:
        assert row[1] == f"`{default}`"


def test_no_setting_is_documented_that_does_not_exist() -> None:
    documented = set(re.findall(r"^\| `([A-Z_]+)`", (DOCS / "settings.md").read_text(), re.MULTILINE))
    assert documented == {name_of(field.name) for field in fields(Settings)}


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_is_documented_with_its_arguments(name: str) -> None:
    text = (DOCS / "cli.md").read_text()
    usage = re.search(rf"^trailhouse {name}(?: .*)?$", text, re.MULTILINE)
    assert usage, f"docs/cli.md does not show trailhouse {name}"
    for argument, options in cli.COMMANDS[name][1]:
        shown = argument if argument.startswith("-") else options["metavar"]
        assert shown in usage[0], f"docs/cli.md does not show {shown} of {name}"


def test_the_doctors_findings_are_named_in_the_documentation() -> None:
    text = (DOCS / "cli.md").read_text()
    assert not [check.__name__ for check in CHECKS if check.__name__.lstrip("_") not in text]
