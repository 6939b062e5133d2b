"""How Stripe is spoken to: the keys, the client, and what its errors mean to people."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings

if TYPE_CHECKING:
    from stripe import StripeClient

log = logging.getLogger(__name__)

TIMEOUT_S = 20.0
# ISO 4217 gives them no minor unit; Stripe wants them in hundredths all the same (and whole).
IN_HUNDREDTHS = frozenset({"ISK", "UGX"})


@dataclass(frozen=True)
class Config:
    """What it takes to use Stripe. `timeout_s` is for one call."""

    key: str = field(repr=False)
    webhook_secret: str = field(repr=False)
    url: str = "https://api.stripe.com"
    timeout_s: float = TIMEOUT_S


def config() -> Config | None:
    """What the operator set; None where Stripe is not set up."""
    own = settings()
    if not own.stripe_key or not own.stripe_webhook_secret:
        return None
    return Config(own.stripe_key, own.stripe_webhook_secret, own.stripe_url)


@lru_cache(maxsize=4)
def client(of: Config) -> "StripeClient":
    """The client. It repeats nothing by itself: what may be repeated is decided here, under a stored key."""
    import stripe

    return stripe.StripeClient(
        of.key,
        base_addresses={"api": of.url},
        max_network_retries=0,
        http_client=stripe.RequestsClient(timeout=of.timeout_s),
    )


def required() -> Config:
    """What the operator set. Raises UserError where Stripe is not set up."""
    found = config()
    if found is None:
        raise UserError(
            "no_card_payment",
            _("Payment by card is not set up here."),
            _("Pay by bank transfer."),
        )
    return found


@contextmanager
def for_people() -> Iterator[None]:
    """Turn what Stripe refuses within the block into a UserError that says what to do."""
    import stripe

    try:
        yield
    except stripe.CardError as error:
        raise UserError("card_declined", _("The payment was declined."), error.user_message or "") from error
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError) as error:
        log.warning("Stripe has no answer: %s", error)
        raise UserError(
            "gateway_away",
            _("The payment service does not answer just now."),
            _("Nothing is lost. Try again in a minute."),
            status=503,
        ) from error
    except stripe.StripeError as error:
        log.error("Stripe refused: %s", error)  # a wrong key, a permission that is missing, a bug: the operator's
        raise UserError(
            "gateway_refused",
            _("The payment service refused this."),
            _("The operator finds the reason in the log."),
            status=502,
        ) from error


def said(thing: Any, name: str) -> str:
    """What a thing of Stripe's, or its metadata, says under `name`; of a thing within it, its number; else ""."""
    found = thing[name] if thing is not None and name in thing else None
    if isinstance(found, str):
        return found
    return "" if found is None else said(found, "id")


def is_missing(error: Exception) -> bool:
    """Whether Stripe does not know, or not any more, what was named."""
    return getattr(error, "code", "") == "resource_missing"


def amount_there(amount: int, currency: str) -> int:
    """An amount in minor units as Stripe counts it."""
    return amount * 100 if currency.upper() in IN_HUNDREDTHS else amount


def amount_here(amount: int, currency: str) -> int:
    """An amount of Stripe's in minor units."""
    return amount // 100 if currency.upper() in IN_HUNDREDTHS else amount
