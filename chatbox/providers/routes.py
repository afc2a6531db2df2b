"""HTTP: providers and models."""

from typing import Annotated

from litestar import Controller, Response, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import JSONBody, Parameter

from chatbox.caller import Caller
from chatbox.providers.discovery import Discovery
from chatbox.providers.model import (
    FoundPage,
    Model,
    ModelChange,
    ModelPage,
    NewModel,
    NewProvider,
    Provider,
    ProviderChange,
    ProviderPage,
    TestResult,
    UseFound,
)
from chatbox.providers.models import Models
from chatbox.providers.service import Providers, result_of
from chatbox.providers.view import model_of, provider_of
from chatbox.rights import Action
from chatbox.system.settings import UserSettings
from chatbox.web.paging import Cursor, Limit, decode_cursor, page
from chatbox.web.params import IfMatch, etag, version_in

ProviderId = Annotated[str, Parameter(description="The provider's id")]


class ProviderRoutes(Controller):
    """Providers: configured upstream accounts."""

    path = "/api/v1/providers"
    tags = ["Providers"]

    @get(
        summary="List providers",
        description="One's own, oldest first; for administrators with those of the server.",
        opt={"action": Action.READ},
    )
    async def list_providers(
        self, caller: NamedDependency[Caller], providers: NamedDependency[Providers]
    ) -> ProviderPage:
        rows = await providers.all(caller)
        return ProviderPage(items=[provider_of(row) for row in rows], next_cursor=None)

    @post(
        summary="Connect a provider",
        description="Creates a provider and lists its models at once. It is created even when it "
        "does not answer; `status` then says why.",
        opt={"action": Action.CONNECT},
    )
    async def connect_provider(
        self,
        caller: NamedDependency[Caller],
        providers: NamedDependency[Providers],
        data: JSONBody[NewProvider],
    ) -> Response[Provider]:
        row = await providers.connect(caller, data)
        return Response(
            provider_of(row),
            status_code=201,
            headers={"Location": f"/api/v1/providers/{row.public_id}"},
        )

    @get(
        "/{provider_id:str}",
        summary="Read a provider",
        description="Never with its secret.",
        opt={"action": Action.READ},
    )
    async def get_provider(
        self,
        caller: NamedDependency[Caller],
        providers: NamedDependency[Providers],
        provider_id: ProviderId,
    ) -> Response[Provider]:
        row = await providers.get(caller, provider_id)
        return Response(provider_of(row), headers=etag(row.version))

    @patch(
        "/{provider_id:str}",
        summary="Change a provider",
        description="Another scheme, host or port clears the secret unless a new one comes along.",
        opt={"action": Action.CONNECT},
    )
    async def change_provider(
        self,
        caller: NamedDependency[Caller],
        providers: NamedDependency[Providers],
        provider_id: ProviderId,
        data: JSONBody[ProviderChange],
        if_match: IfMatch = None,
    ) -> Response[Provider]:
        row = await providers.change(caller, provider_id, data, version=version_in(if_match))
        return Response(provider_of(row), headers=etag(row.version))

    @delete(
        "/{provider_id:str}",
        summary="Delete a provider",
        description="Its secret and models go with it; messages stay.",
        opt={"action": Action.CONNECT},
    )
    async def delete_provider(
        self,
        caller: NamedDependency[Caller],
        providers: NamedDependency[Providers],
        provider_id: ProviderId,
    ) -> None:
        await providers.remove(caller, provider_id)

    @post(
        "/{provider_id:str}/test",
        status_code=200,
        summary="Test a provider",
        description="Asks for its models and tells how that went.",
        opt={"action": Action.CONNECT},
    )
    async def check_provider(
        self,
        caller: NamedDependency[Caller],
        providers: NamedDependency[Providers],
        provider_id: ProviderId,
    ) -> TestResult:
        contact = await providers.refresh(caller, provider_id)
        return result_of(contact)

    @post(
        "/{provider_id:str}/models/refresh",
        status_code=200,
        summary="List a provider's models again",
        description="Takes over what the provider offers now; a failure is a 502.",
        opt={"action": Action.CONNECT},
    )
    async def refresh_models(
        self,
        caller: NamedDependency[Caller],
        providers: NamedDependency[Providers],
        models: NamedDependency[Models],
        settings: NamedDependency[UserSettings],
        provider_id: ProviderId,
    ) -> ModelPage:
        row = await providers.must_refresh(caller, provider_id)
        rows = await models.all_of(row)
        default = (await settings.get(caller)).default_model
        items = [model_of(one, default) for one in rows]
        return ModelPage(items=items, next_cursor=None)

    @post(
        "/detect",
        status_code=200,
        summary="Look for providers",
        description="Probes the usual loopback ports of local servers and the environment.",
        opt={"action": Action.MANAGE},
    )
    async def detect_providers(
        self, caller: NamedDependency[Caller], discovery: NamedDependency[Discovery]
    ) -> FoundPage:
        return FoundPage(items=await discovery.detect(caller))

    @post(
        "/detect/use",
        summary="Connect something that was found",
        description="Connects a provider by the name under which detection listed it.",
        opt={"action": Action.MANAGE},
    )
    async def use_found(
        self,
        caller: NamedDependency[Caller],
        discovery: NamedDependency[Discovery],
        data: JSONBody[UseFound],
    ) -> Provider:
        return provider_of(await discovery.use(caller, data.name))


