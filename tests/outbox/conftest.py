"""What the tests of mail share: templates of their own, and a real mail server."""

import socket
from collections.abc import Callable, Iterator
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from pytest_django import Settings

from trailhouse import connections
from trailhouse.outbox import services
from trailhouse.outbox.models import Mail

TEMPLATES = Path(__file__).parent / "templates"
Write = Callable[..., Mail]


class Postbox:
    """A mail server that keeps what it gets, and refuses whom it is told to with the answer it is told."""

    def __init__(self) -> None:
        self.letters: list[EmailMessage] = []
        self.refused: dict[str, str] = {}
        self.sender_refused = ""
        self.answer = "250 OK"  # to a letter; empty: the connection breaks
        self.keeps = True  # the letter that was answered so

    async def handle_MAIL(  # noqa: N802
        self, _server: Any, _session: Any, envelope: Any, address: str, options: list[str]
    ) -> str:
        """Answer to a sender."""
        if self.sender_refused:
            return self.sender_refused
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        """Answer to an address."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Keep a letter."""
        letter = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(letter, EmailMessage)
        if self.keeps:
            self.letters.append(letter)
        if not self.answer:
            server.transport.abort()
        return self.answer


NOBODY = "smtp://127.0.0.1:1"  # where no mail server listens


class PostOffice(Controller):
    """A mail server on a free port, which nobody else can take before it listens."""

    def __init__(self, box: Postbox, **more: Any) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        port = self._socket.getsockname()[1]
        # Five seconds to start are too few on a busy machine; without a name it would ask the DNS for its own.
        super().__init__(box, hostname="127.0.0.1", port=port, ready_timeout=60, server_hostname="mail.example", **more)

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._socket, ssl=self.ssl_context)

    @property
    def url(self) -> str:
        """As TRAILHOUSE_MAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"


def use_server(settings: Settings, url: str) -> None:
    """Configure mail as TRAILHOUSE_MAIL_URL would."""
    for name, value in connections.mail(url).items():
        setattr(settings, name, value)


@pytest.fixture
def letters(settings: Settings, tmp_path: Path) -> Path:
    """The templates of these tests, beside the product's own; and a directory for further ones."""
    loaders: list[Any] = [("django.template.loaders.filesystem.Loader", [TEMPLATES, tmp_path])]
    loaders += ["django.template.loaders.app_directories.Loader"]
    engine = settings.TEMPLATES[0]
    options = engine["OPTIONS"] | {"loaders": [("template_partials.loader.Loader", loaders)]}
    settings.TEMPLATES = [engine | {"OPTIONS": options}]
    return tmp_path


@pytest.fixture
def postbox(settings: Settings) -> Iterator[Postbox]:
    """A mail server that listens, and is the configured one."""
    box = Postbox()
    office = PostOffice(box)
    office.start()
    use_server(settings, office.url)
    yield box
    office.stop()


@pytest.fixture
def write(letters: Path) -> Write:
    """Writes a mail with what its template needs."""

    def written(to: str = "baker@harbour-bakery.example", **changes: Any) -> Mail:
        context = {"name": "Bente", "note": "Good morning", "sites": ["a.example", "b.example"], "path": "/enter/x7"}
        context |= changes.pop("context", {})
        return services.mail(to, changes.pop("template", "test/letter"), context, **{"language": "en"} | changes)

    return written
