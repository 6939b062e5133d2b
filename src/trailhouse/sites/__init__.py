"""Sites: their keys, hostnames, goals, people and privileges, and the snapshot that collecting reads."""
