"""Ways in which money comes. Each is one module or folder here that registers a `Gateway`; `transfer` is built in."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from trailhouse.billing.models import BillingAccount, Charge, Payment

ASKED, PENDING, ACTION, DONE, FAILED = (Charge.State(name) for name in ("asked", "pending", "action", "done", "failed"))


@dataclass(frozen=True)
class Outcome:
    """How a charge stands after the gateway was asked. `external` is its number there, `error` in plain words."""

    state: Charge.State
    external: str = ""
    error: str = ""
    again: bool = True  # whether another try may succeed


class Gateway(Protocol):
    """What a way of paying can do. Its calls leave the house: never within a transaction."""

    name: str

    def can_charge(self, billing: BillingAccount) -> bool:
        """Whether the account left something that can be charged without it."""

    def charge(self, charge: Charge, billing: BillingAccount) -> Outcome:
        """Collect `charge` under its key: the same key twice is one charge. Raises OSError where it is unknown."""

    def refund(self, payment: Payment, amount: int, key: str) -> str:
        """Give money of `payment` back; the number of the refund there. Raises UserError where it cannot."""


_found: dict[str, Callable[[], Gateway]] = {}


def register(name: str, make: Callable[[], Gateway]) -> None:
    """Make a gateway known; `make` gives it anew each time, so that settings are read when it is used."""
    _found[name] = make


def names() -> list[str]:
    """The gateways that are known."""
    return sorted(_found)


def gateway(name: str) -> Gateway | None:
    """The gateway of that name, if it is there and set up."""
    make = _found.get(name)
    return make() if make else None
