"""Microsoft Teams: a card for a workflow "When a Teams webhook request is received".

Source: Microsoft's "Create incoming webhooks with Workflows" and the Adaptive Cards schema 1.4. The texts are runs of
rich text, which unlike blocks of text know no Markdown: they are shown as they stand.
"""

from typing import Any

from trailhouse.digests.channels.message import Message, Post, as_json


def post(message: Message, _secret: str) -> Post:
    """One card with a button."""
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [_text(message.title, weight="Bolder", size="Medium"), _text(message.text)],
        "actions": [{"type": "Action.OpenUrl", "title": message.link, "url": message.url}],
    }
    kind = "application/vnd.microsoft.card.adaptive"
    attachments = [{"contentType": kind, "contentUrl": None, "content": card}]
    return Post(as_json({"type": "message", "attachments": attachments}))


def _text(text: str, **look: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [{"type": "TextRun", "text": text, **look}]}
