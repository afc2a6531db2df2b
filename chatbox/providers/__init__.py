"""Configured providers, their sealed secrets, models; `calls` is the one door to any model."""
