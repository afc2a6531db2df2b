"""The ends of accounts."""
