"""Addresses and secrets of channels at rest: encrypted with keys that are made of the instance's secret keys."""

from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.utils.translation import gettext as _

from trailhouse.core.errors import UserError

PURPOSE = b"trailhouse alert channel"


def _cipher() -> MultiFernet:
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return MultiFernet([Fernet(urlsafe_b64encode(_derived(key))) for key in keys])


def _derived(secret_key: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret_key.encode())


def sealed(text: str) -> str:
    """`text` as it is stored."""
    return _cipher().encrypt(text.encode()).decode()


def opened(stored: str) -> str:
    """What was sealed. Raises UserError where no key of this instance opens it."""
    try:
        return _cipher().decrypt(stored.encode()).decode()
    except InvalidToken:
        raise UserError(
            "channel_unreadable",
            _("The address of this destination cannot be read: the secret key of this instance was changed."),
            _("Remove the destination and add it again."),
            status=409,
        ) from None
