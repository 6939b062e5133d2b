"""Arithmetic of one currency's whole minor units: each result is rounded half up, once; shares lose and gain nothing.

Rates are basis points: 500 is 5 %.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WHOLE = 10_000  # basis points


@dataclass(frozen=True, slots=True)
class LineAmounts:
    """A line as it is shown: `list` less `discount` is `net`; none is negative. Minor units."""

    list: int
    discount: int
    net: int


def half_up(numerator: int, denominator: int) -> int:
    """`numerator` ÷ `denominator`, rounded to the nearest; a half goes away from zero, so a credit mirrors its charge.

    Raises ValueError unless the denominator is positive.
    """
    if denominator <= 0:
        raise ValueError(f"a denominator is positive, got {denominator}")
    nearest = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -nearest if numerator < 0 else nearest


def ceiling(numerator: int, denominator: int) -> int:
    """`numerator` ÷ `denominator`, rounded up. ValueError unless the denominator is positive."""
    if denominator <= 0:
        raise ValueError(f"a denominator is positive, got {denominator}")
    return -(-numerator // denominator)


def discounted(amount: int, rate: int) -> int:
    """What is left of `amount` (not negative) after a discount of `rate`. ValueError for what is out of range."""
    return line(amount, rate).net


def line(list_price: int, rate: int, days: int | None = None, of_days: int | None = None) -> LineAmounts:
    """A line at `list_price` less `rate`; where days are given for `days` ÷ `of_days` of it.

    The net is rounded once, from the exact price × days ÷ of_days × (1 − rate). The list price that is shown is rounded
    by itself, and the discount is what lies between. Days of a yearly price's twelfth: `of_days` times twelve.
    Raises ValueError for a negative price, a rate outside 0 to 10000, and days outside 0 to `of_days`.
    """
    if (days is None) != (of_days is None):
        raise ValueError(f"days and of_days come together, got {days} and {of_days}")
    part, whole = (1, 1) if days is None or of_days is None else (days, of_days)
    if list_price < 0:
        raise ValueError(f"a price is not negative, got {list_price}")
    if not 0 <= rate <= WHOLE:
        raise ValueError(f"a rate is 0 to {WHOLE} basis points, got {rate}")
    if not 0 <= part <= whole or whole < 1:
        raise ValueError(f"{part} days of {whole}: use 0 to all of at least one")
    shown = half_up(list_price * part, whole)
    net = half_up(list_price * part * (WHOLE - rate), whole * WHOLE)
    return LineAmounts(shown, shown - net, net)


def allocate(amount: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Shares of `amount` in proportion to `weights`, in their order; they add up to `amount` exactly.

    What division leaves over goes unit by unit to the largest remainders, the earlier first. No share is negative, and
    none is larger than its weight while `amount` is not larger than all weights together.
    Raises ValueError for a negative amount or weight, and for an amount that nobody has a weight for.
    """
    if amount < 0 or any(weight < 0 for weight in weights):
        raise ValueError(f"neither the amount nor a weight is negative, got {amount} and {list(weights)}")
    whole = sum(weights)
    if whole == 0:
        if amount:
            raise ValueError(f"{amount} cannot be shared: all weights are zero")
        return (0,) * len(weights)
    parts = [divmod(amount * weight, whole) for weight in weights]
    over = amount - sum(share for share, _ in parts)
    largest = sorted(range(len(parts)), key=lambda place: (-parts[place][1], place))[:over]
    raised = set(largest)
    return tuple(share + (place in raised) for place, (share, _) in enumerate(parts))


def unused(net_paid: int, list_monthly: int, rate: int, started_months: int) -> int:
    """The credit for a site that is removed now: what was paid net for the running period, less its started months.

    A started month costs what a monthly line would have: the monthly list price less the line's own `rate`. Never
    below zero. Raises ValueError for a negative payment or count of months.
    """
    if net_paid < 0 or started_months < 0:
        raise ValueError(f"neither payment nor months are negative, got {net_paid} and {started_months}")
    return max(0, net_paid - started_months * discounted(list_monthly, rate))


def repriced(net_billed: int, list_price: int, rate: int, days: int | None = None, of_days: int | None = None) -> int:
    """The net credit when a line that was billed is priced again at `list_price`, at its own rate; never below zero."""
    return max(0, net_billed - line(list_price, rate, days, of_days).net)


def adjustment(from_price: int, to_price: int, rate: int, days: int, of_days: int) -> int:
    """What a change of list price within a paid period comes to, net, for the `days` of `of_days` that are left.

    Negative where the new price is lower: a credit. Rounded once; at the line's own `rate`. Raises as `line` does.
    """
    change = line(abs(to_price - from_price), rate, days, of_days).net
    return change if to_price >= from_price else -change
