"""A line of a bank statement: money that came, by whom and with which text; and the key it is imported under once."""

import hashlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

LARGEST_FILE = 5 * 1024 * 1024  # bytes
MOST_LINES = 20_000
LONGEST_KEY = 128
NO_REFERENCE = frozenset({"", "NOTPROVIDED", "NONREF", "NONE", "0", "-"})  # what banks write where they have none


class StatementError(ValueError):
    """A file that is no statement we read; `code` is stable, `arguments` what it is about."""

    def __init__(self, code: str, *arguments: object) -> None:
        super().__init__(f"{code}{arguments}")
        self.code = code
        self.arguments = arguments


@dataclass(frozen=True, slots=True)
class StatementLine:
    """Money that came: `amount` above zero in minor units; `reference` is the bank's own, "" where it gives none."""

    booked_on: date
    amount: int
    currency: str
    payer: str = ""
    payer_iban: str = ""
    text: str = ""
    reference: str = ""
    key: str = ""


@dataclass(frozen=True)
class Statement:
    """The lines of a file, and how many others stood in it: money that left, and what is not booked yet."""

    lines: tuple[StatementLine, ...]
    outgoing: int = 0
    pending: int = 0


def with_keys(lines: Iterable[StatementLine], account: str = "") -> tuple[StatementLine, ...]:
    """The lines with their keys: the bank's reference in that account, else a hash of the line.

    Equal lines without a reference are told apart by their order, so that a file read again has the same keys.
    """
    seen: Counter[str] = Counter()
    result = []
    for line in lines:
        own = given(line.reference)
        plain = f"{account}/{own}" if own else _hash(account, line)
        seen[plain] += 1
        key = plain if seen[plain] == 1 else f"{plain}/{seen[plain]}"
        result.append(replace(line, key=key if len(key) <= LONGEST_KEY else _digest(key)))
    return tuple(result)


def given(reference: str) -> str:
    """The reference, if it is one."""
    return "" if reference.upper() in NO_REFERENCE else reference


def _hash(account: str, line: StatementLine) -> str:
    parts = (
        account,
        line.booked_on.isoformat(),
        str(line.amount),
        line.currency,
        line.payer,
        line.payer_iban,
        line.text,
    )
    return _digest("\x1f".join(parts))


def _digest(text: str) -> str:
    return "sha256:" + hashlib.sha256(text.encode()).hexdigest()


def one_line(*texts: str, longest: int) -> str:
    """Texts as one line of at most so many characters, without what a database does not take."""
    return " ".join(" ".join(text.replace("\0", " ").split()) for text in texts if text and text.strip())[:longest]


def checked(lines: list[StatementLine]) -> list[StatementLine]:
    """The lines, unless there are too many. Raises StatementError."""
    if len(lines) > MOST_LINES:
        raise StatementError("statement_too_long", MOST_LINES)
    return lines
