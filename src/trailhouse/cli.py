"""The command line: reads the arguments and the environment, and hands over to `trailhouse.commands`."""

import argparse
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from trailhouse.core.errors import UserError

EXIT_REFUSED = 2

Arguments = tuple[tuple[str, dict[str, Any]], ...]

ACCOUNT: Arguments = (("--account", {"metavar": "EMAIL", "required": True, "help": "the account of this person"}),)
JSON: Arguments = (("--json", {"action": "store_true", "help": "print JSON"}),)

# name → what it does, its arguments, the function that carries it out
COMMANDS: dict[str, tuple[str, Arguments, str]] = {
    "serve": (
        "run the product",
        (
            ("--host", {"help": "address to listen on (127.0.0.1)"}),
            ("--port", {"help": "port to listen on (8000)"}),
            ("--workers", {"help": "public processes (1)"}),
            ("--only", {"choices": ("edge", "app", "jobs"), "help": "only these processes, of several machines"}),
            ("--demo", {"action": "store_true", "help": "with a demo account and a year of made-up traffic"}),
        ),
        "serving.serve",
    ),
    "setup-link": ("print a one-time link that makes an operator", JSON, "control.setup_link"),
    "account add": (
        "add a person with an account",
        (
            ("email", {"metavar": "EMAIL"}),
            ("--name", {"default": "", "help": "name of the account"}),
            ("--password-stdin", {"action": "store_true", "help": "read the password; otherwise one is made up"}),
            *JSON,
        ),
        "control.account_add",
    ),
    "site add": ("add a site", (("domain", {"metavar": "DOMAIN"}), *ACCOUNT, *JSON), "control.site_add"),
    "apikey add": (
        "make an API key",
        (
            *ACCOUNT,
            ("--name", {"default": "command line", "help": "what uses it"}),
            (
                "--scope",
                {
                    "action": "append",
                    "metavar": "SCOPE",
                    "help": "stats (by itself), sites, people, operator; repeatable",
                },
            ),
            ("--site", {"action": "append", "metavar": "DOMAIN", "help": "only this site; may be repeated"}),
            *JSON,
        ),
        "control.apikey_add",
    ),
    "query": (
        "ask a question in JSON, as POST /api/v2/query takes it",
        (
            ("file", {"nargs": "?", "default": "-", "metavar": "FILE", "help": "the question; - or nothing: stdin"}),
            ("--account", {"metavar": "EMAIL", "help": "where several accounts have the site"}),
            ("--site", {"metavar": "DOMAIN", "help": "the site, where the question names none"}),
            *JSON,
        ),
        "query.run",
    ),
    "geo use": (
        "take MMDB files for cities and organisations",
        (("files", {"nargs": "+", "metavar": "FILE", "type": Path}),),
        "upkeep.geo_use",
    ),
    "backup": ("save everything, while it runs", (("directory", {"metavar": "DIR", "type": Path}),), "upkeep.backup"),
    "restore": (
        "bring a backup back into an empty data directory",
        (("directory", {"metavar": "DIR", "type": Path}),),
        "upkeep.restore",
    ),
    "clock": (
        "show or move on the test clock of a sandbox",
        (
            ("ahead", {"nargs": "?", "default": "", "metavar": "+DAYSd", "help": "so many days on, such as +40d"}),
            ("--to", {"default": "", "metavar": "DATE", "help": "to the beginning of this day, such as 2027-03-01"}),
            *JSON,
        ),
        "sandbox.run",
    ),
    "doctor": ("check the installation and say what to mend", JSON, "doctor.run"),
}


class _Version(argparse.Action):
    """Prints the version; read only when it is asked for."""

    def __call__(self, *_given: Any) -> None:
        from importlib.metadata import version

        print(f"trailhouse {version('trailhouse')}")
        sys.exit(0)


def parser() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
    shared = argparse.ArgumentParser(add_help=False)
    shared.add_argument(
        "--data", metavar="DIR", default=argparse.SUPPRESS, help="directory of everything that is kept (data)"
    )
    width = max(map(len, COMMANDS))
    lines = "\n".join(f"  {name:<{width}}  {meaning}" for name, (meaning, _, _) in COMMANDS.items())
    top = argparse.ArgumentParser(
        prog="trailhouse",
        usage="trailhouse COMMAND [--data DIR] …",
        description=f"Web analytics that agencies sell under their own name.\n\ncommands:\n{lines}",
        epilog="`trailhouse COMMAND --help` tells more.\nSettings come from TRAILHOUSE_* in the environment.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[shared],
        add_help=False,
    )
    top.add_argument("-h", "--help", action="help", help=argparse.SUPPRESS)
    top.add_argument("--version", action=_Version, nargs=0, help="print the version")
    groups: dict[str, Any] = {"": _subparsers(top, "")}
    for name, (meaning, arguments, function) in COMMANDS.items():
        group, _, verb = name.rpartition(" ")
        if group not in groups:
            groups[group] = _subparsers(groups[""].add_parser(group, parents=[shared]), f" {group}")
        command = groups[group].add_parser(verb, description=f"{meaning[0].upper()}{meaning[1:]}.", parents=[shared])
        for argument, options in arguments:
            command.add_argument(argument, **options)
        command.set_defaults(function=function)
    return top


def _subparsers(of: argparse.ArgumentParser, group: str) -> Any:
    return of.add_subparsers(metavar="COMMAND", required=True, help=argparse.SUPPRESS, prog=f"trailhouse{group}")


def main(arguments: list[str] | None = None) -> None:
    """Carry out one command. Ends with 0, with 1 where `doctor` found something red, with 2 where it was refused."""
    options = parser().parse_args(arguments)
    os.umask(0o077)  # what is kept is its owner's alone
    try:
        _into_environment(options)
        module, _, name = options.function.rpartition(".")
        code = getattr(import_module(f"trailhouse.commands.{module}"), name)(options)
    except UserError as error:
        print(f"trailhouse: {error}", file=sys.stderr)
        code = EXIT_REFUSED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except KeyboardInterrupt:
        code = 130
    sys.exit(code or 0)


def _into_environment(options: argparse.Namespace) -> None:
    """Let arguments win over the environment, before anything reads the settings."""
    for name in ("data", "host", "port", "workers"):
        value = getattr(options, name, None)
        if value is not None:
            os.environ[f"TRAILHOUSE_{name.upper()}"] = value
            os.environ.pop(f"TRAILHOUSE_{name.upper()}_FILE", None)
    if getattr(options, "demo", False):
        os.environ["TRAILHOUSE_DEMO"] = "yes"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "trailhouse.settings")
    _find_address(serving=options.function == "serving.serve")


def _find_address(*, serving: bool) -> None:
    """Where nobody set the public address: the one that `serve` listens on, also for commands beside it."""
    from trailhouse.core.settings import from_env, settings

    own = from_env(os.environ)
    noted = own.address_file
    if not _given("URL"):
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(own.host, own.host)
        address = f"http://{host}:{own.port}"
        if not serving and not _given("HOST") and not _given("PORT") and noted.exists():
            address = noted.read_text().strip()
        os.environ["TRAILHOUSE_URL"] = address
        settings.cache_clear()


def _given(name: str) -> bool:
    return any(os.environ.get(f"TRAILHOUSE_{name}{suffix}") for suffix in ("", "_FILE"))


if __name__ == "__main__":
    main()
