"""Exports by program: asked for, made meanwhile, looked after, read and deleted."""

import csv
import gzip
import io
import json
import shutil
from collections.abc import Iterator

import pytest

from tests import people
from tests.api.conftest import BAKERY, DAY, World, ask, key
from trailhouse.accounts.models import AuditEntry
from trailhouse.core.settings import settings
from trailhouse.exports import files
from trailhouse.exports.models import Export
from trailhouse.outbox.models import Mail
from trailhouse.outbox.working import carry_out_due
from trailhouse.sites.models import Privacy, Site

pytestmark = pytest.mark.django_db(transaction=True)

PATH = "/api/v1/stats/exports"
WANTED = {"site_id": BAKERY, "what": "events", "format": "csv", "first": str(DAY), "last": str(DAY)}


@pytest.fixture(autouse=True)
def _no_files_left() -> Iterator[None]:
    yield
    shutil.rmtree(settings().data / files.DIRECTORY, ignore_errors=True)


def test_a_file_is_asked_for_made_and_read(world: World) -> None:
    asked = ask("POST", PATH, key(), json.dumps(WANTED)).json()
    assert (asked["state"], asked["what"], asked["first"]) == ("waiting", "events", str(DAY))
    one = f"{PATH}/{asked['id']}"
    early = ask("GET", f"{one}/file", key(), site_id=BAKERY)
    assert (early.status_code, early.json()["code"]) == (409, "not_ready")
    carry_out_due()
    told = ask("GET", one, key(), site_id=BAKERY).json()
    assert (told["state"], told["percent"], told["rows"]) == ("ready", 100, 5)
    assert not Mail.objects.filter(key=f"export/{told['id']}/ready").exists()  # a program asks for the state
    sent = ask("GET", f"{one}/file", key(), site_id=BAKERY)
    content = b"".join(sent.streaming_content)
    assert (sent["Content-Type"], int(sent["Content-Length"])) == ("application/gzip", told["size"])
    assert told["name"] in sent["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(gzip.decompress(content).decode())))
    assert len(rows) == 5
    assert told in ask("GET", PATH, key(), site_id=BAKERY).json()["exports"]
    assert AuditEntry.objects.filter(action="site.exported", user=people.reseller()).count() == 2  # one is the world's
    body = json.dumps({"site_id": BAKERY})
    assert ask("DELETE", one, key(), body).json() == {"deleted": True}
    assert ask("GET", one, key(), site_id=BAKERY).status_code == 404


@pytest.mark.parametrize(
    "wrong", [{"format": "xlsx"}, {"what": "people"}, {"first": "2026-02-30"}, {"last": "soon"}, {"colour": "red"}]
)
def test_a_file_that_there_is_not(world: World, wrong: dict[str, str]) -> None:
    found = ask("POST", PATH, key(), json.dumps(WANTED | wrong))
    assert (found.status_code, set(found.json())) == (400, {"error", "code"})


def test_totals_leave_a_strict_site_and_events_do_not(world: World) -> None:
    Site.objects.filter(pk=world.site.pk).update(privacy=Privacy.STRICT)
    assert ask("POST", PATH, key(), json.dumps(WANTED)).json()["code"] == "figures_only"
    assert ask("POST", PATH, key(), json.dumps(WANTED | {"what": "totals"})).status_code == 200


def test_what_was_taken_along_on_leaving_is_no_export_of_the_statistics(world: World) -> None:
    Export.objects.filter(pk=world.ids["export"]).update(through=Export.Through.LEAVING)
    assert ask("GET", PATH, key(), site_id=BAKERY).json()["exports"] == []
    assert ask("GET", f"{PATH}/{world.ids['export']}", key(), site_id=BAKERY).status_code == 404
