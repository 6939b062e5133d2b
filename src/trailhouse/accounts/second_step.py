"""The second step of a sign-in that is lost, a part of the services of `accounts`.

Whoever lost phone, passkey and recovery codes asks to have it taken off: it is after a wait (`second_step_hours`) in
which the mails that they get let them stop it. The operator may take it off at once, for a person whom they know.
"""

from datetime import timedelta
from typing import Any

from allauth.mfa.models import Authenticator
from django.core import signing
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts import codes, hooks
from trailhouse.accounts.models import SecondStepRequest, User
from trailhouse.accounts.person import logs_of, refuse_shared
from trailhouse.accounts.services import record
from trailhouse.accounts.sessions import end_other_sessions
from trailhouse.accounts.signup import known_language
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.outbox import services as outbox

STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes alone ask for nothing
REMINDED_BEFORE = timedelta(hours=24)
SALT = "trailhouse.second-step.stop"


def has_one(user: User) -> bool:
    """Whether `user` is asked for a second step."""
    return bool(Authenticator.objects.filter(user=user, type__in=STEPS).exists())


@transaction.atomic
def take_off(user: User, *, by: User | None) -> bool:
    """Forget app, passkeys and recovery codes of `user`, sign them out and tell them; False where there were none.

    `by` is the operator, or None where the wait of their own request is over. They sign in by password or mailed code
    from now on. Raises UserError for the shared person of the demo.
    """
    refuse_shared(user)
    SecondStepRequest.objects.filter(user=user, ended_at=None).update(ended_at=clock.now())
    if not Authenticator.objects.filter(user=user).delete()[0]:
        return False
    end_other_sessions(user, None)
    for account in logs_of(user):
        record("second_step.taken_off", account=account, by=by, subject=user.email)
    _tell(user, "accounts/second_step_off", {"operator": by is not None})
    return True


def _tell(user: User, template: str, context: dict[str, Any]) -> None:
    language, look = known_language(user.language), hooks.look_for(user.email)
    outbox.mail(user.email, template, context, language=language, look=look)


# -- asking for it


@transaction.atomic
def ask_for_code(user: User) -> str:
    """Mail the code by which somebody who came as far as the second step asks to have it taken off; the code."""
    refuse_shared(user)
    code = codes.new_code()
    context = {"hours": settings().second_step_hours, "secret": {"code": code}}
    _tell(user, "accounts/second_step_code", context)
    return code


@transaction.atomic
def ask(user: User) -> SecondStepRequest:
    """Begin the wait, and tell them how to stop it; a second call finds the first request. Raises UserError."""
    refuse_shared(user)
    due = clock.now() + timedelta(hours=settings().second_step_hours)
    try:
        with transaction.atomic():
            request = SecondStepRequest.objects.create(user=user, due_at=due)
    except IntegrityError:
        return SecondStepRequest.objects.get(user=user, ended_at=None)
    for account in logs_of(user):
        record("second_step.asked", account=account, by=user, subject=user.email)
    _tell(user, "accounts/second_step_asked", _about(request) | {"hours": settings().second_step_hours})
    return request


def _about(request: SecondStepRequest) -> dict[str, Any]:
    return {"secret": {"token": stop_token(request)}}


def stop_token(request: SecondStepRequest) -> str:
    """What the link in the mails carries; it stops this request alone, and works as long as it waits."""
    return signing.dumps(request.pk, salt=SALT)


def waiting(user: User) -> SecondStepRequest | None:
    """The request of `user` that waits."""
    return SecondStepRequest.objects.filter(user=user, ended_at=None).first()


def to_stop(token: str) -> SecondStepRequest:
    """The request that `token` stops. Raises UserError where it does not wait (any more)."""
    try:
        number = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        number = None
    found = SecondStepRequest.objects.filter(pk=number, ended_at=None).select_related("user").first()
    if found is None:
        raise UserError(
            "link_void",
            _("This link has been used or has expired."),
            _("Sign in: the page Security shows how you sign in."),
            status=410,
        )
    return found


@transaction.atomic
def stop(request: SecondStepRequest) -> bool:
    """Leave the second step as it is; whether the request was waiting."""
    open_one = SecondStepRequest.objects.filter(pk=request.pk, ended_at=None)
    if not open_one.update(ended_at=clock.now(), stopped=True):
        return False
    for account in logs_of(request.user):
        record("second_step.stopped", account=account, by=None, subject=request.user.email)
    return True


# -- the job


def carry_out_due() -> int:
    """Remind of what is near its end, and take off what has waited long enough; how many were taken off."""
    now = clock.now()
    soon = SecondStepRequest.objects.filter(ended_at=None, reminded_at=None, due_at__lte=now + REMINDED_BEFORE)
    for request in soon.select_related("user"):
        _remind(request)
    # Nothing is taken off before its reminder had its time, also where the machine was off when that was due.
    due = SecondStepRequest.objects.filter(ended_at=None, due_at__lte=now, reminded_at__lte=now - REMINDED_BEFORE)
    return sum(_carry_out(request) for request in due.select_related("user"))


@transaction.atomic
def _remind(request: SecondStepRequest) -> None:
    if SecondStepRequest.objects.filter(pk=request.pk, ended_at=None, reminded_at=None).update(reminded_at=clock.now()):
        _tell(request.user, "accounts/second_step_soon", _about(request))


@transaction.atomic
def _carry_out(request: SecondStepRequest) -> bool:
    if not SecondStepRequest.objects.filter(pk=request.pk, ended_at=None).update(ended_at=clock.now()):
        return False
    return take_off(request.user, by=None)
