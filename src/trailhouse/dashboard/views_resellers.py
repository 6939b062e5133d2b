"""The public page of the programme for resellers, while this instance bills its accounts."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from trailhouse.accounts import selectors
from trailhouse.billing.enrolment import billing_on
from trailhouse.billing.published import public_books
from trailhouse.core.errors import UserError
from trailhouse.dashboard import reseller_page
from trailhouse.dashboard.price_state import parse


@require_GET
def resellers(request: HttpRequest) -> HttpResponse:
    """What a reseller gets and earns, for anybody, or the part of it that a moved slider changes."""
    if not billing_on():
        raise Http404
    books = public_books()
    if not books:
        raise UserError("no_price_book", _("There are no prices yet."), _("Come back later."), status=409)
    state = parse(request.GET.dict(), books)
    if request.headers.get("HX-Target") == "sums":
        context = reseller_page.changed(state, books) | {"live": True}
        answer = render(request, "resellers/page.html#changed", context)
        answer["HX-Replace-Url"] = f"{request.path}?{state.query()}"
        return answer
    context = reseller_page.page_of(state, books) | {"terms": selectors.newest_terms(), "here": "resellers"}
    return render(request, "resellers/page.html", context)
