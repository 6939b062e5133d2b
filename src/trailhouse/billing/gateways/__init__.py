"""Ways in which money comes. Each is one module or folder here that registers a `Gateway`; `transfer` is built in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from trailhouse.billing.models import BillingAccount, Charge, Payment

ASKED, PENDING, ACTION, DONE, FAILED = (Charge.State(name) for name in ("asked", "pending", "action", "done", "failed"))


@dataclass(frozen=True)
class Outcome:
    """How a charge stands after the gateway was asked. `external` is its number there, `error` a code of `declines`.

    `method` is what was charged; where another try cannot succeed (`again`) it is not charged any more.
    """

    state: Charge.State
    external: str = ""
    error: str = ""
    again: bool = True
    method: str = ""


class Gateway(Protocol):
    """What a way of paying can do. Its calls leave the house: never within a transaction."""

    name: str

    def can_charge(self, billing: BillingAccount) -> bool:
        """Whether the account left something that can be charged without it."""

    def charge(self, charge: Charge, billing: BillingAccount) -> Outcome:
        """Collect `charge` under its key: the same key twice is one charge. Raises OSError where it is unknown."""

    def look(self, charge: Charge, billing: BillingAccount) -> Outcome:
        """How a charge that was sent stands now. Raises OSError where it is unknown."""

    def confirm(self, charge: Charge, billing: BillingAccount, back: str) -> tuple[Outcome, str]:
        """Where the payer confirms a charge that waits for it ("": nowhere any more), and how it stands.

        From there the payer is sent to the address `back`. Raises UserError.
        """

    def call_off(self, charge: Charge) -> Outcome:
        """Have a charge that waits for its payer never be collected; how it stands then. Raises UserError."""

    def refund(self, payment: Payment, amount: int, key: str) -> str:
        """Give money of `payment` back; the number of the refund there. Raises UserError where it cannot."""


Make = Callable[[], Gateway | None]
_found: dict[str, Make] = {}


def register(name: str, make: Make) -> None:
    """Make a gateway known; `make` gives it anew each time, or None where it is not set up."""
    _found[name] = make


def gateway(name: str) -> Gateway | None:
    """The gateway of that name, if it is there and set up."""
    make = _found.get(name)
    return make() if make else None


def names() -> list[str]:
    """The gateways that are there and set up, by name."""
    return [name for name in sorted(_found) if gateway(name) is not None]
