"""The names of the properties that events carry."""

from dataclasses import dataclass

from trailhouse.core import clock
from trailhouse.events.store import Store
from trailhouse.stats.check import check
from trailhouse.stats.params import Params
from trailhouse.stats.question import Question
from trailhouse.stats.scope import Scope


@dataclass(frozen=True, slots=True)
class Named:
    """A property, and how many visitors sent it."""

    name: str
    visitors: int


def property_names(store: Store, question: Question, text: str) -> list[Named]:
    """The properties of the events that `question` counts and whose name contains `text`, most visitors first.

    Of the question its site, period, filters and limit are taken. Raises UserError as `ask` does.
    """
    params = Params()
    scope = Scope.of(check(question), params, clock.now_ms())
    found = f" AND positionCaseInsensitiveUTF8(key, {params.text(text)}) > 0" if text else ""
    sql = (
        "SELECT key, uniqExact(visitor_id) AS visitors FROM events ARRAY JOIN mapKeys(props) AS key"
        f" WHERE {scope.rows()} AND {scope.counted()}{found}"
        f" GROUP BY key ORDER BY visitors DESC, key LIMIT {int(question.limit)}"
    )
    return [Named(str(name), int(visitors)) for name, visitors in store.rows(sql, params.values)]
