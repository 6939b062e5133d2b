"""What all tests share: settings of their own, the real store, and real browsers."""

import os
import tempfile

# Before Django reads its settings: nothing of this machine's environment, and a data directory for each process.
for _name in [name for name in os.environ if name.startswith("TRAILHOUSE_")]:
    del os.environ[_name]
os.environ["TRAILHOUSE_DATA"] = tempfile.mkdtemp(prefix="trailhouse-test-")

pytest_plugins = ["tests.store"]
