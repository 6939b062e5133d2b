"""What the operator decides for the whole instance, a part of the services of `accounts`."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts import selectors
from trailhouse.accounts.models import Account, Instance, Terms, User
from trailhouse.accounts.services import record
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.outbox import working


@transaction.atomic
def change_instance(
    *,
    sign_up: Instance.SignUp,
    name: str,
    support_email: str,
    contact_form: Instance.Contact | None = None,
    contact_email: str | None = None,
    by: User,
) -> Instance:
    """Set who may make an account, what the instance is called, whom people write to, and whether by a form.

    `contact_email` is who gets what comes by the form, "" each operator. None leaves as it is.
    """
    instance = selectors.instance()
    instance.sign_up, instance.name, instance.support_email = sign_up, name.strip(), support_email.strip()
    if contact_form is not None:
        instance.contact_form = contact_form
    if contact_email is not None:
        instance.contact_email = contact_email.strip()
    instance.save(update_fields=["sign_up", "name", "support_email", "contact_form", "contact_email"])
    record("instance.changed", account=None, by=by, subject=instance.name, details={"sign_up": instance.sign_up})
    return instance


@transaction.atomic
def change_billing(mode: Instance.Billing, *, by: User) -> bool:
    """Set whether accounts are billed, and by whom. False where it is so already.

    From when on it is billed here is kept: sites that are there then begin a whole trial on that day.
    """
    selectors.instance()  # a fresh instance has no row yet
    there = Instance.objects.select_for_update().get(id=Instance.ONLY)
    before, there.billing = there.billing, mode
    if before == mode:
        return False
    there.billed_since = clock.now() if mode == Instance.Billing.ON else None
    there.save(update_fields=["billing", "billed_since"])
    record("instance.billing", account=None, by=by, subject=mode.value, details={"before": before})
    return True


@transaction.atomic
def run_again(task_id: int, *, by: User) -> bool:
    """Have long work that was given up go on where it was; False where it was not given up."""
    task = working.retry(task_id)
    if task is None:
        return False
    account = Account.objects.filter(pk=task.account_id or 0).first()
    record("task.run_again", account=account, by=by, subject=task.kind, details={"task": task.pk})
    return True


def version_exists(version: str) -> UserError:
    """What is said of a version of a text that was published before: what was read under it stays as it is."""
    return UserError(
        "version_exists",
        _("Version %(version)s has been published already.") % {"version": version},
        _("Give the new text another version, such as today's date."),
        status=409,
    )


@transaction.atomic
def publish_terms(version: str, text: str, *, by: User) -> Terms:
    """Publish a version of the terms, for ever as it is. Raises UserError where the version is there already."""
    try:
        with transaction.atomic():
            terms = Terms.objects.create(version=version.strip(), text=text.strip())
    except IntegrityError:
        raise version_exists(version) from None
    record("terms.published", account=None, by=by, subject=terms.version)
    return terms
