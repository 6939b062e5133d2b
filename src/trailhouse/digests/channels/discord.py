"""Discord's webhooks.

Source: Discord's "Execute Webhook": a title has at most 256 characters, a description 4,096; `allowed_mentions` without
anything to parse keeps every text from calling people together.
"""

from trailhouse.digests.channels.message import Message, Post, as_json


def post(message: Message, _secret: str) -> Post:
    """One embed, whose title is the link."""
    embed = {"title": message.title[:256], "description": message.text[:4096], "url": message.url}
    return Post(as_json({"embeds": [embed], "allowed_mentions": {"parse": []}}))
