"""An account's legal pages: its company and texts, its sub-processors; and a site's text for its privacy statement."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts.models import Account
from trailhouse.branding import looks
from trailhouse.branding.models import Brand
from trailhouse.core.errors import UserError
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_legal import DetailsForm, SubProcessorForm, WordingForm
from trailhouse.dashboard.views_profile import me
from trailhouse.dashboard.views_settings import settings_page
from trailhouse.legal import parties, pdf, services, site_texts, statements, subprocessors
from trailhouse.legal.models import Kind, SubProcessor
from trailhouse.legal.wording import NOTICE_DAYS
from trailhouse.sites.access import Privilege, account_access, site_access
from trailhouse.sites.looks import of_site
from trailhouse.sites.models import Site

manages = account_access(Privilege.MANAGE_ACCOUNT)


@dataclass(frozen=True)
class Desk:
    """Whose legal pages these are: an account's, or with None the operator's."""

    account: Account | None

    def url(self, page: str, **more: int) -> str:
        """The address of one of them: legal, agreements, processors, processor_remove."""
        name = "legal" if page == "legal" else f"legal_{page}"
        if self.account is None:
            return reverse(f"operator_{name}", kwargs=more)
        return reverse(name, kwargs={"number": self.account.pk, **more})

    def context(self, page: str) -> dict[str, Any]:
        """What the frame of each page needs."""
        pages = (
            ("legal", _("Company and texts")),
            ("agreements", _("Agreements")),
            ("processors", _("Sub-processors")),
        )
        found: dict[str, Any] = {
            "nav": "legal" if self.account else "operator_legal",
            "desk": self,
            "menu": [(self.url(name), label, name == page) for name, label in pages],
        }
        return found | ({"account": self.account} if self.account else {})


@require_http_methods(["GET", "POST"])
@manages
def legal(request: HttpRequest, account: Account) -> HttpResponse:
    """Who the account is before the law, and its own texts for the public pages."""
    return texts_page(request, Desk(account))


@require_http_methods(["GET", "POST"])
@manages
def brand_texts(request: HttpRequest, account: Account, brand: int) -> HttpResponse:
    """Own texts for the public pages of one brand."""
    return texts_page(request, Desk(account), get_object_or_404(Brand, account=account, pk=brand))


def texts_page(request: HttpRequest, desk: Desk, brand: Brand | None = None) -> HttpResponse:
    """Show the forms of the company and of the two texts; `do` says which one was sent."""
    do = request.POST.get("do", "")
    details = DetailsForm(desk.account, request.POST if do == "details" else None)
    forms = {kind: _wording_form(request, desk, brand, kind, do) for kind in Kind}
    sent: dict[str, tuple[Any, Callable[[], object]]] = {
        "details": (details, lambda: services.set_details(desk.account, details.details(), by=me(request))),
        **{kind.value: (form, _saving(request, desk, brand, kind, form)) for kind, form in forms.items()},
    }
    if request.method == "POST" and do in sent and sent[do][0].is_valid():
        sent[do][1]()
        messages.success(request, _("Saved."))
        return redirect(request.path)
    look = looks.of_brand(brand) if brand else looks.of_account(desk.account) if desk.account else looks.of_instance()
    context = desk.context("legal") | {
        "brand": brand,
        "brands": list(Brand.objects.filter(account=desk.account)) if desk.account else [],
        "details": ready(details),
        "texts": [(kind, ready(form), _link(look, kind)) for kind, form in forms.items()],
        "lacks": parties.lacks(parties.of(desk.account)),
        "look": look,
    }
    wrong = do in sent and bool(sent[do][0].errors)
    return render(request, "legal/texts.html", context, status=422 if wrong else 200)


def _link(look: looks.Look, kind: Kind) -> tuple[str, bool]:
    """Where the page stands, and whether that is an address of one's own."""
    own = look.notice_url if kind == Kind.NOTICE else look.privacy_url
    return own or (look.notice_link if kind == Kind.NOTICE else look.privacy_link), bool(own)


