"""Price books: published once and never changed; how a new one reaches accounts. Part of the services of `billing`."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from trailhouse.accounts.models import Account, User
from trailhouse.accounts.services import record
from trailhouse.billing.book import BookError, PriceBook
from trailhouse.billing.models import BillingAccount, Book, BookChange, Subscription
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
    fresh = Book.objects.select_for_update().get(pk=book.pk)
    if fresh.published_at is not None:
        raise UserError("book_published", _("This price book is published already."), status=409)
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
    rows = {one.pk: one for one in Subscription.objects.filter(account=billing.account, state__in=PAYING)}
    sized = [Sized(one.pk, one.tier or 0, Interval(one.interval), one.began_at) for one in rows.values()]
    return [
        (rows[change.site], change)
        for change in compare_books(book_of(billing), PriceBook.from_json(book.content), sized)
    ]


def _announce(billing: BillingAccount, book: Book) -> bool:
    changes = compared(billing, book)
    notice = timedelta(days=0 if is_cut([change for _one, change in changes]) else limits().price_notice)
    on = max(book.valid_from, clock.now().date() + notice)
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
