"""Accounts: people, the accounts they own, their keys and one-time links, and the audit log."""
