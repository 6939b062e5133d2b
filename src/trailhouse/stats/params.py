"""Parameters of one statement: every value that came from outside travels here and never in the text."""

from typing import Any


class Params:
    """Collects values; `add` gives the place-holder to write into the statement.

    It also knows what the statement is about, for what is looked up beside the events: see `stats.returning`.
    """

    def __init__(self) -> None:
        self.values: dict[str, Any] = {}
        self.site_id = 0
        self.return_after_ms = 86_400_000
        self.visits_between: tuple[int, int] | None = None  # when visits that can matter began, in milliseconds

    def about(self, site_id: int, return_after_s: int) -> None:
        """Note whose statement it is."""
        self.site_id, self.return_after_ms = int(site_id), int(return_after_s) * 1000

    def text(self, value: str) -> str:
        """A place-holder for one string."""
        return self._add(value, "String")

    def texts(self, values: tuple[str, ...]) -> str:
        """A place-holder for a list of strings."""
        return self._add(list(values), "Array(String)")

    def _add(self, value: Any, kind: str) -> str:
        name = f"p{len(self.values)}"
        self.values[name] = value
        return f"{{{name}:{kind}}}"


def moment(ms: int) -> str:
    """A moment of the column `ts` as a constant."""
    return f"fromUnixTimestamp64Milli({int(ms)}, 'UTC')"
