"""The metrics: one row each."""

from enum import StrEnum


class Unit(StrEnum):
    """What a metric's number is."""

    COUNT = "count"  # whole number
    RATIO = "ratio"  # such as pageviews a visit
    PERCENT = "percent"  # 0 to 100
    SECONDS = "seconds"
    MONEY = "money"  # minor units of the site's currency
