"""What the staff of the instance may do: the one table that decides it; `sites.access.staff_access` asks it for pages.

Staff see what is kept about accounts, sites and people, never statistics: for those somebody looks as an account's
owner, which the account reads in its audit log.
"""

from enum import StrEnum, auto

from django.contrib.auth.models import AnonymousUser

from trailhouse.accounts.models import Staff, User


class StaffPrivilege(StrEnum):
    """One thing that somebody of the staff may or may not do."""

    VIEW_HOME = auto()  # the console's first page
    VIEW_MACHINE = auto()  # health, jobs, what was left out
    VIEW_ACCOUNTS = auto()
    CHANGE_ACCOUNTS = auto()  # make, suspend, restore, open again
    VIEW_SITES = auto()
    VIEW_PEOPLE = auto()
    HELP_PEOPLE = auto()  # sign somebody out of all browsers
    CHANGE_PEOPLE = auto()  # switch off and on, take the second step away, make staff
    VIEW_MAIL = auto()  # to whom, the subject, what became of it
    READ_MAIL = auto()  # its text, without its links and codes
    ANSWER_INQUIRIES = auto()  # what came by the contact form: read, note as answered, delete
    VIEW_AUDIT = auto()
    VIEW_AS = auto()  # look as the owner of an account
    VIEW_BILLING = auto()  # what is due and paid, documents, prices
    CHANGE_BILLING = auto()  # book payments, credit, refunds, states of sites
    CHANGE_PRICES = auto()  # price books, tax rates, seller, rules
    CHANGE_INSTANCE = auto()  # sign-up, terms, settings


PRIVILEGES: dict[Staff, frozenset[StaffPrivilege]] = {
    Staff.NONE: frozenset(),
    Staff.SUPPORT: frozenset(
        {
            StaffPrivilege.VIEW_HOME,
            StaffPrivilege.VIEW_MACHINE,
            StaffPrivilege.VIEW_ACCOUNTS,
            StaffPrivilege.VIEW_SITES,
            StaffPrivilege.VIEW_PEOPLE,
            StaffPrivilege.HELP_PEOPLE,
            StaffPrivilege.VIEW_MAIL,
            StaffPrivilege.ANSWER_INQUIRIES,
            StaffPrivilege.VIEW_AUDIT,
            StaffPrivilege.VIEW_AS,
        }
    ),
    Staff.FINANCE: frozenset(
        {
            StaffPrivilege.VIEW_HOME,
            StaffPrivilege.VIEW_ACCOUNTS,
            StaffPrivilege.VIEW_BILLING,
            StaffPrivilege.CHANGE_BILLING,
            StaffPrivilege.CHANGE_PRICES,
        }
    ),
    Staff.OPERATOR: frozenset(StaffPrivilege),
}


def staff_privileges(user: User | AnonymousUser) -> frozenset[StaffPrivilege]:
    """What `user` may do for the whole instance: nothing for whoever is no staff, or switched off."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    return PRIVILEGES[Staff(user.staff)]


def staff_may(user: User | AnonymousUser, privilege: StaffPrivilege) -> bool:
    """Whether `user` may use `privilege`."""
    return privilege in staff_privileges(user)
