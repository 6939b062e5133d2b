"""The JSON bodies of operations that take more than texts: what may stand in them is checked as they are read."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Literal, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from django.http import HttpRequest
from msgspec import UNSET, Meta, Struct, UnsetType

from trailhouse.core.errors import UserError
from trailhouse.sites.models import Section

Body = TypeVar("Body", bound=Struct)

LAST_YEAR = 9_000  # so that no zone carries a day past the last one that Python knows


def _line(most: int, meaning: str, least: int = 0) -> Meta:
    return Meta(min_length=least, max_length=most, pattern=r"^[^\x00-\x1f\x7f]*$", description=meaning)


def _text(most: int, meaning: str) -> Meta:
    return Meta(max_length=most, pattern=r"^[^\x00]*$", description=meaning)


Number = Annotated[int, Meta(ge=1, le=2**31 - 1)]
Name = Annotated[str, _line(350, "A site's domain, or its key.", 1)]
Domains = Annotated[list[Name], Meta(max_length=2_000, description="Sites by domain or key.")]
GivenRole = Annotated[
    Literal["standard", "super", "bookkeeper"],
    Meta(description="standard looks; super also changes and invites; bookkeeper sees documents alone."),
]
Sections = Annotated[
    list[Literal["overview", "live", "visitors", "sources", "pages", "places", "technology", "events"]],
    Meta(max_length=len(Section), description="The parts of the statistics that are seen; none: all."),
]
AddsSites = Annotated[bool, Meta(description="Whether a super user of all sites may add sites.")]
Ends = Annotated[
    str,
    Meta(max_length=40, description="Last day (2026-12-31, account's time zone) or moment with offset; null: no end."),
]
OwnSegment = Annotated[
    Number, Meta(description="A segment of the one site, for a standard user who sees it alone; null: everything.")
]
Email = Annotated[str, _line(254, "An e-mail address.", 3)]


class PersonChange(Struct, forbid_unknown_fields=True):
    """What changes of somebody's role; what is not sent stays."""

    role: GivenRole | UnsetType = UNSET
    sections: Sections | UnsetType = UNSET
    may_add_sites: AddsSites | UnsetType = UNSET
    ends_at: Ends | UnsetType | None = UNSET
    segment: OwnSegment | UnsetType | None = UNSET


class InvitationBody(Struct, forbid_unknown_fields=True):
    """Who is invited, and to what: some sites, a client's sites, or everywhere."""

    email: Email
    role: GivenRole
    sites: Domains = []
    client: Annotated[Number, Meta(description="The number of a client.")] | None = None
    everywhere: Annotated[bool, Meta(description="All sites of the account, also future ones.")] = False
    sections: Sections = []
    may_add_sites: AddsSites = False
    ends_at: Ends | None = None
    segment: OwnSegment | None = None


class ClientBody(Struct, forbid_unknown_fields=True):
    """What is kept of a client; without `sites` it has those that it had."""

    name: Annotated[str, _line(120, "Once an account.", 1)]
    contact: Annotated[str, _line(120, "Whom you talk to.")] = ""
    email: Annotated[str, _line(254, "An e-mail address.")] = ""
    address: Annotated[str, _text(500, "As on a letter; several lines.")] = ""
    language: Annotated[str, _line(8, "Of its people until they choose their own: en, nl, …")] = ""
    note: Annotated[str, _text(2_000, "For yourself.")] = ""
    sites: Domains | UnsetType = UNSET


class AccountBody(Struct, forbid_unknown_fields=True):
    """An account that is made for somebody."""

    email: Email
    name: Annotated[str, _line(120, "Of the account.", 1)]
    language: Annotated[str, _line(8, "Of the person: en, nl, …; empty: the instance's.")] = ""
    timezone: Annotated[str, _line(64, "Such as Europe/Amsterdam.")] = "UTC"
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$", description="ISO 4217.")] = "EUR"


class Reason(Struct, forbid_unknown_fields=True):
    """Why an account is suspended."""

    reason: Annotated[str, _line(300, "The account's people read it.", 1)]


class Closing(Struct, forbid_unknown_fields=True):
    """Which account is closed, so that none is by a slip."""

    name: Annotated[str, _line(120, "The account's name as it stands.", 1)]


def read(request: HttpRequest, kind: type[Body]) -> Body:
    """The body as `kind`. Raises UserError that names what does not fit, and where."""
    try:
        return msgspec.json.decode(request.body or b"{}", type=kind)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise UserError("wrong_body", f"The body does not fit: {error}.", "Send JSON as GET /api/docs tells.") from None


def moment(text: str | None, zone: str) -> datetime | None:
    """What `text` means: the end of a local day in `zone`, or a moment with its offset. Raises UserError."""
    if not text:
        return None
    try:
        if len(text) == len("2026-12-31"):
            after = date.fromisoformat(text) + timedelta(days=1)
            found = datetime.combine(after, time(), ZoneInfo(zone))
        else:
            found = datetime.fromisoformat(text)
        if found.tzinfo is not None and 1_000 < found.year < LAST_YEAR:
            return found.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise UserError("wrong_value", "Invalid ends_at.", "Use 2026-12-31, or 2026-12-31T18:00:00+01:00.")
