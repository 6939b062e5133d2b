"""Bank statements: what real files say is read, what is hostile is refused, and money is booked once and rightly."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from tests import people
from tests.billing import money
from trailhouse.accounts.models import User
from trailhouse.billing import activating, banking, receiving, settling, tick
from trailhouse.billing.bank import camt, csv_files
from trailhouse.billing.bank.lines import LARGEST_FILE, Statement, StatementError
from trailhouse.billing.book import Interval
from trailhouse.billing.models import BankLine, Document, Payment, Request, Subscription
from trailhouse.billing.references import grouped, reference
from trailhouse.billing.states import State
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.money import Money
from trailhouse.core.typed_amounts import typed_amount

FILES = Path(__file__).parent / "statements"
RF = reference(7, 1)


def xml(name: str, of: str = RF) -> bytes:
    """A statement of a bank, with that reference in it."""
    return (FILES / name).read_text(encoding="utf-8").replace("{reference}", of).encode()


# -- amounts as they are typed


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("19", "EUR", 1900), ("19,5", "EUR", 1950), ("19.50", "EUR", 1950), ("1.234,56", "EUR", 123456),
        ("1,234.56", "EUR", 123456), ("1 234,56 €", "EUR", 123456), ("€ 1'234.50", "EUR", 123450),
        ("1.234", "EUR", 123400), ("1,234", "EUR", 123400), ("1.234.567", "EUR", 123456700), ("−5,00", "EUR", -500),
        ("5,00-", "EUR", -500), ("+5.00", "EUR", 500), ("EUR 5", "EUR", 500), ("1.500", "JPY", 1500),
        ("1.234", "KWD", 1234), ("12,5", "KWD", 12500), ("9,-", "EUR", 900),
    ],
)  # fmt: skip
def test_an_amount_is_read_as_people_type_it(text: str, currency: str, minor: int) -> None:
    assert typed_amount(text, currency) == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [("", "EUR"), ("x", "EUR"), ("1,23,45", "EUR"), ("1.23.45", "EUR"), ("19.999,999", "EUR"), ("1.5", "JPY"),
     ("1,234", "KWD"), ("1.2.3,4.5", "EUR"), ("9" * 30, "EUR"), ("١٢", "EUR")],
)  # fmt: skip
def test_what_is_no_amount_or_could_be_two_is_refused(text: str, currency: str) -> None:
    with pytest.raises(ValueError, match=r"amount|places|large"):
        typed_amount(text, currency)


# -- CAMT.053


def test_a_statement_of_version_02_is_read() -> None:
    found = camt.read(xml("version_02.xml"))
    assert (found.outgoing, found.pending) == (1, 1)
    first, second, third = found.lines
    assert (first.booked_on, first.amount, first.currency) == (date(2027, 2, 15), 2299, "EUR")
    assert (first.payer, first.payer_iban) == ("Northlight Studio", "NL20INGB0001234567")
    assert first.text == f"Payment {RF} thank you"
    assert first.key == "NL91ABNA0417164300/0046 8123 7781"
    assert [(one.amount, one.payer, one.text) for one in (second, third)] == [
        (3000, "First Payer", "first A-1"), (4000, "Second Payer", "second A-2"),
    ]  # fmt: skip
    assert len({one.key for one in found.lines}) == 3


def test_a_statement_of_version_08_is_read_with_its_structured_reference() -> None:
    found = camt.read(xml("version_08.xml"))
    (line,) = found.lines
    assert (line.amount, line.payer, line.payer_iban) == (2299, "Bäckerei Süd", "DE02120300000000202051")
    assert RF in line.text
    assert line.key == "DE89370400440532013000/2027021500123"
    assert found.outgoing == 1  # what was taken back


LAUGHS = b"""<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">
<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">&c;</Document>"""
FILE = b"""<!DOCTYPE l [<!ENTITY x SYSTEM "file:///etc/hostname">]><Document>&x;</Document>"""


