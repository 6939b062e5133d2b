"""What is wrong with a price book, the rules or a bank statement, in sentences; and what each rule is called."""

from collections.abc import Iterable, Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trailhouse.billing.bank.lines import StatementError
from trailhouse.billing.book import Problem
from trailhouse.dashboard import billing_words, formats

Text = str | Promise

# By code; the arguments are %(a)s, %(b)s and %(c)s.
BOOK: Mapping[str, Text] = {
    "malformed": _("Something is missing: %(a)s."),
    "unknown_currency": _("%(a)s is no currency."),
    "no_tier": _("There is no tier yet: add at least one."),
    "pageviews_out_of_range": _("A tier holds 1 to 1,000,000,000,000,000 pageviews, not %(a)s."),
    "price_negative": _("The tier up to %(a)s has a price below zero."),
    "price_too_high": _("The tier up to %(a)s has a price that is too high to be added up."),
    "pageviews_repeat": _("Two tiers hold up to %(a)s pageviews: take one away."),
    "pageviews_fall": _("Tiers go from small to large: %(a)s comes after a larger one."),
    "monthly_falls": _("The tier up to %(a)s costs less a month than the one below it."),
    "yearly_falls": _("The tier up to %(a)s costs less a year than the one below it."),
    "rank_too_low": _("A discount begins at the second site at the earliest, not at site %(a)s."),
    "rate_out_of_range": _("The discount from site %(a)s on is not between 0 and 100 %%."),
    "ranks_not_rising": _("The steps of the discount go from few sites to many: %(a)s comes twice or too late."),
    "rate_falls": _(
        "The discount from site %(a)s on is smaller than the one before: adding a site must never lower it."
    ),
    "fee_negative": _("A fee is below zero: %(a)s."),
    "fee_too_high": _("A fee is too high: %(a)s."),
    "no_number": _("“%(b)s” (%(a)s) is no whole number."),
    "no_amount": _("“%(b)s” (%(a)s) is no amount. Type it like 19.50 or 19,50."),
    "no_rate": _("“%(b)s” (%(a)s) is no rate in per cent with at most two decimals."),
    "no_name": _("The price book needs a name."),
    "no_day": _("It needs a day from which it holds."),
}
FEES: Mapping[str, Text] = {
    "setup_logo": _("Set-up, with a logo"),
    "setup_plain": _("Set-up, without a logo"),
    "licence_logo": _("Licence a year, with a logo"),
    "licence_plain": _("Licence a year, without a logo"),
}
# Each rule: its label, and its hint.
RULES: dict[str, tuple[Text, Text]] = {
    "trial_notices": (_("Notices before a trial ends"), _("Days before; from early to late, with commas.")),
    "most_trials": (_("Trials at once before the first payment"), _("Sites of one account.")),
    "trial_again": (_("Another trial of a deleted domain after"), _("Days.")),
    "due_counts": (_("A site that is due counts visits for"), _("Days.")),
    "due_cancelled": (_("A site that is due is cancelled after"), _("Days.")),
    "reminders": (_("Reminders after payment is due"), _("Days after; with commas.")),
    "retries": (_("A failed charge is tried again after"), _("Days after it failed; with commas.")),
    "suspended_after": (_("Past due is suspended after"), _("Days.")),
    "suspended_counts": (_("A suspended site counts visits for"), _("Days.")),
    "suspended_cancelled": (_("A suspended site is cancelled after"), _("Days.")),
    "export": (_("Export after cancellation"), _("Days.")),
    "revival": (_("Payment makes a cancelled site active again within"), _("Days.")),
    "deleted_after": (_("A cancelled site is deleted after"), _("Days.")),
    "deletion_warning": (_("Warning before deletion"), _("Days before.")),
    "price_notice": (_("Notice of dearer prices"), _("Days before they hold.")),
    "licence_notice": (_("Notice before the licence of a brand is renewed"), _("Days before.")),
    "upgrade_notice": (_("Notice before a yearly site is charged for a larger tier"), _("Days before.")),
    "idle_pause": (_("A pause is offered without visits for"), _("Days.")),
    "strike": (_("A spike can be struck within"), _("Days.")),
    "refund": (_("Money back after a first payment within"), _("Days.")),
    "invoice_terms": (_("An invoice is to be paid within"), _("Days, where the account has no terms of its own.")),
}
LIMITS: Mapping[str, Text] = {
    "days_out_of_range": _("%(a)s: enter %(b)s to %(c)s days."),
    "days_not_rising": _("%(a)s: each comes after the one before."),
    "days_not_falling": _("%(a)s: each comes later, so with fewer days before."),
    "days_longer_than": _("“%(a)s” cannot be longer than “%(b)s”."),
    "days_too_late": _("%(a)s: none may come later than after %(b)s days, when it is over."),
}
STATEMENTS: Mapping[str, Text] = {
    "statement_too_large": _("The file is larger than %(a)s MB. Export a shorter time."),
    "statement_too_long": _("There are more than %(a)s payments in it. Export a shorter time."),
    "statement_doctype": _("This XML has a DOCTYPE, which statements of banks never have. It was not read."),
    "statement_no_xml": _("This is no complete XML: it breaks at line %(a)s. Download it again."),
    "statement_no_camt": _("This XML is no statement in the format CAMT.053. Choose that format at your bank, or CSV."),
    "statement_version": _("%(a)s is not read. Choose camt.053.001.02 or camt.053.001.08 at your bank, or CSV."),
    "statement_amount": _("“%(a)s” is no amount of a currency. Nothing was imported."),
    "statement_day": _("“%(a)s” is no day. Nothing was imported."),
    "statement_no_table": _("No table with a line of heads was found. Export it as CSV with heads, or as CAMT.053."),
    "statement_no_lines": _("There are heads in it and no payments."),
    "statement_columns": _("Say which column is the day and which the amount."),
    "statement_row": _("Row %(a)s cannot be read: %(b)s. Check what the columns mean."),
}


def _told(words: Mapping[str, Text], problem: Problem) -> str:
    code, arguments = problem
    named = {letter: _plain(one) for letter, one in zip("abc", (*arguments, "", "", ""), strict=False)}
    return str(words[code]) % named if code in words else f"{code} {arguments}"


def _plain(one: object) -> str:
    if isinstance(one, int):
        return formats.count(one)
    text = str(one)
    if text in RULES:
        return str(RULES[text][0])
    return str(FEES.get(text, text))


def book_problems(problems: Iterable[Problem]) -> list[str]:
    """What is wrong with a book, each once."""
    return list(dict.fromkeys(_told(BOOK, one) for one in problems))


def limit_problems(problems: Iterable[Problem]) -> list[str]:
    """What is wrong with the rules, each once."""
    return list(dict.fromkeys(_told(LIMITS, one) for one in problems))


def statement_problem(error: StatementError) -> str:
    """Why a file was not read."""
    return _told(STATEMENTS, (error.code, error.arguments))


def rate_of(points: int) -> str:
    """A rate for a field: 2.5."""
    return f"{points / 100:g}"


def state_of(published: bool, holds: bool) -> tuple[str, str]:
    """What a version of a book is, in words, and its badge."""
    if not published:
        return gettext("Draft"), "trial"
    return (gettext("Published"), "active") if holds else (gettext("Published, holds later"), "active")


def money(amount: int, currency: str) -> str:
    """An amount in words."""
    return billing_words.money(amount, currency)
