"""Fetches the token tables that `chatbox/llm/tokens.py` reads.

They are OpenAI's `cl100k_base` and `o200k_base`, taken from the data files of the package
`bpe-openai` on PyPI and checked against the sha256 sums that tiktoken publishes. Standard library
only: the wheel build uses it too.
"""

import gzip
import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGE = "bpe-openai==0.1.4"
SHA256 = {  # of the unpacked bytes
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
}
TARGET = Path(__file__).resolve().parent.parent / "chatbox" / "llm" / "encodings"


def fetch_encodings(target: Path = TARGET, python: str = sys.executable) -> bool:
    """Put both tables into `target`; tell whether anything had to be written.

    `python` is the interpreter whose packages are searched first and whose pip downloads otherwise.
    Raises RuntimeError when a table is not what it should be.
    """
    missing = [name for name in SHA256 if not _is_right(target / f"{name}.tiktoken.gz", name)]
    if not missing:
        return False
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        source = _installed(python) or _downloaded(python, Path(scratch))
        for name in missing:
            packed = source / f"{name}.tiktoken.gz"
            if not _is_right(packed, name):
                raise RuntimeError(f"{PACKAGE} does not hold the {name} table that was expected")
            _write(target / packed.name, packed.read_bytes())
    return True


def _is_right(path: Path, name: str) -> bool:
    try:
        unpacked = gzip.decompress(path.read_bytes())
    except (OSError, EOFError):
        return False
    return hashlib.sha256(unpacked).hexdigest() == SHA256[name]


def _installed(python: str) -> Path | None:
    """Find the data of the installed package without importing it."""
    if python == sys.executable:
        spec = importlib.util.find_spec("bpe_openai")
        found = spec.origin if spec else None
    else:
        code = (
            "from importlib.util import find_spec\n"
            "spec = find_spec('bpe_openai')\n"
            "print(spec.origin if spec else '')"
        )
        answer = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
        found = answer.stdout.strip()
    data = Path(found).parent / "data" if found else None
    if data is None or not all(_is_right(data / f"{name}.tiktoken.gz", name) for name in SHA256):
        return None
    return data


def _downloaded(python: str, scratch: Path) -> Path:
    """Take the tables out of the wheel; its code never runs, so any platform's wheel will do."""
    command = [python, "-m", "pip", "download", PACKAGE, "--no-deps", "--only-binary=:all:"]
    command += ["--platform=manylinux2014_x86_64", "--python-version=3.11", "--quiet"]
    command += ["--disable-pip-version-check", f"--dest={scratch}"]
    if subprocess.run([python, "-c", "import pip"], capture_output=True, check=False).returncode:
        command = [python, "-m", "uv", "pip", "install", PACKAGE, "--no-deps", "--quiet"]
        command += ["--python-platform=x86_64-manylinux2014", f"--target={scratch}"]
    subprocess.run(command, check=True, stdout=sys.stderr)
    for wheel in scratch.glob("*.whl"):
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(scratch, [f"bpe_openai/data/{name}.tiktoken.gz" for name in SHA256])
    return scratch / "bpe_openai" / "data"


def _write(path: Path, content: bytes) -> None:
    """Replace the file at once, so that a build cut short leaves no half of it."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.write_bytes(content)
    draft.replace(path)


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    print("fetched" if fetch_encodings(folder) else "already there", folder)
