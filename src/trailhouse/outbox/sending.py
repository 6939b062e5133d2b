"""Sends the mail that waits. Part of the services of `outbox`."""

import logging
import re
import smtplib
import time
from contextlib import suppress
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings as django_settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.utils.crypto import salted_hmac

from trailhouse.core import clock
from trailhouse.outbox import attaching, tries
from trailhouse.outbox.models import Mail
from trailhouse.outbox.rendering import ForeignAddressError, one_line, render, without_secrets

log = logging.getLogger(__name__)

# Due for longer than this, a mail is given up: its news is stale, and many of them at once are a flood. It is longer
# than all tries take.
KEPT_FOR = timedelta(days=3)
TOO_OLD = "too old"
LONGEST_STEP_S = 3.0  # so that a stop need not break off a mail under way


def is_configured() -> bool:
    """Whether there is a mail server (TRAILHOUSE_MAIL_URL). Without one, mail waits and can be read."""
    return not django_settings.EMAIL_BACKEND.endswith(".dummy.EmailBackend")


def send_due() -> int:
    """Send what is due, a bounded number of mails over one connection; how many went out.

    Any number of processes may do this at once, each mail is taken by one of them. A process that dies between the
    server's answer and noting it leaves a mail that is sent again, with the same Message-ID.
    """
    if not is_configured() or not (numbers := tries.due(Mail)):
        return 0
    stale = Mail.objects.filter(state=Mail.State.WAITING, next_try_at__lt=clock.now() - KEPT_FOR)
    stale.update(state=Mail.State.FAILED, last_error=TOO_OLD)
    ends = time.monotonic() + LONGEST_STEP_S
    sent = 0
    connection = get_connection()
    try:
        for number in numbers:
            mail = tries.claim(Mail, number) if time.monotonic() < ends else None
            if mail is not None:
                sent += _send(mail, connection)
    finally:
        _hang_up(connection)
    return sent


def retry(mail: Mail) -> bool:
    """Have a mail that was given up tried again from the beginning. False where it was not, or its text is deleted."""
    again = {"state": Mail.State.WAITING, "attempts": 0, "next_try_at": clock.now(), "last_error": ""}
    return bool(Mail.objects.filter(pk=mail.pk, state=Mail.State.FAILED, subject="").update(**again))


def message(mail: Mail) -> EmailMultiAlternatives:
    """`mail` as it leaves the house."""
    rendered = render(mail)
    made = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        from_email=rendered.sender,
        to=[mail.to],
        reply_to=[rendered.reply_to] if rendered.reply_to else None,
        headers={
            "Message-ID": message_id(mail, rendered.url),
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
            **_stopping(rendered.stop),
        },
    )
    made.attach_alternative(rendered.html, "text/html")
    for file in attaching.files_of(mail):
        made.attach(file.name, file.content, file.type)
    return made


def _stopping(address: str) -> dict[str, str]:
    """What lets a mail program end such mail by a button of its own: RFC 8058."""
    if not address:
        return {}
    return {"List-Unsubscribe": f"<{address}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}


def message_id(mail: Mail, url: str) -> str:
    """The same for each try of the same mail, and no other mail's; under the host of `url`."""
    host = urlsplit(url).hostname or "localhost"
    return f"<{mail.pk}.{salted_hmac('outbox.mail', str(mail.pk)).hexdigest()[:20]}@{host.strip('[]')}>"


def _send(mail: Mail, connection: Any) -> bool:
    try:
        letter = message(mail)
        connection.open()
        connection.send_messages([letter])
    except Exception as error:
        _hang_up(connection)  # whatever state it is in; the next mail opens a new one
        if not isinstance(error, OSError):  # smtplib's errors are among these
            log.exception("mail %s cannot be made", mail.pk)
        tries.put_off(mail, _words(error, mail), for_good=_is_refused(error))
        return False
    values = {
        "state": Mail.State.SENT,
        "sent_at": clock.now(),
        "last_error": "",
        "context": without_secrets(mail.context),
    }
    Mail.objects.filter(pk=mail.pk).update(**values)
    return True


def _hang_up(connection: Any) -> None:
    with suppress(OSError):
        connection.close()


def _answers(error: Exception) -> list[tuple[int, Any]]:
    """What the mail server answered, if it was an answer: codes and texts."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return list(error.recipients.values())
    return [(error.smtp_code, error.smtp_error)] if isinstance(error, smtplib.SMTPResponseException) else []


def _is_refused(error: Exception) -> bool:
    """Whether this recipient or this mail is refused for good. A refused sender or sign-in is ours to mend."""
    about_the_mail = isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError)
    return about_the_mail and all(500 <= code < 600 for code, _text in _answers(error))


def _words(error: Exception, mail: Mail) -> str:
    """The error on one line, without the address, which stands beside it anyway."""
    if isinstance(error, ForeignAddressError):
        return str(error)
    said = [f"{code} {_decoded(text)}" for code, text in _answers(error)] or [f"{type(error).__name__}: {error}"]
    return re.sub(re.escape(mail.to), "…", one_line(said[0]), flags=re.IGNORECASE)


def _decoded(text: Any) -> str:
    return text.decode(errors="replace") if isinstance(text, bytes) else str(text)
