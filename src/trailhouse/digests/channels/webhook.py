"""A signed webhook, by the Standard Webhooks specification 1.0 (standardwebhooks.com).

`webhook-signature` is "v1," and the base64 of HMAC-SHA256 over `webhook-id.webhook-timestamp.body`, where the key is
what follows `whsec_` in the secret, decoded. The timestamp is of the try, the id is the same for each try.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode

from trailhouse.core import clock
from trailhouse.digests.channels.message import Message, Post, as_json


def post(message: Message, secret: str) -> Post:
    """The figures as JSON, signed."""
    body = as_json(
        {
            "type": f"alert.{message.kind}",
            "timestamp": clock.from_ms(1000 * message.at).isoformat().replace("+00:00", "Z"),
            "data": {
                "site": message.domain,
                "title": message.title,
                "text": message.text,
                "url": message.url,
                "test": message.test,
                "values": message.values,
            },
        }
    )
    stamp = str(clock.now_ms() // 1000)
    headers = {"webhook-id": message.id, "webhook-timestamp": stamp}
    return Post(body, headers | {"webhook-signature": signature(message.id, stamp, body, secret)})


def signature(identity: str, stamp: str, body: bytes, secret: str) -> str:
    """What a receiver compares with."""
    key = b64decode(secret.removeprefix("whsec_"))
    return "v1," + b64encode(hmac.digest(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256)).decode()
