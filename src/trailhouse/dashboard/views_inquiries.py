"""The console's pages of what came by the contact form."""

from django.conf import settings as django_settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from trailhouse.accounts import inquiries, selectors
from trailhouse.accounts.models import Inquiry
from trailhouse.accounts.staff import StaffPrivilege, staff_may
from trailhouse.core.settings import settings
from trailhouse.dashboard import console_rows, formats
from trailhouse.dashboard.views_profile import me
from trailhouse.sites import console
from trailhouse.sites.access import staff_access

NAV = "operator_inquiries"
STATES = {
    "new": gettext_lazy("New"),
    "answered": gettext_lazy("Answered"),
    "held": gettext_lazy("Held back as spam"),
}
answers = staff_access(StaffPrivilege.ANSWER_INQUIRIES)


@require_GET
@answers
def inquiry_list(request: HttpRequest) -> HttpResponse:
    """The inquiries in one state, a hundred a page."""
    asked = request.GET.get("state", "")
    state = asked if asked in STATES else "new"
    counts = selectors.inquiry_counts()
    page = console_rows.page_of(request, selectors.inquiries(state))
    own = selectors.instance()
    context = {
        "nav": NAV,
        "page": page,
        "rows": page.object_list,
        "state": state,
        "tabs": [(name, label, formats.count(counts[name])) for name, label in STATES.items()],
        "open": selectors.takes_inquiries(own),
        "days": inquiries.HELD_FOR.days if state == "held" else settings().inquiry_days,
        "may_change": staff_may(request.user, StaffPrivilege.CHANGE_INSTANCE),
    }
    return render(request, "operator/inquiries.html", context)


def _found(number: int) -> Inquiry:
    rows = Inquiry.objects.select_related("account", "answered_by")
    found = rows.filter(pk=number).first() if number <= console.LARGEST_NUMBER else None
    if found is None:
        raise Http404
    return found


@require_GET
@answers
def inquiry(request: HttpRequest, inquiry: int) -> HttpResponse:
    """One inquiry, and what is done with it."""
    one = _found(inquiry)
    context = {
        "nav": NAV,
        "one": one,
        "language": dict(django_settings.LANGUAGES).get(one.language, one.language),
        "sees_account": staff_may(request.user, StaffPrivilege.VIEW_ACCOUNTS),
        "state": "held" if one.held else "answered" if one.answered_at else "new",
    }
    return render(request, "operator/inquiry.html", context)


@require_POST
@answers
def answered(request: HttpRequest, inquiry: int) -> HttpResponse:
    """Note that it was answered."""
    inquiries.answered(_found(inquiry), by=me(request))
    messages.success(request, _("It is marked as answered."))
    return redirect(NAV)


@require_POST
@answers
def put_back(request: HttpRequest, inquiry: int) -> HttpResponse:
    """Have it among the new ones again."""
    inquiries.put_back(_found(inquiry), by=me(request))
    messages.success(request, _("It is among the new ones."))
    return redirect("operator_inquiry", inquiry=inquiry)


@require_POST
@answers
def delete(request: HttpRequest, inquiry: int) -> HttpResponse:
    """Delete it for good."""
    inquiries.delete(_found(inquiry), by=me(request))
    messages.success(request, _("It is deleted."))
    return redirect(NAV)
