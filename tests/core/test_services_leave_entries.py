"""Every service that writes leaves an entry in the audit log, or stands here with the reason why it leaves none."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import trailhouse

ROOT = Path(trailhouse.__file__).parent
ROOMS = ("accounts", "sites", "branding", "billing", "exports", "digests", "legal")
RECORD = "trailhouse.accounts.services.record"
WITHOUT = {
    "accounts.inquiries.receive": "written by a stranger, of no account",
    "accounts.person.ask_for_email": "sends a code; `change_email` records",
    "accounts.person.ask_to_confirm": "sends a code",
    "accounts.person.change_person": "one's own name, language and time zone",
    "accounts.persons.create_person": "who takes up an invitation is recorded by `sites.roles.give`",
    "accounts.second_step.ask_for_code": "sends a code",
    "accounts.services.make_setup_link": "of the command line, of no account",
    "accounts.services.make_sign_in_link": "of the command line and the demo; signing in changes nothing",
    "accounts.services.new_user": "a part of those who make people",
    "accounts.services.prune_links": "a job: what has expired",
    "accounts.services.use_sign_in_link": "signing in changes nothing",
    "accounts.sessions.end_other_sessions": "one's own sign-ins; of others `accounts.staffing` records it",
    "accounts.sessions.end_session": "one's own sign-in",
    "accounts.sessions.prune_sessions": "a job: what has expired",
    "accounts.signup.ask": "sends a code; the account is recorded as it is made",
    "billing.charging.collect_late": "a job: what it collects is recorded where it arrives",
    "billing.charging.forget_events": "a job: what has expired",
    "billing.enrolment.enrol": "a part of adding a site, which is recorded",
    "billing.methods.keep_customer": "a name of the gateway's, before there is a way to pay",
    "digests.services.resume": "a reader wants their own mail again",
    "digests.services.stop": "a reader stops their own mail",
    "digests.telling.test": "sends a message to try a destination",
    "exports.services.delete": "a file that can be made again; that it was made is recorded",
    "exports.services.forget_events": "a job: what has expired",
    "sites.locking.close_site": "a part of billing's states, which are recorded as events of their own",
    "sites.locking.delete_soon": "a part of billing's states, which are recorded as events of their own",
    "sites.services.add_goal": "of the demo; `sites.goals` records",
    "sites.services.note_first_events": "a job: the first visit",
    "sites.services.note_key_visits": "a job: the first visit by key",
    "sites.services.prove": "seen on the site, changed by nobody",
    "sites.services.turn_salts": "a job",
}


@cache
def module(name: str) -> ast.Module | None:
    """The source of a module of ours; None for any other."""
    path = ROOT.parent / Path(*name.split("."))
    for file in (path.with_suffix(".py"), path / "__init__.py"):
        if file.exists():
            return ast.parse(file.read_text())
    return None


@cache
def functions(name: str) -> dict[str, ast.FunctionDef]:
    """The functions of a module by their names."""
    found = module(name)
    return {one.name: one for one in found.body if isinstance(one, ast.FunctionDef)} if found else {}


@cache
def imported(name: str) -> dict[str, str]:
    """What the names that a module imports stand for."""
    found = module(name)
    lines = [one for one in ast.walk(found) if isinstance(one, ast.ImportFrom)] if found else []
    return {alias.asname or alias.name: f"{one.module}.{alias.name}" for one in lines for alias in one.names}


def calls(place: str, function: ast.FunctionDef) -> Iterator[str]:
    """The whole names of what a function calls, as far as they can be told."""
    known = imported(place)
    for one in ast.walk(function):
        called = one.func if isinstance(one, ast.Call) else None
        if isinstance(called, ast.Name):
            yield known.get(called.id, f"{place}.{called.id}")
        elif isinstance(called, ast.Attribute) and isinstance(called.value, ast.Name):
            yield f"{known.get(called.value.id, '?')}.{called.attr}"


def leaves_an_entry(name: str, seen: frozenset[str] = frozenset()) -> bool:
    """Whether a function records something, or calls one that does."""
    if name == RECORD:
        return True
    place, _, own = name.rpartition(".")
    function = functions(place).get(own)
    if function is None or name in seen:
        return False
    return any(leaves_an_entry(one, seen | {name}) for one in calls(place, function))


def services() -> Iterator[str]:
    """Every function that is one transaction and can be called from elsewhere."""
    for room in ROOMS:
        for file in sorted((ROOT / room).rglob("*.py")):
            place = ".".join(file.relative_to(ROOT.parent).with_suffix("").parts)
            for name, function in functions(place).items():
                if not name.startswith("_") and any("atomic" in ast.unparse(one) for one in function.decorator_list):
                    yield f"{place}.{name}"


def test_every_service_that_writes_leaves_an_entry() -> None:
    every = list(services())
    assert len(every) > 150
    silent = {name.removeprefix("trailhouse.") for name in every if not leaves_an_entry(name)}
    assert sorted(silent - WITHOUT.keys()) == [], "record what it changes, or say here why not"
    assert sorted(WITHOUT.keys() - silent) == [], "these leave an entry after all, or are gone"
