"""A mail's one template file → its subject, text and HTML, in the mail's language and in the look of its reader.

The file `mail/<folder>/<name>.txt` holds the subject, an empty line, and paragraphs. A line that is only
`[[Label|address]]` is the one action; what follows it is said more quietly. Lines that begin with four spaces are code.
What stands between the lines `[[[` and `]]]` is for the text alone, as it stands; in HTML the file
`mail/<folder>/<name>.html` takes its place, with the same values, escaped, and with the brand as `brand`.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import translation

from trailhouse.core import colours
from trailhouse.core.settings import settings
from trailhouse.outbox.models import Mail

LONGEST_SUBJECT = 200
SECRET = "secret"  # the part of a context that is forgotten as soon as the mail has been sent, and shown in no list
FORGOTTEN = "…"
STOP = "stop"  # of the secrets: our path behind which, by one request, no such mail comes any more (RFC 8058)
REPLY_TO = "reply_to"  # of a context: whom an answer goes to, so that it is forgotten with the text
CODE = "    "
PART = "\x00"  # no line of a template is so
# Line breaks, what turns the direction of what follows round, and what no encoding can hold.
_BREAKS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")
_TO_TYPE = re.compile(r"\d{4}-\d{4}|…")  # or what stands for a forgotten one
LONGEST_PREVIEW = 150
_ACTION = re.compile(r"\[\[([^\[\]|]+)\|([^\[\]|\s]+)\]\]")


class WrongTemplateError(Exception):
    """A mail's template, or what was filled in, is not of the form that this module describes: a bug."""


class ForeignAddressError(Exception):
    """A mail leads to an address that is not ours, or no longer."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(f"its link leads to {address}, which is no address of this instance")


@dataclass(frozen=True)
class Logo:
    """A picture at its whole address, in CSS pixels."""

    url: str
    width: int
    height: int


@dataclass(frozen=True)
class Brand:
    """How mail looks. `sender` is as in "Northlight Studio <hello@northlight.example>"; empty texts: there is none."""

    name: str
    sender: str
    colour: str = "#0f766e"
    footer: str = ""  # on one line: an address, a register number
    url: str = field(default_factory=lambda: settings().url)  # where its people go; the only links there are
    tile: str = ""  # a letter that stands where others have a logo
    logo: Logo | None = None
    logo_dark: Logo | None = None  # None: `logo` in the dark as well
    reply_to: str = ""
    support: str = ""  # the address for questions
    help_url: str = ""
    notice_url: str = ""
    privacy_url: str = ""
    powered_by: str = ""

    def __post_init__(self) -> None:
        if not colours.is_colour(self.colour):
            raise ValueError(f"{self.colour!r} is no colour such as #0f766e")
        for name in ("name", "sender", "footer", "powered_by", "reply_to"):
            object.__setattr__(self, name, one_line(getattr(self, name)))

    @property
    def ink(self) -> str:
        """What is read well on the colour: white, or a black."""
        return colours.ink_on(self.colour)


@dataclass(frozen=True)
class Block:
    """A part of a mail's body. `kind` is text, code, action or part; an `aside` stands after the action."""

    kind: str
    text: str
    url: str = ""
    aside: bool = False
    html: str = ""  # of a part

    @property
    def lines(self) -> list[str]:
        """Its lines."""
        return self.text.splitlines()

    @property
    def is_to_type(self) -> bool:
        """Whether it is a code that somebody types: nothing in the mail is louder."""
        return self.kind == "code" and bool(_TO_TYPE.fullmatch(self.text))


@dataclass(frozen=True)
class Rendered:
    """A mail as it is sent and shown."""

    subject: str
    text: str
    html: str
    sender: str
    url: str  # of what it is about, without a path
    reply_to: str = ""  # whom an answer goes to, if not the sender
    stop: str = ""  # the address that ends mail of this kind by one request, where there is one


def _without_brands(_look: str) -> Brand:
    sender = settings().mail_from
    return Brand(name=parseaddr(sender)[0] or "Statistics", sender=sender)


_brand_of: Callable[[str], Brand] = _without_brands


def brand_of(look: str) -> Brand:
    """How mail with this `Mail.look` looks; "" is the instance's own."""
    return _brand_of(look)


def use_brand(brand_of: Callable[[str], Brand]) -> None:
    """Have `brand_of(look)` say how mail looks, for each `Mail.look`; "" is the instance's own."""
    global _brand_of
    _brand_of = brand_of


def render(mail: Mail, *, secrets: bool = True) -> Rendered:
    """`mail` in its language and look; without `secrets`, as somebody else than its reader may see it.

    Raises WrongTemplateError, ForeignAddressError, or Django's errors where the template is missing.
    """
    brand = _brand_of(mail.look)
    context = _moved(mail)
    context = context if secrets else without_secrets(context)
    secrets_of = context.get(SECRET)
    path = secrets_of.get(STOP, "") if secrets and isinstance(secrets_of, dict) else ""
    stop = _own_address(path, brand) if path else ""
    with translation.override(mail.language):
        subject, filled = _filled_in(mail.template, context, brand)
        blocks = [_with_html(block, mail.template, context, brand) for block in filled]
        around = {"subject": subject, "blocks": blocks, "brand": brand, "language": mail.language, "stop": stop}
        around |= {"preview": _preview(blocks), "hosts": _own_hosts(brand)}
        text = render_to_string("mail/frame.txt", around)
        html = render_to_string("mail/frame.html", around)
    tidy = re.sub(r"\n{3,}", "\n\n", text).strip() + "\n"
    answers = str(context.get(REPLY_TO, "")) or brand.reply_to
    return Rendered(subject, tidy, html, brand.sender, brand.url, answers, stop)


