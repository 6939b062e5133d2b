"""Secrets of second steps at rest: encrypted with a key that is made of the instance's secret key.

The stored form is `enc:KEY:TOKEN`, where KEY says by which secret key it was written. A text without that form was
written before there was encryption and is read as it is. `renew` brings all to the present key, in the background:
after an upgrade, and after the secret key was changed with the one before among `SECRET_KEY_FALLBACKS`.
"""

import hashlib
from base64 import urlsafe_b64encode

from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.core.errors import UserError

MARK = "enc:"
PURPOSE = b"trailhouse second step"
FIELDS = ("secret", "seed")  # of an authenticator's data: an app's, and that of recovery codes


def _key(secret_key: str) -> tuple[str, Fernet]:
    """The name and the cipher of a secret key; the name tells nothing of it."""
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=PURPOSE).derive(secret_key.encode())
    return hashlib.sha256(b"name of " + derived).hexdigest()[:12], Fernet(urlsafe_b64encode(derived))


def encrypt(text: str) -> str:
    """`text` as it is stored, by the present key."""
    name, cipher = _key(settings.SECRET_KEY)
    return f"{MARK}{name}:{cipher.encrypt(text.encode()).decode()}"


def decrypt(stored: str) -> str:
    """What was encrypted. Raises UserError where neither the present key nor one of before opens it."""
    if not stored.startswith(MARK):
        return stored
    name, _colon, token = stored.removeprefix(MARK).partition(":")
    for secret_key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        known, cipher = _key(secret_key)
        if known == name:
            try:
                return cipher.decrypt(token.encode()).decode()
            except InvalidToken:
                break
    raise UserError(
        "second_step_unreadable",
        _("The second step cannot be checked: the secret key of this instance was changed."),
        _("The operator gives the key before as TRAILHOUSE_SECRET_KEY_FALLBACKS."),
        status=503,
    )


def renew() -> int:
    """Encrypt what is not, or by a key of before, with the present key; how many authenticators. Safe at any time."""
    found = Authenticator.objects.filter(type__in=(Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES))
    begin = f"{MARK}{_key(settings.SECRET_KEY)[0]}:"
    old = [pk for pk, data in found.values_list("pk", "data") if not _all_begin(data, begin)]
    return sum(_renew(pk) for pk in old)


def _all_begin(data: dict[str, str], begin: str) -> bool:
    return all(data[name].startswith(begin) for name in FIELDS if name in data)


@transaction.atomic
def _renew(pk: int) -> bool:
    """One of them, held meanwhile: a recovery code may be used at the same moment. One that no key opens stays."""
    one = Authenticator.objects.select_for_update().filter(pk=pk).first()
    if one is None:
        return False
    try:
        one.data |= {name: encrypt(decrypt(one.data[name])) for name in FIELDS if name in one.data}
    except UserError:
        return False
    one.save(update_fields=["data"])
    return True
