"""What handlers are given, without what Litestar does besides for each handler or request.

Its attributes that are set here are not part of its public API: without them everything works as
well, more slowly.
"""

import inspect
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from litestar import Controller, Litestar
from litestar.connection import ASGIConnection
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler

Route = type[Controller] | HTTPRouteHandler


def plainly(app: Litestar) -> Litestar:
    """Let an application give handlers and guards their objects without tasks and copies.

    Litestar looks up the objects of a handler in a task each, which costs more than all lookups
    together, for none of ours has to wait: a fifth of a small request. And it gives each guard a
    copy of the handler, of which ours only reads.
    """
    for route in app.routes:
        for handler, model in getattr(route, "route_handler_map", {}).values():
            model.dependency_batches = [
                {given} for batch in model.dependency_batches for given in batch
            ]
            if hasattr(handler, "__dict__"):  # all but Litestar's own for OPTIONS
                handler.authorize_connection = _guarding(handler)
    return app


def giving(route: Route, given: Mapping[str, Provide]) -> Route:
    """A controller or handler that is given what its handlers name.

    Litestar compares all objects that there are with each other for every handler, which takes half
    of the time that an application is made in.
    """
    if not isinstance(route, type):
        route.dependencies = _named([route], given)
        return route
    handlers = [one for one in vars(route).values() if isinstance(one, BaseRouteHandler)]
    body = {"__doc__": route.__doc__, "__module__": route.__module__}
    return type(route.__name__, (route,), {**body, "dependencies": _named(handlers, given)})


def _guarding(handler: BaseRouteHandler) -> Callable[..., Awaitable[None]]:
    async def authorize_connection(
        connection: ASGIConnection[BaseRouteHandler, Any, Any, Any],
    ) -> None:
        for guard in handler.resolve_guards():
            await guard(connection, handler)  # type: ignore[misc]

    return authorize_connection


def _named(
    handlers: list[BaseRouteHandler] | list[HTTPRouteHandler], given: Mapping[str, Provide]
) -> dict[str, Provide]:
    names = {name for one in handlers for name in inspect.signature(one.fn).parameters}
    return {name: given[name] for name in names & given.keys()}
