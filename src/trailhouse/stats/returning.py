"""Whether a visit is of a new or of a returning visitor, as SQL over the table `visitors`.

Returning: the visitor was here on an earlier visit that began `return_after_s` or more before this one. Of the earlier
visits the first one is the furthest away, so it alone decides. Visits of nobody who is recognised are neither.
The table holds a visit more than once until its rows have merged, which changes nothing here.
"""

from trailhouse.stats.params import Params, moment

NEW, RETURNING = "new", "returning"


def kind(params: Params) -> str:
    """SQL on a row of `events`: 'new', 'returning', or '' where that is not known."""
    visits = f"SELECT visit_id FROM visitors WHERE {_site(params)}{_between(params)}"
    returned = (
        "SELECT visit_id FROM (SELECT visit_id, started, min(started) OVER (PARTITION BY person) AS first"
        f" FROM visitors WHERE {_site(params)})"
        f" WHERE started >= addMilliseconds(first, {int(params.return_after_ms)}){_between(params)}"
    )
    return f"multiIf(visit_id IN ({returned}), '{RETURNING}', visit_id IN ({visits}), '{NEW}', '')"


def _site(params: Params) -> str:
    if not params.site_id:
        raise ValueError("a statement on visitors must be about a site")
    return f"site_id = {params.site_id}"


def _between(params: Params) -> str:
    """That a visit began when the question's visits did: a set of these alone is made, not of all that ever were."""
    if params.visits_between is None:
        return ""
    first, last = params.visits_between
    return f" AND started >= {moment(first)} AND started < {moment(last)}"
