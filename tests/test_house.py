"""The house rules that a program can check. Every exception has its reason beside it."""

import ast
import asyncio
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from litestar.routes import BaseRoute

from chatbox.app import open_server
from chatbox.config import Config, field_names
from chatbox.db.migrate import migrate
from chatbox.kit.secretbox import SecretBox

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "chatbox"
MODULES = sorted(p for p in PACKAGE.rglob("*.py") if "ui" not in p.relative_to(PACKAGE).parts)
SOURCES = [*MODULES, *sorted((ROOT / "migrations").glob("*.py"))]
SCRIPTS = [*sorted((ROOT / "scripts").glob("*.py")), ROOT / "hatch_build.py"]
TESTS = sorted((ROOT / "tests").rglob("*.py"))

FILE_LINES, FUNCTION_LINES = 300, 40
# "path" or "path::function": the reason why it may be longer.
LONG: dict[str, str] = {
    "chatbox/app.py": "the composition root: every object, every job and every route on one list",
    "chatbox/app.py::__init__": "the composition root reads top to bottom",
    "chatbox/accounts/front_desk.py::__init__": "as the composition root, for accounts",
    "chatbox/system/metrics.py::__init__": "the list of everything that is counted",
    "chatbox/chat/routes.py": "every route of the package on one list, three lines a handler",
}
# "path::function": why it may catch everything and go on.
CATCHES_ALL: dict[str, str] = {
    "chatbox/kit/tasks.py::_repeat": "the job edge: a failing round is logged, the next one runs",
    "chatbox/kit/tasks.py::uncancelled": "the failure is raised by `result()` below",
    "chatbox/kit/tasks.py::_tell": "the failure is raised where the result is awaited",
    "chatbox/chat/turn.py::_run": "the turn edge: whatever happens, the reply gets its end",
    "chatbox/chat/ending.py::end": "the turn edge: a reply that cannot be saved is said to be lost",
    "chatbox/events/socket.py::_listen": "the request edge: whatever is said ends the connection",
    "chatbox/db/trips.py::_attempt": "each work's failure is handed to its own caller",
    "chatbox/db/group.py::_write_all": "what a transaction raised is handed to all who shared it",
    "chatbox/chat/journal.py::flush": "the disk may be full: what gathered waits for the next try",
}
# "METHOD path": why it needs neither a test nor a word.
LITESTARS_OWN = {
    "GET /schema": "comes along with /schema/openapi.json",
    "GET /schema/{path}": "the 404 below it",
}
NOT_EXERCISED = LITESTARS_OWN
NOT_DOCUMENTED = LITESTARS_OWN

SQL = re.compile(r"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO|WITH|CREATE|ALTER)\s")
EXECUTORS = {"execute", "executemany", "executescript", "fetch_one", "fetch_all", "fetch_list"}
# "path::function": why statements are put together there.
ASSEMBLES: dict[str, str] = {
    "chatbox/db/rows.py::array_sql": "puts a SELECT into another; the columns are Struct's fields",
}
TASK_MAKERS = {"create_task", "ensure_future", "TaskGroup"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def text_of(node: ast.AST) -> str | None:
    """The text of a string, with `{}` for what an f-string fills in; None for anything else."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(value) or "{}" for value in node.values)
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return (text_of(node.left) or "{}") + (text_of(node.right) or "{}")
    return None


def document(name: str) -> str:
    path = ROOT / name
    assert path.is_file(), f"{name} is missing"
    return path.read_text(encoding="utf-8")


def assert_none(found: list[str], why: str = "") -> None:
    if found:
        pytest.fail("\n  ".join([why, *found]), pytrace=False)


# --- documents --------------------------------------------------------------


def test_every_config_value_is_documented() -> None:
    text = document("docs/configuration.md")
    assert_none([name for name in field_names() if f"`{name}`" not in text])


def test_every_error_code_is_documented() -> None:
    text = document("docs/errors.md")
    codes = {
        node.value.value
        for path in (PACKAGE / "errors.py", PACKAGE / "llm" / "errors.py")
        for owner in ast.walk(tree_of(path))
        if isinstance(owner, ast.ClassDef)
        for node in owner.body
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(node.value, ast.Constant)
        and ast.unparse(getattr(node, "target", None) or node.targets[0]) == "code"  # type: ignore[union-attr]
    }
    assert len(codes) > 20
    assert_none(sorted(code for code in codes if f"`{code}`" not in text))


def test_every_package_is_in_the_code_map() -> None:
    text = document("README.md").partition("Code map")[2]
    packages = [path.parent.name for path in MODULES if path.name == "__init__.py"][1:]
    top = [name for name in packages if (PACKAGE / name).is_dir()]
    assert_none([name for name in top if f"{name}/" not in text])


def test_lock_files_name_no_host() -> None:
    locks = [*ROOT.glob("requirements*.txt"), PACKAGE / "ui" / "package-lock.json"]
    assert len(locks) == 6
    found = {
        name_of(path): hosts
        for path in locks
        if (hosts := re.findall(r"\w+://[^\s\"]+|--(?:index|find-links)\S*", registry_part(path)))
    }
    assert found == {}


def registry_part(path: Path) -> str:
    """The lines that say where packages come from; npm's lock also holds their funding pages."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if path.suffix == ".json":
        lines = [line for line in lines if '"resolved"' in line]
    return "\n".join(lines)


# --- routes -------------------------------------------------------------------


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, str]]:
    """Every method and path of the app, path parameters as `{name}`."""
    folder = tmp_path_factory.mktemp("house")
    migrate(folder / "chatbox.db")
    found = set()
    for route in asyncio.run(litestar_routes(Config(data_dir=str(folder)))):
        path = re.sub(r"\{(\w+):\w+\}", r"{\1}", route.path)
        methods = getattr(route, "methods", None) or {"WS"}
        found |= {(method, path) for method in methods if method not in {"OPTIONS", "HEAD"}}
    return sorted(found)


