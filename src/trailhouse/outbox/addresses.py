"""What is an address that mail can go to: one check, and one answer to who typed another."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from trailhouse.core.errors import UserError

LONGEST = 254


def check(email: str) -> str:
    """`email` as it is. Raises UserError where it is no address, or longer than one may be."""
    try:
        validate_email(email)
    except ValidationError:
        is_right = False
    else:
        is_right = len(email) <= LONGEST
    if not is_right:
        raise UserError(
            "wrong_email",
            _("%(email)s is no e-mail address.") % {"email": email[:LONGEST]},
            _("Enter it as in you@example.com."),
        )
    return email
