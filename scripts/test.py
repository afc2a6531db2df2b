#!/usr/bin/env python3
"""Set up and run every test: the UI's own first, then pytest, which gets the arguments.

The closing line of pytest is the last thing printed.
"""

import os
import shutil
import subprocess
import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the point is to say so on an older one
    sys.exit("chatbox needs Python 3.11 or later; this is Python " + sys.version.split()[0] + ".")

import _setup
import _ui

IDENTITY_PROVIDER = _setup.ROOT / "tests" / "idp"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome")
# Without the fonts, emoji and Chinese are boxes in the browser tests; strace makes syncs fail, and
# binutils is what the executable is built with.
DEBIAN_PACKAGES = (
    "binutils",
    "chromium",
    "fonts-noto-color-emoji",
    "fonts-wqy-microhei",
    "strace",
)
# Its installation starts a web server, but not in a container.
CONTAINER_PACKAGES = ("nginx",)
# A test file for each processor at the same time; `-n 0` among the arguments ends that.
SIDE_BY_SIDE = ("--numprocesses=auto", "--maxprocesses=4", "--dist=loadfile")


def main() -> int:
    """Return 0 when all tests passed."""
    with _setup.telling():
        environment = _setup.prepare(dev=True)
        node = _setup.node(environment)
        with _setup.step("Installing the UI's test tools"):
            _ui.install_packages(_setup.UI, node)
            _ui.install_packages(IDENTITY_PROVIDER, node)
        ensure_browser()
    failed = not ui_tests_pass(node)
    command = [str(environment.python), "-m", "pytest", *SIDE_BY_SIDE, *sys.argv[1:]]
    code = subprocess.run(command, cwd=_setup.ROOT, check=False).returncode
    return code or int(failed)


def ensure_browser() -> None:
    """Install Chromium and the rest where that needs no asking; else say what is missing."""
    if shutil.which("apt-get") and os.geteuid() == 0:
        is_container = not os.path.exists("/run/systemd/system")
        wanted = DEBIAN_PACKAGES + (CONTAINER_PACKAGES if is_container else ())
        missing = [name for name in wanted if not is_installed(name)]
        if missing:
            with _setup.step(f"Installing {', '.join(missing)}"):
                advice = "Check the network and Debian's package sources."
                _setup.run(["apt-get", "update", "-q"], advice=advice)
                command = ["apt-get", "install", "-y", "-q", "--no-install-recommends"]
                _setup.run([*command, *missing], advice=advice)
    if not any(map(shutil.which, BROWSERS)):
        print(
            "The browser tests need Chromium, which is not on PATH: install it to run them too.",
            file=sys.stderr,
        )


def is_installed(package: str) -> bool:
    """Ask dpkg."""
    command = ["dpkg-query", "--show", "--showformat", "${db:Status-Status}", package]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    return told.stdout == "installed"


def ui_tests_pass(node: _ui.Node) -> bool:
    """Run the UI's unit tests, their words shown."""
    try:
        _ui.npm(_setup.UI, node, "test", show=True)
    except _ui.BuildFailed as failure:
        print(failure, file=sys.stderr)
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
