"""Statements as CSV: what the columns mean is guessed from their heads in five languages, and confirmed. Pure."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from trailhouse.billing.bank.lines import (
    LARGEST_FILE,
    Statement,
    StatementError,
    StatementLine,
    checked,
    one_line,
    with_keys,
)
from trailhouse.core import text_files
from trailhouse.core.typed_amounts import typed_amount

LOOK_AT = 40  # rows in which the heads are looked for: some banks put a preamble above them
MOST_COLUMNS = 60
# Words of heads, in English, Dutch, German, French and Spanish; the first role that fits, fullest word first.
HEADS: dict[str, tuple[str, ...]] = {
    "on": (
        "booking date", "boekingsdatum", "buchungstag", "buchungsdatum", "date de comptabilisation", "fecha contable",
        "date operation", "date d'operation", "fecha operacion", "fecha de operacion", "transactiedatum", "date",
        "datum", "fecha", "rentedatum", "valuta", "valutadatum", "fecha valor",
    ),
    "amount": (
        "amount", "bedrag", "betrag", "umsatz", "montant", "importe", "bedrag (eur)", "transactiebedrag", "cantidad",
        "amount (eur)", "betrag (eur)", "montant (eur)", "importe (eur)",
    ),
    "credit": ("credit", "paid in", "money in", "gutschrift", "haben", "bij", "abono", "abonos", "haber", "ingreso"),
    "debit": ("debit", "paid out", "money out", "lastschrift", "soll", "af", "cargo", "cargos", "debe"),
    "direction": (
        "af bij", "debit/credit", "credit/debit", "debet/credit", "soll/haben", "sens", "d/c", "c/d", "bij/af",
    ),
    "currency": ("currency", "munt", "valuta code", "muntsoort", "wahrung", "waehrung", "devise", "divisa", "moneda"),
    "payer": (
        "counterparty", "payer", "payee", "tegenpartij", "naam tegenpartij", "naam / omschrijving", "naam",
        "beguenstigter/zahlungspflichtiger", "begunstigter/zahlungspflichtiger", "auftraggeber", "zahlungspflichtiger",
        "name zahlungsbeteiligter", "debiteur", "contrepartie", "donneur d'ordre", "ordenante", "contrapartida",
        "counterparty name", "name",
    ),
    "iban": (
        "counterparty iban", "tegenrekening", "tegenrekening iban/bban", "iban zahlungsbeteiligter",
        "iban contrepartie", "kontonummer/iban", "iban tegenpartij",
        "iban ordenante", "counterparty account", "iban debiteur",
    ),
    "text": (
        "description", "remittance information", "reference", "payment reference", "details", "mededelingen",
        "omschrijving", "omschrijving-1", "verwendungszweck", "buchungstext", "libelle", "communication", "motif",
        "concepto", "observaciones", "descripcion", "referencia", "communications", "omschrijving-2", "omschrijving-3",
    ),
    "reference": (
        "transaction id", "bank reference", "transactiereferentie", "volgnr", "transaktions-id", "id transaction",
        "identifiant", "id transaccion", "transaction reference", "bankreferenz", "reference bancaire",
    ),
}  # fmt: skip
ROLES = (*HEADS,)
CREDIT_WORDS = frozenset(
    {"bij", "c", "cr", "crdt", "credit", "h", "haben", "abono", "haber", "+", "kredit", "credit(e)"}
)


@dataclass(frozen=True)
class Mapping:
    """What the columns mean, by number from 0; `text` may be several. `currency` is that of lines that name none."""

    on: int | None = None
    amount: int | None = None
    credit: int | None = None
    debit: int | None = None
    direction: int | None = None
    currency_column: int | None = None
    payer: int | None = None
    iban: int | None = None
    text: tuple[int, ...] = ()
    reference: int | None = None
    day_first: bool = True
    currency: str = "EUR"


@dataclass(frozen=True)
class Table:
    """The heads and rows of a file."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def table(content: bytes) -> Table:
    """The rows of a file below its heads. Raises StatementError."""
    if len(content) > LARGEST_FILE:
        raise StatementError("statement_too_large", LARGEST_FILE // 1024 // 1024)
    text = _decoded(content)
    try:
        read = csv.reader(io.StringIO(text), delimiter=_delimiter(text))
        rows = [row for row in ([cell.strip() for cell in row] for row in read) if any(row)]
    except csv.Error:
        raise StatementError("statement_no_table") from None
    if any(len(row) > MOST_COLUMNS for row in rows):
        raise StatementError("statement_no_table")
    at = max(range(min(LOOK_AT, len(rows))), key=lambda n: (len(_roles(rows[n])), -n), default=None)
    if at is None or not _roles(rows[at]) or len(rows[at]) < 2:
        raise StatementError("statement_no_table")
    width = len(rows[at])
    below = [tuple((row + [""] * width)[:width]) for row in rows[at + 1 :]]
    if not below:
        raise StatementError("statement_no_lines")
    return Table(tuple(rows[at]), tuple(below))


def guess(found: Table, currency: str) -> Mapping:
    """What the columns seem to mean."""
    roles = _roles(found.heads)
    first = {role: numbers[0] for role, numbers in roles.items()}
    on = first.get("on")
    return Mapping(
        on=on, amount=first.get("amount"), credit=first.get("credit") if "amount" not in first else None,
        debit=first.get("debit") if "amount" not in first else None, direction=first.get("direction"),
        currency_column=first.get("currency"), payer=first.get("payer"), iban=first.get("iban"),
        text=tuple(roles.get("text", ())), reference=first.get("reference"),
        day_first=_day_first([row[on] for row in found.rows]) if on is not None else True, currency=currency,
    )  # fmt: skip


def lines(found: Table, means: Mapping, account: str = "") -> Statement:
    """The incoming lines by the confirmed meaning of the columns. Raises StatementError at the first wrong row."""
    if means.on is None or (means.amount is None and means.credit is None):
        raise StatementError("statement_columns")
    taken: list[StatementLine] = []
    outgoing = 0
    for number, row in enumerate(found.rows, 1):
        currency = (_cell(row, means.currency_column) or means.currency).upper()
        try:
            amount = _amount(row, means, currency)
            on = day(_cell(row, means.on), means.day_first)
        except ValueError as error:
            raise StatementError("statement_row", number, str(error)[:120]) from None
        if amount <= 0:
            outgoing += 1
            continue
        taken.append(
            StatementLine(
                booked_on=on, amount=amount, currency=currency, payer=one_line(_cell(row, means.payer), longest=160),
                payer_iban=re.sub(r"[^A-Z0-9]", "", _cell(row, means.iban).upper())[:34],
                text=one_line(*(_cell(row, column) for column in means.text), longest=500),
                reference=_cell(row, means.reference),
            )
        )  # fmt: skip
    return Statement(with_keys(checked(taken), account), outgoing)


def day(text: str, day_first: bool) -> date:
    """The day that a cell means. Raises ValueError."""
    plain = text.strip().split(" ")[0].split("T")[0]
    if re.fullmatch(r"[0-9]{8}", plain):
        return date.fromisoformat(plain)
    parts = re.fullmatch(r"([0-9]{1,4})[-./]([0-9]{1,2})[-./]([0-9]{1,4})", plain)
    if parts is None:
        raise ValueError(f"{text[:40]!r} is no day")
    one, two, three = (int(part) for part in parts.groups())
    if len(parts[1]) == 4:
        return date(one, two, three)
    year = three + 2000 if len(parts[3]) == 2 else three
    return date(year, two, one) if day_first else date(year, one, two)


def _amount(row: Sequence[str], means: Mapping, currency: str) -> int:
    if means.amount is not None:
        amount = typed_amount(_cell(row, means.amount), currency)
        if means.direction is None:
            return amount
        came = _plain(_cell(row, means.direction)) in CREDIT_WORDS
        return abs(amount) if came else -abs(amount)
    came_in, left = _cell(row, means.credit), _cell(row, means.debit)
    if came_in:
        return abs(typed_amount(came_in, currency))
    return -abs(typed_amount(left, currency)) if left else 0


def _cell(row: Sequence[str], column: int | None) -> str:
    return row[column] if column is not None and 0 <= column < len(row) else ""


def _roles(heads: Iterable[str]) -> dict[str, list[int]]:
    """The columns of each role by their heads; a column has one."""
    found: dict[str, list[int]] = {}
    plain = [_plain(head) for head in heads]
    taken: set[int] = set()
    for role, words in HEADS.items():
        ranked = sorted((words.index(head), number) for number, head in enumerate(plain) if head in words)
        numbers = [number for _rank, number in ranked if number not in taken]
        if numbers:
            kept = sorted(numbers) if role == "text" else numbers[:1]
            found[role] = kept
            taken.update(kept)
    return found


def _plain(head: str) -> str:
    folded = head.strip().casefold().replace("ß", "ss")
    for letters, plain in (
        ("àâä", "a"),
        ("éèêë", "e"),
        ("îïí", "i"),
        ("ôöó", "o"),
        ("ùûüú", "u"),
        ("ç", "c"),
        ("ñ", "n"),
    ):
        for letter in letters:
            folded = folded.replace(letter, plain)
    return " ".join(folded.split())


def _day_first(days: Iterable[str]) -> bool:
    """Whether 03/04 is the third of April: it is, unless one of the days can only be read the other way."""
    for text in days:
        parts = re.match(r"([0-9]{1,2})[-./]([0-9]{1,2})[-./][0-9]{2,4}", text)
        if parts and int(parts[2]) > 12:
            return False
    return True


def _decoded(content: bytes) -> str:
    try:
        return text_files.decoded(content)
    except ValueError:
        raise StatementError("statement_no_table") from None


def _delimiter(text: str) -> str:
    """The sign that divides most of the first lines into the most cells."""
    some = [line for line in text.splitlines()[:LOOK_AT] if line.strip()]
    return max(";,\t|", key=lambda sign: sum(len(next(csv.reader([line], delimiter=sign))) - 1 for line in some))
