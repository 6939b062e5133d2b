"""The pages of brands: an account's list, the editor with its preview, removing one; and the operator's own."""

from email.utils import parseaddr
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from trailhouse.accounts import selectors as accounts
from trailhouse.accounts.models import Account
from trailhouse.accounts.staff import StaffPrivilege
from trailhouse.branding import looks, services
from trailhouse.branding.models import Brand, Domain, Image
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.dashboard import brand_preview
from trailhouse.dashboard.forms import ready
from trailhouse.dashboard.forms_brands import BrandForm
from trailhouse.dashboard.views_profile import me
from trailhouse.sites import brands as sites
from trailhouse.sites.access import Privilege, account_access, staff_access
from trailhouse.sites.models import Client, Site

FIELDS = {"brand_exists": "name", "sender_not_proved": "sender_email"}  # by code; else "wrong_" and the field


@require_GET
@account_access(Privilege.MANAGE_ACCOUNT)
def brands(request: HttpRequest, account: Account) -> HttpResponse:
    """The brands of the account, the one of everybody who has no other first."""
    rows = [_row(brand, first=number == 0) for number, brand in enumerate(sites.brands_of(account))]
    has_state = accounts.instance().billing == "on" or not all(row["proved"] for row in rows)
    context = {"account": account, "nav": "brands", "rows": rows, "has_state": has_state}
    return render(request, "brand/list.html", context)


def _row(brand: Brand, *, first: bool) -> dict[str, Any]:
    pictures = {one.kind: one for one in Image.objects.filter(brand=brand).defer("content")}
    return {
        "brand": brand,
        "first": first,
        "active": looks.is_active(brand),
        "proved": looks.is_proved(brand),
        "logo": pictures.get(Image.Kind.LIGHT) or pictures.get(Image.Kind.DARK),
        "dark": pictures.get(Image.Kind.DARK),
        "host": Domain.objects.filter(brand=brand, primary=True, removed_at=None, proved_at__isnull=False).first(),
        "clients": Client.objects.filter(brand=brand).count(),
        "sites": Site.objects.filter(brand=brand, client=None).count(),
    }


@require_http_methods(["GET", "POST"])
@account_access(Privilege.MANAGE_ACCOUNT)
def brand_add(request: HttpRequest, account: Account) -> HttpResponse:
    """The editor of a further brand."""
    return _editor(request, account, None)


@require_http_methods(["GET", "POST"])
@account_access(Privilege.MANAGE_ACCOUNT)
def brand(request: HttpRequest, account: Account, brand: int) -> HttpResponse:
    """The editor of a brand."""
    return _editor(request, account, _found(account, brand))


@require_http_methods(["GET", "POST"])
@account_access(Privilege.MANAGE_ACCOUNT)
def brand_remove(request: HttpRequest, account: Account, brand: int) -> HttpResponse:
    """Ask once more, then remove the brand."""
    one = _found(account, brand)
    if request.method == "POST":
        services.remove_brand(one, by=me(request))
        messages.success(request, _("The brand %(name)s is removed.") % {"name": one.name})
        return redirect("brands", number=account.pk)
    others = sites.brands_of(account).exclude(pk=one.pk)
    context = {"account": account, "nav": "brands", "brand": one, "next": others.first(), **_row(one, first=False)}
    return render(request, "brand/remove.html", context)


@require_http_methods(["GET", "POST"])
@staff_access(StaffPrivilege.CHANGE_INSTANCE)
def operator_brand(request: HttpRequest) -> HttpResponse:
    """The editor of the operator's own brand, which resellers and staff meet."""
    return _editor(request, None, Brand.objects.filter(account=None).first())


def _found(account: Account, number: int) -> Brand:
    found = sites.brands_of(account).filter(pk=number).select_related("account").first()
    if found is None:
        raise Http404
    return found


def _editor(request: HttpRequest, account: Account | None, one: Brand | None) -> HttpResponse:
    """The form beside its preview. A POST saves, with `preview` in it shows alone; htmx asks for the preview's part."""
    sent = request.method == "POST"
    of_operator = account is None
    form = (
        BrandForm(one, request.POST, request.FILES, of_operator=of_operator)
        if sent
        else BrandForm(one, of_operator=of_operator)
    )
    form.is_valid()
    shows = sent and "preview" in request.POST
    if sent and not shows and not form.errors and (saved := _saved(request, account, one, form)):
        messages.success(request, _("Saved."))
        return redirect("brand", number=account.pk, brand=saved.pk) if account else redirect("operator_brand")
    context: dict[str, Any] = {
        "account": account,
        "nav": "brands" if account else "operator_instance",
        "brand": one,
        "form": ready(form),
        "pictures": brand_preview.kept_fields(form),
        "preview": brand_preview.preview_of(form, parseaddr(settings().mail_from)[1], account.name if account else ""),
        "licence": _licence(account, one),
        "bars": brand_preview.BARS,
        "unsaved": shows,
    }
    if request.headers.get("HX-Request"):
        return render(request, "brand/editor.html#preview", context)
    return render(request, "brand/editor.html", context, status=422 if form.errors else 200)


def _saved(request: HttpRequest, account: Account | None, one: Brand | None, form: BrandForm) -> Brand | None:
    text, pictures, by = form.text(), form.pictures(), me(request)
    try:
        if one is None:
            return services.add_brand(account, text, pictures, by=by)
        return services.change_brand(one, text, pictures, by=by)
    except UserError as error:
        if one is not None:
            one.refresh_from_db()
        name = FIELDS.get(error.code, error.code.removeprefix("wrong_"))
        form.add_error(name if name in form.fields else None, f"{error.message} {error.hint}".strip())
        return None


def _licence(account: Account | None, one: Brand | None) -> str:
    """What clients do not meet yet for want of a licence: "brand", "logo"; a proved "domain"; or nothing."""
    shown = one or Brand(account=account)
    if not looks.is_proved(shown):
        return "domain"
    if account is None or not looks.is_billed(shown):
        return ""
    if one is None or not looks.is_active(one):
        return "brand"
    return "" if looks.shows_logo(one) else "logo"