@pytest.mark.parametrize(
    ("content", "code"),
    [
        pytest.param(LAUGHS, "statement_doctype", id="entities that multiply"),
        pytest.param(FILE, "statement_doctype", id="an external entity"),
        pytest.param(FILE.decode().encode("utf-16"), "statement_doctype", id="the same in UTF-16"),
        pytest.param(b"<a><b></a>", "statement_no_xml", id="broken"),
        pytest.param(b"<html/>", "statement_no_camt", id="something else"),
        pytest.param(xml("version_02.xml").replace(b"001.02", b"001.04"), "statement_version", id="another version"),
        pytest.param(xml("version_02.xml").replace(b"053", b"052"), "statement_no_camt", id="another message"),
        pytest.param(xml("version_02.xml").replace(b"22.99", b"x"), "statement_amount", id="no amount"),
        pytest.param(xml("version_02.xml").replace(b'"EUR">22', b'"EURO">22'), "statement_amount", id="no currency"),
        pytest.param(xml("version_08.xml").replace(b"2027-02-15<", b"soon<"), "statement_day", id="no day"),
        pytest.param(b"<" + b" " * LARGEST_FILE, "statement_too_large", id="too large"),
    ],
)
def test_a_file_that_is_hostile_or_none_of_ours_is_refused(content: bytes, code: str) -> None:
    with pytest.raises(StatementError) as wrong:
        camt.read(content)
    assert wrong.value.code == code


# -- CSV


def read_csv(text: str, encoding: str = "utf-8") -> Statement:
    """The lines of a file as its columns are guessed."""
    found = csv_files.table(text.encode(encoding))
    return csv_files.lines(found, csv_files.guess(found, "EUR"))


DUTCH = (
    '"Datum","Naam / Omschrijving","Rekening","Tegenrekening","Code","Af Bij","Bedrag (EUR)","MutatieSoort",'
    f'"Mededelingen"\n"20270215","Northlight","NL91","NL20INGB0001234567","GT","Bij","1.022,99","x","Betaling {RF}"\n'
    '"20270215","Kantoor","NL91","NL21","GT","Af","10,00","x","Huur"\n'
)
GERMAN = (
    "Umsatzanzeige\n\nBuchungstag;Valuta;Auftraggeber;Verwendungszweck;Betrag;Währung\n"
    f"15.02.2027;15.02.2027;Bäckerei Süd;RE {RF};22,99;EUR\n16.02.2027;16.02.2027;Miete;Büro;-500,00;EUR\n"
)
FRENCH = f"Date;Libellé;Débit;Crédit\n15/02/2027;Virement {RF};;1 022,99\n15/02/2027;Loyer;500,00;\n"
SPANISH = f"Fecha contable\tConcepto\tImporte\tDivisa\tOrdenante\n15/02/2027\tPago {RF}\t1.022,99\tEUR\tTaller\n"
ENGLISH = f"Date,Description,Amount\n02/15/2027,Payment {RF},22.99\n02/28/2027,Rent,-500.00\n"


@pytest.mark.parametrize(
    ("text", "encoding", "amount"),
    [
        pytest.param(DUTCH, "utf-8", 102299, id="Dutch: a column says which way"),
        pytest.param(GERMAN, "cp1252", 2299, id="German: a preamble, in an old encoding"),
        pytest.param(FRENCH, "utf-8-sig", 102299, id="French: two columns of amounts"),
        pytest.param(SPANISH, "utf-16", 102299, id="Spanish: tabs"),
        pytest.param(ENGLISH, "utf-8", 2299, id="English: the month first, since it cannot be otherwise"),
    ],
)
def test_the_columns_of_a_bank_are_guessed_from_their_heads(text: str, encoding: str, amount: int) -> None:
    (line,) = read_csv(text, encoding).lines
    assert (line.booked_on, line.amount, line.currency) == (date(2027, 2, 15), amount, "EUR")
    assert RF in line.text


def test_a_wrong_row_is_named_and_a_file_without_heads_refused() -> None:
    with pytest.raises(StatementError, match=r"statement_row\(2"):
        read_csv(ENGLISH.replace("02/28/2027", "someday"))
    for nothing in ("", "a,b\n1,2\n", "Date,Amount\n", "\0\0\0"):
        with pytest.raises(StatementError):
            csv_files.table(nothing.encode())


def test_equal_lines_of_a_file_are_several_and_have_the_same_keys_when_it_is_read_again() -> None:
    twice = f"Date,Description,Amount\n15.02.2027,Payment {RF},19\n15.02.2027,Payment {RF},19\n"
    first, again = read_csv(twice).lines, read_csv(twice).lines
    assert len({one.key for one in first}) == 2
    assert [one.key for one in first] == [one.key for one in again]


# -- importing, matching, booking


@pytest.fixture
def due(db: None) -> Iterator[Subscription]:
    """A site whose trial is over, with an open payment request of EUR 22.99."""
    with clock.frozen(money.START):
        money.switch_on()
        one = money.site("dune-hotel.example")
    with clock.frozen(money.START + timedelta(days=29)):
        tick.run(money.FlatMeter(per_day=400))
        one.refresh_from_db()
        activating.activate(one.account, {one: Interval.MONTHLY}, by=None)
        yield one


