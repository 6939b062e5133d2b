"""Who a visitor is: a keyed hash that changes daily, or the site's own first-party id where people agreed to it."""

from functools import lru_cache
from hashlib import blake2b
from struct import Struct

_site = Struct("<I").pack
_number = Struct("<Q").unpack


@lru_cache(maxsize=10_000)
def _keyed(key: bytes, site_id: int) -> blake2b:
    # Set up once for each key and site; a copy of it costs half of a new one.
    return blake2b(digest_size=8, key=key, salt=_site(site_id))


def _hash(key: bytes, site_id: int, text: str) -> int:
    digest = _keyed(key, site_id).copy()
    digest.update(text.encode(errors="replace"))
    return int(_number(digest.digest())[0])


def visitor_id(salt: bytes, site_id: int, address: str, user_agent: str) -> int:
    """The visitor of one site under one day's salt: 64 bits, without a way back to the address.

    The site is part of the hash, so the same browser on two sites is two visitors.
    """
    return _hash(salt, site_id, f"{address}\n{user_agent}")


def recognised_id(secret: bytes, site_id: int, person: str) -> int:
    """The visitor behind a first-party id, the same on every day; the id itself is not kept."""
    return _hash(secret, site_id, person)
