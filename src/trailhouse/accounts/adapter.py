"""How django-allauth is told our rules."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is only partly typed
    """No open sign-up; the visitor's address is what the edge says it is."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by a set-up link, by an invitation or through the operator."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """The address that rate limits count by: from the edge, which sets the header to one address."""
        told = request.META.get("HTTP_X_FORWARDED_FOR") or request.META.get("REMOTE_ADDR")
        return told or UNKNOWN
