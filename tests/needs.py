"""Makes sure of what tests need beside Python: `python -m tests.needs`, once before they run in parallel."""

import os
import shutil
import subprocess
import sys

# command → Debian package
NEEDS = {"chromium": "chromium", "strace": "strace"}


def main() -> None:
    """Install what is missing, as far as this may be done; end with what to do otherwise."""
    missing = [package for command, package in NEEDS.items() if shutil.which(command) is None]
    if not missing:
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        sys.exit(f"The tests need {' and '.join(missing)}: run `apt-get install {' '.join(missing)}` as root.")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment)
    command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
