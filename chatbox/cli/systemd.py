"""Tells systemd how the service does: sd_notify(3), whose protocol is one datagram."""

import contextlib
import os
import socket


def tell_systemd(state: str) -> None:
    """Send a state such as `READY=1`, when systemd asked for it with NOTIFY_SOCKET."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    if address.startswith("@"):  # an abstract socket
        address = "\0" + address[1:]
    with (
        contextlib.suppress(OSError),
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sending,
    ):
        sending.sendto(state.encode(), address)
