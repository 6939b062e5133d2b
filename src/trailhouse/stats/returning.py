"""Whether a visit is of a new or of a returning visitor, as SQL on a row of `events`.

Returning: the visitor was here on an earlier visit that began `return_after_s` or more before this one. Of the earlier
visits the first one is the furthest away, so it alone decides, and it stands on each event that came with a person.
Events from before the visitor agreed take it from the table `visitors`, which knows the visits in which they did: there
are few of them. That a row may stand in that table twice changes nothing here. Other visits are neither.
"""

from trailhouse.stats.params import Params, moment

NEW, RETURNING = "new", "returning"


def kind(params: Params) -> str:
    """SQL on a row of `events`: 'new', 'returning', or '' where that is not known; the same for all of a visit."""
    after = int(params.return_after_ms)
    agreed = f"SELECT visit_id FROM visitors WHERE {_site(params)} AND visitor_id != person{_between(params)}"
    returned = f"{agreed} AND started >= addMilliseconds(first_seen, {after})"
    return (
        f"multiIf(person != 0 AND visit_started >= addMilliseconds(first_seen, {after}), '{RETURNING}',"
        f" person != 0, '{NEW}', visit_id IN ({returned}), '{RETURNING}', visit_id IN ({agreed}), '{NEW}', '')"
    )


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
