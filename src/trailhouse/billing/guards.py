"""What the database itself refuses: changes of final documents, events and published books, and days billed twice.

Triggers, since neither SQLite nor a plain constraint can say it; kept in words for both engines. SQLite drops the
triggers of a table that a migration remakes: one that changes a table named here removes them first and installs them
last, as 0005 does.
"""

from collections.abc import Callable
from typing import Any

Guard = tuple[str, str, str, str, str]  # name, event, table, condition, message
FINAL = ("billing_document", "billing_line")  # neither changed nor deleted
# Only who did it may be forgotten: `by_id` may become null, and nothing else may change.
APPENDED = {
    "billing_billingevent": (
        ["id", "account_id", "subscription_id", "key", "transition", "before", "after", "at", "details"]
    ),
    "billing_credit": [
        "id",
        "account_id",
        "key",
        "amount",
        "currency",
        "reason",
        "payment_id",
        "document_id",
        "at",
        "note",
    ],
}
OVERLAP = "these days of the site are billed already"
YEAR_OVERLAP = "these days of the licence are billed already"
NO_CHANGE = "is final: it is never changed"


def install(apps: Any, editor: Any) -> None:
    """Create the triggers."""
    _create(editor, _guards)


def remove(apps: Any, editor: Any) -> None:
    """Drop the triggers."""
    _drop(editor, _names())


def install_years(apps: Any, editor: Any) -> None:
    """Create the triggers of the years of licences."""
    _create(editor, _guards_of_years)


def remove_years(apps: Any, editor: Any) -> None:
    """Drop them."""
    _drop(editor, [(name, table) for name, _event, table, _when, _message in _guards_of_years("")])


def _create(editor: Any, guards: Callable[[str], list[Guard]]) -> None:
    make = _sqlite(guards) if editor.connection.vendor == "sqlite" else _postgresql(guards)
    for statement in make:
        editor.execute(statement)


def _drop(editor: Any, names: list[tuple[str, str]]) -> None:
    on = editor.connection.vendor != "sqlite"
    for name, table in names:
        editor.execute(f"DROP TRIGGER IF EXISTS {name}" + (f" ON {table}" if on else ""))


def _names() -> list[tuple[str, str]]:
    tables = [*FINAL, *APPENDED]
    found = [(f"{table}_{what}", table) for table in tables for what in ("kept", "unchanged")]
    return [
        *found,
        ("billing_book_unchanged", "billing_book"),
        ("billing_book_kept", "billing_book"),
        ("billing_paidspan_kept", "billing_paidspan"),
        ("billing_paidspan_apart", "billing_paidspan"),
        ("billing_paidspan_apart_later", "billing_paidspan"),
    ]


def _guards(differs: str) -> list[Guard]:
    apart = (
        "EXISTS (SELECT 1 FROM billing_paidspan s WHERE s.subscription_id = NEW.subscription_id"
        ' AND s.id {differs} NEW.id AND s.start < NEW."end" AND s."end" > NEW.start'
        ' AND s."end" > s.start AND NEW."end" > NEW.start)'
    ).replace("{differs}", differs)
    found = []
    for table in FINAL:
        found += [
            (f"{table}_kept", "DELETE", table, "", NO_CHANGE),
            (f"{table}_unchanged", "UPDATE", table, "", NO_CHANGE),
        ]
    for table, columns in APPENDED.items():
        changed = [f'NEW."{column}" {differs} OLD."{column}"' for column in columns]
        changed.append(f"(NEW.by_id IS NOT NULL AND NEW.by_id {differs} OLD.by_id)")
        found += [
            (f"{table}_kept", "DELETE", table, "", NO_CHANGE),
            (f"{table}_unchanged", "UPDATE", table, " OR ".join(changed), NO_CHANGE),
        ]
    return [
        *found,
        ("billing_book_unchanged", "UPDATE", "billing_book", "OLD.published_at IS NOT NULL", NO_CHANGE),
        ("billing_book_kept", "DELETE", "billing_book", "OLD.published_at IS NOT NULL", NO_CHANGE),
        ("billing_paidspan_kept", "DELETE", "billing_paidspan", "", NO_CHANGE),
        ("billing_paidspan_apart", "INSERT", "billing_paidspan", apart, OVERLAP),
        ("billing_paidspan_apart_later", "UPDATE", "billing_paidspan", apart, OVERLAP),
    ]  # fmt: skip


def _guards_of_years(differs: str) -> list[Guard]:
    table = "billing_licencespan"
    apart = (
        f"EXISTS (SELECT 1 FROM {table} s WHERE s.licence_id = NEW.licence_id"
        ' AND s.start < NEW."end" AND s."end" > NEW.start)'
    )
    return [
        (f"{table}_kept", "DELETE", table, "", NO_CHANGE),
        (f"{table}_unchanged", "UPDATE", table, "", NO_CHANGE),
        (f"{table}_apart", "INSERT", table, apart, YEAR_OVERLAP),
    ]


def _sqlite(guards: Callable[[str], list[Guard]]) -> list[str]:
    return [
        f"CREATE TRIGGER {name} BEFORE {event} ON {table} {f'WHEN {when}' if when else ''}"
        f" BEGIN SELECT RAISE(ABORT, '{table} {message}'); END"
        for name, event, table, when, message in guards("IS NOT")
    ]


def _postgresql(guards: Callable[[str], list[Guard]]) -> list[str]:
    statements = []
    for name, event, table, when, message in guards("IS DISTINCT FROM"):
        statements += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger AS $$ BEGIN"
            f" IF {when or 'true'} THEN RAISE EXCEPTION '{table} {message}'"
            f" USING ERRCODE = 'integrity_constraint_violation'; END IF;"
            " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$ LANGUAGE plpgsql",
            f"CREATE TRIGGER {name} BEFORE {event} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
        ]
    return statements
