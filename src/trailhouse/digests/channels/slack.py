"""Slack's incoming webhooks, which Mattermost and Rocket.Chat take as well.

Source: Slack's "Sending messages using incoming webhooks" and "Formatting text": &, < and > are written as entities,
so that no text can call a channel together.
"""

from trailhouse.digests.channels.message import Message, Post, as_json


def post(message: Message, _secret: str) -> Post:
    """The text for notifications, and the same as blocks."""
    title, text, link = _escaped(message.title), _escaped(message.text), _escaped(message.link)
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": f"*{title}*\n{text}"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": f"<{_escaped(message.url)}|{link}>"}},
    ]
    return Post(as_json({"text": f"{title}: {text}", "blocks": blocks}))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