async def litestar_routes(config: Config) -> list[BaseRoute]:
    async with open_server(config, SecretBox(bytes(32)), environ={}) as server:
        return server.litestar.routes


def test_every_route_is_documented(routes: list[tuple[str, str]]) -> None:
    text = document("docs/api.md")
    named = [f"{method} {path}" for method, path in routes]
    assert_none([name for name in named if name not in text and name not in NOT_DOCUMENTED])


def test_every_route_is_exercised(routes: list[tuple[str, str]]) -> None:
    calls = {call for path in TESTS for call in calls_in(path)}
    missing = []
    for method, path in routes:
        short = path.removeprefix("/api/v1")
        parts = [re.escape(part) for part in re.split(r"\{\w+\}", short)]
        pattern = re.compile(r".*" + r"[^/?]+".join(parts) + r"/?(\?.*)?$")
        if not any(verb == method and pattern.match(url) for verb, url in calls):
            missing.append(f"{method} {path}")
    assert_none([name for name in missing if name not in NOT_EXERCISED])


def calls_in(path: Path) -> Iterator[tuple[str, str]]:
    """Find the likes of `client.post(f"/sessions/{id}")` and `request("POST", "/sessions")`."""
    for node in ast.walk(tree_of(path)):
        if not isinstance(node, ast.Call):
            continue
        verb = node.func.attr if isinstance(node.func, ast.Attribute) else ast.unparse(node.func)
        texts = [text for argument in node.args if (text := text_of(argument)) is not None]
        urls = [text for text in texts if "/" in text]
        verbs = {verb.upper(), *(text for text in texts if text.isupper())}
        if "websocket" in verb or "ws_" in verb or any(url.startswith("ws") for url in urls):
            verbs.add("WS")
        yield from ((verb, url) for verb in verbs for url in urls)


# --- code ---------------------------------------------------------------------


