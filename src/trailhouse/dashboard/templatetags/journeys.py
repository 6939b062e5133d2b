"""Where a row of a list leads besides: to the ways by its page, or to what led to a missing one."""

from django import template

from trailhouse.dashboard import journey_links
from trailhouse.dashboard.templatetags.frame import frame
from trailhouse.sites.models import Section

register = template.Library()
SEEN_BY = {"page": Section.PAGES, "not_found": Section.EVENTS}


@register.simple_tag(takes_context=True)
def row_link(context: template.Context, ways: str, value: str) -> str:
    """The address; "" where the reader does not see that page."""
    if SEEN_BY[ways] not in frame(context).sees:
        return ""
    request, site, state = context["request"], context["site"], context["state"]
    if ways == "not_found":
        return journey_links.missing(request, site, state, value)
    return journey_links.of_page(request, site, state, value)
