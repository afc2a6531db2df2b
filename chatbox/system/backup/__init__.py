"""Backups: made consistently while the server runs, checked, sealed if wished, kept in a target."""
