"""The brand whose host the request that is being answered came to, for what knows no request: mail, above all."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.http import HttpRequest

from trailhouse.branding.models import Brand

_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


@contextmanager
def answering(request: HttpRequest) -> Iterator[None]:
    """While `request` is answered."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def brand_of(request: HttpRequest | None) -> Brand | None:
    """The brand whose proved host `request` came to; None on the instance's own."""
    return getattr(request, "brand", None)


def host_brand() -> Brand | None:
    """The brand of the request that is being answered; None where there is none, and in the background."""
    return brand_of(_request.get())
