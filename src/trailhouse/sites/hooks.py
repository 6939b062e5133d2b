"""What rooms above may do when a site is added, visited or moved, or a visitor erased: `sites` asks nothing upwards."""

from collections.abc import Callable

from trailhouse.accounts.models import User
from trailhouse.sites.models import Site
from trailhouse.sites.trial import NoTrial, Trial

Hook = Callable[[Site, User | None], None]
Erasure = Callable[[Site], None]
Visit = Callable[[Site], None]
_added: list[Hook] = []
_visited: list[Visit] = []
_moved: list[Hook] = []
_erased: list[Erasure] = []
TrialOf = Callable[[Site], Trial | NoTrial | None]
_trials: list[TrialOf] = []


def when_added(hook: Hook) -> None:
    """Have `hook(site, by)` called in the transaction that adds a site; it may refuse by a UserError."""
    if hook not in _added:
        _added.append(hook)


def when_visited(hook: Visit) -> None:
    """Have `hook(site)` called in the transaction that notes the first visit by key of a site."""
    if hook not in _visited:
        _visited.append(hook)


def when_moved(hook: Hook) -> None:
    """Have `hook(site, by)` called in the transaction that has moved a site to another account."""
    if hook not in _moved:
        _moved.append(hook)


def when_erased(hook: Erasure) -> None:
    """Have `hook(site)` called once a visitor of a site, or all of it, was erased: what copies events forgets them."""
    if hook not in _erased:
        _erased.append(hook)


def events_were_erased(site: Site) -> None:
    """Called by what erases visitors and empties sites."""
    for hook in _erased:
        hook(site)


def site_was_added(site: Site, by: User | None) -> None:
    """Called by what adds sites."""
    for hook in _added:
        hook(site, by)


def site_was_visited(site: Site) -> None:
    """Called by what notes first visits by key."""
    for hook in _visited:
        hook(site)


def site_was_moved(site: Site, by: User | None) -> None:
    """Called by what moves sites."""
    for hook in _moved:
        hook(site, by)


def tell_trial_by(hook: TrialOf) -> None:
    """Have `hook(site)` say what trial a site has; None where there is none to speak of."""
    if hook not in _trials:
        _trials.append(hook)


def trial_of(site: Site) -> Trial | NoTrial | None:
    """The trial of `site`; None where nobody is billed for it, so that there is none to speak of."""
    return next((found for hook in _trials if (found := hook(site)) is not None), None)
