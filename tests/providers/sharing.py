"""What the tests of shared providers begin with."""

from typing import Any

from tests.running import JSON, SECRET, good
from tests.team import Team
from tests.upstream import Upstream


async def connect(team: Team, who: str, upstream: Upstream, name: str, **more: Any) -> JSON:
    """Connect the scripted provider."""
    new = {"name": name, "base_url": upstream.base_url, "secret": SECRET, **more}
    return good(await team[who].post("/providers", json=new))


async def share(team: Team, upstream: Upstream, name: str = "shared", **more: Any) -> JSON:
    """Let the admin connect it for everybody."""
    return await connect(team, "adam", upstream, name, system=True, **more)


async def grant(team: Team, provider: JSON, **more: Any) -> JSON:
    """Let the admin grant it."""
    return good(await team["adam"].post("/grants", json={"provider_id": provider["id"], **more}))


async def models_of(team: Team, who: str) -> set[str]:
    """The ids of the models that somebody sees."""
    items = good(await team[who].get("/models?limit=500"))["items"]
    return {item["id"] for item in items}


async def may_use(team: Team, who: str, model: str) -> bool:
    """Whether somebody gets an answer of a model."""
    answer = await team[who].post("/chat", json={"content": "Hello", "model": model})
    if answer.status_code == 200:
        return True
    assert answer.json()["code"] in ("model_not_found", "forbidden"), answer.text
    return False
