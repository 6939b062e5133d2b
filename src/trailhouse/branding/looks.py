"""What somebody meets: the name, colour, logos, links and address that stand on pages, in mail and in files.

Three of them: the operator's own; a brand's, while it is licensed; and without a licence a neutral one, which has the
account's name in plain text and says nothing of the operator.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from django.utils.translation import gettext

from trailhouse.accounts import selectors as accounts
from trailhouse.accounts.models import Account, Instance
from trailhouse.branding import hosts, proofs
from trailhouse.branding.codes import code_of
from trailhouse.branding.models import COLOUR, Brand, Domain, Image
from trailhouse.core import clock
from trailhouse.core.settings import settings

NEUTRAL = "#41525e"  # of whoever has no brand: nobody's


@dataclass(frozen=True)
class Picture:
    """An image of a brand, by the digest that is its address, with its size in pixels."""

    digest: str
    width: int
    height: int
    content_type: str = "image/png"  # or image/svg+xml

    def fitted(self, width: int, height: int) -> tuple[int, int]:
        """Its width and height where there is room for `width` × `height`, in the same units; never 0."""
        scale = min(width / max(1, self.width), height / max(1, self.height))
        return max(1, round(self.width * scale)), max(1, round(self.height * scale))


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
    support: str = ""  # the address for questions
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
    def is_operators(self) -> bool:
        """Whether it is the operator's own, which has the product's mark where it has no logo."""
        return self.account_id is None and not self.neutral

    @property
    def initial(self) -> str:
        """The letter that stands where others have a logo; none in the neutral look."""
        return "" if self.neutral else self.name[:1].upper()

    @property
    def key(self) -> str:
        """What `with_key` finds it by later: "" the operator's, "3/7" a brand's, "3" that of account 3."""
        if self.account_id is None:
            return ""
        return f"{self.account_id}/{self.brand_id}" if self.brand_id is not None else str(self.account_id)

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
    """Whether `brand` may be shown: where rebranding is billed here, while its licence lasts; and once it is proved."""
    lasts = brand.licensed_until is None or (at or clock.now()) < brand.licensed_until
    return (not is_billed(brand) or (bool(brand.licence) and lasts)) and is_proved(brand)


def is_proved(brand: Brand) -> bool:
    """Whether it is known who shows `brand`: its account has a proved domain, or was let in by the operator.

    Where anybody may make an account, nobody shall write to people in the name of their bank.
    """
    if brand.account_id is None or accounts.instance().sign_up != Instance.SignUp.OPEN:
        return True
    return bool(proofs.hosts_of(brand.account_id))


def of_instance() -> Look:
    """What resellers and the operator's staff meet, and every stranger at the instance's own address."""
    brand = Brand.objects.filter(account=None).first()
    there = accounts.instance()
    found = _of(brand, name=there.name) if brand else Look(name=there.name)
    return replace(found, support=there.support_email)


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


def of_nobody() -> Look:
    """What somebody meets who could be anybody's client: no name but that of the matter."""
    return Look(name=gettext("Statistics"), colour=NEUTRAL, neutral=True)


def with_key(key: str) -> Look:
    """The look that has `Look.key`, as it is now: of a brand that is gone, that of its account; else nobody's."""
    if not key:
        return of_instance()
    number, _slash, chosen = key.partition("/")
    brand = Brand.objects.filter(pk=chosen, account_id=number).select_related("account").first() if chosen else None
    if brand is not None:
        return of_brand(brand)
    account = Account.objects.filter(pk=number).first()
    return of_account(account) if account is not None else of_nobody()


def usual_brand(account: Account) -> Brand | None:
    """The first brand of `account`; None where it has none."""
    brand = Brand.objects.filter(account=account).first()
    if brand is not None:
        brand.account = account
    return brand


def shows_logo(brand: Brand) -> bool:
    """Whether the licence of `brand` covers its logos; where rebranding is not billed, it always does."""
    return not is_billed(brand) or brand.licence == Brand.Licence.LOGO


def is_billed(brand: Brand) -> bool:
    """Whether `brand` needs a licence: any but the operator's own, where the operator bills here."""
    return brand.account_id is not None and accounts.instance().billing == Instance.Billing.ON


def _neutral(account: Account) -> Look:
    return Look(name=account.name, colour=NEUTRAL, account_id=account.pk, neutral=True)


def _of(brand: Brand, *, name: str) -> Look:
    kinds = Image.Kind
    images = Image.objects.filter(brand=brand).defer("content") if shows_logo(brand) else ()
    pictures = {one.kind: Picture(one.digest, one.width, one.height, one.content_type) for one in images}
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
        support=brand.reply_to,
        help_url=brand.help_url,
        notice_url=brand.notice_url,
        privacy_url=brand.privacy_url,
        footer=brand.footer,
        powered_by=accounts.instance().name if brand.powered_by and brand.account_id else "",
        host=hosts.with_port(primary.name) if primary else "",
        brand_id=brand.pk,
        account_id=brand.account_id,
    )
