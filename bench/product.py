"""The real product in a directory of its own, and a person who is signed in to it."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

TOKEN = "bench"
EMAIL = "bench@bench.example"
READY_S = 60.0


def environment(data: Path) -> dict[str, str]:
    """This process's environment with a product's settings for benchmarks in place of its own."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("TRAILHOUSE_")}
    env |= {
        "TRAILHOUSE_DATA": str(data),
        "TRAILHOUSE_OPS_TOKEN": TOKEN,
        "TRAILHOUSE_TRUSTED_PROXIES": "127.0.0.1/32",
        "TRAILHOUSE_LOG_LEVEL": "error",
        "DJANGO_SETTINGS_MODULE": "trailhouse.settings",
    }
    env.pop("DATABASE_URL", None)
    return env


def use_data(data: Path) -> None:
    """Set Django up in this process on the product's own database, and bring that up to date."""
    kept = environment(data)
    for name in [name for name in os.environ if name.startswith("TRAILHOUSE_")]:
        del os.environ[name]
    os.environ.update(kept)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    import django

    django.setup()
    from trailhouse.accounts import startup

    startup.prepare()


def add_sites(domains: Sequence[str], email: str = EMAIL) -> list[Any]:
    """An account and its sites, made by the product's own services. Needs `use_data`."""
    from django.db import transaction

    from trailhouse.accounts import selectors
    from trailhouse.accounts.services import NewPerson, create_account
    from trailhouse.sites.services import NewSite, add_site

    account = selectors.account_of(email) or create_account(NewPerson(email, account_name="Bench"))
    with transaction.atomic():
        return [
            add_site(account, NewSite(domain, "Europe/Amsterdam", "EUR"), by=account.owner, mail=False)
            for domain in domains
        ]


def cookie(email: str = EMAIL) -> str:
    """A session of somebody, by default the account's owner, as a Cookie header. Needs `use_data` and `add_sites`."""
    from django.conf import settings
    from django.test import Client

    from trailhouse.accounts.models import User

    client = Client()
    client.force_login(User.objects.get_by_natural_key(email))
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def free_port() -> int:
    """A port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Product:
    """A running `trailhouse serve`."""

    def __init__(self, data: Path, *arguments: str) -> None:
        self.port = free_port()
        self.data = data
        self.started = time.perf_counter()
        command = [sys.executable, "-m", "trailhouse.cli", "serve", "--data", str(data), "--port", str(self.port)]
        self._log = (data / "bench.log").open("ab")
        self.process = subprocess.Popen(
            [*command, *arguments], env=environment(data), stdout=self._log, stderr=self._log
        )

    def wait(self) -> float:
        """Wait until it is ready; the seconds that took since its start."""
        while time.perf_counter() - self.started < READY_S:
            if self.process.poll() is not None:
                raise RuntimeError(f"the product ended; see {self.data / 'bench.log'}")
            try:
                if self.get("/health")[0] == 200:
                    return time.perf_counter() - self.started
            except (OSError, http.client.HTTPException):
                pass
            time.sleep(0.03)
        raise TimeoutError(f"not ready after {READY_S:.0f} s; see {self.data / 'bench.log'}")

    def get(self, path: str, **headers: str) -> tuple[int, bytes]:
        """One GET on a connection of its own: status and body."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()

    def counters(self) -> dict[str, int]:
        """The four numbers and their companions, from /metrics."""
        status, body = self.get("/metrics", Authorization=f"Bearer {TOKEN}")
        if status != 200:
            raise RuntimeError(f"/metrics answered {status}")
        lines = (line.split() for line in body.decode().splitlines() if line and line[0] != "#")
        return {name.removeprefix("trailhouse_").removesuffix("_total"): int(n) for name, n in lines}

    def drained(self, seconds: float = 300) -> dict[str, int]:
        """The counters once nothing is queued any more."""
        deadline = time.monotonic() + seconds
        while (counters := self.counters())["queued"]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"still queued: {counters}")
            time.sleep(0.1)
        return counters

    def processes(self) -> list[int]:
        """The ids of the product's processes."""
        found = [self.process.pid]
        for parent in found:
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            found += [int(child) for child in children]
        return found

    def stop(self) -> None:
        """End it as an operator would."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        self._log.close()


@contextmanager
def running(data: Path, *arguments: str) -> Iterator[Product]:
    """A product that is ready, for the length of the `with` block."""
    product = Product(data, *arguments)
    try:
        product.wait()
        yield product
    finally:
        product.stop()


def anonymous_mb(processes: Sequence[int]) -> float:
    """The anonymous memory that these processes have in RAM, in MB (10^6 bytes)."""
    total = 0
    for process in processes:
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            if line.startswith("Anonymous:"):
                total += int(line.split()[1]) * 1024
    return total / 1e6


def as_json(text: bytes) -> Any:
    """A JSON body."""
    return json.loads(text)
