"""Price books: published once and never changed; how a new one reaches accounts. Part of the services of `billing`."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.billing import licence_planning
from trailhouse.billing.book import BookError, PriceBook
from trailhouse.billing.licence_states import LicenceState
from trailhouse.billing.locking import locked
from trailhouse.billing.models import BillingAccount, Book, BookChange, Licence, Subscription
from trailhouse.billing.pricing import Change, Interval, Sized, compare_books, is_cut
from trailhouse.billing.values import PAYING, book_of, limits
from trailhouse.core import clock
from trailhouse.core.errors import UserError


def draft(name: str, prices: PriceBook, valid_from: date, *, by: User, account: Account | None = None) -> Book:
    """A new version of the book of that name and currency, not published yet."""
    with transaction.atomic():
        last = Book.objects.filter(name=name, currency=prices.currency).order_by("-version").first()
        made = Book.objects.create(
            name=name, version=last.version + 1 if last else 1, currency=prices.currency, account=account,
            content=prices.to_json(), valid_from=valid_from,
        )  # fmt: skip
        record("billing.book_drafted", account=account, by=by, subject=str(made))
    return made


@transaction.atomic
def change_draft(book: Book, name: str, prices: PriceBook, valid_from: date, *, by: User) -> Book:
    """Keep a draft as it was edited. Raises UserError where it is published by now."""
    fresh = _unpublished(book)
    if (fresh.name, fresh.currency) != (name, prices.currency):
        last = (
            Book.objects.filter(name=name, currency=prices.currency).exclude(pk=fresh.pk).order_by("-version").first()
        )
        fresh.version = last.version + 1 if last else 1
    fresh.name, fresh.currency, fresh.content, fresh.valid_from = name, prices.currency, prices.to_json(), valid_from
    fresh.save()
    record("billing.book_changed", account=fresh.account, by=by, subject=str(fresh))
    return fresh


@transaction.atomic
def discard(book: Book, *, by: User) -> None:
    """Throw a draft away. Raises UserError where it is published."""
    fresh = _unpublished(book)
    record("billing.book_discarded", account=fresh.account, by=by, subject=str(fresh))
    fresh.delete()


def _unpublished(book: Book) -> Book:
    fresh = Book.objects.select_for_update(of=("self",)).select_related("account").get(pk=book.pk)
    if fresh.published_at is not None:
        raise UserError(
            "book_published",
            _("This price book is published already."),
            _("Make a new draft of it."),
            status=409,
        )
    return fresh


def checked(content: Mapping[str, Any]) -> PriceBook:
    """The prices that somebody entered. Raises BookError with every problem."""
    try:
        return PriceBook.from_json(content)
    except BookError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        raise BookError([("unreadable", (str(error),))]) from None


@transaction.atomic
def publish(book: Book, *, by: User) -> int:
    """Publish a draft: final from now on, and told to the accounts that it reaches; how many.

    New accounts begin on it. Those that are there come onto it at its first day if nothing gets dearer for them, else
    after the notice (`Limits.price_notice`), with before and after per site.
    """
    fresh = _unpublished(book)
    checked(fresh.content)
    fresh.published_at = clock.now()
    fresh.save(update_fields=["published_at"])
    record("billing.book_published", account=fresh.account, by=by, subject=str(fresh))
    reached = [billing for billing in _reached(fresh) if _announce(billing, fresh)]
    return len(reached)


def _reached(book: Book) -> list[BillingAccount]:
    rows = BillingAccount.objects.select_related("account", "book").filter(account__closed_at=None)
    if book.account_id is not None:
        return list(rows.filter(account=book.account_id))
    return list(rows.filter(book__currency=book.currency, book__account=None))


def compared(billing: BillingAccount, book: Book) -> list[tuple[Subscription, Change]]:
    """What `book` would change for each site that is paid for; the preview and the notice."""
    rows = list(Subscription.objects.filter(account=billing.account, state__in=PAYING))
    return _changes(billing, PriceBook.from_json(book.content), rows)


@dataclass(frozen=True)
class Year:
    """A licence that is paid for, and what its next year costs by the present book and by another; net."""

    licence: Licence
    before: int
    after: int


@dataclass(frozen=True)
class Reach:
    """An account that a book reaches: what changes for each site that is paid for, and from which day on."""

    billing: BillingAccount
    changes: list[tuple[Subscription, Change]]
    on: date
    years: list[Year]

    @property
    def before(self) -> int:
        """What the account pays a month now, net."""
        return sum(change.before.month for _one, change in self.changes)

    @property
    def after(self) -> int:
        """What it would pay."""
        return sum(change.after.month for _one, change in self.changes)

    @property
    def dearer(self) -> bool:
        """Whether any site or licence gets dearer, so that notice is given."""
        return not is_cut([change for _one, change in self.changes]) or any(
            one.after > one.before for one in self.years
        )


def reach(book: Book) -> list[Reach]:
    """What publishing `book` now would change, account by account."""
    billings = _reached(book)
    prices = PriceBook.from_json(book.content)
    own: dict[int, list[Subscription]] = defaultdict(list)
    paying = Subscription.objects.filter(account__in=[one.account_id for one in billings], state__in=PAYING)
    for row in paying.order_by("domain", "pk"):
        own[row.account_id].append(row)
    found = []
    for billing in billings:
        changes = _changes(billing, prices, own[billing.account_id])
        years = licence_years(billing, book)
        found.append(Reach(billing, changes, _first_day(book, changes, years), years))
    return found


def _changes(billing: BillingAccount, prices: PriceBook, rows: list[Subscription]) -> list[tuple[Subscription, Change]]:
    by_number = {one.pk: one for one in rows}
    sized = [Sized(one.pk, one.tier or 0, Interval(one.interval), one.began_at) for one in rows]
    return [(by_number[change.site], change) for change in compare_books(book_of(billing), prices, sized)]


def _first_day(book: Book, changes: list[tuple[Subscription, Change]], years: Sequence[Year] = ()) -> date:
    dearer = not is_cut([change for _one, change in changes]) or any(one.after > one.before for one in years)
    notice = timedelta(days=limits().price_notice if dearer else 0)
    return max(book.valid_from, clock.now().date() + notice)


def licence_years(billing: BillingAccount, book: Book) -> list[Year]:
    """What `book` would change of the account's licences that go on."""
    fees = PriceBook.from_json(book.content).fees
    found = []
    running = Licence.objects.filter(account=billing.account_id, state__in=[LicenceState.ACTIVE, LicenceState.PAST_DUE])
    for one in running.select_related("account"):
        logo = (one.next_kind or one.kind) == licence_planning.LOGO
        before = licence_planning.year_price(billing, one, logo=logo)
        after = fees.licence(logo=logo)
        if one.renews and after is not None and after != before:
            found.append(Year(one, before, after))
    return found


