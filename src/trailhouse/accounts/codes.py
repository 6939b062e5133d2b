"""Codes that are mailed and typed into the browser that asked for them. They live in its session.

They are bound to the browser so that nobody can be talked into opening a link that finishes what somebody else began.
"""

import secrets
from collections.abc import MutableMapping
from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from trailhouse.accounts.selectors import hash_of
from trailhouse.core import clock
from trailhouse.core.errors import UserError

LASTS = timedelta(minutes=10)
MOST_TRIES = 5
PREFIX = "code_for_"

Session = MutableMapping[str, Any]


def new_code() -> str:
    """Eight random digits, in two halves as people read them: 1234-5678."""
    digits = f"{secrets.randbelow(10**8):08}"
    return f"{digits[:4]}-{digits[4:]}"


def begin(session: Session, purpose: str, values: dict[str, Any], code: str) -> None:
    """Wait for `code`, which hands out `values` (plain, JSON). No code fits an empty one: none was sent then."""
    until = clock.to_ms(clock.now() + LASTS)
    kept = hash_of(_digits(code)) if code else ""
    session[PREFIX + purpose] = {"values": values, "hash": kept, "until": until, "tries": 0}


def waiting(session: Session, purpose: str) -> dict[str, Any] | None:
    """The values that wait for a code, or None where nothing waits (any more)."""
    state = session.get(PREFIX + purpose)
    return None if state is None or state["until"] <= clock.now_ms() else dict(state["values"])


def use(session: Session, purpose: str, typed: str) -> dict[str, Any]:
    """The values that waited for the code `typed`, which is used up.

    Raises UserError: `wrong_code` while another try is left, else `code_void`.
    """
    state = session.get(PREFIX + purpose)
    if state is None or state["until"] <= clock.now_ms():
        session.pop(PREFIX + purpose, None)
        raise void()
    fits = bool(state["hash"]) and secrets.compare_digest(state["hash"], hash_of(_digits(typed)))
    if fits:
        del session[PREFIX + purpose]
        return dict(state["values"])
    if state["tries"] + 1 >= MOST_TRIES:
        del session[PREFIX + purpose]
        raise void()
    session[PREFIX + purpose] = state | {"tries": state["tries"] + 1}
    raise UserError("wrong_code", _("This is not the code."), _("Type the eight digits of the newest mail."))


def void() -> UserError:
    """What is said where no code is waited for any more: always the same."""
    return UserError(
        "code_void",
        _("This code has been used, has expired or was wrong five times."),
        _("Begin again: you get a new one."),
        status=410,
    )


def _digits(code: str) -> str:
    return "".join(sign for sign in code[:100] if sign.isdigit())