def imported(of: str, name: str = "version_08.xml") -> BankLine:
    """The first line of a statement that names this reference."""
    banking.import_lines(camt.read(xml(name, of)).lines, by=people.operator())
    return BankLine.objects.order_by("pk").first()  # type: ignore[return-value]


def found(line: BankLine) -> banking.Match:
    line.refresh_from_db()
    return banking.matches([line])[line.pk]


def test_a_statement_is_imported_once(due: Subscription) -> None:
    lines = camt.read(xml("version_02.xml")).lines
    assert banking.import_lines(lines, by=people.operator()) == (3, 0)
    assert banking.import_lines(lines, by=people.operator()) == (0, 3)
    assert BankLine.objects.count() == 3


@pytest.mark.parametrize("write", [str, str.lower, grouped])
def test_a_transfer_with_the_reference_is_booked_by_one_click_and_only_once(
    due: Subscription, write: type[str]
) -> None:
    line = imported(write(Request.objects.get().reference))
    assert (found(line).found, found(line).account) == (banking.Found.MATCHED, due.account)
    by = people.operator()
    assert banking.book_matched(by=by) == (1, [])
    assert banking.book_matched(by=by) == (0, [])
    assert banking.book(line, due.account, by=by) == Payment.objects.get()
    due.refresh_from_db()
    assert due.state == State.ACTIVE
    assert Payment.objects.get().key == f"bank/{line.key}"
    assert Document.objects.get().total == 2299
    assert found(line).found is banking.Found.BOOKED


def test_the_reference_of_a_request_that_was_replaced_or_paid_still_finds_the_account(due: Subscription) -> None:
    old = Request.objects.get()
    Request.objects.filter(pk=old.pk).update(state=Request.State.REPLACED)
    assert found(imported(old.reference)).account == due.account


def test_a_payer_who_was_seen_before_is_proposed_and_not_booked_by_itself(due: Subscription) -> None:
    line = imported(RF)
    assert found(line).found is banking.Found.UNKNOWN
    banking.book(line, due.account, by=people.operator())
    again = imported(RF, "version_08.xml")
    banking.import_lines(camt.read(xml("version_08.xml", RF).replace(b"00123", b"00124")).lines, by=people.operator())
    again = BankLine.objects.get(payment=None)
    match = found(again)
    assert (match.found, match.account, match.why) == (banking.Found.UNCERTAIN, due.account, "iban")
    assert banking.book_matched(by=people.operator()) == (0, [])


def test_a_line_in_another_currency_or_booked_by_hand_already_is_uncertain(due: Subscription) -> None:
    line = imported(Request.objects.get().reference)
    BankLine.objects.update(currency="USD")
    assert found(line).why == "currency"
    with pytest.raises(UserError) as wrong:
        banking.book(line, due.account, by=people.operator())
    assert wrong.value.code == "wrong_currency"
    BankLine.objects.update(currency="EUR", booked_on=clock.now().date())
    receiving.receive(
        due.account, Money(2299, "EUR"), gateway="transfer", key="transfer/1", received_on=clock.now().date()
    )
    assert (found(line).found, found(line).why) == (banking.Found.UNCERTAIN, "twice")


def test_money_booked_for_a_wrong_account_is_taken_back_and_booked_for_the_right_one(due: Subscription) -> None:
    by, line = people.operator(), imported(Request.objects.get().reference)
    first = banking.book(line, due.account, by=by)
    banking.take_back(first, "another client", by=by)
    assert settling.balance(due.account) == 0
    assert not receiving.is_paid(Document.objects.get())
    line.refresh_from_db()
    assert line.payment is None
    with pytest.raises(UserError):
        banking.take_back(first, "again", by=by)
    theirs = people.stranger().accounts.get()
    second = banking.book(line, theirs, by=by)
    assert second.key == f"bank/{line.key}#2"
    assert settling.balance(theirs) == 2299


def test_a_line_that_is_not_for_us_is_set_aside_and_taken_in_again(due: Subscription) -> None:
    by: User = people.operator()
    line = imported(Request.objects.get().reference)
    banking.set_aside(line, True, by=by)
    assert found(line).found is banking.Found.ASIDE
    assert banking.book_matched(by=by) == (0, [])
    banking.set_aside(line, False, by=by)
    assert found(line).found is banking.Found.MATCHED
