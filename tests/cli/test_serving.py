"""Starting and ending: one server a data directory, one a port, and what each of several machines runs."""

import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.ledger.server import ROOT, Server, command, environment, free_port, make_site, until
from trailhouse import internal, supervisor
from trailhouse.connections import SQLITE_FILE
from trailhouse.core.errors import UserError
from trailhouse.core.settings import from_env
from trailhouse.events import registry


def refused(data: Path, port: int) -> str:
    """The one line in which `serve` said why not."""
    done = command(data, "serve", "--port", str(port))
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    return line


@contextmanager
def app(data: Path, *roles: str) -> Iterator[Path]:
    """An app process in these roles; its log."""
    log = data.with_name("app.log")
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "trailhouse.app", "--roles", ",".join(roles)],
            cwd=ROOT, env=environment(data, DJANGO_SETTINGS_MODULE="trailhouse.settings"), stderr=file, stdout=file,
        )  # fmt: skip
    try:
        until(lambda: process.poll() is not None or internal.call(data / "app.sock", "status", {}), what="an answer")
        yield log
    finally:
        process.terminate()
        process.wait(120)


def test_a_second_server_is_refused_on_the_same_data_and_on_the_same_port(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with Server(data) as server:
        server.wait()
        assert f"A server runs on {data} already (process {server.pids()['parent']})" in refused(data, free_port())
        taken = refused(tmp_path / "other", server.port)
        assert f"port {server.port} of 127.0.0.1" in taken
        assert "--port" in taken
        assert (data / "address").read_text().endswith(f":{server.port}")
        port = server.port
    own = from_env({"TRAILHOUSE_PORT": str(port), "TRAILHOUSE_DATA": str(data)})
    supervisor.find_port_free(own, 0)  # connections that have just ended do not keep it


def test_what_was_killed_leaves_word_that_its_port_may_still_be_taken(tmp_path: Path) -> None:
    own = from_env({"TRAILHOUSE_DATA": str(tmp_path)})
    with supervisor.alone(own) as after_a_kill:
        assert not after_a_kill
    with supervisor.alone(own) as after_a_kill:
        assert not after_a_kill
    (tmp_path / supervisor.LOCK_FILE).write_text("4711")
    with supervisor.alone(own) as after_a_kill:
        assert after_a_kill


def test_a_port_that_is_about_to_be_free_is_waited_for(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        own = from_env({"TRAILHOUSE_DATA": str(tmp_path), "TRAILHOUSE_PORT": str(other.getsockname()[1])})
        with pytest.raises(UserError) as taken:
            supervisor.find_port_free(own, 0)
        assert taken.value.code == "port_taken"
        leaving = threading.Timer(0.2, other.close)
        leaving.start()
        supervisor.find_port_free(own, 30)
        leaving.join()


@pytest.mark.parametrize(
    ("only", "processes"),
    [
        (None, ["edge 0", "edge 1", "app"]),
        ("app", ["edge 0", "edge 1", "app"]),
        ("edge", ["edge 0", "edge 1", "app"]),
        ("jobs", ["app"]),
    ],
)
def test_each_machine_that_receives_events_also_moves_them(only: str | None, processes: list[str]) -> None:
    own = from_env({"TRAILHOUSE_STORE": "https://store.example/trailhouse", "TRAILHOUSE_WORKERS": "2"})
    assert [child.name for child in supervisor.children(own, only)] == processes
    edge, roles = supervisor.ROLES[only]
    assert edge is ("writer" in roles)


def test_one_embedded_store_cannot_be_split(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="TRAILHOUSE_STORE"):
        supervisor.children(from_env({"TRAILHOUSE_DATA": str(tmp_path)}), "edge")


def test_a_machine_without_pages_says_so_and_listens_for_the_canary(tmp_path: Path) -> None:
    data = tmp_path / "data"
    make_site(data)
    with app(data, "writer"):
        until((data / registry.FILE).exists, what="the sites that the edge serves")
        assert internal.call(data / "app.sock", "status", {}) == {"live": True, "red": []}
        connection = internal._Connection(data / "app.sock")
        with closing(connection):
            connection.request("GET", "/")
            answer = connection.getresponse()
            assert (answer.status, answer.read()[:26]) == (404, b"This machine counts visits")


def test_a_database_of_a_newer_version_ends_the_app_with_one_line(tmp_path: Path) -> None:
    data = tmp_path / "data"
    make_site(data)
    with closing(sqlite3.connect(data / SQLITE_FILE)) as db:
        db.execute("INSERT INTO django_migrations (app, name, applied) VALUES ('sites', '9999_later', '2030-01-01')")
        db.commit()
    with app(data, "pages") as log:
        said = log.read_text()
    assert "written by a newer version (sites 9999_later)" in said
    assert "Traceback" not in said


def test_a_server_that_ends_while_it_is_asked_is_told_from_one_that_does_not_run(tmp_path: Path) -> None:
    path = tmp_path / "app.sock"
    assert internal.call(path, "status", {}) is None
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen()
        ending = threading.Thread(target=lambda: listening.accept()[0].close())
        ending.start()
        with pytest.raises(UserError) as ended:
            internal.call(path, "backup", {})
        ending.join()
    assert ended.value.code == "server_ended"
    assert internal.call(path, "status", {}) is None
