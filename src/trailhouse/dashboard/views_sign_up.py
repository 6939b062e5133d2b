"""Sign-up, the terms, taking over an account, and the operator's page of the instance."""

from typing import Any

from allauth.account.internal.flows.login import record_authentication
from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts import codes, instance, offers, selectors, signup
from trailhouse.accounts.models import Handover, Instance, Terms, User
from trailhouse.accounts.persons import choose_language, create_person
from trailhouse.accounts.selectors import open_keys
from trailhouse.accounts.services import NewPerson
from trailhouse.accounts.staff import StaffPrivilege
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.dashboard.confirming import confirm, confirmed
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_profile import (
    AcceptForm,
    InstanceForm,
    JoinAsOwnerForm,
    SignUpForm,
    TermsForm,
    TypedCodeForm,
)
from trailhouse.dashboard.views_account import FIELDS, enter_as, first_page
from trailhouse.dashboard.views_profile import me
from trailhouse.dashboard.views_sign_in import too_many_tries
from trailhouse.outbox import sending
from trailhouse.sites import handover
from trailhouse.sites import selectors as sites
from trailhouse.sites.access import staff_access

SIGN_UP = "sign_up"
TYPED = "sign_up_typed"  # in the session: what was typed, for whoever begins again; never the password


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def sign_up(request: HttpRequest) -> HttpResponseBase:
    """Ask for an account. Known or not, the address gets a mail and the browser the same answer."""
    if request.user.is_authenticated:
        return redirect("home")
    mode, terms = selectors.instance().sign_up, selectors.newest_terms()
    if mode == Instance.SignUp.CLOSED or not sending.is_configured():
        return render(request, "sign_up/closed.html", _page_context(), status=200)
    form = SignUpForm(terms, request.POST or None, initial=request.session.get(TYPED))
    if request.method == "POST" and form.is_valid():
        values = {name: value for name, value in form.cleaned_data.items() if name != "terms"}
        refusal: HttpResponseBase | None = ratelimit.consume_or_429(
            request, action="signup", key=values["email"].lower()
        )
        if refusal:
            return refusal
        new = signup.SignUp(**values, language=translation.get_language() or "", terms_id=terms.pk if terms else None)
        invited = mode == Instance.SignUp.OPEN or sites.is_invited(new.email)
        try:
            codes.begin(request.session, SIGN_UP, *signup.ask(new, invited=invited))
        except UserError as error:
            form.add_error(FIELDS.get(error.code), f"{error.message} {error.hint}")
        else:
            request.session[TYPED] = {name: value for name, value in values.items() if name != "password"}
            return redirect("sign_up_code")
    context = _page_context() | {"form": ready(form), "terms": terms}
    return render(request, "sign_up/sign_up.html", context, status=422 if form.errors else 200)


def _page_context() -> dict[str, Any]:
    found = selectors.instance()
    return {
        "instance": found,
        "by_invitation": found.sign_up == Instance.SignUp.INVITATION,
        "can_mail": sending.is_configured(),
    }


@require_http_methods(["GET", "POST"])
def sign_up_code(request: HttpRequest) -> HttpResponseBase:
    """Take the code that was mailed; now the account is made and its owner signed in."""
    waits = codes.waiting(request.session, SIGN_UP)
    if request.user.is_authenticated:
        return redirect("home")
    if waits is None:
        return _begin_again(request)
    form = TypedCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if refusal := too_many_tries(request):
            return refusal
        try:
            values = codes.use(request.session, SIGN_UP, form.cleaned_data["code"])
            account = signup.finish(values)
        except UserError as error:
            if error.code == "code_void":
                return _begin_again(request)
            if error.code != "wrong_code":
                raise
            form.add_error("code", f"{error.message} {error.hint}")
        else:
            enter_as(request, account.owner)
            record_authentication(request, account.owner, method="code", email=account.owner.email)
            return redirect(first_page(account.owner))
    context = {"form": ready(form), "email": waits["email"], "instance": selectors.instance()}
    return render(request, "sign_up/code.html", context, status=422 if form.errors else 200)


def _begin_again(request: HttpRequest) -> HttpResponse:
    """Back to the form, which holds what was typed; whoever had asked for a code is told why it is void."""
    if TYPED in request.session:
        void = codes.void()
        messages.error(request, f"{void.message} {void.hint}")
    return redirect("account_signup")


@require_GET
@login_required
def sign_up_passkey(request: HttpRequest) -> HttpResponse:
    """Offer a passkey to somebody who chose no password."""
    return render(request, "sign_up/passkey.html")


