"""How django-allauth is told our rules: its mail goes by our outbox, its messages are in our words."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Any
from zoneinfo import ZoneInfo

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from babel.dates import format_date, format_skeleton
from django.contrib import messages
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trailhouse.accounts import codes, hooks, person, selectors, vault
from trailhouse.accounts.browsers import browser_name
from trailhouse.accounts.models import Instance, User
from trailhouse.accounts.signup import known_language
from trailhouse.core import clock
from trailhouse.outbox import sending
from trailhouse.outbox import services as outbox
from trailhouse.outbox.locales import locale

UNKNOWN = "0.0.0.0"
NETWORK_BITS = 64  # what one connection to the Internet gets of IPv6, so one person has all of its addresses
CONFIRMED_FOR_S = 300  # how long a confirmation that it is you holds

# Allauth's mails → ours. What is not here and no notice is not sent.
UNKNOWN_PERSON = "accounts/unknown"
MAILS = {
    "account/email/login_code": "accounts/sign_in_code",
    "account/email/password_reset_code": "accounts/reset_code",
    "account/email/unknown_account": UNKNOWN_PERSON,
}
NOTICES = {
    "account/email/password_changed": "password_changed",
    "account/email/password_reset": "password_changed",
    "account/email/password_set": "password_changed",
    "mfa/email/totp_activated": "totp_added",
    "mfa/email/totp_deactivated": "totp_removed",
    "mfa/email/recovery_codes_generated": "recovery_codes",
    "mfa/email/webauthn_added": "passkey_added",
    "mfa/email/webauthn_removed": "passkey_removed",
}
# Allauth's messages → ours; about all others nothing needs to be said.
MESSAGES: dict[str, Promise] = {
    "account/messages/password_changed.txt": _("The password is changed. Other browsers are signed out."),
    "account/messages/password_set.txt": _("The password is set."),
    "mfa/messages/totp_activated.txt": _("The authenticator app is set up."),
    "mfa/messages/totp_deactivated.txt": _("The authenticator app is removed."),
    "mfa/messages/webauthn_added.txt": _("The passkey is added."),
    "mfa/messages/webauthn_removed.txt": _("The passkey is removed."),
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is only partly typed
    """Our limits, our words, our mail; the visitor's address is what the edge says it is, and is kept nowhere."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("The e-mail address or the password is not right."),
        "incorrect_code": _("This is not the code."),
        "incorrect_password": _("This is not the password."),
        "enter_current_password": _("This is not the present password."),
        "too_many_login_attempts": _("That was wrong too often. Ask for a new code, or wait a few minutes."),
        "rate_limited": _("That was too often. Wait a while and try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Whether people make accounts themselves; how, decides the page of ours."""
        return selectors.instance().sign_up != Instance.SignUp.CLOSED

    def get_client_ip(self, request: HttpRequest) -> str:
        """What rate limits count by: the address from the edge, which sets the header to one; of IPv6 its network."""
        told = request.META.get("HTTP_X_FORWARDED_FOR") or request.META.get("REMOTE_ADDR") or ""
        try:
            return str(counted(ip_address(told.partition("%")[0])))
        except ValueError:
            return UNKNOWN

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Have a mail of allauth's sent by our outbox; without the machine's address, which it would like to tell."""
        user = User.objects.filter(email=email.lower()).first()
        language = known_language((user.language if user else "") or translation.get_language() or "")
        if user is not None and (change := NOTICES.get(template_prefix)):
            with translation.override(language):
                browser = browser_name(str(context.get("user_agent", "")))
                told = {"browser": browser, "moment": _moment(ZoneInfo(user.timezone or "UTC"))}
            person.tell_change(user, change, told)
        elif template := MAILS.get(template_prefix):
            look = hooks.look_for(email)
            # Clients do not sign up, and nobody does at the host of a brand.
            is_open = selectors.instance().sign_up == Instance.SignUp.OPEN and not look
            values: dict[str, Any] = {"open": is_open, "secret": {"code": context.get("code", "")}}
            key = _once_a_day(email, look) if template == UNKNOWN_PERSON else None
            outbox.mail(email, template, values, language=language, look=look, key=key)

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        message_context: dict[str, Any] | None = None,
        extra_tags: str = "",
        message: str | None = None,
    ) -> None:
        """Say it in our words, where it needs saying."""
        text = message or MESSAGES.get(message_template or "")
        if text:
            messages.add_message(request, level, str(text), extra_tags=extra_tags)

    def generate_login_code(self) -> str:
        """Eight digits, as all codes of ours."""
        return codes.new_code()

    generate_password_reset_code = generate_login_code

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Back to where the password was changed."""
        return reverse("profile_security")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Always; people without a password or a second step type a code that is mailed to them."""
        request = context.request
        if get_reauthentication_flows(request.user):
            return True
        if sending.is_configured() and not _came_lately(request):
            raise ReauthenticationRequired
        return False

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """The ways in which `user` can confirm that it is them."""
        words = {
            "reauthenticate": gettext("Use the password"),
            "mfa_reauthenticate": gettext("Use the authenticator app or a recovery code"),
            "mfa_reauthenticate:webauthn": gettext("Use a passkey"),
        }
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if not methods and user.is_authenticated:
            return [{"id": "code", "description": gettext("Use a mailed code"), "url": reverse("confirm_by_code")}]
        return [method | {"description": words[method["id"]]} for method in methods]


def _moment(zone: ZoneInfo) -> str:
    """Now, as pages write it, and where: 15 Nov 2026, 14:05 Europe/Amsterdam."""
    now = clock.now().astimezone(zone)
    return f"{format_date(now, locale=locale())}, {format_skeleton('Hm', now, locale=locale())} {zone.key}"


def _came_lately(request: HttpRequest) -> bool:
    records = get_authentication_records(request, request.user)
    return bool(records) and clock.now_ms() / 1000 - records[-1]["at"] < CONFIRMED_FOR_S


def _once_a_day(email: str, look: str) -> str:
    """The key by which a stranger is told once a day: anybody can type their address."""
    return f"unknown/{selectors.hash_of(email.lower())}/{look}/{clock.now():%Y-%m-%d}"


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """The name that people meet in their apps, secrets encrypted at rest, a picture that stands in the page."""

    error_messages = DefaultMFAAdapter.error_messages | {"incorrect_code": _("This is not the code.")}

    def _get_site_name(self) -> str:
        look = getattr(context.request, "look", None)
        return look.name if look is not None else selectors.instance().name

    def encrypt(self, text: str) -> str:
        """How the secret of an app, or of recovery codes, is kept."""
        return vault.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        """The secret itself. Raises UserError where its key is gone."""
        return vault.decrypt(encrypted_text)

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        """What a passkey is called at first: after the browser that makes it."""
        return browser_name(context.request.META.get("HTTP_USER_AGENT", ""))

    def build_totp_svg(self, url: str) -> SafeString:
        """The QR code as an <svg> element without the head of a file."""
        svg: str = super().build_totp_svg(url)
        return mark_safe(svg[svg.index("<svg") :])


def counted(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address itself, also where it comes as IPv6; of other IPv6 addresses the first of their /64."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or ip_network((address, NETWORK_BITS), strict=False).network_address
