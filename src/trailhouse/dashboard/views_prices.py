"""The public page of prices, while this instance bills its accounts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from trailhouse.accounts import selectors
from trailhouse.billing.book import PriceBook
from trailhouse.billing.enrolment import billing_on
from trailhouse.billing.published import public_books
from trailhouse.core.errors import UserError
from trailhouse.dashboard import price_page
from trailhouse.dashboard.price_state import PriceState, parse


def asked(request: HttpRequest) -> tuple[dict[str, PriceBook], PriceState]:
    """The published price books, and what the calculator is set to. Raises Http404 where nothing is billed."""
    if not billing_on():
        raise Http404
    books = public_books()
    if not books:
        raise UserError("no_price_book", _("There are no prices yet."), _("Come back later."), status=409)
    return books, parse(request.GET.dict(), books)


@require_GET
def prices(request: HttpRequest) -> HttpResponse:
    """Prices and their calculator for anybody, or the part of it that a moved slider changes."""
    books, state = asked(request)
    if request.headers.get("HX-Target") == "sums":
        answer = render(request, "prices/page.html#changed", price_page.changed(state, books) | {"live": True})
        answer["HX-Replace-Url"] = f"{request.path}?{state.query()}"
        return answer
    context = price_page.page_of(state, books) | {"terms": selectors.newest_terms(), "here": "prices"}
    return render(request, "prices/page.html", context)
