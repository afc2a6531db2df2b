"""A TCP line between browser and server that can be cut; it also lends the server another name."""

import contextlib
import socket
import threading
from collections.abc import Iterator


class Line:
    """Passes bytes on from a port of its own; `cut` resets every connection that is open.

    The server answers only to its own address, so the name the browser used is replaced by that one
    on the way. Both have the same length: `127.0.0.1` and `chat.test`, and ports of five digits.
    """

    NAME = "chat.test"

    def __init__(self, port: int) -> None:
        self._server = ("127.0.0.1", port)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self._is_down = False
        self._allowance: int | None = None
        self._passed = 0
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def url(self) -> str:
        """The server behind this line, on a secure origin."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def plain_url(self) -> str:
        """The same on an origin that browsers do not take for secure."""
        return f"http://{self.NAME}:{self.port}"

    def cut(self) -> None:
        """Reset every open connection."""
        with self._guard:
            found, self._open = self._open, set()
            self._passed = 0
            self.cuts += 1
        for one in found:
            _reset(one)

    def cut_every(self, size: int | None) -> None:
        """Cut whenever so many bytes have come from the server; None stops it."""
        self._allowance = size

    def down(self) -> None:
        """Cut, and refuse whoever comes, until `up`."""
        self._is_down = True
        self.cut()

    def up(self) -> None:
        self._is_down = False

    def close(self) -> None:
        self._listener.close()
        self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            try:
                far = socket.create_connection(self._server)
            except OSError:
                _reset(near)
                continue
            if self._is_down:
                _reset(near)
                _reset(far)
                continue
            with self._guard:
                self._open |= {near, far}
            threading.Thread(target=self._up, args=(near, far), daemon=True).start()
            threading.Thread(target=self._back, args=(far, near), daemon=True).start()

    def _up(self, near: socket.socket, far: socket.socket) -> None:
        own = f"{self._server[0]}:{self._server[1]}".encode()
        names = [f"{name}:{self.port}".encode() for name in ("127.0.0.1", self.NAME)]
        for data in _pieces(near):
            for name in names:
                data = data.replace(name, own)
            if not _send(far, data):
                break
        self._end(near, far)

    def _back(self, far: socket.socket, near: socket.socket) -> None:
        for data in _pieces(far):
            if not _send(near, data):
                break
            self._passed += len(data)
            if self._allowance is not None and self._passed > self._allowance:
                self.cut()
        self._end(near, far)

    def _end(self, *pair: socket.socket) -> None:
        with self._guard:
            self._open -= set(pair)
        for one in pair:
            _reset(one)


def _pieces(source: socket.socket) -> Iterator[bytes]:
    """What comes, until the connection ends."""
    while True:
        try:
            data = source.recv(65_536)
        except OSError:
            return
        if not data:
            return
        yield data


def _send(target: socket.socket, data: bytes) -> bool:
    try:
        target.sendall(data)
    except OSError:
        return False
    return True


def _reset(one: socket.socket) -> None:
    """Wake the thread that reads from it, then close."""
    with contextlib.suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
