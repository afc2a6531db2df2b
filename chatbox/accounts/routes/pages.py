"""HTTP: the pages of the web UI, filled in for whoever opens them."""

from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.params import Parameter
from litestar.types import ASGIApp

from chatbox.accounts.auth import visitor_of
from chatbox.accounts.boots import Boots
from chatbox.errors import NotFound
from chatbox.rights import Action
from chatbox.web.static import Ui, page_answer

_NO_PAGES = ("api/", "v1", "schema", "assets/", "healthz/", "readyz/", "metrics")


class PageRoutes(Controller):
    """The web UI: every address that is not the API's or a file's is a page of it."""

    opt = {"action": Action.OPEN}

    @get("/docs", include_in_schema=False)
    async def show_docs(self, ui: NamedDependency[Ui]) -> ASGIApp:
        return page_answer(ui.docs)

    @get(["/", "/{path:path}"], include_in_schema=False)
    async def show_ui(
        self,
        request: Request[Any, Any, Any],
        boots: NamedDependency[Boots],
        ui: NamedDependency[Ui],
        path: Annotated[str, Parameter(description="Any address")] = "",
    ) -> ASGIApp:
        name = path.lstrip("/")
        if ui.has(name):
            return ui.file(name, accepts=request.headers.get("accept-encoding", "").encode())
        if name.startswith(_NO_PAGES):
            raise NotFound
        return page_answer(ui.page(await boots.of(visitor_of(request.scope))))
