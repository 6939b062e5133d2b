"""The state of the account page, wholly in its address: search, filters, order and page. Pure; no Django.

`parse` forgives: what makes no sense is left out. `AccountState.url` writes the shortest address that means the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from urllib.parse import urlencode

from trailhouse.billing.states import State

COUNTING = ("counting", "waiting", "paused", "deleting", "locked")  # what a site is doing
PAYMENT = tuple(state.value for state in State if state is not State.DELETED)  # of a site that is billed
FIGURES = frozenset({"visitors", "change", "pageviews", "now", "price"})  # sorted from the largest at first
SORTS = ("site", "client", "labels", "state", *sorted(FIGURES))

DEFAULT_SORT = "site"
LONGEST = 200
LAST_PAGE = 10_000


@dataclass(frozen=True, slots=True)
class AccountState:
    """What the account page shows. `sort` is a column, with "-" before it from the largest down; `client` a number.

    `state` is one of COUNTING or of PAYMENT: a word that the column of states shows.
    """

    q: str = ""
    label: str = ""
    client: str = ""
    state: str = ""
    sort: str = DEFAULT_SORT
    page: int = 1

    @property
    def filtered(self) -> bool:
        """Whether some sites may be left out."""
        return bool(self.q or self.label or self.client or self.state)

    @property
    def column(self) -> str:
        """The column that is sorted by."""
        return self.sort.removeprefix("-")

    @property
    def descending(self) -> bool:
        """Whether the largest come first."""
        return self.sort.startswith("-")

    def sorted_by(self, column: str) -> "AccountState":
        """The state after a click on the head of `column`: sorted by it, or the other way round where it is already."""
        first = f"-{column}" if column in FIGURES else column
        turned = column if first.startswith("-") else f"-{column}"
        return replace(self, sort=turned if self.sort == first else first, page=1)

    def changed(self, **values: str) -> "AccountState":
        """The state with other filters, on its first page."""
        return replace(self, page=1, **values)

    def query(self) -> str:
        """The shortest query string that means this state."""
        given = {one.name: getattr(self, one.name) for one in fields(self) if getattr(self, one.name) != one.default}
        return urlencode(given)

    def url(self) -> str:
        """The address, relative to any page at the same path."""
        query = self.query()
        return f"?{query}" if query else "?"


def parse(values: Mapping[str, str]) -> AccountState:
    """The state that a request's parameters mean."""

    def text(name: str) -> str:
        return " ".join(values.get(name, "").replace("\0", " ").split())[:LONGEST]

    client, state, sort, page = (text(name) for name in ("client", "state", "sort", "page"))
    return AccountState(
        q=text("q"),
        label=text("label"),
        client=client if _number(client) else "",
        state=state if state in (*COUNTING, *PAYMENT) else "",
        sort=sort if sort.removeprefix("-") in SORTS else DEFAULT_SORT,
        page=min(int(page), LAST_PAGE) if _number(page) else 1,
    )


def _number(text: str) -> bool:
    return text.isascii() and text.isdigit() and 0 < len(text) < 10 and int(text) > 0
