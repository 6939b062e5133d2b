"""The statistics of a site that has ended, for whoever sees what was paid for it, as long as they may be taken."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.billing.models import BillingAccount, Subscription
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.dashboard.export_page import shown
from trailhouse.dashboard.views_billing import pays
from trailhouse.dashboard.views_exports import PROGRESS, sent
from trailhouse.dashboard.views_profile import me
from trailhouse.exports import access, services
from trailhouse.exports.models import Export
from trailhouse.sites.access import Privilege
from trailhouse.sites.models import Site


@require_POST
@pays(Privilege.VIEW_BILLING)
def ask(request: HttpRequest, billing: BillingAccount, subscription: int) -> HttpResponse:
    """Have a file made of all that was ever counted."""
    rows = Subscription.objects.select_related("account", "site__account")
    one = get_object_or_404(rows, pk=subscription, account=billing.account)
    back = redirect("billing_site", number=billing.account_id, subscription=one.pk)
    if one.site is None or not access.may_take(request.user, one.site):
        messages.error(request, _("The statistics of this site cannot be exported here."))
        return back
    what, _slash, form = request.POST.get("what", "").partition("/")
    first = localtime(one.site.first_event_at or one.site.added_at).date()
    through = Export.Through.LEAVING
    try:
        made = services.ask(one.site, what, form, first, clock.now().date(), through=through, by=me(request))
    except UserError as error:
        messages.error(request, f"{error.message} {error.hint}")
        return back
    return redirect("billing_export", number=billing.account_id, taken=made.pk)


@require_http_methods(["GET", "POST"])
@pays(Privilege.VIEW_BILLING)
def progress(request: HttpRequest, billing: BillingAccount, taken: int) -> HttpResponseBase:
    """How far the file is, and at the end the file; a POST deletes it."""
    found = _export_of(billing, taken)
    back = _site_page(billing, found.site)
    if not access.may_take(request.user, found.site):
        return redirect(back)
    if request.method == "POST":
        services.delete(found)
        messages.success(request, _("The export was deleted."))
        return redirect(back)
    part = "#progress" if request.headers.get("HX-Target") == "progress" else ""
    here = reverse("billing_export", args=[billing.account_id, found.pk])
    links = {"here": here, "file": f"{here}/file", "back": back}
    context = {"account": billing.account, "nav": "billing", "one": shown(found), "links": links}
    return render(request, f"{PROGRESS}{part}", context)


@require_GET
@pays(Privilege.VIEW_BILLING)
def file(request: HttpRequest, billing: BillingAccount, taken: int) -> HttpResponseBase:
    """The file."""
    found = _export_of(billing, taken)
    if not access.may_take(request.user, found.site):
        return redirect(_site_page(billing, found.site))
    return sent(request, found, "billing_export", billing.account_id, found.pk)


def _export_of(billing: BillingAccount, number: int) -> Export:
    rows = Export.objects.select_related("site__account", "by")
    return get_object_or_404(rows, pk=number, site__account=billing.account, through=Export.Through.LEAVING)


def _site_page(billing: BillingAccount, site: Site) -> str:
    one = get_object_or_404(Subscription, site=site, account=billing.account)
    return reverse("billing_site", args=[billing.account_id, one.pk])
