"""The monthly report's sentences, in the language that is active. Pure: figures in, sentences out.

Sentences are whole for gettext; names, numbers and comparisons alone are filled in.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trailhouse.digests import words
from trailhouse.digests.monthly.facts import TOTALS, Entry, Missing, Month, Reached, Share, Three, first_of
from trailhouse.digests.monthly.rules import Fallen, Finding, Quiet, Reason, Why, verdict

FEW = 20  # from so many on, a change is told in per cent
NAMED_DAYS = 3
DAY = timedelta(1)


def month_name(first: date) -> str:
    """Such as "October 2026"."""
    return words.days(first, first_of(first, 1) - DAY)


# -- what happened


def lead(month: Month) -> str:
    """One sentence that says how the month was."""
    visitors, name = month.totals["visitors"], month_name(month.first)
    if month.empty:
        return _("Nobody came in %(month)s.") % {"month": name}
    if not visitors.before:
        said = ngettext("%(month)s brought %(count)s visitor.", "%(month)s brought %(count)s visitors.", visitors.now)
        return said % {"month": name, "count": words.count(visitors.now)}
    texts = {
        "more": _("%(month)s brought more visitors than %(before)s: %(now)s instead of %(then)s."),
        "fewer": _("%(month)s brought fewer visitors than %(before)s: %(now)s instead of %(then)s."),
        "same": _("%(month)s brought about as many visitors as %(before)s: %(now)s, after %(then)s."),
    }
    return texts[verdict(visitors.now, visitors.before)] % {
        "month": name,
        "before": month_name(month.before),
        "now": words.count(visitors.now),
        "then": words.count(visitors.before),
    }


def happened(month: Month) -> list[str]:
    """A sentence for each figure with its comparisons, and the best day."""
    if month.empty:
        return _empty(month)
    return [*(_figure(name, month.totals[name], month) for name in TOTALS), *_best_day(month)]


def _empty(month: Month) -> list[str]:
    before = month.totals["visitors"].before
    said = []
    if month.paused:
        said.append(_("Counting is paused."))
    if before:
        text = ngettext(
            "There was %(count)s visitor in %(month)s.", "There were %(count)s visitors in %(month)s.", before
        )
        said.append(text % {"count": words.count(before), "month": month_name(month.before)})
        if not month.paused:
            said.append(_("If that surprises you, see whether the script is still on the site."))
    return said


def _figure(metric: str, three: Three, month: Month) -> str:
    compared = [
        against(three.now, then, first)
        for then, first in ((three.before, month.before), (three.year, month.year_before))
        if month.knows(first)
    ]
    return _FIGURES[metric](three.now, ", ".join(compared))


def against(now: int, then: int, first: date) -> str:
    """How a figure compares with that of another month: "12% more than in September 2026 (1,071)"."""
    amount = abs(now - then)
    share = round(100 * amount / then) if then else 0
    if now == then or (then >= FEW and share == 0):
        text = _("as many as in %(month)s (%(count)s)")
    elif now > then:
        text = _("%(amount)s more than in %(month)s (%(count)s)")
    else:
        text = _("%(amount)s fewer than in %(month)s (%(count)s)")
    said = words.percent(share, "") if then >= FEW else words.count(amount)
    return text % {"amount": said, "month": month_name(first), "count": words.count(then)}


def _visitors(n: int, compared: str) -> str:
    if not compared:
        return ngettext("%(count)s visitor.", "%(count)s visitors.", n) % {"count": words.count(n)}
    text = ngettext("%(count)s visitor: %(compared)s.", "%(count)s visitors: %(compared)s.", n)
    return text % {"count": words.count(n), "compared": compared}


def _visits(n: int, compared: str) -> str:
    if not compared:
        return ngettext("%(count)s visit.", "%(count)s visits.", n) % {"count": words.count(n)}
    text = ngettext("%(count)s visit: %(compared)s.", "%(count)s visits: %(compared)s.", n)
    return text % {"count": words.count(n), "compared": compared}


def _pageviews(n: int, compared: str) -> str:
    if not compared:
        return ngettext("%(count)s pageview.", "%(count)s pageviews.", n) % {"count": words.count(n)}
    text = ngettext("%(count)s pageview: %(compared)s.", "%(count)s pageviews: %(compared)s.", n)
    return text % {"count": words.count(n), "compared": compared}


_FIGURES: Mapping[str, Callable[[int, str], str]] = {
    "visitors": _visitors,
    "visits": _visits,
    "pageviews": _pageviews,
}


def _best_day(month: Month) -> list[str]:
    day, most = max(month.days, key=lambda one: one[1], default=(month.first, 0))
    if most < FEW:
        return []
    text = ngettext(
        "The best day was %(day)s with %(count)s visitor.", "The best day was %(day)s with %(count)s visitors.", most
    )
    return [text % {"day": words.days(day, day), "count": words.count(most)}]


def notes(month: Month) -> list[str]:
    """What has to be known of the figures: what they leave out, and how visitors are counted."""
    if month.empty:
        return []
    said = []
    for first in (month.first, month.before):
        if month.begins_within(first) and month.began:
            text = _("Counting began on %(day)s, so %(month)s is not a whole month.")
            said.append(text % {"day": words.days(month.began, month.began), "month": month_name(first)})
    unknown = [month_name(first) for first in (month.before, month.year_before) if not month.knows(first)]
    if len(unknown) == 1:
        said.append(_("There are no figures of %(month)s to compare with.") % {"month": unknown[0]})
    elif unknown:
        said.append(_("There are no figures of earlier months to compare with yet."))
    if not month.recognised:
        said.append(_("Visitors are counted by the day: somebody who comes on three days is counted three times."))
    return said


# -- why

_WHY: Mapping[Why, Callable[[], str]] = {
    "nothing_before": lambda: _("There is no month before to compare with, so nothing is said of why."),
    "too_little": lambda: _("There were too few visits to say what a change came from."),
    "spread": lambda: _("No single source, campaign or page stands out: what changed is spread over many."),
}


def why(month: Month, kind: Why) -> str:
    """What comes before the reasons, or stands in their place."""
    if kind != "told":
        return _WHY[kind]()
    visits = month.totals["visits"]
    if verdict(visits.now, visits.before) == "same":
        return _("The number of visits hardly changed. What moved most within it:")
    return _("What moved most, compared with %(month)s:") % {"month": month_name(month.before)}


def reason(one: Reason, month: Month) -> str:
    """Such as "Google brought 210 visits more: 640 instead of 430. That is 60% of the whole change."."""
    share = one.share
    texts = _PAGES if share.split == "page" else _BROUGHT
    how = "more" if share.moved > 0 else "fewer"
    counted = (share.now or share.before) if share.split == "page" else abs(share.moved)
    said = texts["new" if not share.before else "gone" if not share.now else how](counted) % {
        "name": name_of(share),
        "count": words.count(abs(share.moved)),
        "now": words.count(share.now),
        "then": words.count(share.before),
        "month": month_name(month.before),
    }
    if one.part is None:
        return said
    part = _("That is %(part)s of the whole change.") % {"part": words.percent(round(100 * one.part), "")}
    return f"{said} {part}"


def name_of(share: Share) -> str:
    """What a channel, source, campaign or page is called in a sentence."""
    names: Mapping[str, Callable[[], str]] = {
        "channel": lambda: _("The channel “%(name)s”") % {"name": words.channel(share.name)},
        "source": lambda: words.source(share.name),
        "campaign": lambda: _("The campaign “%(name)s”") % {"name": share.name},
        "page": lambda: words.plain(share.name),
    }
    return names[share.split]()


_BROUGHT: Mapping[str, Callable[[int], str]] = {
    "more": lambda n: ngettext(
        "%(name)s brought %(count)s visit more: %(now)s instead of %(then)s.",
        "%(name)s brought %(count)s visits more: %(now)s instead of %(then)s.",
        n,
    ),
    "fewer": lambda n: ngettext(
        "%(name)s brought %(count)s visit fewer: %(now)s instead of %(then)s.",
        "%(name)s brought %(count)s visits fewer: %(now)s instead of %(then)s.",
        n,
    ),
    "new": lambda n: ngettext(
        "%(name)s brought %(count)s visit, and none in %(month)s.",
        "%(name)s brought %(count)s visits, and none in %(month)s.",
        n,
    ),
    "gone": lambda _n: _("%(name)s brought no visit, after %(count)s in %(month)s."),
}
_PAGES: Mapping[str, Callable[[int], str]] = {
    "more": lambda n: ngettext(
        "The page %(name)s was opened %(now)s time: %(count)s more than in %(month)s (%(then)s).",
        "The page %(name)s was opened %(now)s times: %(count)s more than in %(month)s (%(then)s).",
        n,
    ),
    "fewer": lambda n: ngettext(
        "The page %(name)s was opened %(now)s time: %(count)s fewer than in %(month)s (%(then)s).",
        "The page %(name)s was opened %(now)s times: %(count)s fewer than in %(month)s (%(then)s).",
        n,
    ),
    "new": lambda n: ngettext(
        "The page %(name)s was opened %(now)s time, and never in %(month)s.",
        "The page %(name)s was opened %(now)s times, and never in %(month)s.",
        n,
    ),
    "gone": lambda n: ngettext(
        "The page %(name)s was not opened, after %(then)s time in %(month)s.",
        "The page %(name)s was not opened, after %(then)s times in %(month)s.",
        n,
    ),
}


# -- goals


def goal(one: Reached, month: Month) -> str:
    """Such as "Order placed: reached 24 times, 20% more than in September 2026 (20)."."""
    if not one.now:
        said = _("%(goal)s: not reached.") % {"goal": one.name}
        return said if not one.before else f"{said} {_before(one, month)}"
    compared = against(one.now, one.before, month.before) if month.knows(month.before) else ""
    values = {"goal": one.name, "count": words.count(one.now), "compared": compared}
    if not compared:
        text = ngettext("%(goal)s: reached %(count)s time.", "%(goal)s: reached %(count)s times.", one.now)
    else:
        text = ngettext(
            "%(goal)s: reached %(count)s time, %(compared)s.", "%(goal)s: reached %(count)s times, %(compared)s.",
            one.now,
        )  # fmt: skip
    return text % values


def _before(one: Reached, month: Month) -> str:
    text = ngettext("In %(month)s it was %(count)s time.", "In %(month)s it was %(count)s times.", one.before)
    return text % {"month": month_name(month.before), "count": words.count(one.before)}


# -- what to look at


def finding(one: Finding, month: Month) -> str:
    """A sentence or two: the figures, and what to do."""
    return _FINDINGS[type(one)](one, month)


def _quiet(one: Quiet, _month: Month) -> str:
    days = ", ".join(words.day_tick(day) for day in one.days[:NAMED_DAYS])
    more = len(one.days) > NAMED_DAYS
    text = ngettext(
        "Nobody was counted on %(count)s day (%(days)s). See whether the script was on the site.",
        "Nobody was counted on %(count)s days (%(days)s). See whether the script was on the site.",
        len(one.days),
    )
    return text % {"count": words.count(len(one.days)), "days": f"{days}, …" if more else days}


def _missing(one: Missing, _month: Month) -> str:
    text = ngettext(
        "Pages that do not exist were opened %(count)s time, most often %(path)s (%(most)s). Lead them elsewhere, or"
        " correct the links.",
        "Pages that do not exist were opened %(count)s times, most often %(path)s (%(most)s). Lead them elsewhere, or"
        " correct the links.",
        one.times,
    )
    return text % {"count": words.count(one.times), "path": one.path or "–", "most": words.count(one.most)}


def _fallen_goal(one: Reached, month: Month) -> str:
    text = _(
        "“%(goal)s” was reached by %(now)s of the visitors, after %(then)s in %(month)s. Walk through it once as a"
        " visitor does."
    )
    return text % {
        "goal": one.name,
        "now": words.percent(one.rate),
        "then": words.percent(one.rate_before),
        "month": month_name(month.before),
    }


def _fallen_source(one: Fallen, month: Month) -> str:
    text = _("%(name)s brought %(now)s visits after %(then)s in %(month)s. See whether its links still lead here.")
    return text % {
        "name": name_of(one.share),
        "now": words.count(one.share.now),
        "then": words.count(one.share.before),
        "month": month_name(month.before),
    }


def _bouncing(one: Entry, month: Month) -> str:
    text = ngettext(
        "%(count)s visit began on %(path)s, and %(bounce)s of these left without going on (all pages: %(usual)s). See"
        " whether the page says what they came for.",
        "%(count)s visits began on %(path)s, and %(bounce)s of these left without going on (all pages: %(usual)s). See"
        " whether the page says what they came for.",
        one.visits,
    )
    return text % {
        "count": words.count(one.visits),
        "path": one.path,
        "bounce": words.percent(round(one.bounce), ""),
        "usual": words.percent(round(month.bounce or 0), ""),
    }


_FINDINGS: Mapping[type, Callable[[Any, Month], str]] = {
    Quiet: _quiet,
    Missing: _missing,
    Reached: _fallen_goal,
    Fallen: _fallen_source,
    Entry: _bouncing,
}
