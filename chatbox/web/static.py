"""The bundled web UI: hashed assets for ever, and one page for every other address.

A file is served as it was precompressed at build time (`.br`, `.gz`). The page is filled in per
user: language, theme and the boot data, so that it paints right at once. A missing asset is a
plain 404, never the page.
"""

import mimetypes
from pathlib import Path

import msgspec

from chatbox.errors import NotFound
from chatbox.web.asgi import Whole

IMMUTABLE = b"public, max-age=31536000, immutable"
SHORT = b"public, max-age=3600"
PAGES = frozenset({"index.html", "docs.html"})
_ENCODINGS = ((b"br", ".br"), (b"gzip", ".gz"))
_ESCAPES = ((b"<", b"\\u003c"), (b">", b"\\u003e"), (b"&", b"\\u0026"))
_TYPES = {
    ".js": "text/javascript",
    ".webmanifest": "application/manifest+json",
    ".map": "application/json",
}
MISSING = b"""<!doctype html><meta charset="utf-8"><title>chatbox</title>
<p>The web interface was not built: run <code>python3 scripts/serve.py</code>.</p>"""


class Boot(msgspec.Struct, frozen=True):
    """What the page needs before its first request."""

    version: str
    mode: str
    locale: str
    theme: str
    density: str
    settings: object
    storage: str
    user: object = None
    setup: bool = False
    site: object = None
    base: str = ""


class Ui:
    """The files of one build of the UI, read from its folder on demand."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = _list_files(folder)
        self._page = self._read_page("index.html")
        self.docs = self._read_page("docs.html")

    def file(self, path: str, *, accepts: bytes) -> Whole:
        """Find a file by its address, or raise `NotFound`."""
        name = path.lstrip("/")
        if name not in self._names:
            raise NotFound
        for encoding, suffix in _ENCODINGS:
            if encoding in accepts and name + suffix in self._names:
                return _file_answer(self._read(name + suffix), name, encoding)
        return _file_answer(self._read(name), name, b"")

    def _read_page(self, name: str) -> bytes:
        return (self._folder / name).read_bytes() if name in self._names else MISSING

    def _read(self, name: str) -> bytes:
        try:
            return (self._folder / name).read_bytes()
        except OSError as gone:  # the UI is being built again
            raise NotFound from gone

    def has(self, path: str) -> bool:
        """Tell whether an address is a file's; a page is not served as one."""
        return path.lstrip("/") in self._names - PAGES

    def page(self, boot: Boot) -> bytes:
        """The page for a user."""
        data = msgspec.json.encode(boot)
        for character, escape in _ESCAPES:
            data = data.replace(character, escape)
        language = "zh-Hans" if boot.locale == "zh-Hans" else "en"
        classes = f"theme-{boot.theme} density-{boot.density}"
        page = self._page.replace(b"__LANG__", language.encode())
        page = page.replace(b"__THEME_CLASS__", classes.encode()).replace(b"__NONCE__", b"")
        return page.replace(b"__BOOT_JSON__", data)


def page_answer(body: bytes) -> Whole:
    """Answer an HTML page."""
    return Whole(200, body, media_type=b"text/html; charset=utf-8")


def _file_answer(body: bytes, name: str, encoding: bytes) -> Whole:
    headers = [
        (b"cache-control", IMMUTABLE if name.startswith("assets/") else SHORT),
        (b"vary", b"Accept-Encoding"),
    ]
    if encoding:
        headers.append((b"content-encoding", encoding))
    return Whole(200, body, media_type=_media_type(name), headers=headers)


def _list_files(folder: Path) -> frozenset[str]:
    files = (file for file in folder.rglob("*") if file.is_file())
    return frozenset(file.relative_to(folder).as_posix() for file in files)


def _media_type(name: str) -> bytes:
    suffix = Path(name).suffix
    kind = _TYPES.get(suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    if kind.startswith("text/") or kind.endswith("json"):
        kind += "; charset=utf-8"
    return kind.encode()
