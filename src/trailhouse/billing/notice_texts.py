"""What each notice to a payer says, in words."""

from collections.abc import Iterable
from datetime import date

from babel.dates import format_date
from django.utils import translation
from django.utils.translation import gettext_lazy

from trailhouse.billing import declines
from trailhouse.billing.models import Notice
from trailhouse.billing.money_text import money_text
from trailhouse.branding.models import Brand
from trailhouse.core.money import Money

# By kind of notice: what is said of a site. `on` is a day, `why` the operator's reason.
KINDS = {
    "trial_ends": gettext_lazy(
        "%(site)s: the trial ends before %(on)s. From then on its statistics are locked for you and everybody"
        " who sees them (people besides you: %(people)s) until it is activated."
    ),
    "due": gettext_lazy(
        "%(site)s: the trial is over. Its statistics are kept and locked until you activate it: %(monthly)s a"
        " month or %(yearly)s a year."
    ),
    "reminder": gettext_lazy(
        "%(site)s is not activated yet: %(monthly)s a month or %(yearly)s a year. Its statistics stay locked "
        "until then."
    ),
    "counting_stops": gettext_lazy("%(site)s: visits are not counted any more until it is activated."),
    "past_due": gettext_lazy("%(site)s: a payment is missing. Its statistics stay open until %(on)s."),
    "retry": gettext_lazy("%(site)s: the payment failed and was tried again."),
    "suspended": gettext_lazy("%(site)s: a payment is missing. Its statistics are locked until it has come."),
    "held": gettext_lazy("%(site)s was suspended by the operator: %(why)s"),
    "restored": gettext_lazy("%(site)s is open again."),
    "cancelled": gettext_lazy(
        "%(site)s has ended. Its statistics can be exported until %(export)s and are deleted on %(deleted)s."
    ),
    "export_ends": gettext_lazy(
        "%(site)s: its statistics can no longer be exported. A payment makes it active again until %(deleted)s."
    ),
    "deletion_near": gettext_lazy("%(site)s: its statistics are deleted on %(deleted)s unless it is activated before."),
    "deleted": gettext_lazy("%(site)s: its statistics are deleted. Its documents stay."),
    "cancelling": gettext_lazy("%(site)s ends on %(on)s. Until then nothing changes."),
    "paused": gettext_lazy("%(site)s is paused: nothing is counted and nothing is paid. It comes back with one click."),
    "activated": gettext_lazy("%(site)s is active."),
    "tier": gettext_lazy(
        "%(site)s: from %(on)s on it is up to %(pageviews)s pageviews, %(monthly)s a month or %(yearly)s a year."
    ),
    "used_80": gettext_lazy(
        "%(site)s has used 80 %% of its %(pageviews)s pageviews in the last 28 days. Nothing is cut off."
    ),
    "used_100": gettext_lazy(
        "%(site)s has used all of its %(pageviews)s pageviews in the last 28 days. Nothing is cut off; the "
        "next tier may follow."
    ),
    "idle": gettext_lazy("%(site)s had no visits for 30 days. It can be paused: free, its data kept."),
    "price": gettext_lazy("%(site)s: from %(on)s on it costs %(after)s instead of %(before)s a month."),
    "licence_activated": gettext_lazy("%(brand)s: your clients see it now, %(kind)s, until %(on)s."),
    "licence_activated_open": gettext_lazy("%(brand)s: your clients see it now, %(kind)s."),
    "licence_renews": gettext_lazy(
        "%(brand)s: its licence (%(kind)s) is renewed on %(on)s for another year, %(fee)s before tax. Cancel it before "
        "that day if you do not want it."
    ),
    "licence_past_due": gettext_lazy(
        "%(brand)s: a payment for its licence is missing. Your clients see the brand until %(on)s."
    ),
    "licence_lapsed": gettext_lazy(
        "%(brand)s: its licence has lapsed, since a payment is missing. Your clients see your account's name in plain "
        "text until it has come."
    ),
    "licence_ends": gettext_lazy("%(brand)s: its licence ends on %(on)s and is not renewed."),
    "licence_over": gettext_lazy(
        "%(brand)s: its licence has ended. Your clients see your account's name in plain text. Links, scripts and "
        "counting go on as before."
    ),
    "licence_granted": gettext_lazy("%(brand)s: the operator lets you use it without charge, %(kind)s, until %(on)s."),
    "licence_granted_open": gettext_lazy("%(brand)s: the operator lets you use it without charge, %(kind)s."),
    "licence_price": gettext_lazy(
        "%(brand)s: from %(on)s on a year of its licence costs %(after)s instead of %(before)s, before tax."
    ),
    "charge_failed": gettext_lazy("%(total)s could not be collected (%(what)s). %(why)s"),
    "taken_back": gettext_lazy("A payment of %(total)s was taken back by the bank. What it had paid is open again."),
    "invoice": gettext_lazy("Invoice %(number)s of %(total)s, to be paid by %(on)s. It is time to bill your clients."),
    "credit_note": gettext_lazy(
        "Credit note %(number)s of %(total)s. It pays what is open of its invoice; the rest is credit for your sites."
    ),
}


def sentences(notices: Iterable[Notice], language: str) -> list[str]:
    """What each notice says, in that language."""
    with translation.override(language):
        return [str(KINDS[one.kind]) % _texts(one, language) for one in notices]


def _texts(notice: Notice, language: str) -> dict[str, str]:
    """Days and money of a notice as people read them; what is not there is left open rather than failing."""
    found: dict[str, str] = _Open({"site": notice.subscription.domain if notice.subscription else ""})
    for name, value in notice.details.items():
        if isinstance(value, dict) and "amount" in value:
            found[name] = money_text(Money(value["amount"], value["currency"]), language)
        elif isinstance(value, str) and len(value) == 10 and value[4:5] == "-":
            found[name] = format_date(date.fromisoformat(value), "long", locale=language)
        elif name == "declined":
            found["why"] = declines.words(value)
        elif name == "kind":
            found[name] = str(Brand.Licence(value).label)
        else:
            found[name] = str(value)
    return found


class _Open(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "…"
