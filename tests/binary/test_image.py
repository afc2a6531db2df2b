"""The container image without an engine: its root directory, started as the Dockerfile says."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import httpx

from tests.faults.processes import Program
from tests.scripts.places import free_port

ROOT = Path(__file__).resolve().parents[2]
MOST_BYTES = 80_000_000


class Image:
    """What the Dockerfile's last stage says, and its root directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        text = (ROOT / "Dockerfile").read_text().partition("FROM scratch")[2]
        self.environ = dict(re.findall(r"^ENV (\w+)=(\S+)$", text, re.MULTILINE))
        self.user = re.findall(r"^USER (\S+)$", text, re.MULTILINE)[0]
        words = [json.loads(found) for found in re.findall(r"(\[.*\])$", text, re.MULTILINE)]
        self.healthcheck, entry, command = words
        self.start = [*entry, *command]

    def command(self, words: list[str], **environ: str) -> list[str]:
        """The command line of a process in the image."""
        variables = [f"{name}={value}" for name, value in (self.environ | environ).items()]
        changed = [str(shutil.which("chroot")), f"--userspec={self.user}", str(self.root)]
        return ["env", "-i", *variables, *changed, *words]


def test_the_image_serves_is_healthy_and_writes_only_its_volume(dist: Path, tmp_path: Path) -> None:
    assert dist.is_dir()
    root = tmp_path / "image"
    laid_out = [sys.executable, "scripts/image_root.py", str(root)]
    subprocess.run(laid_out, cwd=ROOT, check=True)
    root.chmod(0o755)
    size = sum(file.stat().st_size for file in root.rglob("*") if file.is_file())
    assert size < MOST_BYTES
    assert [
        file for file in root.rglob("*") if os.access(file, os.X_OK) and file.name == "sh"
    ] == []
    before = {file for file in root.rglob("*") if not file.is_relative_to(root / "data")}

    image = Image(root)
    port = str(free_port())
    settings = {"CHATBOX_PORT": port, "CHATBOX_DISCOVER": "false"}
    server = Program(tmp_path, "image", image.command(image.start, **settings))
    server.spawn()
    url = server.wait_for("ready: ").strip()
    assert httpx.get(f"{url}/readyz", trust_env=False).is_success
    asked = image.command(image.healthcheck, CHATBOX_PORT=port)
    assert subprocess.run(asked, capture_output=True).returncode == 0
    server.terminate()
    assert server.wait() == 0
    assert subprocess.run(asked, capture_output=True).returncode == 1

    assert {file.name for file in (root / "data").iterdir()} == {"chatbox", "chatbox.master-key"}
    after = {file for file in root.rglob("*") if not file.is_relative_to(root / "data")}
    assert after == before
