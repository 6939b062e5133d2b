"""Makes sure of what tests need beside Python: `python -m tests.needs`, once before they run in parallel."""

import os
import shutil
import subprocess
import sys

# command → Debian package
NEEDS = {"chromium": "chromium", "strace": "strace"}
# The same, and nothing that a test cannot do without: it makes them faster.
WANTS = {"chromium-headless-shell": "chromium-headless-shell"}


def main() -> None:
    """Install what is missing, as far as this may be done; end with what to do otherwise."""
    missing, wanted = _missing(NEEDS), _missing(WANTS)
    able = os.geteuid() == 0 and shutil.which("apt-get") is not None
    if not missing and not (wanted and able):
        return
    if not able:
        sys.exit(f"The tests need {' and '.join(missing)}: run `apt-get install {' '.join(missing)}` as root.")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=bool(missing), env=environment)
    for packages, needed in ((missing, True), (wanted, False)):
        if packages:
            command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
            subprocess.run(command, check=needed, env=environment, stdout=subprocess.DEVNULL)


def _missing(commands: dict[str, str]) -> list[str]:
    return [package for command, package in commands.items() if shutil.which(command) is None]


if __name__ == "__main__":
    main()
