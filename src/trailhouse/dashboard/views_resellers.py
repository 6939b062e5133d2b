"""The public page of the programme for resellers, while this instance bills its accounts."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from trailhouse.accounts import selectors
from trailhouse.dashboard import reseller_page
from trailhouse.dashboard.views_prices import asked


@require_GET
def resellers(request: HttpRequest) -> HttpResponse:
    """What a reseller gets and earns, for anybody, or the part of it that a moved slider changes."""
    books, state = asked(request)
    if request.headers.get("HX-Target") == "sums":
        context = reseller_page.changed(state, books) | {"live": True}
        answer = render(request, "resellers/page.html#changed", context)
        answer["HX-Replace-Url"] = f"{request.path}?{state.query()}"
        return answer
    context = reseller_page.page_of(state, books) | {"terms": selectors.newest_terms(), "here": "resellers"}
    return render(request, "resellers/page.html", context)
