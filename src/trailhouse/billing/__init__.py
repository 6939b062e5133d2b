"""Price, trial, subscription, invoice, payment. `services` and its parts alone write these tables."""
