"""What stands in the place of locked statistics, for who pays; others read that they are temporarily unavailable."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from trailhouse.billing import activating
from trailhouse.billing.models import BillingAccount, Subscription
from trailhouse.billing.values import book_of, tier_of
from trailhouse.sites.access import Privilege, allowed_in_account, with_key


def locked(request: HttpRequest) -> HttpResponse:
    """The page of a locked site, with its price and the way to activate it; a fragment has its page load anew."""
    key = request.resolver_match.kwargs.get("key", "") if request.resolver_match else ""
    site = with_key(key).first()
    one = Subscription.objects.select_related("account", "site").filter(site=site).first() if site else None
    if site is None or one is None:
        return render(request, "errors/error.html", {"status": 403, "message": "", "hint": ""}, status=403)
    billing = BillingAccount.objects.select_related("book").get(account=one.account)
    context = {
        "site": site,
        "one": one,
        "nav": "",
        "currency": billing.book.currency,
        "tier": tier_of(one, book_of(billing)),
        "can": activating.can_be_activated(one),
        "counting": not site.stopped,
        "may_change": allowed_in_account(request.user, one.account, Privilege.CHANGE_BILLING),
    }
    answer = render(request, "billing/locked.html", context, status=403)
    if "HX-Request" in request.headers:
        answer["HX-Refresh"] = "true"
    return answer
