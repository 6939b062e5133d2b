"""The pages of people: sign-in and sign-out, the set-up page and one-time links."""

from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import record_authentication
from allauth.account.views import LoginView
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from trailhouse.accounts import making, selectors, services
from trailhouse.accounts.models import Account, OneTimeLink, User
from trailhouse.core.errors import UserError
from trailhouse.dashboard.forms import SetUpForm, SignInForm, ready
from trailhouse.dashboard.forms_operator import WelcomeForm
from trailhouse.outbox import sending


class SignIn(LoginView):  # type: ignore[misc]  # allauth is only partly typed
    """E-mail address and password, with allauth's limits and its one answer for known and unknown."""

    template_name = "account/sign_in.html"
    form_class = SignInForm

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, and whether there is anybody yet who could sign in."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        ready(context["form"])
        return context | {
            "is_set_up": User.objects.exists(),
            "can_mail": sending.is_configured(),
            "may_sign_up": get_adapter(self.request).is_open_for_signup(self.request),
        }


sign_in = SignIn.as_view()


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """End the session."""
    auth.logout(request)
    return redirect("account_login")


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def set_up(request: HttpRequest, token: str) -> HttpResponse:
    """The page behind the one-time link: makes the operator and the first account, and signs in."""
    if selectors.open_link(OneTimeLink.Kind.SETUP, token) is None:
        raise services.link_void(OneTimeLink.Kind.SETUP)
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        try:
            account = services.set_up(token, services.NewPerson(**values))
        except UserError as error:
            form.add_error(FIELDS.get(error.code), f"{error.message} {error.hint}")
        else:
            enter_as(request, account.owner)
            return redirect("sites")
    return render(request, "account/set_up.html", {"form": ready(form)}, status=422 if form.errors else 200)


FIELDS = {"weak_password": "password", "wrong_email": "email", "email_taken": "email", "wrong_timezone": "timezone"}


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Sign in by a one-time link: a button, for those who only look at links (scanners of mail) press none."""
    try:
        person = services.sign_in_link_person(token)
        if account := making.welcomed(person):
            return _welcome(request, token, account)
        if request.method != "POST":
            return render(request, "account/enter.html", {"person": person})
        user = services.use_sign_in_link(token)
    except UserError:
        if request.user.is_authenticated:  # the link was clicked twice
            return redirect("home")
        raise
    enter_as(request, user)
    return redirect("home")


def _welcome(request: HttpRequest, token: str, account: Account) -> HttpResponse:
    """Take up an account that was made for somebody: name, password or none, and the terms."""
    terms = selectors.newest_terms()
    form = WelcomeForm(account.owner, terms, sending.is_configured(), request.POST or None)
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        given = making.Welcome(values["full_name"], values["password"], terms.pk if terms else None)
        try:
            user = making.take_up(token, given)
        except UserError as error:
            if error.code not in FIELDS:
                raise
            form.add_error(FIELDS[error.code], f"{error.message} {error.hint}")
        else:
            enter_as(request, user)
            record_authentication(request, user, method="code", email=user.email)  # the link came by mail, as codes do
            return redirect(first_page(user))
    context = {"account": account, "form": ready(form), "terms": terms}
    return render(request, "account/welcome.html", context, status=422 if form.errors else 200)


def first_page(user: User) -> str:
    """The route that the owner of a new account begins at: who has no password is asked about a passkey first."""
    return "site_add" if user.has_usable_password() else "sign_up_passkey"


def enter_as(request: HttpRequest, user: User) -> None:
    """Sign `user` in, who has shown by a link or a code that it is them."""
    auth.logout(request)  # nothing of another person's session goes on
    auth.login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
