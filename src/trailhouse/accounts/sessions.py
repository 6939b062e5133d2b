"""Which browsers a person is signed in with: what it is and since when, never from which address."""

import logging
from datetime import timedelta
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models.signals import pre_save
from django.http import HttpRequest

from trailhouse.accounts.models import User, normal_email
from trailhouse.core import clock

log = logging.getLogger(__name__)

NOWHERE = "0.0.0.0"  # the column wants an address
LONGEST = timedelta(days=30)  # nobody stays signed in for longer, whatever they do meanwhile
STRANGERS_FOR_S = 3600  # anybody can begin such a session, so it is soon forgotten


def connect() -> None:
    """Listen from the start of the app on."""
    pre_save.connect(_forget_address, sender=UserSession, dispatch_uid="forget address")
    user_logged_in.connect(_remember, dispatch_uid="remember session")
    user_login_failed.connect(_note_refusal, dispatch_uid="note refused sign-in")
    authentication_step_completed.connect(_turn_key, dispatch_uid="turn key of session")


def _forget_address(sender: Any, instance: UserSession, **kwargs: Any) -> None:
    instance.ip = NOWHERE


def _remember(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """However they came in: also by a link, and on the page that set the instance up."""
    request.session.set_expiry(None)  # no longer a stranger's
    if request.session.session_key is None:  # another person's session was thrown away just before
        request.session.save()
    agent = request.META.get("HTTP_USER_AGENT", "")[:200]
    log.info("person %s signed in", user.pk)
    UserSession.objects.update_or_create(
        session_key=request.session.session_key, defaults={"user": user, "ip": NOWHERE, "user_agent": agent}
    )


def _note_refusal(sender: Any, credentials: dict[str, Any], **kwargs: Any) -> None:
    """For whoever reads the log: people by number alone, and nobody's address."""
    number = User.objects.filter(email=normal_email(str(credentials.get("email") or ""))).values_list("pk", flat=True)
    log.warning("a sign-in was refused, of %s", f"person {number[0]}" if number else "nobody known")


def _turn_key(sender: Any, request: HttpRequest, **kwargs: Any) -> None:
    """Somebody confirmed that it is them: from now on this session may do more, so it gets another key."""
    if kwargs.get("reauthenticated"):
        before = request.session.session_key
        request.session.cycle_key()
        UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)


@transaction.atomic
def prune_sessions() -> int:
    """Delete the sessions that have expired, or last too long, and what is remembered of those; how many of these."""
    for old in UserSession.objects.filter(created_at__lte=clock.now() - LONGEST):
        old.end()
    Session.objects.filter(expire_date__lte=clock.now()).delete()
    return int(UserSession.objects.exclude(session_key__in=Session.objects.values("session_key")).delete()[0])


@transaction.atomic
def end_session(user: User, number: int) -> None:
    """Sign out the browser with this number, if it is one of theirs."""
    for session in UserSession.objects.filter(user=user, pk=number):
        session.end()


@transaction.atomic
def end_other_sessions(user: User, session_key: str | None) -> int:
    """Sign out all browsers of `user` but the one with `session_key`; how many."""
    others = list(UserSession.objects.filter(user=user).exclude(session_key=session_key))
    for session in others:
        session.end()
    return len(others)
