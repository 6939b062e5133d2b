"""What the app does to its database before it serves, and what it then says."""

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.writer import MigrationWriter

from tests import people
from trailhouse.accounts import selectors, startup
from trailhouse.accounts.models import Account, OneTimeLink
from trailhouse.core.settings import settings


@pytest.mark.django_db
def test_the_migrations_make_what_the_models_describe() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_the_one_step_of_a_fresh_database_leads_where_the_many_of_an_older_one_lead() -> None:
    at_once, by_steps = (described(MigrationLoader(None, replace_migrations=short)) for short in (True, False))
    assert at_once == by_steps


def described(loader: MigrationLoader) -> dict[Any, Any]:
    """What each model is like after all migrations, in whatever order they came to it."""
    return {
        key: (
            sorted((name, MigrationWriter.serialize(field)[0]) for name, field in model.fields.items()),
            {
                name: sorted(map(repr, value)) if isinstance(value, list) else value
                for name, value in model.options.items()
            },
        )
        for key, model in loader.project_state().models.items()
    }


@pytest.mark.django_db
def test_a_database_that_is_up_to_date_is_asked_and_left_alone(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):  # is there a log of migrations, and what stands in it
        startup.prepare()


def test_several_processes_may_start_on_an_empty_directory_at_once(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "TRAILHOUSE_DATA": str(tmp_path / "data")}
    command = [sys.executable, "-m", "trailhouse.cli", "account", "add", "--json"]
    started = [
        subprocess.Popen([*command, f"p{n}@b.example"], env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for n in range(3)
    ]
    ended = [(process.communicate(timeout=300), process.returncode) for process in started]
    assert [(error, code) for (_, error), code in ended] == [(b"", 0)] * 3


@pytest.mark.django_db
def test_the_links_are_printed_while_they_are_needed(capsys: pytest.CaptureFixture[str]) -> None:
    own = dataclasses.replace(settings(), url="https://stats.example", demo=True)
    startup.announce(own)
    first = capsys.readouterr().out
    setup = re.search(r"https://stats\.example/set-up/(\S+)", first)
    assert setup
    assert selectors.open_link(OneTimeLink.Kind.SETUP, setup[1])
    assert "/enter/" not in first
    people.operator()
    Account.objects.filter(owner=people.reseller()).update(demo=True)
    startup.announce(own)
    second = capsys.readouterr().out
    entry = re.search(r"https://stats\.example/enter/(\S+)", second)
    assert entry
    link = selectors.open_link(OneTimeLink.Kind.SIGN_IN, entry[1])
    assert link is not None
    assert link.user == people.reseller()
    assert "/set-up/" not in second
    startup.announce(dataclasses.replace(own, demo=False))
    assert capsys.readouterr().out == "Trailhouse: https://stats.example\n"


def test_what_only_some_requests_need_is_not_loaded_at_the_start(tmp_path: Path) -> None:
    told = "import sys, django; django.setup(); print(*sys.modules)"
    env = {"TRAILHOUSE_DATA": str(tmp_path), "DJANGO_SETTINGS_MODULE": "trailhouse.settings"}
    loaded = subprocess.run([sys.executable, "-c", told], env=env, capture_output=True, text=True, check=True).stdout
    assert {"aiohttp", "dns", "xlsxwriter", "typst", "stripe", "chdb"} & set(loaded.split()) == set()
