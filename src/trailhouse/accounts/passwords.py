"""Which passwords are too easily guessed, beyond those that are too short or like the person's own name."""

import string
from collections.abc import Iterator
from typing import Any

from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from trailhouse.accounts import selectors

PRODUCT = "trailhouse"
AROUND = string.digits + string.punctuation + string.whitespace
MOST_AROUND = 6  # signs that make a common password no better
SHORTEST_WORD = 4
LETTERS = str.maketrans("@4301$57", "aaeoisst")  # what people write for them


class GuessedValidator(CommonPasswordValidator):
    """Refuses common passwords in the forms that make ten signs of them, and the name of where one signs in.

    Most of the common ones are too short, so people lengthen them in ways that are tried next: `Password2026!`,
    `dragondragon`, `p@ssw0rd12`.
    """

    def validate(self, password: str, user: Any = None) -> None:
        """Raise ValidationError for such a password."""
        super().validate(password, user)
        names = {PRODUCT, *selectors.instance().name.lower().split()}
        plain = password.lower().strip()
        known = self.passwords | names
        if _part(plain) < SHORTEST_WORD or any(len(one) >= SHORTEST_WORD and one in known for one in _forms(plain)):
            raise ValidationError(self.get_error_message(), code="password_too_common")


def _forms(password: str) -> Iterator[str]:
    """What is left of `password` without signs around it, and what it says over and over."""
    core = password.strip(AROUND)
    if len(password) - len(core) <= MOST_AROUND:
        yield core
        yield core.translate(LETTERS)
        yield password.translate(LETTERS).strip(AROUND)
    yield password[: _part(password)]


def _part(password: str) -> int:
    """The length of what it says over and over; its own where it does not."""
    return (password + password).find(password, 1)
