"""The code that banking apps read a transfer from (EPC069-12), as the path of an SVG."""

from dataclasses import dataclass
from decimal import Decimal

import qrcode  # type: ignore[import-untyped]
from qrcode.constants import ERROR_CORRECT_M  # type: ignore[import-untyped]

from trailhouse.core.money import decimal_text

QUIET = 4  # modules of white around it


@dataclass(frozen=True)
class Code:
    """A square of `side` modules; `path` draws the dark ones."""

    side: int
    path: str


def transfer_code(name: str, iban: str, bic: str, amount: int, currency: str, reference: str) -> Code | None:
    """The code of a transfer in euros with an ISO 11649 reference; None where there is no such transfer."""
    if currency != "EUR" or not iban or not name or not 0 < amount <= 99_999_999_999:
        return None
    euros = f"EUR{Decimal(decimal_text(amount, currency)):.2f}"
    text = "\n".join(
        ("BCD", "002", "1", "SCT", bic.replace(" ", ""), name[:70], iban.replace(" ", ""), euros, "", reference)
    )
    made = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=QUIET)
    made.add_data(text.encode())
    made.make(fit=True)
    rows = made.get_matrix()
    path = "".join(f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, dark in enumerate(row) if dark)
    return Code(len(rows), path)
