"""An alert as it goes to a channel, before it has the form of that channel."""

import json
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Message:
    """What happened. `id` stays the same for each try; `at` is in seconds since 1970; `values` are plain figures."""

    id: str
    kind: str
    domain: str
    title: str
    text: str
    url: str
    link: str  # what the link says
    at: int
    test: bool = False
    values: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Post:
    """A body (JSON) and the headers of its own."""

    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


def as_json(value: Any) -> bytes:
    """`value` as a body."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
