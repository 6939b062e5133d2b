"""The paragraphs about the statistics for a website's own privacy statement, to be copied."""

from collections.abc import Iterator

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trailhouse.legal import levels, parties
from trailhouse.sites.models import Privacy, Site


def paragraphs(site: Site, opt_out: str, language: str) -> str:
    """Plain text in `language`, paragraphs parted by empty lines; `opt_out` is the address of the opt-out page."""
    with translation.override(language):
        return "\n\n".join(_paragraphs(site, opt_out))


def _paragraphs(site: Site, opt_out: str) -> Iterator[str]:
    yield _("Measuring the use of this website")
    yield _(
        "We measure how this website is used, so that we can improve it. %(party)s processes the data on our behalf."
    ) % {"party": parties.of(site.account).name}
    recorded = "\n".join(f"– {one}" for one in levels.COLLECTED)
    yield _("Of each page that is shown, this is recorded:") + f"\n{recorded}"
    yield f"{levels.ADDRESS} {levels.PSEUDONYM}"
    yield str(levels.LEVELS[site.privacy])
    yield _basis(site)
    yield ngettext(
        "The data is deleted after %(months)s month.", "The data is deleted after %(months)s months.",
        site.retention_months,
    ) % {"months": site.retention_months}  # fmt: skip
    if site.tracker.get("respect_gpc"):
        yield _("Browsers that send the signal Global Privacy Control are not counted.")
    yield _("You can object at any time and have your browser left out: %(url)s") % {"url": opt_out}


def _basis(site: Site) -> str:
    interest = _(
        "The legal basis is our legitimate interest in knowing how our website is used (Article 6(1)(f) GDPR)."
    )
    if site.privacy != Privacy.RECOGNISED:
        return interest
    consent = _(
        "For recognising later visits it is your consent (Article 6(1)(a) GDPR), which you can withdraw at any time."
    )
    return f"{interest} {consent}"
