"""Which request is being answered: known to everything that runs for it, such as its turn."""

from contextvars import ContextVar

REQUEST_ID: ContextVar[str] = ContextVar("REQUEST_ID", default="")
