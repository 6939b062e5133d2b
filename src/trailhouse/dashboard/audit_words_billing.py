"""What the audit log says of trials and payments: of what people did; what time alone brings is a billing event."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

BILLING: dict[str, str | Promise] = {
    "billing.activated": _("%(subject)s was activated, to be paid on invoice."),
    "billing.book_drafted": _("The price book %(subject)s was drafted."),
    "billing.book_published": _("The price book %(subject)s was published."),
    "billing.cancel": _("%(subject)s was cancelled to the end of what is paid."),
    "billing.cancel_withdrawn": _("The cancellation of %(subject)s was taken back."),
    "billing.client_rate": _("The rate of %(subject)s was set: %(rate)s from %(day)s on."),
    "billing.client_rate_removed": _("The rate of %(subject)s was taken back: %(rate)s from %(day)s on."),
    "billing.client_statement": _("The statement of %(subject)s for %(month)s was sent to %(to)s."),
    "billing.day": _("The billing day of %(subject)s was set to %(day)s."),
    "billing.deleted": _("%(subject)s was deleted for good."),
    "billing.details": _("The billing details of %(subject)s were changed: %(changed)s."),
    "billing.dunning_over": _("%(subject)s was locked: a payment is missing."),
    "billing.free_ended": _("%(subject)s is no longer free."),
    "billing.free_granted": _("%(subject)s was made free."),
    "billing.interval": _("%(subject)s is paid by another interval from the period's end on."),
    "billing.lines_chosen": _(
        "Lines of the invoice %(subject)s were chosen to be paid under %(reference)s: %(sites)s."
    ),
    "billing.method_dropped": _("%(subject)s is charged no more, after the bank refused it or took a payment back."),
    "billing.method_kept": _("Payment by %(subject)s was set up."),
    "billing.method_removed": _("Payment by %(subject)s was removed."),
    "billing.pause_asked": _("A pause of %(subject)s was asked for."),
    "billing.pause_withdrawn": _("The pause of %(subject)s was taken back."),
    "billing.paid": _("%(subject)s was paid and activated."),
    "billing.paused": _("%(subject)s was paused by billing."),
    "billing.payment": _("A payment of %(subject)s was booked."),
    "billing.payment_failed": _("A payment for %(subject)s failed."),
    "billing.payment_late": _("A payment for %(subject)s is late."),
    "billing.payment_taken_back": _("The payment %(subject)s was taken back: %(why)s."),
    "billing.period_over": _("The paid period of %(subject)s ended."),
    "billing.removed": _("%(subject)s was removed at once, for credit."),
    "billing.request": _("The payment request %(subject)s was made."),
    "billing.request_withdrawn": _("The payment request %(subject)s was withdrawn."),
    "billing.restored": _("%(subject)s was opened again by the operator."),
    "billing.resumed": _("%(subject)s was resumed."),
    "billing.struck": _("Days of %(subject)s were struck from its measure: %(days)s."),
    "billing.suspended": _("%(subject)s was suspended by the operator."),
    "billing.suspended_too_long": _("%(subject)s was cancelled after a long suspension."),
    "billing.trial_granted": _("%(subject)s was given a trial once more."),
    "billing.trial_over": _("The trial of %(subject)s ended."),
    "billing.unpaid_too_long": _("%(subject)s was cancelled: it was not activated in time."),
    "billing.vat_checked": _("The register was asked about the VAT number %(subject)s: %(result)s."),
}
