"""The properties that a site's events carry in a period, and the values of one of them."""

from dataclasses import dataclass, replace

from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.stats.answer import rows_of
from trailhouse.stats.check import check
from trailhouse.stats.params import Params
from trailhouse.stats.question import Question
from trailhouse.stats.scope import Scope


@dataclass(frozen=True, slots=True)
class Property:
    """A property's name, and how many events of how many visitors carry it; how many different values it has."""

    name: str
    visitors: int
    events: int
    values: int


def properties(store: Store, question: Question, text: str = "") -> list[Property]:
    """The properties of the events that `question` is about, most events first; at most `question.limit` of them.

    Those whose name contains `text`. Of the question its site, period, filters and limit are taken. Raises UserError as
    `ask` does.
    """
    params = Params()
    scope = Scope.of(check(replace(question, dimensions=(), comparison=None, order_by=())), params, clock.now_ms())
    named = f" WHERE positionCaseInsensitiveUTF8(name, {params.text(text)}) > 0" if text else ""
    sql = (
        "SELECT prop.1 AS name, uniqExact(visitor_id), count() AS n, uniqExact(prop.2) FROM ("
        "SELECT visitor_id, arrayJoin(arrayZip(mapKeys(props), mapValues(props))) AS prop FROM events"
        f" WHERE {scope.rows()} AND notEmpty(props) AND ({scope.counted()})"
        f"){named} GROUP BY name ORDER BY n DESC, name LIMIT {int(question.limit)}"
    )
    return [Property(*row) for row in rows_of(store, sql, params.values)]
