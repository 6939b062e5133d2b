"""The mail that an export is ready; part of the services of `exports`."""

from datetime import date

from babel.dates import format_date
from django.conf import settings as django_settings
from django.utils.timezone import localtime

from trailhouse.exports.models import Export
from trailhouse.exports.services import kept_until
from trailhouse.outbox import services as outbox
from trailhouse.sites import looks

READY = "exports/ready"


def language_of(export: Export) -> str:
    """The language of whoever asked."""
    return (export.by.language if export.by else "") or django_settings.LANGUAGE_CODE


def tell_ready(export: Export) -> None:
    """Tell whoever asked, once; the link leads to a page that asks who they are."""
    if export.by is None or export.site.account.demo:
        return
    language = language_of(export)

    def day(moment: date) -> str:
        return format_date(moment, "long", locale=language)

    context = {
        "site": export.site.domain,
        "what": export.what,
        "name": export.name,
        "first": day(export.first_day),
        "last": day(export.last_day),
        "until": day(localtime(kept_until(export)).date()),
        "url": address_of(export),
    }
    outbox.mail(
        export.by.email, READY, context, language=language, account_id=export.site.account_id,
        look=looks.of_reader(export.by, export.site).key, key=f"export/{export.pk}/ready",
    )  # fmt: skip


def address_of(export: Export) -> str:
    """The path of the page of an export. One of a site that has ended lies with what was paid for it."""
    if export.through == Export.Through.LEAVING:
        return f"/accounts/{export.site.account_id}/billing/exports/{export.pk}"
    return f"/sites/{export.site.key}/export/{export.pk}"