def _wording_form(request: HttpRequest, desk: Desk, brand: Brand | None, kind: Kind, do: str) -> WordingForm:
    there = statements.wording(kind, desk.account, brand.pk if brand else None)
    return WordingForm(kind, there, request.POST if do == kind else None)


def _saving(
    request: HttpRequest, desk: Desk, brand: Brand | None, kind: Kind, form: WordingForm
) -> Callable[[], object]:
    def save() -> None:
        text, replaces = form.values()
        services.set_wording(kind, desk.account, text, replaces=replaces, brand=brand, by=me(request))

    return save


@require_http_methods(["GET", "POST"])
@manages
def processors(request: HttpRequest, account: Account) -> HttpResponse:
    """The account's own sub-processors beside the operator's, and adding one."""
    return processors_page(request, Desk(account))


def processors_page(request: HttpRequest, desk: Desk) -> HttpResponse:
    """Show the list, add to it."""
    form = SubProcessorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            subprocessors.add(desk.account, **form.cleaned_data, by=me(request))
        except UserError as error:
            form.add_error({"too_soon": "starts_on"}.get(error.code, "name"), f"{error.message} {error.hint}")
        else:
            messages.success(request, _("%(name)s is on the list.") % {"name": form.cleaned_data["name"]})
            return redirect(desk.url("processors"))
    language, account = get_language() or "en", desk.account
    before = [one for one in subprocessors.chain(account) if one not in subprocessors.of(account)] if account else []
    mine = subprocessors.rows(account)
    shown = [pdf.processor_row(one, language) for one in subprocessors.of(account)]
    context = desk.context("processors") | {
        "form": ready(form),
        "before": [pdf.processor_row(one, language) for one in before],
        "rows": [(row, desk.url("processor_remove", processor=one.pk)) for row, one in zip(shown, mine, strict=True)],
        "announce": [one.name for one in subprocessors.to_announce(account)] if account else [],
        "days": NOTICE_DAYS,
    }
    return render(request, "legal/processors.html", context, status=422 if form.errors else 200)


@require_POST
@manages
def processor_remove(request: HttpRequest, account: Account, processor: int) -> HttpResponse:
    """Take one of the account's own off the list."""
    return removed(request, Desk(account), processor)


def removed(request: HttpRequest, desk: Desk, number: int) -> HttpResponse:
    """Take a company off the desk's list."""
    one = get_object_or_404(SubProcessor, account=desk.account, pk=number, removed_at=None)
    subprocessors.remove(one, by=me(request))
    messages.success(request, _("%(name)s is no longer on the list.") % {"name": one.name})
    return redirect(desk.url("processors"))


@require_POST
@manages
def tell(request: HttpRequest, account: Account) -> HttpResponse:
    """Mail the clients who accepted an agreement what is coming."""
    sent, failed = subprocessors.tell_clients(account, by=me(request))
    messages.success(
        request,
        ngettext("%(count)s mail is on its way.", "%(count)s mails are on their way.", sent) % {"count": sent},
    )
    if failed:
        told = ngettext(
            "%(count)s mail has to wait: go on tomorrow.", "%(count)s mails have to wait: go on tomorrow.", failed
        )
        messages.warning(request, told % {"count": failed})
    return redirect("legal_processors", number=account.pk)


@require_GET
@site_access(Privilege.CHANGE_SITE)
def site_text(request: HttpRequest, site: Site) -> HttpResponse:
    """What to copy into the privacy statement of the counted website, in any of our languages."""
    codes = [code for code, _name in settings.LANGUAGES]
    usual = (site.client.language if site.client else "") or (get_language() or "en").partition("-")[0]
    asked = request.GET.get("language", usual)
    language = asked if asked in codes else "en"
    opt_out = of_site(site).url + reverse("opt_out", args=[site.key])
    context = {
        "text": site_texts.paragraphs(site, opt_out, language),
        "language": language,
        "languages": settings.LANGUAGES,
        "opt_out": opt_out,
    }
    return settings_page(request, site, "site_privacy_text", None, context)