@transaction.atomic
def put_on(billing: BillingAccount, book: Book, *, by: User) -> date:
    """Have an account come onto a published book of its currency: at once if nothing gets dearer, else after notice.

    The day is returned. Raises UserError where the book is a draft, another account's, or in another currency.
    """
    row = locked(billing.account_id)
    if book.published_at is None or book.account_id not in (None, row.account_id) or book.currency != row.book.currency:
        raise UserError(
            "wrong_book",
            _("The account cannot come onto this price book."),
            _("Choose a published one in its currency, a default one or its own."),
            status=409,
        )
    if book.pk == row.book_id:
        BookChange.objects.filter(account=row.account, done_at=None).delete()
        return clock.now().date()
    # One that it came onto, or was to come onto, before is announced anew.
    BookChange.objects.filter(account=row.account, book=book).delete()
    _announce(row, book)
    record("billing.book_given", account=row.account, by=by, subject=str(book))
    return BookChange.objects.get(account=row.account, book=book).on


def _announce(billing: BillingAccount, book: Book) -> bool:
    changes = compared(billing, book)
    years = licence_years(billing, book)
    on = _first_day(book, changes, years)
    details = [
        {"domain": one.domain, "before": change.before.month, "after": change.after.month} for one, change in changes
    ]
    change, made = BookChange.objects.get_or_create(
        account=billing.account, book=book, defaults={"on": on, "told_at": clock.now(), "details": details}
    )
    if made:
        from trailhouse.billing import telling

        BookChange.objects.filter(account=billing.account, done_at=None).exclude(pk=change.pk).delete()
        telling.tell_prices(billing, change, changes)
        telling.tell_licence_prices(change, years)
        BillingAccount.objects.filter(pk=billing.pk).update(look_at=clock.now())
    return made


def change_if_due(billing: BillingAccount, on: date) -> bool:
    """Bring the account onto the book whose day has come; whether it was. Periods that run keep their price."""
    change = BookChange.objects.filter(account=billing.account, done_at=None, on__lte=on).select_related("book").first()
    if change is None:
        return False
    billing.book = change.book
    billing.save(update_fields=["book"])
    change.done_at = clock.now()
    change.save(update_fields=["done_at"])
    return True