def test_files_and_functions_are_short() -> None:
    long = {}
    for path in [*SOURCES, *SCRIPTS]:
        lines = len(path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES:
            long[name_of(path)] = lines
        for function in functions(path):
            lines = (function.end_lineno or 0) - function.lineno + 1
            if lines > FUNCTION_LINES:
                long[f"{name_of(path)}::{function.name}"] = lines
    assert_none([f"{name} {lines}" for name, lines in long.items() if name not in LONG])
    assert_none([name for name in LONG if name not in long], "no longer long: take them out")


def test_every_module_says_what_it_is() -> None:
    every = [*SOURCES, *SCRIPTS]
    silent = [name_of(path) for path in every if not ast.get_docstring(tree_of(path))]
    assert_none(silent)


def test_a_store_is_imported_only_inside_its_own_package() -> None:
    guilty = []
    for path in MODULES:
        own = ".".join(path.relative_to(ROOT).parts[:2])
        for node in ast.walk(tree_of(path)):
            for module in imported(node):
                feature, dot, rest = module.rpartition(".store")
                if dot and rest[:1] in {"", "."} and own != feature:
                    guilty.append(f"{name_of(path)} imports {module}")
    assert_none(guilty)


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def test_sql_is_literal() -> None:
    """A value in the text of a statement is how injections begin: values are named parameters."""
    guilty = set()
    for path in SOURCES:
        for node in ast.walk(tree_of(path)):
            texts: list[ast.expr] = []
            if isinstance(node, ast.JoinedStr | ast.BinOp) and SQL.match(text_of(node) or ""):
                texts = [node]
            elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                texts = node.args if node.func.attr in EXECUTORS else []
            guilty |= {place_of(path, text) for text in texts if is_assembled(text)}
    assert_none(sorted(guilty - set(ASSEMBLES)))
    assert_none(sorted(set(ASSEMBLES) - guilty), "no longer needed: take them out")


def place_of(path: Path, node: ast.expr) -> str:
    """The function around a node, or the line where there is none."""
    around = [
        function.name
        for function in functions(path)
        if function.lineno <= node.lineno <= (function.end_lineno or 0)
    ]
    return f"{name_of(path)}::{around[-1]}" if around else f"{name_of(path)}:{node.lineno}"


def test_sql_limits_are_sums() -> None:
    """SQLite looks at a parameter that is a limit, and prepares the statement anew each time."""
    bare = re.compile(r"LIMIT\s+:")
    assert_none([name_of(path) for path in SOURCES if bare.search(path.read_text("utf-8"))])


def is_assembled(node: ast.expr) -> bool:
    """Tell a text made of more than literals and constants."""
    if isinstance(node, ast.Call):
        return isinstance(node.func, ast.Attribute) and node.func.attr in {"format", "join"}
    if not isinstance(node, ast.JoinedStr | ast.BinOp):
        return False
    names = [inner for inner in ast.walk(node) if isinstance(inner, ast.Name)]
    calls = any(isinstance(inner, ast.Call | ast.Attribute) for inner in ast.walk(node))
    return calls or not all(name.id.isupper() for name in names)


def test_sql_lists_its_columns() -> None:
    stars = re.compile(r"\bSELECT\s+(\w+\.)?\*", re.IGNORECASE)
    assert_none([name_of(path) for path in SOURCES if stars.search(path.read_text("utf-8"))])


def test_migrations_stay_inside_their_transaction() -> None:
    """`db.conn.executescript` commits what came before it; `db.executescript` does not."""
    files = [*(ROOT / "migrations").glob("*.py"), *(PACKAGE / "db").glob("*.py")]
    assert_none([name_of(p) for p in files if "conn.executescript" in p.read_text("utf-8")])


def test_tasks_are_made_in_one_place() -> None:
    """A task that nobody holds is collected while it runs, and its failure is never seen."""
    guilty = [
        f"{name_of(path)}:{node.lineno}"
        for path in MODULES
        if name_of(path) != "chatbox/kit/tasks.py"
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Attribute) and node.attr in TASK_MAKERS
    ]
    assert_none(guilty)


def test_only_the_edges_catch_everything() -> None:
    """Request, job and turn may; elsewhere a handler for everything must raise again."""
    guilty = set()
    for path in SOURCES:
        for function in functions(path):
            for node in ast.walk(function):
                if isinstance(node, ast.ExceptHandler) and catches_all(node):
                    guilty.add(f"{name_of(path)}::{function.name}")
    assert_none(sorted(guilty - set(CATCHES_ALL)))
    assert_none(sorted(set(CATCHES_ALL) - guilty), "no longer needed: take them out")


def catches_all(handler: ast.ExceptHandler) -> bool:
    named = ast.unparse(handler.type) if handler.type else "Exception"
    raises = any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    return bool(re.search(r"\b(Base)?Exception\b", named)) and not raises


def test_annotations_are_real_where_they_are_read_at_run_time() -> None:
    """Litestar and msgspec evaluate annotations: what hides them fails at start with NameError."""
    hidden = re.compile(r"^from __future__ import annotations|^if TYPE_CHECKING", re.MULTILINE)
    assert_none([name_of(path) for path in MODULES if hidden.search(path.read_text("utf-8"))])
