"""What the operator decides for the whole instance, a part of the services of `accounts`."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts import selectors
from trailhouse.accounts.models import Instance, Terms, User
from trailhouse.accounts.services import record
from trailhouse.core.errors import UserError


@transaction.atomic
def change_instance(*, sign_up: Instance.SignUp, name: str, support_email: str, by: User) -> Instance:
    """Set who may make an account, what the instance is called and whom people write to."""
    instance = selectors.instance()
    instance.sign_up, instance.name, instance.support_email = sign_up, name.strip(), support_email.strip()
    instance.save(update_fields=["sign_up", "name", "support_email"])
    record("instance.changed", account=None, by=by, subject=instance.name, details={"sign_up": instance.sign_up})
    return instance


@transaction.atomic
def publish_terms(version: str, text: str, *, by: User) -> Terms:
    """Publish a version of the terms, for ever as it is. Raises UserError where the version is there already."""
    try:
        with transaction.atomic():
            terms = Terms.objects.create(version=version.strip(), text=text.strip())
    except IntegrityError:
        raise UserError(
            "version_exists",
            _("Version %(version)s has been published already.") % {"version": version},
            _("Give the new text another version, such as today's date."),
            status=409,
        ) from None
    record("terms.published", account=None, by=by, subject=terms.version)
    return terms
