"""Part of the services of `accounts`: people who come without an account of their own."""

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import NewPerson, new_user


@transaction.atomic
def create_person(new: NewPerson) -> User:
    """Make a person who owns nothing. Without a password they sign in by mailed code.

    Raises UserError where the password is weak or the address taken meanwhile.
    """
    taken, hint = _("%(email)s can sign in already."), _("Sign in, then open the link again.")
    return new_user(new, taken=taken, hint=hint)


def choose_language(user: User, language: str) -> None:
    """Have the person read `language` until they choose their own; one that they chose stays."""
    if language and not user.language:
        user.language = language
        user.save(update_fields=["language"])
