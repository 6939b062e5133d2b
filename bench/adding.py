"""Adding a list of sites over HTTP: the look at it, and from the press of the button to the last site and its mail."""

import argparse
import http.client
import os
import re
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlencode

from bench import product, table

AT_MOST_S = {1_000: 20}
LONGEST_S = 300.0
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
_COOKIE = re.compile(r"csrf=\w+")


class Person:
    """Somebody who is signed in and sends forms."""

    def __init__(self, port: int, cookie: str, page: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._page = page
        status, text, set_cookie, _where = self._asked("GET", {"Cookie": cookie})
        token, own = _TOKEN.search(text), _COOKIE.search(set_cookie)
        if token is None or own is None:
            raise RuntimeError(f"{page} has no form: {status}")
        self._token = token[1]
        self._cookie = f"{cookie}; {own[0]}"

    def _asked(self, method: str, headers: dict[str, str], body: str = "") -> tuple[int, str, str, str]:
        self._connection.request(method, self._page, body or None, headers)
        answer = self._connection.getresponse()
        text = answer.read().decode()
        return answer.status, text, answer.headers.get("Set-Cookie", ""), answer.headers.get("Location", "")

    def send(self, **values: str) -> tuple[int, str]:
        """Send the form of the page: the status, and where that leads."""
        headers = {"Cookie": self._cookie, "Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"csrfmiddlewaretoken": self._token, **values})
        status, _text, _set_cookie, where = self._asked("POST", headers, body)
        return status, where


def _bill() -> None:
    """Have the instance bill its accounts, of which the first has paid before, so that any number may be on trial."""
    from trailhouse.accounts.models import Account, Instance
    from trailhouse.billing import enrolment
    from trailhouse.billing.models import BillingAccount
    from trailhouse.core import clock

    Instance.objects.update_or_create(pk=1, defaults={"billing": "on", "billed_since": clock.now()})
    billing = enrolment.billing_of(Account.objects.get())
    BillingAccount.objects.filter(pk=billing.pk).update(paid_once_at=clock.now())


def _carried_out(where: str, sites: int) -> list[str]:
    """Wait until all of the list are added: the kinds of the mails that were written."""
    from trailhouse.outbox.models import Mail, Task

    number, until = int(where.rpartition("/")[2]), time.monotonic() + LONGEST_S
    while (task := Task.objects.get(pk=number)).state == Task.State.WAITING:
        if time.monotonic() > until:
            raise TimeoutError(f"{task.done} of {task.total} after {LONGEST_S:.0f} s: {task.last_error}")
        time.sleep(0.05)
    added = len(task.result["added"])
    if task.state != Task.State.DONE or added != sites:
        raise RuntimeError(
            f"{added} of {sites} were added: {task.state} {task.last_error} {task.result['refused'][:1]}"
        )
    return list(Mail.objects.values_list("template", flat=True))


def _processor_s(processes: Sequence[int]) -> float:
    """The seconds that these processes have worked."""
    ticks = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])  # utime and stime
    return ticks / os.sysconf("SC_CLK_TCK")


def measure(directory: Path, sites: int, billed: bool) -> Sequence[object]:
    """Add that many sites to an account that has one; a row of the table."""
    product.use_data(directory)
    (first,) = product.add_sites(["first.example"])
    if billed:
        _bill()
    text = "\n".join(f"https://www.site-{n}.example/, Client {n % 50}, Europe/Amsterdam" for n in range(sites))
    with product.running(directory) as running:
        person = Person(running.port, product.cookie(), f"/accounts/{first.account_id}/sites/bulk")
        began = time.perf_counter()
        status, _where = person.send(text=text)
        looked = time.perf_counter() - began
        if status != 200:
            raise RuntimeError(f"the look at the list answered {status}")
        before, began = _processor_s(running.processes()), time.perf_counter()
        status, where = person.send(text=text, confirm="yes")
        if status != 302:
            raise RuntimeError(f"the list was answered by {status}")
        answered = time.perf_counter() - began
        mails = _carried_out(where, sites)
        took, worked = time.perf_counter() - began, _processor_s(running.processes()) - before
    if mails != ["sites/bulk"]:
        raise RuntimeError(f"these mails were written: {mails}")
    most = f"{AT_MOST_S[sites]} s" if sites in AT_MOST_S else ""
    name = f"{sites:,} sites, {'each with a trial' if billed else 'nobody is billed'}"
    return name, f"{looked:.2f} s", f"{answered:.2f} s", f"{took:.1f} s", most, f"{worked:.1f} s", len(mails)


def main() -> None:
    """Measure each in a process and a directory of its own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sites", type=int, nargs="*", default=[1_000])
    parser.add_argument("--billed", action="store_true", help="on an instance that bills its accounts")
    options = parser.parse_args()
    os.chdir(Path(__file__).parent.parent)
    head = (
        "added from one list",
        "the look at it",
        "answer to the button",
        "until all are there",
        "at most",
        "processor",
        "mails",
    )
    for sites in options.sites:
        with tempfile.TemporaryDirectory(prefix="trailhouse-bench-") as directory:
            row = measure(Path(directory), sites, options.billed)
            notes = (
                "To an account with one site, for 50 clients, by the product's own form. Processor: of all processes.",
            )
            table.show("Adding sites in bulk", head, [row], Path(directory), notes)


if __name__ == "__main__":
    main()
