"""What a fee is called, on documents and pages, in the language that is active."""

from django.utils.translation import gettext as _

from trailhouse.billing.models import Line

LONGEST = 400  # letters of a line's text


def fee_text(fee: str, name: str, *, logo: bool) -> str:
    """Such as "Rebranding with logo, Tide Stats: licence for a year"; its days stand beside it."""
    words = {
        (Line.Fee.SETUP, True): _("Rebranding with logo, %(brand)s: set-up"),
        (Line.Fee.SETUP, False): _("Rebranding without logo, %(brand)s: set-up"),
        (Line.Fee.LICENCE, True): _("Rebranding with logo, %(brand)s: licence for a year"),
        (Line.Fee.LICENCE, False): _("Rebranding without logo, %(brand)s: licence for a year"),
        (Line.Fee.UPGRADE, True): _("Rebranding with logo, %(brand)s: difference for the rest of the year"),
    }
    return (words[Line.Fee(fee), logo] % {"brand": name})[:LONGEST]
