"""Configured providers, their encrypted secrets and models; `calls` is the one door to any model."""
