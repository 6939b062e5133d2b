"""What lies in the outbox: the mails that people get, and the codes in them."""

import re
from typing import Any

from trailhouse.outbox.models import Mail


def newest(to: str) -> Mail:
    """The newest mail to an address."""
    mail = Mail.objects.filter(to=to).order_by("-id").first()
    assert mail, f"no mail to {to}"
    return mail


def code_to(to: str) -> str:
    """The code in the newest mail to an address."""
    code = str(newest(to).context["secret"]["code"])
    assert re.fullmatch(r"\d{4}-\d{4}", code), code
    return code


def another(code: str) -> str:
    """A code that is not `code`."""
    return "1111-1111" if code != "1111-1111" else "2222-2222"


def words(response: Any) -> str:
    """What an answer says, without its tags and its forms' tokens."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", response.content.decode())).strip()


def form_of(response: Any) -> str:
    """An answer as it is, but for what differs between any two: the CSRF token."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
