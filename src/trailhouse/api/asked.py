"""What the endpoints of statistics are asked for: a site, a period, a comparison and filters, all in the address."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from django.http import HttpRequest

from trailhouse.accounts.models import ApiKey
from trailhouse.api.access import context_of, first_day, stats_site, store
from trailhouse.api.comparing import CUSTOM, comparison
from trailhouse.api.filters import read_filters
from trailhouse.api.plausible import read_period, revenue
from trailhouse.api.schema import PAGED, SITE_ID, Doc, parameter
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.periods import Period
from trailhouse.sites.models import Privacy, Site
from trailhouse.stats.answer import Value
from trailhouse.stats.filters import Filter
from trailhouse.stats.question import Question, SiteContext
from trailhouse.stats.strict import refuse

USUAL_PERIOD = "30d"
LONGEST = 50_000  # characters of filters
_LONGEST_TEXT = 2_000

PERIOD = {
    "parameters": [
        *SITE_ID["parameters"],
        *parameter(
            "date_range",
            "As in the query: a name such as `7d`, or two days or moments with a comma between. Without it `30d`.",
            "2026-03-01,2026-03-14",
        )["parameters"],
    ]
}
FILTERS = parameter("filters", "JSON, as in the query.", '[["is", "visit:country", ["NL"]]]')
COMPARE = parameter(
    "compare", "`previous_period`, `year_over_year`, or two days with a comma between.", "previous_period"
)
# The parts of what is told of an operation.
OVER_A_PERIOD: tuple[Doc, ...] = (PERIOD, FILTERS)
COMPARED: tuple[Doc, ...] = (*OVER_A_PERIOD, COMPARE)
_PAGE = [one["name"] for one in PAGED["parameters"]]


@dataclass(frozen=True)
class Asked:
    """What a request asks about; `given` are the texts of its address."""

    site: Site
    context: SiteContext
    key: ApiKey
    period: Period
    compared: Period | None
    filters: Filter | None
    given: dict[str, str]
    now: datetime

    @property
    def strict(self) -> bool:
        """Whether the site keeps figures only."""
        return self.site.privacy == Privacy.STRICT

    def question(self, *metrics: str, **more: Any) -> Question:
        """A question about the site, the periods and the filters."""
        names = metrics or ("visitors",)
        return Question(self.context, self.period, names, filters=self.filters, comparison=self.compared, **more)

    def money(self, amount: Value) -> dict[str, Any] | None:
        """Minor units of the site's currency as the query tells them; None for none."""
        return revenue(amount, self.site.currency)

    def local(self, moment: datetime) -> str:
        """A moment where the site is."""
        return moment.astimezone(self.period.zone).isoformat(timespec="seconds")


def asked(
    request: HttpRequest,
    *others: str,
    takes: Collection[str] = ("date_range", "filters"),
    compares: bool = False,
    paged: bool = False,
) -> Asked:
    """What the request asks about. `takes` and `others` are the names that its address may have beside the site's.

    Raises UserError as `access.api_site` does, for what cannot be read, and for filters that a strict site refuses.
    """
    site, key = stats_site(request, request.GET.get("site_id"))
    known = ["site_id", *takes, *others, *(["compare"] if compares else []), *(_PAGE if paged else [])]
    given = _texts(request, known)
    context, now = context_of(site), clock.now()
    period = read_period(
        _listed(given.get("date_range") or USUAL_PERIOD), ZoneInfo(context.timezone), now, first_day(site, store())
    )
    found = Asked(
        site, context, key, period, _compared(given.get("compare"), period, now), _filters(given.get("filters")), given,
        now,
    )  # fmt: skip
    if found.strict:
        refuse(found.question())
    return found


def only_figures() -> UserError:
    """What is said to whoever asks a strict site for single visitors."""
    return UserError(
        "figures_only",
        "Single visitors are not told at this site.",
        "Its level of privacy is strict: it keeps figures only. Ask for these.",
        status=403,
    )


def _texts(request: HttpRequest, known: Collection[str]) -> dict[str, str]:
    given = request.GET.dict()
    if unknown := sorted(set(given) - set(known)):
        raise UserError("wrong_query", f"Unknown value '{unknown[0][:40]}'.", f"Use {', '.join(known)}.")
    found = {}
    for name, value in given.items():
        text = str(value)
        if len(text) > (LONGEST if name == "filters" else _LONGEST_TEXT) or "\0" in text:
            raise UserError("wrong_value", f"Invalid {name}.", "It is too long, or no text.")
        found[name] = text.strip()
    return found


def _listed(text: str) -> Any:
    """Two days or moments as a list; any other text as it is."""
    return [part.strip() for part in text.split(",")] if "," in text else text


def _compared(text: str | None, period: Period, now: datetime) -> Period | None:
    if not text:
        return None
    days = _listed(text)
    return comparison(CUSTOM, days, period, now) if isinstance(days, list) else comparison(days, None, period, now)


def _filters(text: str | None) -> Filter | None:
    if not text:
        return None
    try:
        return read_filters(msgspec.json.decode(text))
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise UserError("wrong_filter", "The filters are no JSON.", 'Use [["is", "event:page", ["/"]]].') from None
