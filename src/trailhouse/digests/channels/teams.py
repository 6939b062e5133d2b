"""Microsoft Teams: a card for a workflow "When a Teams webhook request is received".

Source: Microsoft's "Create incoming webhooks with Workflows" and the Adaptive Cards schema 1.4. Its texts are Markdown.
"""

import re

from trailhouse.digests.channels.message import Message, Post, as_json

_MARKS = re.compile(r"([\\`*_{}\[\]()#+!|<>~-])")


def post(message: Message, _secret: str) -> Post:
    """One card with a button."""
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [
            {
                "type": "TextBlock",
                "text": _plain(message.title),
                "weight": "Bolder",
                "size": "Medium",
                "wrap": True,
            },
            {"type": "TextBlock", "text": _plain(message.text), "wrap": True},
        ],
        "actions": [{"type": "Action.OpenUrl", "title": message.link, "url": message.url}],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    attachments = [{"contentType": kind, "contentUrl": None, "content": card}]
    return Post(as_json({"type": "message", "attachments": attachments}))


def _plain(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)
