"""The contact form: what anybody writes to the operator, and what they read afterwards."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.accounts import inquiries, selectors
from trailhouse.accounts.inquiries import NewInquiry
from trailhouse.accounts.models import Account, User
from trailhouse.core.settings import settings
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_contact import ContactForm

View = Callable[[HttpRequest], HttpResponse]


def _while_open(view: View) -> View:
    """The page is there while the operator takes messages."""

    @wraps(view)
    def answer(request: HttpRequest) -> HttpResponse:
        if not selectors.takes_inquiries(selectors.instance()):
            raise Http404
        return view(request)

    return answer


@require_http_methods(["GET", "POST"])
@_while_open
def contact(request: HttpRequest) -> HttpResponse:
    """Ask for a message, and take it. What is taken for spam gets the same answer."""
    user = request.user if isinstance(request.user, User) else None
    account = selectors.account_of(user.email) if user else None
    if request.method != "POST":
        form = ContactForm(user=user, account=account, topic=request.GET.get("topic", ""))
        return _page(request, form, inquiries.new_form())
    posted = request.POST
    form = ContactForm(posted, user=user, account=account)
    opened = inquiries.opened(posted.get("form", ""))
    status = 422
    if form.is_valid():
        if opened is None:
            form.add_error(None, _("This form was open for too long. Send it once more."))
        elif not ratelimit.consume(request, action="inquiry", key=form.cleaned_data["email"].lower()):
            form.add_error(None, _("Too many messages came from you lately. Send it again in an hour."))
            status = 429
        else:
            inquiries.receive(_read(form.cleaned_data, opened, user, account))
            return redirect("contact_sent")
    return _page(request, form, posted["form"] if opened else inquiries.new_form(), status=status)


def _read(values: dict[str, Any], opened: inquiries.Opened, user: User | None, account: Account | None) -> NewInquiry:
    typed = {name: values[name] for name in ("topic", "name", "email", "company", "sites", "message")}
    language = translation.get_language() or ""
    known, trap = user is not None, values["homepage"]
    return NewInquiry(opened=opened, **typed, language=language, account=account, known=known, trap=trap)


def _page(request: HttpRequest, form: ContactForm, signed: str, *, status: int = 200) -> HttpResponse:
    if form.is_bound:
        form.data = _with(request.POST, form=signed)
    else:
        form.initial["form"] = signed
    context = {"form": ready(form), "days": settings().inquiry_days, "here": "contact"}
    return render(request, "contact/form.html", context, status=status)


def _with(posted: QueryDict, **others: str) -> QueryDict:
    changed = posted.copy()
    for name, value in others.items():
        changed[name] = value
    return changed


@require_GET
@_while_open
def sent(request: HttpRequest) -> HttpResponse:
    """What happens next."""
    return render(request, "contact/sent.html", {"days": settings().inquiry_days})
