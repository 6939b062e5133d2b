"""Codes of authenticator apps, a part of the services of `accounts`: each works once, in whatever process it is typed.

What was used last stands with the app in the database, so that a restart forgets nothing and two processes agree.
"""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.db import transaction

from trailhouse.accounts import vault

LAST_STEP = "last_step"  # in the app's data: the half minute since 1970 whose code was used last


def use(app: Authenticator, code: str) -> bool:
    """Use up the `code` that `app` shows; False where that, or a later one, was used before (RFC 6238, section 5.2).

    Raises UserError where the secret of the app cannot be read.
    """
    secret = vault.decrypt(app.data["secret"])
    shown = {step: format_hotp_value(hotp_value(secret, step)) for step in yield_hotp_counters_from_time()}
    step = max((step for step, own in shown.items() if compare_user_code(actual=code, expected=own)), default=-1)
    with transaction.atomic():
        there = Authenticator.objects.select_for_update().filter(pk=app.pk).first()
        if there is None or step <= there.data.get(LAST_STEP, -1):
            return False
        there.data[LAST_STEP] = step
        there.save(update_fields=["data"])
    return True
