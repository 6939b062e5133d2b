"""What mail servers do to letters: they put them off, refuse them, hang up, and want to know who we are."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from tests.outbox.conftest import Postbox, PostOffice, Write, use_server
from trailhouse.core import clock
from trailhouse.outbox import tries
from trailhouse.outbox.models import Mail
from trailhouse.outbox.sending import send_due

pytestmark = pytest.mark.django_db(transaction=True)

HOST = "127.0.0.1"
LOGIN, PASSWORD = "postman@northlight.example", "a:b@c/d"


# -- what becomes of a letter


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        ("451 4.3.0 the disk is full", Mail.State.WAITING),
        ("554 5.7.1 this looks like spam", Mail.State.FAILED),
    ],
)
def test_a_letter_that_is_refused_after_it_was_sent_waits_or_is_given_up(
    write: Write, postbox: Postbox, answer: str, state: str
) -> None:
    postbox.answer, postbox.keeps = answer, False
    mail = write()
    assert send_due() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.attempts, mail.last_error) == (state, 1, answer)
    assert "path" in mail.context  # nothing is forgotten of what was not sent


@pytest.mark.parametrize("keeps", [False, True])
def test_after_a_connection_that_breaks_before_the_answer_the_letter_is_sent_again(
    write: Write, postbox: Postbox, keeps: bool
) -> None:
    """Nobody knows whether the server kept it: rather twice, under one Message-ID, than never."""
    now = clock.now()
    with clock.frozen(now):
        mail, other = write(), write("colleague@northlight.example")
        postbox.answer, postbox.keeps = "", keeps
        assert send_due() == 0
        postbox.answer, postbox.keeps = "250 OK", True
        for one in (mail, other):
            one.refresh_from_db()
            assert (one.state, one.attempts) == (Mail.State.WAITING, 1)
            assert "onnection" in one.last_error
        assert send_due() == 0
    with clock.frozen(now + tries.AFTER[0]):
        assert send_due() == 2
    numbers = [letter["Message-ID"] for letter in postbox.letters]
    assert (len(numbers), len(set(numbers))) == (4 if keeps else 2, 2)


# -- who we are, and who it is


def _certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for HOST that nobody vouches for, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "mail.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = serialization.PrivateFormat.PKCS8
    secret = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    (folder / "mail.key").write_bytes(secret)
    return folder / "mail.pem", folder / "mail.key"


def _check(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: LoginPassword) -> AuthResult:
    right = (given.login, given.password) == (LOGIN.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=right)  # the server answers to what is wrong


@pytest.fixture
def guarded(settings: Settings, tmp_path: Path) -> Iterator[tuple[Postbox, Path]]:
    """The configured server: it speaks by STARTTLS alone, with those alone who sign in; and its certificate."""
    certificate, key = _certificate(tmp_path)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    box = Postbox()
    office = PostOffice(box, tls_context=context, require_starttls=True, authenticator=_check, auth_required=True)
    office.start()
    use_server(settings, office.url.replace("//", "//postman%40northlight.example:a%3Ab%40c%2Fd@"))
    settings.EMAIL_USE_TLS = True  # as for every server that is not on this machine
    yield box, certificate
    office.stop()


def test_a_server_that_wants_tls_and_a_password_gets_both(
    write: Write, guarded: tuple[Postbox, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, certificate = guarded
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    write()
    assert send_due() == 1
    assert len(box.letters) == 1


def test_a_wrong_password_is_ours_to_mend_so_the_mail_waits(
    write: Write, guarded: tuple[Postbox, Path], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(guarded[1]))
    settings.EMAIL_HOST_PASSWORD = "wrong"
    mail = write()
    assert send_due() == 0
    mail.refresh_from_db()
    assert (mail.state, mail.last_error[:3]) == (Mail.State.WAITING, "535")
    assert "wrong" not in mail.last_error


def test_nothing_is_told_to_a_server_that_nobody_vouches_for(write: Write, guarded: tuple[Postbox, Path]) -> None:
    mail = write()
    assert send_due() == 0
    mail.refresh_from_db()
    assert (mail.state, guarded[0].letters) == (Mail.State.WAITING, [])
    assert "certificate verify failed" in mail.last_error
