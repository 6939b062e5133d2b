"""What is said of a domain: its state, what is wrong with it and what to do, and the records of its DNS."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trailhouse.branding import hosts
from trailhouse.branding.domain_check import Problem, proof_name, text_of
from trailhouse.branding.hostnames import RESERVED, readable, suffixes
from trailhouse.branding.models import Domain

Text = str | Promise

# By problem: what happened, and what to do.
PROBLEMS: dict[str, tuple[Text, Text]] = {
    Problem.NO_ANSWER: (
        gettext_lazy("The DNS did not answer."),
        gettext_lazy("This is asked again by itself. If it lasts, look whether the name servers of the domain work."),
    ),
    Problem.NO_PROOF: (
        gettext_lazy("The TXT record is not there yet."),
        gettext_lazy("Add it as it stands below. It can take an hour until a new record is seen everywhere."),
    ),
    Problem.WRONG_PROOF: (
        gettext_lazy("The TXT record says something else."),
        gettext_lazy("Replace its value by the one below, then check again."),
    ),
    Problem.TAKEN: (
        gettext_lazy("Another account has proved this name, and its TXT record is still there."),
        gettext_lazy("Remove the other TXT record of the same name, and check again."),
    ),
    Problem.PROOF_GONE: (
        gettext_lazy("The name is proved, but its TXT record is gone."),
        gettext_lazy("Everything goes on. Put the record back: without it another account could prove the name."),
    ),
    Problem.NO_ADDRESS: (
        gettext_lazy("The name leads nowhere yet."),
        gettext_lazy("Add the first record as it stands below."),
    ),
    Problem.ELSEWHERE: (
        gettext_lazy("The name leads to another machine."),
        gettext_lazy(
            "Lead it here by the first record below. If it leads to a proxy or CDN of yours that passes everything on "
            "to here, all is well and nothing needs to be done."
        ),
    ),
}  # fmt: skip


@dataclass(frozen=True)
class State:
    """How a domain stands: a badge, and the problem in words where there is one."""

    label: str
    badge: str
    what: str = ""
    to_do: str = ""


@dataclass(frozen=True)
class Record:
    """One record that the owner of a domain adds to its DNS."""

    kind: str
    name: str
    value: str


def state_of(domain: Domain) -> State:
    """How `domain` stands."""
    what, to_do = PROBLEMS.get(domain.problem, ("", ""))
    if domain.proved_at is None:
        label, badge = _("Not proved yet"), "trial"
    elif domain.problem:
        label, badge = _("Proved, with a problem"), "due"
    else:
        label, badge = _("In use"), "active"
    if not domain.problem and domain.proved_at is None:
        what, to_do = _("It has not been checked yet."), _("Add the records, then check.")
    return State(label, badge, str(what), str(to_do))


def records_of(domain: Domain) -> Sequence[Record]:
    """What the DNS of `domain` must say: where the name leads, and whose it is."""
    target = hosts.instance_host()
    kind = _kind_of_address(target)
    return (
        Record(kind, domain.name, target),
        Record("TXT", proof_name(domain.name), text_of(domain.token)),
    )


def _kind_of_address(target: str) -> str:
    try:
        return "A" if ip_address(target).version == 4 else "AAAA"
    except ValueError:
        return "CNAME"


def is_apex(host: str) -> bool:
    """Whether `host` is what somebody registered itself: a CNAME cannot stand there."""
    labels = host.split(".")
    if labels[-1] in RESERVED:
        return len(labels) == 2
    return bool(suffixes().privatesuffix(host) == host)


def shown(domain: Domain) -> str:
    """The name as people read it."""
    return readable(domain.name)
