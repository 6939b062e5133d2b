"""The ledger: what was acknowledged is stored exactly once, whatever is killed, locked, full or torn meanwhile."""
