"""What handlers are given: Litestar looks up the objects of one handler in a task each.

None of ours has to wait for anything, so a task group costs more than all lookups together: a
fifth of the time of a small request. They are looked up one after the other instead, which Litestar
does itself where a handler is given one object only. The attribute is not part of its public API;
without it everything works, more slowly.

And Litestar compares all objects that there are with each other for every handler, which took half
of the time that an application is made in; so each controller is told of its own objects only.
"""

import inspect
from collections.abc import Mapping

from litestar import Controller, Litestar
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.handlers.base import BaseRouteHandler

Route = type[Controller] | HTTPRouteHandler


def one_by_one(app: Litestar) -> Litestar:
    """Let an application look up what handlers are given without tasks."""
    for route in app.routes:
        for _, model in getattr(route, "route_handler_map", {}).values():
            model.dependency_batches = [
                {given} for batch in model.dependency_batches for given in batch
            ]
    return app


def giving(route: Route, given: Mapping[str, Provide]) -> Route:
    """A controller or handler that is given what its handlers name."""
    if not isinstance(route, type):
        route.dependencies = _named([route], given)
        return route
    handlers = [one for one in vars(route).values() if isinstance(one, BaseRouteHandler)]
    body = {"__doc__": route.__doc__, "__module__": route.__module__}
    return type(route.__name__, (route,), {**body, "dependencies": _named(handlers, given)})


def _named(
    handlers: list[BaseRouteHandler] | list[HTTPRouteHandler], given: Mapping[str, Provide]
) -> dict[str, Provide]:
    names = {name for one in handlers for name in inspect.signature(one.fn).parameters}
    return {name: given[name] for name in names & given.keys()}
