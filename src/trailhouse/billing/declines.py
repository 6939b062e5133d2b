"""Why a charge did not go through, in plain words. Gateways translate their own codes into these. Pure."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise

REFUSED = "refused"  # and no more is known
NOT_NEEDED = "not_needed"  # what it was for had been paid, or was not wanted any more, before it was sent
AMOUNT_CHANGED = "amount_changed"

WORDS: dict[str, Text] = {
    REFUSED: _("The bank refused it without a reason. Ask the bank, or pay in another way."),
    NOT_NEEDED: _("It was not needed any more."),
    AMOUNT_CHANGED: _("The amount changed before it was collected. Look at the new one and confirm it."),
    "insufficient_funds": _("There was not enough money on the account or card."),
    "expired": _("The card has expired. Leave another one."),
    "wrong_data": _("The number, date or security code of the card is wrong. Leave it anew."),
    "not_confirmed": _("The payment was not confirmed at the bank."),
    "limit": _("It is above a limit of the card or account."),
    "not_supported": _("The card or account does not allow such payments. Leave another one."),
    "blocked": _("The bank does not allow any more payments by this card or account. Leave another one."),
    "no_mandate": _("The direct debit was not permitted, or its mandate is not valid any more. Leave it anew."),
    "no_method": _("The card or account that was left is not there any more. Leave it anew."),
    "bank_away": _("The bank could not be reached. It will be tried again."),
    "too_small": _("The amount is too small to be collected in this way. Pay it by bank transfer."),
    "cancelled": _("The payment was called off."),
}


def words(code: str) -> str:
    """The reason in the active language."""
    return str(WORDS.get(code, WORDS[REFUSED])) if code else ""
