"""The systemd units: what starts chatbox, and what is taken from it (systemd.exec(5)).

A user's service manager cannot hide folders or take capabilities away, so that unit has only what
the kernel lets everybody do.
"""

from pathlib import Path

MARK = "# Written by chatbox install-service"
SYSTEM_HOME = "/var/lib/chatbox"

# Both the server and, of the one-file executable, the process that unpacked it may report; only
# the main process gets the signal, and it passes it on. A refused start (2) does not get better.
_SERVICE = """\
Type=notify
NotifyAccess=all
ExecStart={command}
ExecReload=kill -USR2 $MAINPID
KillMode=mixed
Restart=on-failure
RestartSec=2
RestartPreventExitStatus=2
TimeoutStartSec=10min
TimeoutStopSec=45
UMask=0077
LimitNOFILE=65536
LimitCORE=0
MemoryMax=1G
TasksMax=256
"""

_FOR_EVERYBODY = """\
NoNewPrivileges=yes
LockPersonality=yes
MemoryDenyWriteExecute=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
SystemCallErrorNumber=EPERM
"""

_FOR_THE_SYSTEM = """\
User=chatbox
Group=chatbox
StateDirectory=chatbox
StateDirectoryMode=0700
Environment=CHATBOX_DATA_DIR=%S/chatbox/data
ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
ProcSubset=pid
ProtectClock=yes
ProtectControlGroups=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
PrivateDevices=yes
PrivateTmp=yes
PrivateUsers=yes
RemoveIPC=yes
KeyringMode=private
CapabilityBoundingSet=
AmbientCapabilities=
"""


def user_unit(command: list[str]) -> str:
    """A service of one user, with the data where `chatbox serve` has it."""
    return _unit(command, more="", after="", target="default.target")


def system_unit(command: list[str], data: Path | None = None) -> str:
    """A service of the computer, which can write in `/var/lib/chatbox` and nowhere else.

    A data directory that lies elsewhere is opened too, with the folder that holds its key.
    """
    more = _FOR_THE_SYSTEM
    if data is not None:
        more += f"ReadWritePaths={_quoted(str(data.parent))}\n"
    network = "Wants=network-online.target\nAfter=network-online.target\n"
    return _unit(command, more=more, after=network, target="multi-user.target")


def _unit(command: list[str], *, more: str, after: str, target: str) -> str:
    edit = f"systemctl {'' if more else '--user '}edit chatbox"
    service = _SERVICE.format(command=" ".join(map(_word, command)))
    return (
        f"{MARK}; change it with `{edit}`.\n"
        f"[Unit]\nDescription=chatbox, a chat with language models\n{after}\n"
        f"[Service]\n{service}\n{more}{_FOR_EVERYBODY}\n"
        f"[Install]\nWantedBy={target}\n"
    )


def _word(word: str) -> str:
    """Write a word of a command, in which `$` would be filled in."""
    return _quoted(word.replace("$", "$$"))


def _quoted(text: str) -> str:
    """Write a text as systemd reads it back: `%` would be filled in."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"' if set(escaped) & set(" \t'\"\\;") else escaped
