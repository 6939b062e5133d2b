"""The pages of sites: the list, and adding one."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from trailhouse.accounts.models import Account, User
from trailhouse.core.errors import UserError
from trailhouse.dashboard import exporting, tables
from trailhouse.dashboard.account_page import page_of
from trailhouse.dashboard.account_state import AccountState, parse
from trailhouse.dashboard.client_home import home_of
from trailhouse.dashboard.forms import AddSiteForm, ready
from trailhouse.outbox import sending
from trailhouse.sites import selectors, services
from trailhouse.sites.access import Privilege, allowed_in_account, sections_of
from trailhouse.sites.listing import OwnClient, clients_of, only_site, team_accounts
from trailhouse.sites.models import Site


@require_safe  # monitors that watch the first address ask by HEAD
def home(request: HttpRequest) -> HttpResponse:
    """The first address: one's sites, the statistics of the only one for who just looks at that, or sign-in."""
    if not isinstance(request.user, User):
        return redirect("account_login")
    site = only_site(request.user)
    if site is not None and sections_of(request.user, site):
        return redirect("overview", key=site.key)
    return redirect("sites")


@require_GET
@login_required
def sites(request: HttpRequest) -> HttpResponseBase:
    """The account page: all sites with their figures, or the part of it that a search replaces; a client's home."""
    state, person = parse(request.GET.dict()), _person(request)
    if form := exporting.wanted(request):
        return exporting.response(form, None, tables.of_sites(person, state))
    team = team_accounts(person)
    clients = clients_of(person, team)
    if clients is not None:
        return _client_home(request, person, clients, state)
    context = page_of(person, state, team)
    part = request.headers.get("HX-Target") == "list"
    answer = render(request, "sites/list.html#list" if part else "sites/list.html", context)
    if part:
        answer["HX-Push-Url"] = f"{request.path}{context['state'].url().removesuffix('?')}"
    return answer


def _client_home(request: HttpRequest, person: User, clients: list[OwnClient], state: AccountState) -> HttpResponseBase:
    """The sites of a client's person; with one alone, its statistics."""
    site = only_site(person)
    if site is not None and sections_of(person, site):
        return redirect("overview", key=site.key)
    return render(request, "sites/home.html", home_of(person, clients, state))


@require_http_methods(["GET", "POST"])
@login_required
def add(request: HttpRequest) -> HttpResponse:
    """The form for a further site."""
    accounts = _accounts_to_add_to(request.user)
    if not accounts:
        return render(request, "sites/may_not_add.html", status=403)
    form, there = AddSiteForm(accounts, request.POST or None), None
    if request.method == "POST" and form.is_valid():
        values = form.cleaned_data
        new = services.NewSite(values["domain"], timezone=values["timezone"], privacy=values["privacy"])
        try:
            site = services.add_site(values["account"], new, by=_person(request))
        except UserError as error:
            form.add_error("domain", f"{error.message} {error.hint}")
            if error.code == "site_exists":
                there = selectors.site_for_api(values["account"], new.domain)
        else:
            messages.success(request, _told_of(site))
            return redirect("site_script", key=site.key)
    context = {"form": ready(form), "accounts": accounts, "there": there}
    return render(request, "sites/add.html", context, status=422 if form.errors else 200)


def _told_of(site: Site) -> str:
    """That the site was added, and to whom its mails go, where mail is sent."""
    if site.account.demo or not sending.is_configured():
        return _("%(domain)s was added.") % {"domain": site.domain}
    return _("%(domain)s was added. Its script goes to %(email)s as well, with a second mail made for forwarding.") % {
        "domain": site.domain,
        "email": site.account.owner.email,
    }


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the view requires a sign-in
    return request.user


def _accounts_to_add_to(user: object) -> list[Account]:
    assert isinstance(user, User)
    return [a for a in selectors.accounts_for(user) if allowed_in_account(user, a, Privilege.ADD_SITE)]
