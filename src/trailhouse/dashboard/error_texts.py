"""What pages say of errors from rooms that know no languages; all others come in the reader's language already."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trailhouse.core.errors import UserError

Text = str | Promise

# By code: what happened, and what to do.
TEXTS: dict[str, tuple[Text, Text]] = {
    "store_away": (
        _("The statistics cannot be read just now."),
        _("Visits are counted all the same. Try again in a minute."),
    ),
    "wrong_pattern": (_("A pattern of the filter is no regular expression."), _("Use RE2's syntax.")),
    "wrong_filter": (_("A filter cannot be used here."), _("Remove it or choose another value.")),
    "filter_too_large": (_("There are too many filters."), _("Remove some of them.")),
    "unknown_goal": (_("A goal of the filter is not set up for this site."), _("Remove the filter or add the goal.")),
    "too_many_intervals": (_("This period is too long for the chart."), _("Choose a shorter period.")),
    "too_slow": (_("The question took too long."), _("Choose a shorter period.")),
    "too_large": (_("The question needs too much memory."), _("Choose a shorter period.")),
}


def words(error: UserError) -> tuple[str, str]:
    """Message and hint of `error` in the reader's language."""
    message, hint = TEXTS.get(error.code, (error.message, error.hint))
    return str(message), str(hint)
