"""HTTP: accounts."""
