"""Upgrades that are killed at every step, and starts that meet what is left."""

import os
import random
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from chatbox.db.migrate import migrations_folder
from tests.db.test_migrate import change, leave_log
from tests.faults.kill_scenes import SECOND
from tests.faults.processes import ROOT

pytestmark = pytest.mark.skipif(os.name != "posix", reason="forks and SIGKILL")
INSERT = (
    "INSERT INTO sessions (public_id, user_id, title, created_at, updated_at, active_at) "
    "VALUES ('{0}', 1, '{0}', 0, 0, 0)"
)


def kill_everywhere(what: str, folder: Path) -> int:
    """How often the work was killed; every check passed."""
    command = [sys.executable, "-m", "tests.faults.killing", "tests.faults.kill_scenes", what]
    run = subprocess.run(
        [*command, str(folder)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return int(run.stdout)


@pytest.fixture
def scene(tmp_path: Path, data_dir: Path) -> Path:
    """A folder with a newer program and the data of a killed server: a file and a log."""
    folder = tmp_path / "scene"
    shutil.copytree(migrations_folder(), folder / "package" / "migrations")
    (folder / "package" / "migrations" / "m9000_colours.py").write_text(SECOND)
    data_dir.rename(folder / "data")
    database = folder / "data" / "chatbox.db"
    change(database, INSERT.format("In the file"))
    leave_log(database, INSERT.format("In the log"))
    return folder


def test_an_upgrade_that_is_killed_anywhere_is_the_old_version_or_the_new(scene: Path) -> None:
    assert kill_everywhere("upgrade", scene) > 15


def test_a_rollback_that_is_killed_anywhere_is_completed_or_never_was(scene: Path) -> None:
    code = f"from tests.faults.kill_scenes import *; upgrade_work(Path({str(scene)!r}))"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
    leave_log(scene / "data" / "chatbox.db", INSERT.format("Later"))
    assert kill_everywhere("rollback", scene) > 10


def test_a_first_start_that_is_killed_anywhere_leaves_nothing_half_made(tmp_path: Path) -> None:
    folder = tmp_path / "scene"
    (folder / "data").mkdir(parents=True)
    assert kill_everywhere("first", folder) > 5


def test_an_upgrade_that_is_killed_within_a_migration_is_the_old_version(scene: Path) -> None:
    migration = scene / "package" / "migrations" / "m9000_colours.py"
    migration.write_text(f"{SECOND}    import os\n    os.kill(os.getpid(), 9)\n")
    code = f"from tests.faults.kill_scenes import *; upgrade_work(Path({str(scene)!r}))"
    ended = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False)
    assert ended.returncode == -9
    assert (scene / "data" / "chatbox.db.upgrading").exists()
    migration.write_text(SECOND)
    check = f"from tests.faults.kill_scenes import *; upgrade_check(Path({str(scene)!r}), False)"
    subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True)


def test_a_starting_server_that_is_killed_at_any_moment_upgrades_at_the_next_start(
    scene: Path, rounds: int
) -> None:
    """Within SQLite, too, for the file is large; more moments with CHATBOX_FAULT_ROUNDS."""
    database = scene / "data" / "chatbox.db"
    change(
        database,
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT 400) "
        "INSERT INTO messages (public_id, session_id, role, status, parts, created_at) "
        "SELECT 'm' || i, 1, 'user', 'done', json_quote(hex(randomblob(15000))), 0 FROM n",
    )
    change(database, "UPDATE sessions SET message_count = 400, active_leaf_id = 400 WHERE id = 1")
    work = f"from tests.faults.kill_scenes import *; upgrade_work(Path({str(scene)!r}))"
    chance = random.Random()
    for number in range(max(3, rounds // 2)):
        attempt = scene.with_name(f"attempt-{number}")
        shutil.copytree(scene, attempt)
        code = work.replace(str(scene), str(attempt))
        with subprocess.Popen([sys.executable, "-c", code], cwd=ROOT) as process:
            while process.poll() is None and not (attempt / "data" / "chatbox.lock").exists():
                time.sleep(0.001)
            time.sleep(chance.random() * 0.15)
            process.kill()
        ended = process.returncode == 0
        check = code.replace("upgrade_work", "upgrade_check").replace("))", f"), {ended})")
        subprocess.run([sys.executable, "-c", check], cwd=ROOT, check=True)
        shutil.rmtree(attempt)
