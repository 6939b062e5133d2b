"""Unguessable names of accounts and brands in public addresses: nobody counts them, and so learns of another one."""

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

LENGTH = 16  # hexadecimal digits: 64 bits


def code_of(account_id: int, brand_id: int | None = None) -> str:
    """The name of an account, or of one of its brands. It stays the same as long as the instance's signing key."""
    plain = f"{account_id}.{brand_id}" if brand_id else str(account_id)
    return f"{plain}-{_mark(plain, settings.SECRET_KEY)}"


def read(code: str) -> tuple[int, int | None] | None:
    """The account's and the brand's number that `code` names; None where it was not made here."""
    plain, _dash, mark = code.partition("-")
    keys = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    if not any(constant_time_compare(mark.encode(), _mark(plain, key).encode()) for key in keys):
        return None
    account, _dot, brand = plain.partition(".")
    return int(account), int(brand) if brand else None


def _mark(plain: str, key: str) -> str:
    return salted_hmac("trailhouse.branding.codes", plain, secret=key, algorithm="sha256").hexdigest()[:LENGTH]
