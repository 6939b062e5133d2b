"""Whether a regular expression can be used, as the engine that will use it says."""

from trailhouse.events.store import Store
from trailhouse.stats.answer import refusal
from trailhouse.stats.filters import LONGEST_PATTERN
from trailhouse.stats.params import Params

# What RE2 says (re2.h, ErrorCode) → a word for it.
_FAULTS = {
    "missing ]": "bracket",
    "missing )": "parenthesis",
    "unexpected )": "closing",
    "no argument for repetition operator": "repeats_nothing",
    "bad repetition operator": "repeats_twice",
    "invalid repetition size": "repeats_too_often",
    "invalid character class range": "range",
    "invalid escape sequence": "escape",
    "trailing \\": "escape",
    "invalid perl operator": "lookaround",
    "invalid named capture group": "name",
    "pattern too large": "too_large",
}
FAULTS = (*dict.fromkeys(_FAULTS.values()), "unknown")


def fault(store: Store, pattern: str) -> str:
    """What is wrong with a pattern: one of FAULTS, "" for nothing. Raises what the store raises while it is away."""
    if len(pattern) > LONGEST_PATTERN:
        return "too_large"
    params = Params()
    try:
        # Of a column, so that the engine neither folds the question away nor takes another way than for events.
        store.rows(f"SELECT match(toString(number), {params.text(pattern)}) FROM numbers(1)", params.values)
    except Exception as error:
        refused = refusal(error)
        if refused is None or refused.code != "wrong_pattern":
            raise
        said = str(error)
        return next((word for text, word in _FAULTS.items() if text in said), "unknown")
    return ""
