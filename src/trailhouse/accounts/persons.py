"""Part of the services of `accounts`: people who come without an account of their own."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User, normal_email
from trailhouse.accounts.services import NewPerson, check_password
from trailhouse.core.errors import UserError


@transaction.atomic
def create_person(new: NewPerson) -> User:
    """Make a person who owns nothing. Without a password they sign in by mailed code.

    Raises UserError where the password is weak or the address taken meanwhile.
    """
    email = normal_email(new.email)
    if new.password:
        check_password(new.password, email)
    user = User(email=email, full_name=new.full_name.strip()[:120])
    user.set_password(new.password or None)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError:
        raise UserError(
            "email_taken",
            _("%(email)s can sign in already.") % {"email": email},
            _("Sign in, then open the link again."),
            status=409,
        ) from None
    return user


def choose_language(user: User, language: str) -> None:
    """Have the person read `language` until they choose their own; one that they chose stays."""
    if language and not user.language:
        user.language = language
        user.save(update_fields=["language"])
