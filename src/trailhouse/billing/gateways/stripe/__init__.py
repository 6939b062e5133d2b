"""Payment by card and direct debit through Stripe: an extra that is there when its two settings are.

Cards are left on Stripe's own pages (Checkout in set-up mode); what is kept here is Stripe's name for them. Charges are
made later, without the payer, each under a key that was stored before. What Stripe tells by webhook is taken only as a
hint to look: the present state of the thing is always fetched, so that repeated, late or reordered words do no harm.

`client` talks to Stripe, `outcomes` translates what it says, `gateway` charges, `leaving` keeps and removes cards,
`events` hears webhooks, `returns` books refunds and disputes. The library itself is imported when it is first needed.
"""

from importlib.util import find_spec

from trailhouse.billing import gateways
from trailhouse.billing.gateways import Gateway
from trailhouse.core.errors import UserError
from trailhouse.core.settings import name_of, settings

NAME = "stripe"


def make_known() -> None:
    """Register the gateway. Raises UserError where only one setting is given, or the library is missing."""
    own = settings()
    if bool(own.stripe_key) != bool(own.stripe_webhook_secret):
        given, missing = name_of("stripe_key"), name_of("stripe_webhook_secret")
        if not own.stripe_key:
            given, missing = missing, given
        raise UserError("wrong_setting", f"{given} is set without {missing}.", "Set both, or neither.")
    if own.stripe_key and find_spec("stripe") is None:
        raise UserError(
            "stripe_missing",
            f"{name_of('stripe_key')} is set, but the library is not installed.",
            "Install trailhouse[stripe].",
        )
    gateways.register(NAME, make)


def make() -> Gateway | None:
    """The gateway; None where it is not set up."""
    from trailhouse.billing.gateways.stripe.client import config

    found = config()
    if found is None:
        return None
    from trailhouse.billing.gateways.stripe.gateway import StripeGateway  # the library with it

    return StripeGateway(found)
