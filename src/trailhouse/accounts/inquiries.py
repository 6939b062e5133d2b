"""What strangers write to the operator by the contact form, a part of the services of `accounts`.

It is kept and mailed to the operator, never to the address that somebody typed: the form is no relay. What looks like
spam is kept apart without a mail, since a guard may be wrong; whoever sent it gets the same answer as everybody.
"""

import re
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.core import signing
from django.db import transaction

from trailhouse.accounts import selectors
from trailhouse.accounts.models import Account, Inquiry, Staff, User, normal_email
from trailhouse.accounts.services import record
from trailhouse.accounts.signup import known_language
from trailhouse.core import clock
from trailhouse.core.settings import settings
from trailhouse.outbox import services as outbox

FASTEST = timedelta(seconds=3)  # nobody writes a message in less
FORM_LASTS = timedelta(hours=24)
MOST_LINKS = 3
HELD_FOR = timedelta(days=30)
# In 24 hours, of the whole instance: a flood fills neither the table nor the operator's letter box.
MOST_HELD = 200
MOST_MAILED = 100
_SALT = "accounts.inquiry"
_LINK = re.compile(r"https?://|\bwww\.|\[url|<a\s", re.IGNORECASE)


@dataclass(frozen=True)
class Opened:
    """A form of ours: its own name, and when it was shown."""

    form: str
    at: datetime


@dataclass(frozen=True)
class NewInquiry:
    """What somebody typed. `account` is the one that they own, if they are signed in; then nothing is held back.

    `trap` is the field that people do not see.
    """

    opened: Opened
    topic: str
    name: str
    email: str
    message: str
    company: str = ""
    sites: int | None = None
    language: str = ""
    account: Account | None = None
    known: bool = False
    trap: str = field(default="", repr=False)


def new_form() -> str:
    """What a form carries: its name and when it was shown, signed."""
    return signing.Signer(salt=_SALT).sign_object([secrets.token_hex(12), int(clock.now().timestamp())])


def opened(signed: str) -> Opened | None:
    """The form that `new_form` made; None for any other, and for one that was shown too long ago."""
    try:
        form, second = signing.Signer(salt=_SALT).unsign_object(signed)
        at = datetime.fromtimestamp(second, UTC)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Opened(form, at) if clock.now() - at < FORM_LASTS else None


def why_held(new: NewInquiry) -> Inquiry.Held:
    """Why it is taken for spam; of people who are signed in nothing is."""
    if new.known:
        return Inquiry.Held.NO
    if new.trap:
        return Inquiry.Held.TRAP
    if clock.now() - new.opened.at < FASTEST:
        return Inquiry.Held.FAST
    return Inquiry.Held.LINKS if len(_LINK.findall(new.message)) > MOST_LINKS else Inquiry.Held.NO


@transaction.atomic
def receive(new: NewInquiry) -> Inquiry | None:
    """Keep what somebody wrote and have the operator told. A form that is sent again is the inquiry that is there.

    None where so much was held back lately that this is dropped.
    """
    there = Inquiry.objects.filter(form=new.opened.form).first()
    if there is not None:
        return there
    held = why_held(new)
    if held and _lately(held=True) >= MOST_HELD:
        return None
    values = {
        "topic": new.topic, "name": new.name.strip(), "company": new.company.strip(), "email": normal_email(new.email),
        "sites": new.sites, "message": new.message.strip(), "language": known_language(new.language),
        "account": new.account, "held": held,
    }  # fmt: skip
    inquiry, created = Inquiry.objects.get_or_create(form=new.opened.form, defaults=values)
    if created and not held and _lately(held=False) <= MOST_MAILED:
        _tell(inquiry)
    return inquiry


def _lately(*, held: bool) -> int:
    since = clock.now() - timedelta(hours=24)
    rows = Inquiry.objects.filter(at__gt=since)
    return (rows.exclude(held=Inquiry.Held.NO) if held else rows.filter(held=Inquiry.Held.NO)).count()


def _tell(inquiry: Inquiry) -> None:
    context = {
        "number": inquiry.pk,
        "topic": inquiry.topic,
        "name": inquiry.name,
        "company": inquiry.company,
        "email": inquiry.email,
        "sites": inquiry.sites,
        "account": inquiry.account.name if inquiry.account else "",
        "lines": inquiry.message.splitlines(),
    }
    for to, language in _addressees():
        key = f"inquiry/{inquiry.pk}/{to}"
        outbox.mail(to, "accounts/inquiry", context, language=language, key=key, reply_to=inquiry.email)


def _addressees() -> list[tuple[str, str]]:
    """Who is told, in which language: the address that the operator set, else each operator."""
    own = selectors.instance().contact_email
    if own:
        person = User.objects.filter(email=normal_email(own)).first()
        return [(own, person.language if person else "")]
    return list(User.objects.filter(staff=Staff.OPERATOR, is_active=True).values_list("email", "language"))


@transaction.atomic
def answered(inquiry: Inquiry, *, by: User) -> bool:
    """Note that it was answered; False where it is so already."""
    rows = Inquiry.objects.filter(pk=inquiry.pk, answered_at=None)
    if not rows.update(answered_at=clock.now(), answered_by=by):
        return False
    record("inquiry.answered", account=None, by=by, subject=_subject(inquiry))
    return True


@transaction.atomic
def put_back(inquiry: Inquiry, *, by: User) -> bool:
    """Have it among the new ones again, one that was held back as well; False where it is there."""
    rows = Inquiry.objects.filter(pk=inquiry.pk).exclude(answered_at=None, held=Inquiry.Held.NO)
    if not rows.update(answered_at=None, answered_by=None, held=Inquiry.Held.NO):
        return False
    record("inquiry.put_back", account=None, by=by, subject=_subject(inquiry))
    return True


@transaction.atomic
def delete(inquiry: Inquiry, *, by: User) -> None:
    """Delete it for good."""
    record("inquiry.deleted", account=None, by=by, subject=_subject(inquiry))
    Inquiry.objects.filter(pk=inquiry.pk).delete()


def _subject(inquiry: Inquiry) -> str:
    """The log outlives an inquiry, so it names the number alone, not the person."""
    return str(inquiry.pk)


def prune() -> int:
    """Delete what is kept no longer; how many. Doing it twice changes nothing."""
    now = clock.now()
    old = Inquiry.objects.filter(at__lt=now - timedelta(days=settings().inquiry_days))
    spam = Inquiry.objects.filter(at__lt=now - HELD_FOR).exclude(held=Inquiry.Held.NO)
    return old.delete()[0] + spam.delete()[0]
