"""What goes in and out as text: the fields of a request, and JSON answers that say how often the key may ask still."""

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import msgspec
from django.http import HttpRequest, JsonResponse, QueryDict
from django.http.multipartparser import MultiPartParserError

from trailhouse.api.access import rate_headers
from trailhouse.core.errors import UserError

LONGEST = 2_000
RETRY_S = 3_600  # after any other limit than the key's


def answer(request: HttpRequest, data: Any, status: int = 200) -> JsonResponse:
    """`data` as JSON."""
    headers = rate_headers(request)
    if status == 429:
        headers.setdefault("Retry-After", str(RETRY_S))
    return JsonResponse(data, status=status, safe=False, headers=headers)


def fields(request: HttpRequest, *, but: str = "") -> dict[str, str]:
    """What the request says in its address, and in its body as JSON or as a form. Raises UserError.

    `but` names what is no text: `object_in` reads it.
    """
    given: dict[str, Any] = request.GET.dict() | _read_body(request)
    return {name: _text(name, value) for name, value in given.items() if value is not None and name != but}


def object_in(request: HttpRequest, name: str) -> Mapping[str, Any]:
    """The object that the body holds under `name`; an empty one where there is none. Raises UserError."""
    value = _read_body(request).get(name)
    if not isinstance(value, dict | None):
        raise UserError("wrong_value", f"Invalid {name}.", "Give an object.")
    return value or {}


def _read_body(request: HttpRequest) -> dict[str, Any]:
    try:
        return _body(request)
    except (msgspec.DecodeError, UnicodeError, MultiPartParserError, RecursionError):
        raise UserError("wrong_body", "The body cannot be read.", "Send a JSON object or a form.") from None


def _body(request: HttpRequest) -> dict[str, Any]:
    if not request.body:
        return {}
    if request.content_type == "multipart/form-data":
        if request.method == "POST":
            return request.POST.dict()
        return request.parse_file_upload(request.META, BytesIO(request.body))[0].dict()
    if request.content_type == "application/x-www-form-urlencoded":
        return QueryDict(request.body, encoding="utf-8").dict()
    return msgspec.json.decode(request.body, type=dict[str, Any])


def _text(name: str, value: Any) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or len(value) > LONGEST or not value.isprintable():
        raise UserError("wrong_value", f"Invalid {name[:40]}.", "Give a text of one line.")
    return value.strip()


def needed(given: dict[str, str], name: str) -> str:
    """The value of `name`. Raises UserError where it is missing."""
    if not given.get(name):
        raise UserError("missing_value", f"Missing {name}.", "Send it in the body or the address.")
    return given[name]
