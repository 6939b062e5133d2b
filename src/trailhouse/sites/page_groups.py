"""Part of the services of `sites`: the groups of pages of a site as its people keep them."""

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import User
from trailhouse.accounts.services import record
from trailhouse.core.errors import UserError
from trailhouse.sites.models import PageGroup, Site

MOST_PATTERNS = 50  # of all groups of a site together: each is looked for in each path
LONGEST_NAME = 80
LONGEST_PATTERN = 1000


@transaction.atomic
def add(site: Site, name: str, patterns: Sequence[str], *, by: User | None) -> PageGroup:
    """Add a group after all others. Raises UserError for a wrong one, and for a name that the site has already."""
    last = site.page_groups.last()
    group = PageGroup(site=site, position=last.position + 1 if last else 0)
    _fill(group, name, patterns)
    record("page_group.added", account=site.account, by=by, subject=f"{site.domain}: {group.name}")
    return group


@transaction.atomic
def change(group: PageGroup, name: str, patterns: Sequence[str], *, by: User | None) -> PageGroup:
    """Change a group, for the past as well. Raises UserError as `add` does."""
    was = {"was": group.name, "patterns": list(group.patterns)}
    _fill(group, name, patterns)
    site = group.site
    record("page_group.changed", account=site.account, by=by, subject=f"{site.domain}: {group.name}", details=was)
    return group


@transaction.atomic
def remove(group: PageGroup, *, by: User | None) -> None:
    """Remove a group; its pages are then in the next group that they fit, or in none."""
    site = group.site
    group.delete()
    record("page_group.removed", account=site.account, by=by, subject=f"{site.domain}: {group.name}")


@transaction.atomic
def move_up(group: PageGroup, *, by: User | None) -> None:
    """Let a group come before the one that stands before it; the first one stays where it is."""
    site = group.site
    groups = list(site.page_groups.select_for_update())
    place = groups.index(group)
    if place == 0:
        return
    groups[place - 1 : place + 1] = [groups[place], groups[place - 1]]
    for position, one in enumerate(groups):
        one.position = position
    PageGroup.objects.bulk_update(groups, ["position"])
    record("page_group.moved", account=site.account, by=by, subject=f"{site.domain}: {group.name}")


def _fill(group: PageGroup, name: str, patterns: Sequence[str]) -> None:
    group.name = " ".join(name.split())[:LONGEST_NAME]
    if not group.name:
        raise UserError("wrong_page_group", _("The group has no name."), _("Enter one, such as Blog."))
    group.patterns = list(dict.fromkeys(text for pattern in patterns if (text := pattern.strip())))
    _check(group)
    try:
        with transaction.atomic():
            group.save()
    except IntegrityError:
        raise UserError(
            "page_group_exists",
            _("This site has a group of that name."),
            _("Change that group, or choose another name."),
            status=409,
        ) from None


def _check(group: PageGroup) -> None:
    wrong = next((p for p in group.patterns if p[0] not in "/*" or len(p) > LONGEST_PATTERN), None)
    if wrong is not None or not group.patterns:
        raise UserError(
            "wrong_page_pattern",
            _("%(pattern)s is no pattern of pages.") % {"pattern": (wrong or "“”")[:100]},
            _("Begin each with / or *, such as /blog/*. A * stands for any text."),
        )
    others = group.site.page_groups.exclude(pk=group.pk).values_list("patterns", flat=True)
    if len(group.patterns) + sum(map(len, others)) > MOST_PATTERNS:
        raise UserError(
            "too_many_page_patterns",
            _("The groups of a site have at most 50 patterns together."),
            _("A pattern such as /blog/* stands for many pages."),
        )
