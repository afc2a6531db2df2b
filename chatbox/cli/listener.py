"""The listening socket: bound here, or handed over by a service manager or by the server before.

A socket is handed over as systemd does it (sd_listen_fds(3)): descriptor 3, and two variables that
say how many there are and for whom.
"""

import ipaddress
import os
import socket
import sys

import msgspec

from chatbox.config import Config
from chatbox.errors import StartRefused

FIRST = 3  # the descriptor of the first socket that is handed over
BACKLOG = 2_048
DOORS = 16


def for_team_where_public(config: Config) -> Config:
    """Ask for accounts where anybody on the network could read the chats."""
    if config.team or (is_loopback(config.host) and not config.public_url):
        return config
    return msgspec.structs.replace(config, team=True)


def listen(config: Config) -> socket.socket:
    """Take the socket that was handed over, or bind one; it listens when it was handed over."""
    return _handed_over(config) or _bind(config)


def doors(listener: socket.socket) -> list[socket.socket]:
    """The socket and doubles of it, each of which the event loop takes connections from.

    libuv takes one connection from a socket in each round of its loop, and a round lasts 20 ms when
    a thousand replies are written: with one socket, the fiftieth visitor waits for a second.
    """
    return [listener, *(listener.dup() for _ in range(DOORS - 1))]


def is_handed_over() -> bool:
    """Tell whether a socket was handed over to this process."""
    receivers = {str(os.getpid())}
    if getattr(sys, "frozen", False):  # of the one-file executable, the parent is the boot loader
        receivers.add(str(os.getppid()))
    return os.environ.get("LISTEN_PID") in receivers


def hand_over(listener: socket.socket) -> dict[str, str]:
    """Make the socket the descriptor that a program started in this process takes over.

    Answers what its environment has to say. Whatever is open at this number is closed.
    """
    if listener.fileno() == FIRST:
        listener.set_inheritable(True)
    else:
        os.dup2(listener.fileno(), FIRST, inheritable=True)
    return {"LISTEN_PID": str(os.getpid()), "LISTEN_FDS": "1"}


def _handed_over(config: Config) -> socket.socket | None:
    if not is_handed_over():
        return None
    del os.environ["LISTEN_PID"]
    if (count := os.environ.pop("LISTEN_FDS", "")) != "1":
        raise StartRefused(f"The service manager hands over {count or 'no'} sockets; one is used.")
    try:
        listener = socket.socket(fileno=FIRST)
    except OSError as failure:
        raise StartRefused(
            f"Descriptor {FIRST}, which the service manager named, is no socket."
        ) from failure
    listener.set_inheritable(False)
    is_stream = listener.type == socket.SOCK_STREAM
    if listener.family not in (socket.AF_INET, socket.AF_INET6) or not is_stream:
        raise StartRefused("The socket of the service manager is no TCP socket; name a port.")
    address = listener.getsockname()[0]
    if not config.team and not is_loopback(address):
        raise StartRefused(
            f"The socket of the service manager listens on {address}: anybody who reaches that "
            "address could read every chat. Let it listen on 127.0.0.1, or serve with --team."
        )
    return listener


def _bind(config: Config) -> socket.socket:
    family = socket.AF_INET6 if ":" in config.host else socket.AF_INET
    # Named as TCP, for else asyncio (not uvloop) leaves Nagle on, which delays answers by 40 ms.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name == "posix":
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((config.host, config.port))
    except OSError as failure:
        listener.close()
        raise StartRefused(
            f"The port {config.port} on {config.host} cannot be used: {failure.strerror}. Choose "
            "another one with --port."
        ) from failure
    return listener


def is_loopback(host: str) -> bool:
    """Tell whether only this computer can reach an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
