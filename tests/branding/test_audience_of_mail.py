"""Each mail is for somebody: it wears the operator's look, or that which its reader meets."""

import ast
from collections.abc import Iterator
from pathlib import Path

import trailhouse

SOURCES = Path(trailhouse.__file__).parent
OPERATORS = "the operator's: about money, the account, and what resellers do with one another"
READERS = "its reader's: of their sign-in, and of what clients are told"

ACCOUNTS = (
    "closed", "deletion_soon", "handed_over", "handover", "key_made", "made_for_you", "offered", "reopened",
    "restored", "suspended",
)  # fmt: skip
SIGN_IN = (
    "confirm_code", "email_changed", "has_account", "new_email_code", "reset_code", "second_step_asked",
    "second_step_code", "second_step_off", "second_step_soon", "security_changed", "sign_in_code", "unknown",
)  # fmt: skip
AUDIENCE = {
    **{f"accounts/{name}": OPERATORS for name in (*ACCOUNTS, "inquiry", "sign_up_code")},
    **{f"accounts/{name}": READERS for name in SIGN_IN},
    **{f"billing/{name}": OPERATORS for name in ("confirm", "day", "document", "receipt", "size")},
    "billing/client_statement": READERS,
    **{f"sites/{name}": OPERATORS for name in ("added", "bulk", "no_visit", "offer", "offer_accepted")},
    **{f"sites/{name}": READERS for name in ("script", "invitation")},
    "digests/alert": READERS,
    "digests/report": READERS,
    "digests/month": READERS,
    "exports/ready": READERS,
    "legal/new_subprocessor": OPERATORS,
    "legal/client_subprocessor": READERS,
}
# Whose template is a variable: what the calls of that module are for, and whether they say a look.
VARIABLE = {
    "accounts/adapter.py": READERS,
    "accounts/second_step.py": READERS,
    "accounts/handover.py": OPERATORS,
    "accounts/offers.py": OPERATORS,
    "accounts/suspension.py": OPERATORS,
    "digests/posting.py": READERS,
    "sites/notices.py": READERS,  # asks for each of its two: `look_for`
}


def calls() -> Iterator[tuple[str, str, bool]]:
    """Every call that writes a mail: its module, its template where that is plain, and whether it says a look."""
    for path in SOURCES.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        constants = {
            target.id: node.value.value
            for node in tree.body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "outbox.mail":
                given = node.args[1]
                named = given.value if isinstance(given, ast.Constant) else constants.get(ast.unparse(given), "")
                says = any(keyword.arg == "look" for keyword in node.keywords)
                yield path.relative_to(SOURCES).as_posix(), str(named), says


def test_every_template_of_a_mail_has_an_audience() -> None:
    there = {f"{path.parent.name}/{path.stem}" for path in SOURCES.rglob("templates/mail/*/[!_]*.txt")}
    assert there == AUDIENCE.keys()


def test_what_is_for_clients_says_whose_look_it_wears_and_nothing_else_does() -> None:
    found = list(calls())
    assert len(found) > 20
    wrong = [
        (module, template)
        for module, template, says in found
        if says != ((AUDIENCE[template] if template else VARIABLE[module]) == READERS)
    ]
    assert wrong == []
