"""What stands above the list of organisations: how much came through networks that are no company's."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from trailhouse.dashboard import formats
from trailhouse.dashboard.panels import Tab
from trailhouse.dashboard.questions import Scope
from trailhouse.stats.answer import Answer, Value
from trailhouse.stats.question import Question

TAB = "organisations"
_KIND = "visit:network_kind"


def beside(scope: Scope, tab: Tab) -> list[Question]:
    """What is asked beside the list: visitors by kind of network. Nothing for any other list."""
    if tab.key != TAB:
        return []
    return [Question(scope.site, scope.span.period, ("visitors",), (_KIND,), filters=scope.narrowed())]


def aside(answers: Sequence[Answer], whole: Value) -> str:
    """The sentence about access providers and hosting; "" where none of the visitors came through either."""
    if not answers or not whole:
        return ""
    by_kind = {row.dimensions[0]: row.metrics[0] or 0 for row in answers[0].rows}
    provider, hosting = (by_kind.get(kind, 0) for kind in ("provider", "hosting"))
    if not provider and not hosting:
        return ""
    shares = {"providers": formats.share(100 * provider / whole), "hosting": formats.share(100 * hosting / whole)}
    if not hosting:
        return _("%(providers)s of the visitors came through access providers, which are not listed.") % shares
    return (
        _(
            "%(providers)s of the visitors came through access providers and %(hosting)s through hosting networks,"
            " which are not listed."
        )
        % shares
    )
