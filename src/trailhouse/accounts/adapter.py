"""How django-allauth is told our rules."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest

UNKNOWN = "0.0.0.0"
NETWORK_BITS = 64  # what one connection to the Internet gets of IPv6, so one person has all of its addresses


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth is only partly typed
    """No open sign-up; the visitor's address is what the edge says it is."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People come by a set-up link, by an invitation or through the operator."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """What rate limits count by: the address from the edge, which sets the header to one; of IPv6 its network."""
        told = request.META.get("HTTP_X_FORWARDED_FOR") or request.META.get("REMOTE_ADDR") or ""
        try:
            return str(counted(ip_address(told.partition("%")[0])))
        except ValueError:
            return UNKNOWN


def counted(address: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    """An IPv4 address itself, also where it comes as IPv6; of other IPv6 addresses the first of their /64."""
    if isinstance(address, IPv4Address):
        return address
    return address.ipv4_mapped or ip_network((address, NETWORK_BITS), strict=False).network_address