@require_GET
def terms(request: HttpRequest) -> HttpResponse:
    """The newest terms, for anybody."""
    newest = selectors.newest_terms()
    if newest is None:
        raise Http404
    return render(request, "sign_up/terms.html", {"terms": newest})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def take_over(request: HttpRequest, token: str) -> HttpResponseBase:
    """Look at the offer of an account, and accept it: signed in, or as somebody new."""
    refusal: HttpResponseBase | None = ratelimit.consume_or_429(request, action="handover")
    offered = selectors.open_handover(token)
    if refusal or offered is None:
        if refusal:
            return refusal
        raise offers.void()
    known, newest = User.objects.filter(email=offered.to).exists(), selectors.newest_terms()
    form = _accepting(request, newest, known=known)
    if request.method == "POST" and form is not None and form.is_valid():
        try:
            account = handover.accept(token, _new_owner(request, offered, form), terms=newest)
        except UserError as error:
            if error.code not in FIELDS or FIELDS[error.code] not in form.fields:
                raise
            form.add_error(FIELDS[error.code], f"{error.message} {error.hint}")
        else:
            messages.success(request, _("The account is yours."))
            if open_keys(account):
                messages.warning(request, _("Its API keys go on working. Close those that you do not know."))
            return redirect("account_settings", number=account.pk)
    context = {
        "offer": offered,
        "known": known,
        "form": form and ready(form),
        "terms": newest,
        "other": _is_other(request, offered),
    }
    return render(request, "sign_up/take_over.html", context, status=422 if form and form.errors else 200)


def _is_other(request: HttpRequest, offered: Handover) -> bool:
    return isinstance(request.user, User) and request.user.email != offered.to


def _accepting(request: HttpRequest, terms: Terms | None, *, known: bool) -> AcceptForm | JoinAsOwnerForm | None:
    """The form of whoever is signed in, or is new; None for somebody who has to sign in first."""
    data = request.POST if request.method == "POST" else None
    if request.user.is_authenticated:
        return AcceptForm(terms, data)
    return None if known else JoinAsOwnerForm(terms, data)


def _new_owner(request: HttpRequest, offered: Handover, form: AcceptForm | JoinAsOwnerForm) -> User:
    """Who accepts: whoever is signed in, else the person made of the form, who is signed in now."""
    if isinstance(form, AcceptForm):
        assert isinstance(request.user, User)
        return request.user
    given, language = form.cleaned_data, translation.get_language() or ""
    user = create_person(NewPerson(offered.to, given["password"], given["full_name"]))
    choose_language(user, language)
    enter_as(request, user)
    return user


@require_http_methods(["GET", "POST"])
@staff_access(StaffPrivilege.CHANGE_INSTANCE)
def operator_instance(request: HttpRequest) -> HttpResponse:
    """Who may sign up, what the instance is called, whom people write to; the terms."""
    form = InstanceForm(selectors.instance(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        instance.change_instance(**form.cleaned_data, by=me(request))
        messages.success(request, _("Saved."))
        return redirect("operator_instance")
    return _instance_page(request, form, TermsForm())


def _instance_page(request: HttpRequest, form: InstanceForm, terms_form: TermsForm) -> HttpResponse:
    context = {
        "nav": "operator_instance",
        "billing": selectors.instance().billing,
        "form": ready(form),
        "terms_form": ready(terms_form),
        "terms": selectors.newest_terms(),
        "terms_days": settings().terms_days,
        "can_mail": sending.is_configured(),
    }
    return render(request, "profile/instance.html", context, status=422 if form.errors or terms_form.errors else 200)


@require_POST
@staff_access(StaffPrivilege.CHANGE_INSTANCE)
def publish_terms(request: HttpRequest) -> HttpResponse:
    """Publish a version of the terms; it is asked once more, since owners cannot go on without accepting it."""
    form = TermsForm(request.POST)
    if form.is_valid():
        version = form.cleaned_data["version"]
        if not confirmed(request) and not Terms.objects.filter(version=version).exists():
            return _confirm_terms(request, version)
        try:
            instance.publish_terms(**form.cleaned_data, by=me(request))
        except UserError as error:
            form.add_error("version", f"{error.message} {error.hint}")
        else:
            messages.success(
                request,
                _("The terms are published. Owners of accounts are asked to accept them at their next page."),
            )
            return redirect("operator_instance")
    return _instance_page(request, InstanceForm(selectors.instance()), form)


def _confirm_terms(request: HttpRequest, version: str) -> HttpResponse:
    days = settings().terms_days
    facts = [
        _("It is never changed and never taken back: another text is another version."),
        ngettext(
            "Owners of accounts are asked to accept it at their next page, and cannot go on without after %(n)s day.",
            "Owners of accounts are asked to accept it at their next page, and cannot go on without after %(n)s days.",
            days,
        )
        % {"n": days},
    ]
    title = _("Publish version %(version)s of the terms?") % {"version": version}
    back, page = reverse("operator_instance"), "operator/confirm.html"
    return confirm(request, title, facts, _("Publish"), back, nav="operator_instance", page=page)
