"""`trailhouse query`: a question in JSON, as `POST /api/v2/query` takes it, answered as a table or as JSON."""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trailhouse import internal
from trailhouse.commands.output import open_database, print_json, print_table
from trailhouse.core import clock
from trailhouse.core.errors import UserError
from trailhouse.core.settings import settings
from trailhouse.events.store import Store

if TYPE_CHECKING:
    from trailhouse.sites.models import Site


def run(options: argparse.Namespace) -> None:
    """Read the question, have it answered, print."""
    payload = {"question": _read(options.file), "account": options.account, "site": options.site}
    answered = _ask(payload)
    if options.json:
        print_json(answered)
        return
    asked = answered["query"]
    rows = [[*row["dimensions"], *map(_plain, row["metrics"])] for row in answered["results"]]
    print_table([*asked["dimensions"], *asked["metrics"]], rows)


def answer(store: Store, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Answer a question over `store`. Raises UserError for one without an answer, and for an unknown site."""
    from trailhouse.api import plausible
    from trailhouse.api.access import context_of, figures, first_day

    question = dict(payload["question"])
    site = _site(payload.get("site") or question.get("site_id"), payload.get("account"))
    parsed = plausible.parse(question, context_of(site), site.domain, clock.now(), first_day(site, store))
    return plausible.render(figures(store, site, parsed.question), parsed)


def _ask(payload: dict[str, Any]) -> dict[str, Any]:
    """By the running app process, which alone holds an embedded store; by this one where none runs."""
    own = settings()
    answered = internal.call(own.app_socket, "query", payload)
    if answered is None:
        from trailhouse.app import open_store

        open_database()
        store = open_store(own)
        try:
            answered = answer(store, payload)
        finally:
            store.close()
    return answered


def _read(file: str) -> dict[str, Any]:
    try:
        question = json.loads(sys.stdin.read() if file == "-" else Path(file).read_text())
    except OSError as error:
        raise UserError(
            "no_file", f"{file} cannot be read: {error.strerror}.", "Name a file, or - for stdin."
        ) from None
    except ValueError as error:
        raise UserError("wrong_json", f"The question is no JSON: {error}.", "See docs/query-api.md.") from None
    if not isinstance(question, dict):
        raise UserError("wrong_json", "The question is no JSON object.", "See docs/query-api.md.")
    return question


def _site(domain: Any, account_email: str | None) -> "Site":
    from trailhouse.accounts import selectors as accounts
    from trailhouse.sites import selectors as sites

    if not isinstance(domain, str) or not domain:
        raise UserError("missing_site", "The question names no site.", "Give its site_id, or --site DOMAIN.")
    if account_email:
        account = accounts.account_of(account_email)
        found = [sites.site_for_api(account, domain)] if account else []
    else:
        found = list(sites.named(domain))
    known = [site for site in found if site is not None]
    if not known:
        raise UserError("unknown_site", f"There is no site {domain}.", "Add it: trailhouse site add.", status=404)
    if len(known) > 1:
        raise UserError("several_sites", f"Several accounts have {domain}.", "Say which: --account EMAIL.")
    return known[0]


def _plain(value: Any) -> Any:
    return value["long"] if isinstance(value, dict) else value
