"""All benchmarks one after another, each in a process of its own: `make bench`."""

import subprocess
import sys
from pathlib import Path

ALL = ("start", "memory", "ingest", "storage", "overview", "account_page", "reports", "exports", "documents", "adding")


def main() -> int:
    """Run all, or those named; 1 where one failed."""
    failed = [
        name
        for name in sys.argv[1:] or ALL
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=Path(__file__).parent.parent).returncode
    ]
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
