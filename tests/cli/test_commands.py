"""The command line, as a person or a script meets it: real processes on a data directory of their own."""

import json
import os
import re
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from trailhouse import cli
from trailhouse.connections import SQLITE_FILE

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory that does not exist yet."""
    return tmp_path / "data"


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with its tables and the account a@b.example, which owns shop.example."""
    data = tmp_path_factory.mktemp("begun") / "data"
    printed(running(data)("account", "add", "a@b.example", "--json"))
    printed(running(data)("site", "add", "shop.example", "--account", "a@b.example", "--json"))
    return data


@pytest.fixture
def shop(begun: Path, data: Path) -> None:
    """`data` holds the account a@b.example with the site shop.example."""
    shutil.copytree(begun, data)


@pytest.fixture
def run(data: Path) -> Run:
    """Runs `trailhouse` on `data`, with nothing else in its environment."""
    return running(data)


def running(data: Path) -> Run:
    """Runs `trailhouse` on `data`, with nothing else in its environment."""

    def trailhouse(*arguments: str, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
        own = {"PATH": os.environ["PATH"], "TRAILHOUSE_DATA": str(data)} | env
        command = [sys.executable, "-m", "trailhouse.cli", *arguments]
        return subprocess.run(command, input=stdin, env=own, capture_output=True, text=True, timeout=300, check=False)

    return trailhouse


def printed(result: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """What a command printed as JSON."""
    assert result.returncode == 0, result.stderr
    value: dict[str, Any] = json.loads(result.stdout)
    return value


def refused(result: subprocess.CompletedProcess[str]) -> str:
    """The one line in which a command said why not."""
    assert result.returncode == 2
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    assert line.startswith("trailhouse: ")
    return line


def test_help_fits_a_screen_and_names_every_command(run: Run) -> None:
    lines = run("--help").stdout.splitlines()
    assert len(lines) <= 24
    assert max(map(len, lines)) <= 80
    assert {line.strip().split("  ")[0] for line in lines} >= set(cli.COMMANDS)


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_every_command_has_help_and_a_function(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    from importlib import import_module

    with pytest.raises(SystemExit) as ended:
        cli.parser().parse_args([*name.split(), "--help"])
    assert ended.value.code == 0
    assert f"usage: trailhouse {name} " in capsys.readouterr().out
    module, function = cli.COMMANDS[name][2].split(".")
    assert callable(getattr(import_module(f"trailhouse.commands.{module}"), function))


def test_a_script_adds_an_account_a_site_and_a_key_before_the_first_start(run: Run, data: Path) -> None:
    account = printed(run("account", "add", "Owner@B.example", "--json"))
    assert account["email"] == "owner@b.example"
    assert len(account["password"]) >= 20
    site = printed(run("site", "add", "https://www.Shop.example/", "--account", "owner@B.example", "--json"))
    assert site.keys() == {"domain", "key", "snippet"}
    assert site["domain"] == "shop.example"
    assert f'src="http://127.0.0.1:8000/s/{site["key"]}.js"' in site["snippet"]
    with closing(sqlite3.connect(data / SQLITE_FILE)) as database:
        told = database.execute('SELECT "to", template FROM outbox_mail ORDER BY template').fetchall()
    assert told == [("owner@b.example", "sites/added"), ("owner@b.example", "sites/script")]
    assert printed(run("apikey", "add", "--account", "owner@b.example", "--json"))["key"].startswith("th_")
    limited = ("--scope", "stats", "--scope", "sites", "--site", "shop.example", "--name", "Shop")
    assert printed(run("apikey", "add", "--account", "owner@b.example", *limited, "--json"))["key"].startswith("th_")
    with closing(sqlite3.connect(data / SQLITE_FILE)) as database:
        keys = database.execute("SELECT name, scopes, site_ids FROM accounts_apikey ORDER BY id").fetchall()
    assert keys == [("command line", '["stats"]', "[]"), ("Shop", '["sites", "stats"]', "[1]")]
    assert "no site" in refused(run("apikey", "add", "--account", "owner@b.example", "--site", "other.example"))
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    assert not [path.name for path in data.iterdir() if path.stat().st_mode & 0o077]


def test_a_password_comes_by_standard_input(run: Run, shop: None) -> None:
    given = run("account", "add", "c@b.example", "--password-stdin", "--json", stdin="correct horse battery\n")
    assert printed(given)["password"] == "correct horse battery"
    weak = refused(run("account", "add", "d@b.example", "--password-stdin", stdin="short\n"))
    assert "at least 10 characters" in weak
    assert "No password came" in refused(run("account", "add", "d@b.example", "--password-stdin"))


def test_refusals_are_one_line_with_what_to_do(run: Run, shop: None) -> None:
    assert "trailhouse account add" in refused(run("site", "add", "a.example", "--account", "no@b.example"))
    assert "an account already" in refused(run("account", "add", "A@b.example"))
    assert "is an address" in refused(run("site", "add", "10.0.0.1", "--account", "a@b.example"))
    assert "no JSON" in refused(run("query", stdin="{"))


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("TRAILHOUSE_PORT", "99999", "TRAILHOUSE_PORT=99999: use a whole number from 1 to 65535"),
        ("TRAILHOUSE_PROT", "80", "TRAILHOUSE_PROT: there is no such setting"),
        ("DATABASE_URL", "mysql://root@localhost/x", "DATABASE_URL is no PostgreSQL address"),
        ("TRAILHOUSE_MAIL_URL", "http://mail.example", "TRAILHOUSE_MAIL_URL is no mail server"),
    ],
)
def test_a_wrong_setting_is_refused_by_name(run: Run, name: str, value: str, right: str) -> None:
    assert right in refused(run("setup-link", **{name: value}))


def test_data_may_be_named_before_and_after_the_command(run: Run, tmp_path: Path, data: Path) -> None:
    other = tmp_path / "other"
    printed(run("--data", str(other), "account", "add", "a@b.example", "--json"))
    assert "already" in refused(run("account", "add", "a@b.example", "--data", str(other)))
    assert not data.exists()


def test_links_carry_the_address_that_was_set_or_that_the_server_listens_on(run: Run, data: Path, shop: None) -> None:
    link = re.compile(r"(\S+)/set-up/[\w-]{30,}\n")

    def address(**env: str) -> str:
        found = link.fullmatch(run("setup-link", **env).stdout)
        assert found
        return found[1]

    assert address() == "http://127.0.0.1:8000"
    assert address(TRAILHOUSE_PORT="9000") == "http://127.0.0.1:9000"
    assert address(TRAILHOUSE_HOST="::", TRAILHOUSE_PORT="9000") == "http://[::1]:9000"
    (data / "address").write_text("http://127.0.0.1:8123")  # as a running server notes it
    assert address() == "http://127.0.0.1:8123"
    assert address(TRAILHOUSE_PORT="9000") == "http://127.0.0.1:9000"
    assert address(TRAILHOUSE_URL="https://stats.example/") == "https://stats.example"


def test_a_database_of_a_newer_version_is_refused_untouched(run: Run, data: Path, shop: None) -> None:
    with closing(sqlite3.connect(data / SQLITE_FILE)) as db:
        db.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('sites', '9999_later', '2030-01-01')")
        db.commit()
    assert "written by a newer version (sites 9999_later)" in refused(run("setup-link"))


def test_a_question_is_answered_as_a_table_and_as_json_without_a_server(run: Run, shop: None, tmp_path: Path) -> None:
    question = {"site_id": "shop.example", "metrics": ["visitors", "bounce_rate"], "date_range": "7d"}
    answered = printed(run("query", "--json", stdin=json.dumps(question)))
    assert answered["results"] == [{"metrics": [0, 0], "dimensions": []}]
    file = tmp_path / "question.json"
    file.write_text(json.dumps({"metrics": ["visitors"], "date_range": "7d", "dimensions": ["visit:source"]}))
    table = run("query", str(file), "--site", "https://www.shop.example")
    assert table.stdout.splitlines()[0] == "visit:source  visitors"
    printed(run("account", "add", "c@b.example", "--json"))
    printed(run("site", "add", "shop.example", "--account", "c@b.example", "--json"))
    assert "--account EMAIL" in refused(run("query", stdin=json.dumps(question)))
    assert printed(run("query", "--account", "c@b.example", "--json", stdin=json.dumps(question)))
    assert "There is no site" in refused(run("query", "--site", "no.example", stdin=json.dumps(question)))


def test_the_doctor_looks_at_everything_and_ends_red_where_something_is(run: Run, data: Path) -> None:
    found = json.loads(run("doctor", "--json").stdout)
    assert {check["check"] for check in found["checks"]} == {
        "settings", "data", "database", "server", "store", "spool", "disk", "mail", "jobs", "clock",
    }  # fmt: skip
    assert found["ok"]
    assert found["numbers"]["balanced"]
    sick = run("doctor", TRAILHOUSE_MAIL_URL="smtp://127.0.0.1:9", TRAILHOUSE_DISK_RESERVE_MB="9999999")
    assert sick.returncode == 1
    assert re.search(r"MEND  disk .*\n\s+Make room", sick.stdout)
    assert re.search(r"MEND  mail .*\n\s+Check TRAILHOUSE_MAIL_URL", sick.stdout)
    (data / SQLITE_FILE).write_bytes(b"no database at all" * 100)
    assert re.search(r"MEND  database", run("doctor").stdout)
