"""What the check of a page says: for each finding, how it looks, what it means and what to do."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from trailhouse.sites.checking import Code, Finding, Report

Text = str | Promise


@dataclass(frozen=True)
class Said:
    """One finding in words. `state` is good, warning, bad or neutral; `%(detail)s` stands for what was seen."""

    state: str
    message: Text
    hint: Text = ""


TEXTS: dict[Code, Said] = {
    "found": Said("good", _("The script of this site is on the page.")),
    "old_key": Said(
        "warning",
        _("The page has the script with an earlier key of this site."),
        _("It counts for 30 days after the key was changed. Paste the present script in its place."),
    ),
    "other_key": Said(
        "bad",
        _("The page has the script of another site (%(detail)s)."),
        _("Paste the script from this page in its place. Each site has a script of its own."),
    ),
    "twice": Said(
        "bad",
        _("The script is on the page %(detail)s times."),
        _("Remove all but one: each of them counts every visit. Look in the theme, in plugins and in Tag Manager."),
    ),
    "by_code": Said(
        "neutral",
        _("It is no tag there: the page's own code loads it, as Next.js does."),
        _("The check does not run it. Open the page in a browser: the first visit appears here within two seconds."),
    ),
    "delayed": Said(
        "warning",
        _("A consent banner or an optimising plugin holds the script back."),
        _("Visits count only after it lets the script run. This script sets no cookie: exclude it there if you may."),
    ),
    "blocked": Said(
        "bad",
        _("The page's Content-Security-Policy blocks the script."),
        _("Add %(detail)s to script-src, in the server's headers or where your platform sets the policy."),
    ),
    "mixed": Said(
        "bad",
        _("The page is sent over https and asks for the script over http, which browsers refuse."),
        _("Paste the script again as it stands here. If it begins with http here too, tell your administrator."),
    ),
    "cannot_send": Said(
        "bad",
        _("The page's Content-Security-Policy lets the script send nothing."),
        _("Add %(detail)s to connect-src, in the server's headers or where your platform sets the policy."),
    ),
    "not_found": Said(
        "bad",
        _("The script is not on the page."),
        _("Paste it before </head> and publish the change. If it is there already, empty the caches of your platform."),
    ),
    "by_domain": Said(
        "warning",
        _("The script of another product sends visits here and names the site by its domain."),
        _(
            "They count, but do not prove that the domain is yours. Put the script from this page in its place, or have"
            " it name the site by the key %(detail)s."
        ),
    ),
    "by_key": Said("good", _("The script of another product sends visits here and names the site by its key.")),
    "tag_manager": Said(
        "neutral",
        _("The page has Google Tag Manager, which may load the script."),
        _("The check does not run it. Open the page in a browser: the first visit appears here within two seconds."),
    ),
    "framework": Said(
        "neutral",
        _("The page is built with %(detail)s, whose code may load the script."),
        _("The check does not run it. Open the page in a browser: the first visit appears here within two seconds."),
    ),
    "consent_manager": Said(
        "neutral",
        _("The page has the consent banner %(detail)s."),
        _("If visits are missing, allow this script in the banner's settings: it sets no cookie."),
    ),
    "moved": Said(
        "warning",
        _("The site leads to another domain: %(detail)s."),
        _("Visits there are left out. Add that domain as an alias of this site, or add it as a site."),
    ),
    "unreachable": Said("bad", _("The page cannot be reached."), ""),
    "meta_found": Said("good", _("The page proves that this domain is yours.")),
    "dns_found": Said("good", _("A DNS record proves that this domain is yours.")),
}

# Why a page cannot be reached.
UNREACHABLE: dict[str, Said] = {
    "no_such_name": Said("bad", _("This domain leads nowhere yet."), _("Check its spelling and its DNS records.")),
    "private": Said(
        "bad",
        _("This domain leads to an address that is not on the public Internet."),
        _("Such pages cannot be checked from here; their visits count all the same."),
    ),
    "port": Said("bad", _("The site leads to an unusual port."), _("Only the ports 80 and 443 are checked.")),
    "scheme": Said("bad", _("The site leads to an address that is no web page."), _("Check its redirects.")),
    "refused": Said("bad", _("The server does not answer."), _("Check that the site is online under https.")),
    "certificate": Said(
        "bad",
        _("The site's certificate is not valid, so browsers warn of it."),
        _("Renew it, or have it issued for this domain."),
    ),
    "slow": Said("bad", _("The server did not answer within ten seconds."), _("Try again in a minute.")),
    "redirects": Said("bad", _("The site leads from one address to the next without end."), _("Check its redirects.")),
    "broken": Said("bad", _("The server's answer cannot be read."), _("Try again in a minute.")),
}
_STATUS = Said(
    "bad",
    _("The server answered with an error (%(detail)s) instead of a page."),
    _("If it turns away programs that are no browsers, the check cannot look; visits count all the same."),
)


def words(report: Report) -> list[Said]:
    """The findings of `report` in words, in the reader's language."""
    return [_said(finding) for finding in report.findings]


def _said(finding: Finding) -> Said:
    detail = finding.detail
    text = TEXTS[finding.code]
    if finding.code == "unreachable":
        status, _space, number = detail.partition(" ")
        text, detail = (_STATUS, number) if status == "status" else (UNREACHABLE[detail], "")
    return Said(text.state, str(text.message) % {"detail": detail}, str(text.hint) % {"detail": detail})
