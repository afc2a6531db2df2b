"""The SQL of the providers package: providers and their models."""
