"""Who a visitor is: a keyed hash that changes daily, or the site's own first-party id where people agreed to it."""

from hashlib import blake2b
from struct import Struct

_site = Struct("<I").pack
_number = Struct("<Q").unpack


def visitor_id(salt: bytes, site_id: int, address: str, user_agent: str) -> int:
    """The visitor of one site under one day's salt: 64 bits, without a way back to the address.

    The site is part of the hash, so the same browser on two sites is two visitors.
    """
    digest = blake2b(f"{address}\n{user_agent}".encode(errors="replace"), digest_size=8, key=salt, salt=_site(site_id))
    return int(_number(digest.digest())[0])


def recognised_id(secret: bytes, site_id: int, person: str) -> int:
    """The visitor behind a first-party id, the same on every day; the id itself is not kept."""
    digest = blake2b(person.encode(errors="replace"), digest_size=8, key=secret, salt=_site(site_id))
    return int(_number(digest.digest())[0])