ModelId = Annotated[
    str, Parameter(description="`provider/model`, percent-encoded into one path segment")
]


class ModelRoutes(Controller):
    """Models: what the providers offer."""

    path = "/api/v1/models"
    tags = ["Models"]

    @get(
        summary="List models",
        description="By provider, in the provider's order.",
        opt={"action": Action.READ},
    )
    async def list_models(
        self,
        caller: NamedDependency[Caller],
        models: NamedDependency[Models],
        settings: NamedDependency[UserSettings],
        limit: Limit = 200,
        cursor: Cursor = None,
        enabled: Annotated[bool, Parameter(description="Only models that can be used now")] = False,
    ) -> ModelPage:
        after = decode_cursor(cursor, default=(0, 0))
        rows = await models.page(caller, after=after, limit=limit + 1, enabled_only=enabled)
        default = (await settings.get(caller)).default_model
        shown, next_cursor = page(rows, limit, lambda row: (row.provider_id, row.id))
        return ModelPage(items=[model_of(row, default) for row in shown], next_cursor=next_cursor)

    @post(
        summary="Add a model",
        description="For models that a provider offers without listing them.",
        opt={"action": Action.CONNECT},
    )
    async def add_model(
        self,
        caller: NamedDependency[Caller],
        models: NamedDependency[Models],
        settings: NamedDependency[UserSettings],
        data: JSONBody[NewModel],
    ) -> Model:
        row = await models.add(caller, data)
        return model_of(row, (await settings.get(caller)).default_model)

    @post(
        "/system",
        summary="Add a model to the system",
        description="The same for a provider that belongs to the server.",
        opt={"action": Action.MANAGE},
    )
    async def add_system_model(
        self,
        caller: NamedDependency[Caller],
        models: NamedDependency[Models],
        settings: NamedDependency[UserSettings],
        data: JSONBody[NewModel],
    ) -> Model:
        row = await models.add(caller, data, to_system=True)
        return model_of(row, (await settings.get(caller)).default_model)

    @get(
        "/{model_id:path}",
        summary="Read a model",
        description="By its public name.",
        opt={"action": Action.READ},
    )
    async def get_model(
        self,
        caller: NamedDependency[Caller],
        models: NamedDependency[Models],
        settings: NamedDependency[UserSettings],
        model_id: ModelId,
    ) -> Model:
        row = await models.get(caller, _name(model_id))
        return model_of(row, (await settings.get(caller)).default_model)

    @patch(
        "/{model_id:path}",
        summary="Change a model",
        description="Sets its limits or switches it on or off.",
        opt={"action": Action.CONNECT},
    )
    async def change_model(
        self,
        caller: NamedDependency[Caller],
        models: NamedDependency[Models],
        settings: NamedDependency[UserSettings],
        model_id: ModelId,
        data: JSONBody[ModelChange],
    ) -> Model:
        row = await models.change(caller, _name(model_id), data)
        return model_of(row, (await settings.get(caller)).default_model)

    @delete(
        "/{model_id:path}",
        summary="Delete a model",
        description="A refresh brings it back when the provider lists it.",
        opt={"action": Action.CONNECT},
    )
    async def delete_model(
        self, caller: NamedDependency[Caller], models: NamedDependency[Models], model_id: ModelId
    ) -> None:
        await models.remove(caller, _name(model_id))


def _name(model_id: str) -> str:
    """Drop the slash that Litestar puts in front; the server has undone the percent-encoding."""
    return model_id.removeprefix("/")
