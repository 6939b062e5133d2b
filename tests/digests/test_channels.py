"""Alerts reach Slack, Teams, Discord and signed webhooks in their forms, are tried again, and never lead inside."""

import hashlib
import hmac
import json
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from typing import Any

import pytest

from tests import people
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.digests import channels, selectors, services, telling
from trailhouse.digests.channels.message import Message
from trailhouse.digests.models import Alert, Channel, Firing, Sending
from trailhouse.digests.sealing import opened, sealed
from trailhouse.digests.selectors import Place
from trailhouse.digests.services import AlertText
from trailhouse.outbox import working
from trailhouse.outbox.models import Task
from trailhouse.sites.fetching import Address, Reach
from trailhouse.sites.models import Site

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)
HERE = ip_address("127.0.0.1")
HOSTILE = "<!channel> @everyone *bold* [x](https://evil.example) & more"


@dataclass
class Listener:
    """A server that takes what is posted to it, and answers as it is told."""

    port: int
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)  # one a post; then 200
    location: str = ""

    @property
    def url(self) -> str:
        """Its address, by a name."""
        return f"http://hooks.example:{self.port}/services/T0/B0"

    def body(self, number: int = -1) -> Any:
        """A post, read."""
        return json.loads(self.got[number][2])

    def reach(self) -> Reach:
        """Leads every name here."""

        async def resolve(_host: str) -> list[str]:
            return [str(HERE)]

        def allows(address: Address) -> bool:
            return address == HERE

        return Reach(resolve, allows, frozenset({self.port}))


