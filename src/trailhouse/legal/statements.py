"""The public pages: legal notice and privacy statement of a brand, of an account without one, and of the operator.

Both are made from data, in the reader's language. Own text stands after them, or in their place.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account
from trailhouse.branding.looks import Look
from trailhouse.legal import levels, parties, plain, subprocessors
from trailhouse.legal.models import Kind, Wording
from trailhouse.legal.parties import Party
from trailhouse.legal.plain import Block
from trailhouse.legal.subprocessors import Processor


@dataclass(frozen=True)
class Statement:
    """One of the pages. `facts` are labels with lines; `processors` stand after `blocks`, `own` last."""

    kind: Kind
    party: Party
    facts: tuple[tuple[str, tuple[str, ...]], ...] = ()
    blocks: tuple[Block, ...] = ()
    processors: tuple[Processor, ...] = ()
    rights: tuple[Block, ...] = ()  # after the list of processors
    own: tuple[Block, ...] = ()


def statement(kind: Kind, look: Look, account: Account | None) -> Statement:
    """The page of `kind` for whoever meets `look`: the brand of `account`, or of the operator where there is none."""
    party, own = parties.of(account), wording(kind, account, look.brand_id)
    said = plain.blocks(own.text) if own else ()
    if own and own.replaces and said:
        return Statement(kind, party, own=said)
    if kind == Kind.NOTICE:
        return Statement(kind, party, tuple(facts(party)), own=said)
    if account is None:
        return Statement(kind, party, (), tuple(_privacy(party)), tuple(subprocessors.of(None)), _rights(), said)
    blocks = tuple(_privacy(party, parties.of(None)))
    return Statement(kind, party, (), blocks, tuple(subprocessors.chain(account)), _rights(), said)


def wording(kind: Kind, account: Account | None, brand_id: int | None = None) -> Wording | None:
    """The own text that holds: the brand's, else that of the whole account."""
    usual = Wording.objects.filter(kind=kind, account=account, brand=None)
    if brand_id is None or account is None:
        return usual.first()
    return Wording.objects.filter(kind=kind, account=account, brand=brand_id).first() or usual.first()


def facts(party: Party) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What a legal notice says of `party`: labels with lines; nothing for what is not known."""
    yield _("Responsible"), (party.name, *party.lines)
    for label, value in (
        (_("E-mail"), party.email),
        (_("Telephone"), party.phone),
        (_("Represented by"), party.represented_by),
        (_("Register"), party.registration),
        (_("VAT number"), party.vat_number),
        (_("Data protection officer"), party.officer),
    ):
        if value:
            yield label, (value,)


def _heading(text: str) -> Block:
    return Block("heading", (text,))


def _text(*lines: str) -> Block:
    return Block("text", tuple(filter(None, lines)))


def _privacy(party: Party, operator: Party | None = None) -> Iterator[Block]:
    """What the privacy statement says; `operator`: who runs the service, where `party` does not do so itself."""
    yield _heading(_("Who is responsible"))
    yield _text(party.name, *party.lines, party.email, party.phone, party.officer)
    yield _text(_roles(party, operator))
    yield _heading(_("Visitors of the websites that are measured"))
    yield _text(_("Of each page that is shown, this is recorded:"))
    yield Block("list", tuple(str(one) for one in levels.COLLECTED))
    yield _text(str(levels.ADDRESS))
    yield _text(str(levels.PSEUDONYM))
    yield _text(_("Each website chooses one of three levels:"))
    yield Block("list", tuple(f"{levels.NAMES[one]}: {text}" for one, text in levels.LEVELS.items()))
    yield _heading(_("How long it is kept"))
    yield _text(
        _(
            "Each website sets after how many months its data is deleted: 25 unless it chose otherwise. Backups are "
            "overwritten after that."
        )
    )
    yield _heading(_("If you do not want to be counted"))
    yield _text(
        _(
            "Each website has a page on which you can have this browser left out; its privacy statement links to it. "
            "A website may also leave out every browser that sends the signal Global Privacy Control."
        )
    )
    yield from _people()


def _roles(party: Party, operator: Party | None) -> str:
    if operator is None or operator.name == party.name:
        return _(
            "For the statistics of a website, the website's owner is the controller. %(party)s processes the data on "
            "the owner's behalf, or on behalf of the agency that looks after the website."
        ) % {"party": party.name}
    return _(
        "For the statistics of a website, the website's owner is the controller. %(party)s is the processor on the "
        "owner's behalf, and %(operator)s runs the technical service as its sub-processor."
    ) % {"party": party.name, "operator": operator.name}


def _people() -> Iterator[Block]:
    yield _heading(_("People who sign in"))
    yield _text(
        _(
            "Of people with a login these are kept: e-mail address, name, language and time zone; the password only as "
            "a hash; which browsers are signed in and since when, without their address; what they changed, in a log; "
            "and for a limited time the mail that was sent to them. The basis is the contract (Article 6(1)(b) GDPR)."
        )
    )
    yield _text(
        _(
            "Signing in needs two cookies: one that keeps you signed in and one that protects forms. They are used for "
            "nothing else."
        )
    )
    yield _heading(_("Who receives the data"))
    yield _text(_("Nothing is sold, and nothing is used for advertising. These companies process data for us:"))


def _rights() -> tuple[Block, ...]:
    return (
        _heading(_("Your rights")),
        _text(
            _(
                "You have the right of access, rectification, erasure, restriction and portability, the right to "
                "object, and the right to withdraw a consent for the future. Write to the address above; as a visitor "
                "of a website, write to the website's owner."
            )
        ),
        _text(_("You can also complain to a data protection authority, for example the one where you live.")),
    )
