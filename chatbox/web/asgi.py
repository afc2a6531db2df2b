"""ASGI types for code that answers without Litestar."""

from litestar.types import ASGIApp as ASGIApp
