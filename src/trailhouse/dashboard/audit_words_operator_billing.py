"""What the audit log says of what the operator does to billing."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OPERATOR_BILLING: dict[str, str | Promise] = {
    "billing.bank_imported": _("A bank statement was taken in: %(subject)s new lines."),
    "billing.bank_set_aside": _("A line of a bank statement by %(subject)s was set aside: %(amount)s."),
    "billing.bank_taken_in": _("A line of a bank statement by %(subject)s was taken in again: %(amount)s."),
    "billing.book_changed": _("The draft of the price book %(subject)s was changed."),
    "billing.book_discarded": _("The draft of the price book %(subject)s was thrown away."),
    "billing.book_given": _("The operator chose the price book %(subject)s for the account."),
    "billing.credit_granted": _("The operator gave a credit of %(amount)s: “%(subject)s”."),
    "billing.fee_credited": _("A fee was credited by %(subject)s: “%(why)s”."),
    "billing.rules": _("The rules of billing were changed: %(subject)s."),
    "billing.seller": _("The seller %(subject)s was changed: %(changed)s."),
    "billing.tax_rate_added": _("The tax rate %(subject)s was added."),
    "billing.tax_rate_removed": _("The tax rate %(subject)s was taken away."),
    "billing.terms": _(
        "The terms of %(subject)s were set: on invoice within days: %(days)s; certificate: %(certificate)s."
    ),
}
