"""What an account has shown to be its own, and in whose name it may write.

Asked where a brand is shown, when its sender is set, and again at each mail.
"""

from collections.abc import Callable, Collection

from trailhouse.branding.models import Domain

Hosts = Callable[[int], Collection[str]]
_shown: list[Hosts] = []


def tell_hosts_by(hook: Hosts) -> None:
    """Have `hook(number of the account)` name further hosts that are shown to be the account's: a room above knows."""
    if hook not in _shown:
        _shown.append(hook)


def hosts_of(account: int) -> frozenset[str]:
    """The host names that the account with this number has proved: its domains', and what rooms above know."""
    domains = Domain.objects.filter(account=account, removed_at=None, proved_at__isnull=False)
    return frozenset(domains.values_list("name", flat=True)).union(*(hook(account) for hook in _shown))


def may_write_from(account: int | None, address: str) -> bool:
    """Whether mail of this account may be from `address`; None is the operator, whose mail server it is.

    The address is at a proved host name or below one, and not above: whoever has stats.example.org need not have
    example.org, in whose name they would write.
    """
    if account is None:
        return True
    parts = address.rpartition("@")[2].lower().split(".")
    proved = hosts_of(account)
    return any(".".join(parts[at:]) in proved for at in range(len(parts) - 1))
