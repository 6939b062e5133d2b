"""Files that go with a mail: named by reference when it is written, made when it is sent.

    register("billing/document", invoice_file)              # in an app's `ready`
    mail(…, attachments=[("billing/document", invoice.pk)])

What a reference names has to make the same file for as long as the mail may wait: final documents do.
"""

from collections.abc import Callable
from dataclasses import dataclass

from trailhouse.outbox.models import Mail


@dataclass(frozen=True)
class File:
    """A file with its name and its type, such as "application/pdf"."""

    name: str
    content: bytes
    type: str


Maker = Callable[[int], File]
_makers: dict[str, Maker] = {}


def register(kind: str, maker: Maker) -> None:
    """Have `maker(number)` make the files of `kind`. Raises ValueError where another does already."""
    if _makers.setdefault(kind, maker) is not maker:
        raise ValueError(f"files of {kind} are made already")


def is_known(kind: str) -> bool:
    """Whether somebody makes files of `kind`."""
    return kind in _makers


def files_of(mail: Mail) -> list[File]:
    """The files that go with `mail`, made now."""
    return [_makers[kind](number) for kind, number in mail.attachments]
