"""Asking once more before something is lost: what was sent is sent again with the answer."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise

_SILENT = frozenset({"csrfmiddlewaretoken", "confirmed"})  # fields that are not sent on


@dataclass(frozen=True)
class Doubt:
    """What is asked: a question, what will be lost, and what the button says."""

    title: str
    facts: Sequence[str]
    button: str


def confirmed(request: HttpRequest) -> bool:
    """Whether the second step was taken."""
    return request.POST.get("confirmed") == "1"


def sent(request: HttpRequest) -> list[tuple[str, str]]:
    """The fields that are sent again."""
    return [(name, value) for name in request.POST if name not in _SILENT for value in request.POST.getlist(name)]


def confirm(
    request: HttpRequest,
    title: str,
    facts: Sequence[str | Promise],
    button: str,
    back: str,
    *,
    nav: str = "operator_billing",
    rows: Sequence[tuple[str, str]] = (),
    danger: bool = False,
    page: str = "operator/billing/confirm.html",
) -> HttpResponse:
    """Ask the operator once more before what cannot be undone; `page` is the template around the question."""
    context = {
        "nav": nav, "title": title, "facts": facts, "rows": rows, "button": button, "back": back, "danger": danger,
        "sent": sent(request),
    }  # fmt: skip
    return render(request, page, context)
