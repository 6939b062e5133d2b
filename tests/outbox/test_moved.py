"""The instance gets another address while mail waits: it goes out with the new one, or says what is wrong."""

from collections.abc import Callable, Iterator

import pytest
from django.test import Client

from tests import people
from tests.accounts.mails import words
from tests.outbox.conftest import Postbox, Write
from trailhouse.core import settings as core_settings
from trailhouse.outbox import rendering, sending
from trailhouse.outbox.models import Mail
from trailhouse.sites import notices

pytestmark = pytest.mark.django_db

OLD, NEW = "http://127.0.0.1:8000", "https://stats.example"
Move = Callable[[str], None]


@pytest.fixture
def move(monkeypatch: pytest.MonkeyPatch) -> Iterator[Move]:
    """Gives the instance another TRAILHOUSE_URL, as a start with it does."""

    def moved(url: str) -> None:
        monkeypatch.setenv("TRAILHOUSE_URL", url)
        core_settings.settings.cache_clear()

    yield moved
    monkeypatch.undo()
    core_settings.settings.cache_clear()


def test_a_mail_that_waits_goes_out_with_the_new_address(write: Write, postbox: Postbox, move: Move) -> None:
    note = f"{OLD}/sites, {OLD}. {OLD}1/x {OLD}.elsewhere.example/ {OLD}@elsewhere.example/"
    write(context={"path": f"{OLD}/enter/x7", "note": note, "sites": [f"a.example: {OLD}/sites/a/script"]})
    move(NEW)
    assert sending.send_due() == 1
    said = postbox.letters[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert f"{NEW}/enter/x7" in said
    assert f"a.example: {NEW}/sites/a/script" in said
    assert f"{NEW}/sites, {NEW}. {OLD}1/x {OLD}.elsewhere.example/ {OLD}@elsewhere.example/" in said


def test_the_script_in_a_mail_about_a_site_moves_as_well(move: Move) -> None:
    notices.send_again(people.bakery(), notices.SCRIPT, "maker@elsewhere.example", by=people.reseller())
    mail = Mail.objects.get(to="maker@elsewhere.example")
    assert f"{OLD}/s/" in rendering.render(mail).text
    move(NEW)
    text = rendering.render(mail).text
    assert f"{NEW}/s/" in text
    assert OLD not in text


def test_a_mail_that_leads_elsewhere_says_where_to_and_what_to_do(
    client: Client, write: Write, postbox: Postbox, move: Move
) -> None:
    mail = write(account_id=people.account().pk, context={"path": "https://gone.example/enter/x7"})
    Mail.objects.filter(pk=mail.pk).update(url="")  # as before this was noted
    assert sending.send_due() == 0
    mail.refresh_from_db()
    assert mail.last_error == "its link leads to https://gone.example, which is no address of this instance"
    client.force_login(people.reseller())
    page = words(client.get(f"/accounts/{mail.account_id}/mail/{mail.pk}"))
    assert "https://gone.example" in page
    assert "TRAILHOUSE_URL" in page
    assert "damaged" not in page
