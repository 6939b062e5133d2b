"""What somebody meets: the name, colour, logos, links and address that stand on pages, in mail and in files.

Three of them: the operator's own; a brand's, while it is licensed; and without a licence a neutral one, which has the
account's name in plain text and says nothing of the operator.
"""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from trailhouse.accounts import selectors as accounts
from trailhouse.accounts.models import Account, Instance
from trailhouse.branding import hosts
from trailhouse.branding.codes import code_of
from trailhouse.branding.models import COLOUR, Brand, Domain, Image
from trailhouse.core import clock
from trailhouse.core.settings import settings


@dataclass(frozen=True)
class Picture:
    """An image of a brand, by the digest that is its address, with its size in pixels."""

    digest: str
    width: int
    height: int


@dataclass(frozen=True)
class Look:
    """How the product calls itself and what it looks like to one reader. Empty texts and None: there is none."""

    name: str
    colour: str = COLOUR
    logo: Picture | None = None
    logo_dark: Picture | None = None  # None: `logo` on dark pages as well
    icon: Picture | None = None
    sender_name: str = ""
    sender_email: str = ""
    reply_to: str = ""
    help_url: str = ""
    notice_url: str = ""
    privacy_url: str = ""
    footer: str = ""
    powered_by: str = ""  # the name of what it is made with
    host: str = ""  # the primary domain, with a port where there is one; empty: the instance's own
    brand_id: int | None = None
    account_id: int | None = None  # None: the operator's
    neutral: bool = False  # an account without a brand, or without a licence for it

    @property
    def url(self) -> str:
        """The address of everything that this reader follows, without a slash at its end."""
        own = settings().url
        return f"{urlsplit(own).scheme}://{self.host}" if self.host else own

    @property
    def notice_link(self) -> str:
        """Where its legal notice stands: an own address, else the page that is made here."""
        return self.notice_url or self._legal("notice")

    @property
    def privacy_link(self) -> str:
        """Where its privacy statement stands, likewise."""
        return self.privacy_url or self._legal("privacy")

    def _legal(self, page: str) -> str:
        if self.host or self.account_id is None:
            return f"{self.url}/legal/{page}"
        return f"{self.url}/legal/{code_of(self.account_id, self.brand_id)}/{page}"


def is_active(brand: Brand, at: datetime | None = None) -> bool:
    """Whether `brand` may be shown: where rebranding is billed here, while its licence lasts."""
    lasts = brand.licensed_until is None or (at or clock.now()) < brand.licensed_until
    return not is_billed(brand) or (bool(brand.licence) and lasts)


def of_instance() -> Look:
    """What resellers and the operator's staff meet, and every stranger at the instance's own address."""
    brand = Brand.objects.filter(account=None).first()
    name = accounts.instance().name
    return _of(brand, name=name) if brand else Look(name=name)


def of_brand(brand: Brand) -> Look:
    """What the clients meet whose brand this is."""
    if is_active(brand):
        return _of(brand, name=brand.name)
    assert brand.account is not None  # the operator's own is always active
    return _neutral(brand.account)


def of_account(account: Account) -> Look:
    """What clients of `account` meet where neither their client nor their site has a brand of its own."""
    brand = usual_brand(account)
    return of_brand(brand) if brand else _neutral(account)


def usual_brand(account: Account) -> Brand | None:
    """The first brand of `account`; None where it has none."""
    return Brand.objects.filter(account=account).select_related("account").first()


def shows_logo(brand: Brand) -> bool:
    """Whether the licence of `brand` covers its logos; where rebranding is not billed, it always does."""
    return not is_billed(brand) or brand.licence == Brand.Licence.LOGO


def is_billed(brand: Brand) -> bool:
    """Whether `brand` needs a licence: any but the operator's own, where the operator bills here."""
    return brand.account_id is not None and accounts.instance().billing == Instance.Billing.ON


def _neutral(account: Account) -> Look:
    return Look(name=account.name, account_id=account.pk, neutral=True)


def _of(brand: Brand, *, name: str) -> Look:
    kinds = Image.Kind
    images = Image.objects.filter(brand=brand).defer("content") if shows_logo(brand) else ()
    pictures = {one.kind: Picture(one.digest, one.width, one.height) for one in images}
    primary = Domain.objects.filter(brand=brand, primary=True, removed_at=None, proved_at__isnull=False).first()
    return Look(
        name=name,
        colour=brand.colour,
        logo=pictures.get(kinds.LIGHT) or pictures.get(kinds.DARK),
        logo_dark=pictures.get(kinds.DARK),
        icon=pictures.get(kinds.ICON),
        sender_name=brand.sender_name,
        sender_email=brand.sender_email,
        reply_to=brand.reply_to,
        help_url=brand.help_url,
        notice_url=brand.notice_url,
        privacy_url=brand.privacy_url,
        footer=brand.footer,
        powered_by=accounts.instance().name if brand.powered_by and brand.account_id else "",
        host=hosts.with_port(primary.name) if primary else "",
        brand_id=brand.pk,
        account_id=brand.account_id,
    )
