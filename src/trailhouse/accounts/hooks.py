"""What a room above says of people: `accounts` itself asks nothing upwards."""

from collections.abc import Callable

LookFor = Callable[[str], str]
_look_for: list[LookFor] = []


def tell_look_by(hook: LookFor) -> None:
    """Have `hook(email)` say in which look (`Mail.look`) the person with this address is told of their sign-in."""
    if hook not in _look_for:
        _look_for.append(hook)


def look_for(email: str) -> str:
    """The look in which the person with this address is told of their sign-in; empty: the instance's own."""
    return next((hook(email) for hook in _look_for), "")
