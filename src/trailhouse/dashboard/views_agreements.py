"""Processing agreements as the people of a client meet them: to read, to accept, and as a file."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from trailhouse.accounts.models import Account
from trailhouse.core.errors import UserError
from trailhouse.dashboard.views_documents import file_answer
from trailhouse.dashboard.views_profile import me
from trailhouse.legal import agreements as services
from trailhouse.legal import pdf, plain
from trailhouse.legal.agreements import Signing
from trailhouse.legal.models import Agreement, Signature
from trailhouse.sites.models import Client

PUT_OFF = "agreements_put_off"  # in the session: the versions that were put off


@require_GET
@login_required
def agreements(request: HttpRequest) -> HttpResponse:
    """The agreements of the clients whose person is signed in."""
    rows = []
    for one in services.attached(me(request)).select_related("account"):
        agreement = services.newest(one.account)
        signed = services.last_signature(one.account, one)
        if agreement or signed:
            rows.append({"client": one, "newest": agreement, "signed": signed})
    return render(request, "legal/mine.html", {"nav": "agreements", "rows": rows})


@require_http_methods(["GET", "POST"])
@login_required
def agreement(request: HttpRequest, client: int) -> HttpResponse:
    """Read the agreement of a client with its agency, and accept it."""
    one = _mine(request, client)
    found = services.newest(one.account)
    if found is None:
        raise Http404
    if request.method == "POST":
        accept_shown(request, found, one.account, one)
        return redirect("agreement", client=one.pk)
    context = reading(found, one.account, one) | {"nav": "agreements", "client": one}
    return render(request, "legal/agreement.html", context)


@require_GET
@login_required
def agreement_pdf(request: HttpRequest, client: int) -> HttpResponse:
    """The agreement as it was accepted; before that, as it would be today."""
    one = _mine(request, client)
    return answer_pdf(services.newest(one.account), one.account, one)


@require_POST
@login_required
def later(request: HttpRequest) -> HttpResponse:
    """Say no more of what waits, in this session."""
    waiting = services.open_for(me(request))
    request.session[PUT_OFF] = sorted({one.agreement.pk for one in waiting})
    return redirect("sites")


def _mine(request: HttpRequest, number: int) -> Client:
    return get_object_or_404(services.attached(me(request)).select_related("account"), pk=number)


def accept_shown(request: HttpRequest, found: Agreement, account: Account, client: Client | None) -> Signature:
    """Accept the version that was shown. Raises UserError where a newer one was published meanwhile."""
    if request.POST.get("version") != found.version:
        raise UserError(
            "other_version",
            _("A newer version was published meanwhile."),
            _("Open the page again, and read that one."),
            status=409 if "version" in request.POST else 400,
        )
    made = services.sign(found, account, client, Signing(get_language() or "en"), by=me(request))
    messages.success(request, _("The agreement is accepted. You can keep it as a PDF."))
    return made


def reading(found: Agreement, account: Account, client: Client | None) -> dict[str, Any]:
    """What a page shows of an agreement: as it was accepted, else as it would be today."""
    signed = services.signature(found, account, client)
    language = services.language_of(found, signed.content["language"] if signed else get_language() or "en")
    said = signed.content if signed else services.content(account, client, language)
    shown = pdf.shown(found, said, [])
    return {
        "agreement": found,
        "signed": signed,
        "language": language,
        "parties": shown["parties"],
        "lists": shown["lists"],
        "blocks": plain.blocks(found.texts[language]),
    }


def answer_pdf(found: Agreement | None, account: Account, client: Client | None) -> HttpResponse:
    """The file of that version, else of the newest that was accepted. Raises Http404 where there is neither."""
    signed = services.signature(found, account, client) if found else services.last_signature(account, client)
    if signed:
        return file_answer(pdf.signed(signed), pdf.file_name(signed.agreement, client), shown=True)
    if found is None:
        raise Http404
    made = pdf.draft(found, account, client, get_language() or "en")
    return file_answer(made, pdf.file_name(found, client), shown=True)
