"""The JSON bodies of what belongs to one site: see `bodies`."""

from typing import Annotated, Any, Literal

from msgspec import Meta, Struct

from trailhouse.api.bodies import Name
from trailhouse.sites import funnels, segments
from trailhouse.sites.models import LONGEST_NOTE

_LINE = r"^[^\x00-\x1f\x7f]*$"
Day = Annotated[str, Meta(max_length=10, pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$", description="Such as 2026-03-14.")]


def _text(most: int, meaning: str, least: int = 0) -> Meta:
    return Meta(min_length=least, max_length=most, pattern=_LINE, description=meaning)


class SegmentBody(Struct, forbid_unknown_fields=True):
    """Filters under a name, for everybody who sees the site."""

    site_id: Name
    name: Annotated[str, _text(segments.LONGEST_NAME, "Once a site.", 1)]
    groups: Annotated[
        list[dict[str, Any]],
        Meta(
            min_length=1,
            max_length=segments.MOST_GROUPS,
            description='All must hold, of each one condition of `any`; `how` is "", not, done or done_not.',
        ),
    ]
    description: Annotated[str, _text(segments.LONGEST_DESCRIPTION, "For those who choose it.")] = ""


class AnnotationBody(Struct, forbid_unknown_fields=True):
    """A note on a day."""

    site_id: Name
    day: Day
    text: Annotated[str, _text(LONGEST_NOTE, "What happened.", 1)]
    internal: Annotated[bool, Meta(description="For those alone who may change the site; never of work.")] = False
    kind: Annotated[Literal["note", "work"], Meta(description="What happened, or what was done for the site.")] = "note"


class FunnelStep(Struct, forbid_unknown_fields=True):
    """What reaches a step."""

    kind: Literal["page", "event", "goal"]
    pattern: Annotated[str, _text(1_000, "A path with *, an event's name, or the number of a goal.", 1)]
    name: Annotated[str, _text(120, "As reports call it.")] = ""


class FunnelBody(Struct, forbid_unknown_fields=True):
    """Steps in their order."""

    site_id: Name
    name: Annotated[str, _text(120, "Once a site.", 1)]
    steps: Annotated[
        list[FunnelStep],
        Meta(
            min_length=funnels.FEWEST_STEPS,
            max_length=funnels.MOST_STEPS,
            description="2 to 8: `kind` page, event or goal, its `pattern`, and a `name` if wanted.",
        ),
    ]
    days: (
        Annotated[int, Meta(ge=1, le=funnels.MOST_DAYS, description="Within so many; null: within a visit.")] | None
    ) = None


class CostBody(Struct, forbid_unknown_fields=True):
    """What a campaign cost over some days."""

    site_id: Name
    campaign: Annotated[str, _text(200, "Its utm_campaign.", 1)]
    first: Day
    last: Day
    amount: Annotated[str, _text(40, "In the site's currency: 1234.50.", 1)]
    kind: Annotated[
        Literal["sum", "click"], Meta(description="sum: of all days together; click: of each visit that came by it.")
    ] = "sum"
    source: Annotated[str, _text(200, "Narrows it to links with this utm_source.")] = ""
    medium: Annotated[str, _text(200, "Narrows it to links with this utm_medium.")] = ""


class PageGroupBody(Struct, forbid_unknown_fields=True):
    """Pages that reports show as one."""

    site_id: Name
    name: Annotated[str, _text(80, "Once a site.", 1)]
    patterns: Annotated[
        list[Annotated[str, Meta(max_length=1_000, pattern=_LINE)]],
        Meta(min_length=1, max_length=50, description="Paths; * stands for any text."),
    ]


class ExportBody(Struct, forbid_unknown_fields=True):
    """A file that is wanted."""

    site_id: Name
    first: Day
    last: Day
    what: Annotated[Literal["events", "totals"], Meta(description="All events, or totals by day.")] = "events"
    format: Annotated[
        str, Meta(max_length=10, description="Of events csv, jsonl or parquet; of totals csv, xlsx, json or parquet.")
    ] = "csv"
