"""CAMT.053, the statement of ISO 20022, in its versions 001.02 and 001.08. Pure.

A document with a DOCTYPE is refused before anything of it is used: no entity is resolved, nothing is fetched.
https://www.iso20022.org/catalogue-messages (camt.053, Bank-to-Customer Statement).
"""

import re
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, TypeAlias

from lxml import etree

from trailhouse.billing.bank.lines import (
    LARGEST_FILE,
    Statement,
    StatementError,
    StatementLine,
    checked,
    given,
    one_line,
    with_keys,
)
from trailhouse.core.money import parse_amount

Element: TypeAlias = Any  # lxml has no types
_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.([0-9]{2})")
VERSIONS = ("02", "08")


def looks_like_xml(content: bytes) -> bool:
    """Whether a file is to be read as XML, whatever it is called."""
    start = content[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"<")


def read(content: bytes) -> Statement:
    """The booked incoming lines of all statements in the file. Raises StatementError."""
    root = _root(content)
    found: list[StatementLine] = []
    outgoing = pending = 0
    for statement in _below(root, "BkToCstmrStmt", "Stmt"):
        account = _text(statement, "Acct", "Id", "IBAN") or _text(statement, "Acct", "Id", "Othr", "Id")
        lines: list[StatementLine] = []
        for entry in _below(statement, "Ntry"):
            if (_text(entry, "Sts", "Cd") or _text(entry, "Sts")).upper() not in ("BOOK", ""):
                pending += 1
            elif _leaves(entry):
                outgoing += 1
            else:
                lines += _lines(entry)
        found += with_keys(lines, account.replace(" ", ""))
    return Statement(tuple(checked(found)), outgoing, pending)


def _root(content: bytes) -> Element:
    if len(content) > LARGEST_FILE:
        raise StatementError("statement_too_large", LARGEST_FILE // 1024 // 1024)
    if b"<!DOCTYPE" in content.replace(b"\0", b"").upper():  # also in UTF-16
        raise StatementError("statement_doctype")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise StatementError("statement_no_xml", error.position[0]) from None
    if root.getroottree().docinfo.internalDTD is not None:
        raise StatementError("statement_doctype")
    match = _NAMESPACE.fullmatch(etree.QName(root).namespace or "")
    if match is None:
        raise StatementError("statement_no_camt")
    if match[1] not in VERSIONS:
        raise StatementError("statement_version", f"camt.053.001.{match[1]}")
    return root


def _leaves(entry: Element) -> bool:
    """Whether money left, or an earlier booking was taken back."""
    reversal = _text(entry, "RvslInd").lower() in ("true", "1")
    return _text(entry, "CdtDbtInd").upper() != "CRDT" or reversal


def _lines(entry: Element) -> Iterator[StatementLine]:
    """A line a payment: an entry may gather several."""
    details = [one for group in _below(entry, "NtryDtls") for one in _below(group, "TxDtls")]
    whole = _amount(entry, "Amt")
    amounts = [_amount_of(one) for one in details]
    on, reference = _day(entry), given(_text(entry, "AcctSvcrRef"))
    # Where the parts do not say what each of them is, the entry is one line.
    if len(details) < 2 or any(amount is None or amount[1] != whole[1] for amount in amounts):
        yield _line(entry, details[:1], on, whole, reference or _own_reference(details))
        return
    for number, (one, amount) in enumerate(zip(details, amounts, strict=True), 1):
        assert amount is not None
        own = _own_reference([one]) or (f"{reference}/{number}" if reference else "")
        yield _line(entry, [one], on, amount, own)


def _line(entry: Element, details: list[Element], on: date, amount: tuple[int, str], reference: str) -> StatementLine:
    texts: list[str] = []
    payer = iban = ""
    for one in details:
        payer = _text(one, "RltdPties", "Dbtr", "Pty", "Nm") or _text(one, "RltdPties", "Dbtr", "Nm")
        payer = payer or _text(one, "RltdPties", "UltmtDbtr", "Pty", "Nm") or _text(one, "RltdPties", "UltmtDbtr", "Nm")
        iban = _text(one, "RltdPties", "DbtrAcct", "Id", "IBAN").replace(" ", "").upper()
        texts += _remittance(one)
    return StatementLine(
        booked_on=on, amount=amount[0], currency=amount[1], payer=one_line(payer, longest=160), payer_iban=iban[:34],
        text=one_line(*(texts or [_text(entry, "AddtlNtryInf")]), longest=500), reference=reference,
    )  # fmt: skip


def _remittance(one: Element) -> list[str]:
    found = []
    for info in _below(one, "RmtInf"):
        found += [_text(part, "CdtrRefInf", "Ref") for part in _below(info, "Strd")]
        found += [(part.text or "") for part in _below(info, "Ustrd")]
    end_to_end = _text(one, "Refs", "EndToEndId")
    if end_to_end.upper() != "NOTPROVIDED":
        found.append(end_to_end)
    return [text for text in found if text.strip()]


def _own_reference(details: list[Element]) -> str:
    for one in details[:1]:
        for name in ("AcctSvcrRef", "TxId", "InstrId"):
            if found := given(_text(one, "Refs", name)):
                return found
    return ""


def _amount_of(details: Element) -> tuple[int, str] | None:
    for path in (("Amt",), ("AmtDtls", "TxAmt", "Amt")):
        if _find(details, *path) is not None:
            return _amount(details, *path)
    return None


def _amount(of: Element, *path: str) -> tuple[int, str]:
    found = _find(of, *path)
    currency = str(found.get("Ccy", "")) if found is not None else ""
    text = (found.text or "").strip() if found is not None else ""
    try:
        amount = parse_amount(text, currency)
    except ValueError:
        raise StatementError("statement_amount", f"{text} {currency}".strip()[:60]) from None
    return amount, currency


def _day(entry: Element) -> date:
    for kind in ("BookgDt", "ValDt"):
        text = _text(entry, kind, "Dt") or _text(entry, kind, "DtTm")
        if text:
            try:
                return date.fromisoformat(text[:10])
            except ValueError:
                raise StatementError("statement_day", text[:40]) from None
    raise StatementError("statement_day", "")


def _below(of: Element, *path: str) -> Iterable[Element]:
    found: list[Element] = [of]
    for name in path:
        found = [child for one in found for child in one if _name(child) == name]
    return found


def _find(of: Element, *path: str) -> Element | None:
    return next(iter(_below(of, *path)), None)


def _text(of: Element, *path: str) -> str:
    found = _find(of, *path)
    return (found.text or "").strip() if found is not None else ""


def _name(one: Element) -> str:
    return etree.QName(one).localname if isinstance(one.tag, str) else ""