@contextmanager
def listening() -> Iterator[Listener]:
    """The server, as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            there.got.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            status = there.answers.pop(0) if there.answers else 200
            said = b"" if status == 204 else b"ok"
            self.send_response(status)
            if there.location:
                self.send_header("Location", there.location)
            if said:
                self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    http.daemon_threads = True
    there = Listener(http.server_address[1])
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    try:
        yield there
    finally:
        http.shutdown()
        http.server_close()
        thread.join()


@pytest.fixture
def listener(monkeypatch: pytest.MonkeyPatch) -> Iterator[Listener]:
    """The server, to which all posts lead."""
    with listening() as there:
        monkeypatch.setattr(channels, "REACH", there.reach())
        yield there


def channel(kind: str, listener: Listener) -> tuple[Channel, str]:
    """A destination that leads to the listener."""
    site = people.bakery()
    one, secret = services.add_channel(
        Place(site.account, site), kind, f"My {kind}", "https://hooks.example/x", by=people.reseller()
    )
    Channel.objects.filter(pk=one.pk).update(url=sealed(listener.url))
    one.refresh_from_db()
    return one, secret


def fired(site: Site, *to: Channel, kind: str = "spike") -> Firing:
    """An alert that went off."""
    text = AlertText(kind, channels=to)
    with clock.frozen(NOW - timedelta(days=1)):
        alert = services.save_alert(Place(site.account, site), text, by=people.reseller())
    with clock.frozen(NOW):
        values = {"now": 312, "low": 40, "high": 70, "since_ms": 0}
        firing = Firing.objects.create(alert=alert, site=site, values=values)
        telling.tell(alert, firing, site)
    return firing


def work(moment: datetime = NOW) -> int:
    with clock.frozen(moment):
        return working.carry_out_due()


def outcome() -> tuple[str, str]:
    """What the log says of the only post."""
    [one] = Sending.objects.exclude(task_id=None)
    return selectors.outcomes([one])[one.pk]


def test_slack_gets_text_and_blocks(listener: Listener) -> None:
    fired(people.bakery(), channel("slack", listener)[0])
    assert work() == 1
    body = listener.body()
    assert body["text"].startswith("Many more visitors than usual on harbour-bakery.example: 312 visitors")
    assert body["blocks"][0]["text"]["type"] == "mrkdwn"
    assert body["blocks"][1]["text"]["text"].startswith("<http://127.0.0.1:8000/sites/")
    assert listener.got[0][1]["content-type"] == "application/json"
    assert outcome() == ("sent", "")


def test_teams_gets_a_card(listener: Listener) -> None:
    fired(people.bakery(), channel("teams", listener)[0])
    work()
    body = listener.body()
    assert body["type"] == "message"
    [attachment] = body["attachments"]
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["body"][1]["inlines"][0]["text"].startswith("312 visitors in the last hour")
    assert card["actions"][0]["type"] == "Action.OpenUrl"


def test_discord_gets_an_embed(listener: Listener) -> None:
    listener.answers = [204]
    fired(people.bakery(), channel("discord", listener)[0])
    work()
    body = listener.body()
    assert body["embeds"][0]["title"] == "Many more visitors than usual on harbour-bakery.example"
    assert body["allowed_mentions"] == {"parse": []}
    assert outcome() == ("sent", "")


def test_a_webhook_is_signed_over_its_raw_body_and_its_time(listener: Listener) -> None:
    one, secret = channel("webhook", listener)
    fired(people.bakery(), one)
    work()
    _path, headers, body = listener.got[0]
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = b64decode(secret.removeprefix("whsec_"))
    assert len(key) == 32
    assert headers["webhook-signature"] == "v1," + b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    read = json.loads(body)
    assert read["type"] == "alert.spike"
    assert read["data"]["site"] == "harbour-bakery.example"
    assert read["data"]["values"] == {"now": 312, "low": 40, "high": 70}


def test_what_fails_is_tried_again_later_with_the_same_id_and_a_new_time(listener: Listener) -> None:
    listener.answers = [503, 429]
    fired(people.bakery(), channel("webhook", listener)[0])
    work()
    assert outcome() == ("waiting", "TryLater: It answered with 503.")
    assert work(NOW + timedelta(seconds=59)) == 0
    work(NOW + timedelta(seconds=60))
    work(NOW + timedelta(minutes=7))
    assert outcome() == ("sent", "")
    first, _second, third = (headers for _path, headers, _body in listener.got)
    assert first["webhook-id"] == third["webhook-id"]
    assert int(third["webhook-timestamp"]) - int(first["webhook-timestamp"]) == 420


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_what_the_other_side_refuses_is_given_up(listener: Listener, status: int) -> None:
    listener.answers = [status]
    fired(people.bakery(), channel("slack", listener)[0])
    work()
    assert work(NOW + timedelta(days=1)) == 0
    state, error = outcome()
    assert state == "failed"
    assert error.startswith(f"It answered with {status}.")


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("https://127.0.0.1/x", "does not lead to the Internet"),
        ("https://169.254.169.254/latest/meta-data", "does not lead to the Internet"),
        ("https://[::1]/x", "does not lead to the Internet"),
        ("https://10.0.0.7/x", "does not lead to the Internet"),
        ("https://localhost/x", "does not lead to the Internet"),
        ("https://hooks.example:22/x", "Only the usual port"),
        ("gopher://hooks.example/x", "does not begin with https"),
    ],
)
def test_nothing_is_posted_into_our_own_network(url: str, why: str) -> None:
    site = people.bakery()
    one, _ = services.add_channel(
        Place(site.account, site), "slack", "x", "https://hooks.example/x", by=people.reseller()
    )
    Channel.objects.filter(pk=one.pk).update(url=sealed(url))
    fired(site, one)
    work()
    state, error = outcome()
    assert state == "failed"
    assert why in error


def test_no_redirect_is_followed(listener: Listener) -> None:
    listener.answers, listener.location = [307], "http://10.0.0.7/"
    fired(people.bakery(), channel("slack", listener)[0])
    work()
    assert outcome()[0] == "failed"
    assert len(listener.got) == 1


def test_hostile_text_calls_nobody_together() -> None:
    message = Message("msg_1", "spike", "a.example", HOSTILE, HOSTILE, "https://our.example/x", "Open", 1)
    slack = channels.slack.post(message, "").body.decode()
    assert "<!channel>" not in slack
    assert "&lt;!channel&gt;" in slack
    teams = json.loads(channels.teams.post(message, "").body)["attachments"][0]["content"]["body"]
    assert {block["type"] for block in teams} == {"RichTextBlock"}, "a TextBlock would read Markdown"
    discord = json.loads(channels.discord.post(message, "").body)
    assert "content" not in discord
    assert discord["allowed_mentions"] == {"parse": []}


@pytest.mark.parametrize(
    "url", ["http://hooks.example/x", "ftp://hooks.example/", "https://", "https://u:p@hooks.example/", "x", ""]
)
def test_an_address_that_cannot_be_posted_to_is_refused_at_once(url: str) -> None:
    site = people.bakery()
    with pytest.raises(UserError, match="no address that can be posted to"):
        services.add_channel(Place(site.account, site), "slack", "x", url, by=people.reseller())


def test_addresses_and_secrets_lie_encrypted(listener: Listener) -> None:
    one, secret = channel("webhook", listener)
    assert "hooks.example" not in one.url
    assert secret not in one.secret
    assert opened(one.secret) == secret


def test_a_destination_of_another_instance_says_what_to_do(listener: Listener, settings: Any) -> None:
    one, _ = channel("slack", listener)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert opened(one.url) == listener.url
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(UserError, match="secret key of this instance was changed"):
        channels.send(one, Message("1", "spike", "a", "b", "c", "https://d.example", "e", 1))


def test_a_test_says_at_once_what_came_of_it(listener: Listener) -> None:
    one, _ = channel("slack", listener)
    place = Place(one.account, one.site)
    telling.test_channel(one, place)
    assert listener.body()["text"].startswith("Test: Many more visitors than usual")
    listener.answers = [500]
    with pytest.raises(UserError, match="It answered with 500"):
        telling.test_channel(one, place)


def test_a_removed_destination_gets_nothing_that_still_waits(listener: Listener) -> None:
    one, _ = channel("slack", listener)
    fired(people.bakery(), one)
    services.remove_channel(one, Place(one.account, one.site), by=people.reseller())
    work()
    assert listener.got == []
    assert Task.objects.get().state == Task.State.FAILED


def test_a_test_of_an_alert_goes_to_whoever_asks_and_to_its_destinations(listener: Listener) -> None:
    one, _ = channel("slack", listener)
    site = people.bakery()
    with clock.frozen(NOW):
        text = AlertText("silence", channels=[one], whom=services.Whom(addresses=["board@elsewhere.example"]))
        alert = services.save_alert(Place(site.account, site), text, by=people.reseller())
        assert telling.test(alert, by=people.reseller()) == 2
    work()
    assert len(listener.got) == 1
    assert set(Sending.objects.values_list("to", "kind")) == {(people.RESELLER, "test"), ("My slack", "test")}
    assert Firing.objects.count() == 0
    assert Alert.objects.count() == 1
