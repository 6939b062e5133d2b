"""What somebody was about to do waits in their session until they have confirmed that it is them.

Django-allauth keeps the whole request for that; we keep no address of a machine, no cookie and no password of it.
"""

import json

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY, suspend_request
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse

NOT_KEPT = ("HTTP_COOKIE", "HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "REMOTE_ADDR", "REMOTE_HOST")
TYPED_AGAIN = "password"  # what fields of passwords are called, at least in part


def ask_first(request: HttpRequest) -> HttpResponse:
    """Lead to the page that asks again who it is; what was sent goes on from there."""
    methods = get_adapter().get_reauthentication_methods(request.user)
    answer: HttpResponse = suspend_request(request, methods[0]["url"] if methods else reverse("account_login"))
    if request.method == "POST":
        state = request.session[STATE_SESSION_KEY]
        request.session[STATE_SESSION_KEY] = state | {"request": _without_secrets(state["request"])}
    return answer


def _without_secrets(kept: str) -> str:
    request = json.loads(kept)
    request["META"] = {name: value for name, value in request["META"].items() if name not in NOT_KEPT}
    sent = QueryDict(request["POST"], mutable=True)
    for name in [name for name in sent if TYPED_AGAIN in name]:
        del sent[name]
    return json.dumps(request | {"POST": sent.urlencode()})