def subject_of(mail: Mail) -> str:
    """The subject of `mail` without its secrets; the name of its template where that cannot be rendered."""
    if mail.subject:
        return mail.subject
    try:
        with translation.override(mail.language):
            return _filled_in(mail.template, without_secrets(_moved(mail)), _brand_of(mail.look))[0]
    except Exception:  # a list of mail is shown all the same; sending says what is wrong
        return mail.template


def without_secrets(context: dict[str, Any]) -> dict[str, Any]:
    """What a mail was filled in with, but for what lets somebody in."""
    secrets = context.get(SECRET)
    return context | {SECRET: dict.fromkeys(secrets, FORGOTTEN)} if isinstance(secrets, dict) else context


def one_line(text: str) -> str:
    """`text` without line breaks and control characters, so that it cannot end a header or begin a paragraph."""
    return _BREAKS.sub(" ", text).strip()


def harmless(value: Any) -> Any:
    """What is filled in, on one line each and without the marks of an action: it may be anybody's text."""
    if isinstance(value, str):
        return one_line(value).replace("[[", "[ [").replace("]]", "] ]")
    if isinstance(value, dict):
        return {name: harmless(one) for name, one in value.items()}
    return [harmless(one) for one in value] if isinstance(value, list | tuple) else value


def _moved(mail: Mail) -> dict[str, Any]:
    """What `mail` is filled in with, where our address has become another one since it was written: with that one."""
    now, context = settings().url, dict(mail.context)
    if mail.url in ("", now):
        return context
    before = re.compile(re.escape(mail.url) + r"(?![\w@:-]|\.\w)")  # and not a longer host that begins alike

    def moved(value: Any) -> Any:
        if isinstance(value, str):
            return before.sub(lambda _found: now, value)
        if isinstance(value, dict):
            return {name: moved(one) for name, one in value.items()}
        return [moved(one) for one in value] if isinstance(value, list) else value

    return {name: moved(value) for name, value in context.items()}


def _filled_in(name: str, context: dict[str, Any], brand: Brand) -> tuple[str, list[Block]]:
    template = get_template(f"mail/{name}.txt").template  # type: ignore[attr-defined]  # Django's own kind
    values = harmless(context | {"brand": {"name": brand.name, "url": brand.url, "support": brand.support}})
    subject, _newline, rest = template.render(Context(values, autoescape=False)).strip().partition("\n")
    body = rest.splitlines()
    if not subject.strip() or not body or body[0].strip():
        raise WrongTemplateError(f"mail/{name}.txt: the subject on one line, an empty line, then the text")
    blocks = _blocks(body, brand)
    if sum(block.kind == "action" for block in blocks) > 1:
        raise WrongTemplateError(f"mail/{name}.txt: a mail has one action")
    return one_line(subject)[:LONGEST_SUBJECT], blocks


def _blocks(lines: list[str], brand: Brand) -> list[Block]:
    blocks: list[Block] = []
    going_on = acted = False
    lines, part = _apart(lines)
    for line in lines:
        if line == PART:
            blocks.append(Block("part", part))
            going_on = False
            continue
        action = _ACTION.fullmatch(line.strip())
        kind = "action" if action else "code" if line.startswith(CODE) else "text"
        text = line.removeprefix(CODE).rstrip() if kind == "code" else line.strip()
        if action:
            blocks.append(Block(kind, action[1].strip(), _own_address(action[2], brand)))
            acted = True
        elif text and going_on and blocks[-1].kind == kind:
            blocks[-1] = Block(kind, f"{blocks[-1].text}\n{text}", aside=acted)
        elif text:
            blocks.append(Block(kind, text, aside=acted))
        going_on = bool(text)
    return blocks


def _apart(lines: list[str]) -> tuple[list[str], str]:
    """The lines with PART in the place of what is for the text alone, and that."""
    if "[[[" not in lines:
        return lines, ""
    start = lines.index("[[[")
    end = lines.index("]]]", start)
    return [*lines[:start], PART, *lines[end + 1 :]], "\n".join(line.rstrip() for line in lines[start + 1 : end])


def _with_html(block: Block, name: str, context: dict[str, Any], brand: Brand) -> Block:
    if block.kind != "part":
        return block
    return replace(block, html=render_to_string(f"mail/{name}.html", harmless(context) | {"brand": brand}))


def _preview(blocks: list[Block]) -> str:
    """What lists of mail show beside the subject: how it begins, without a code that lets somebody in."""
    text = " ".join(line for block in blocks if block.kind == "text" for line in block.lines)
    return text if len(text) <= LONGEST_PREVIEW else text[:LONGEST_PREVIEW].rpartition(" ")[0] + " …"


def _own_hosts(brand: Brand) -> set[tuple[str, str]]:
    """Scheme and host of the addresses that are ours."""
    return {urlsplit(base)[:2] for base in (brand.url, settings().url)}


def _own_address(url: str, brand: Brand) -> str:
    """A path of ours as an address. Raises ForeignAddressError for any that does not lead to us."""
    if url.startswith("/"):
        return brand.url + url
    parts = urlsplit(url)
    if parts[:2] not in _own_hosts(brand):
        raise ForeignAddressError(urlunsplit((parts.scheme, parts.netloc, "", "", "")))  # the path may hold a secret
    return url
