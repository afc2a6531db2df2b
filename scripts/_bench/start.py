"""Start: from the command to the first healthy answer, and what lies in memory then."""

import http.client
import socket
import statistics
import tempfile
import time
from pathlib import Path

from _bench import machine
from _bench.report import Result

RUNS = 7
IDLE_MB = 80.0


def measure(bench: machine.Bench) -> Result:
    """Start a server several times: the first time with an empty directory, then with its data."""
    with tempfile.TemporaryDirectory(prefix="chatbox-bench-") as folder:
        data = Path(folder) / "data"
        first, _ = _start(bench, data)
        again = [_start(bench, data) for _ in range(RUNS)]
    wait = statistics.median(seconds for seconds, _ in again)
    memory = statistics.median(mb for _, mb in again)
    lines = [
        f"Healthy after {first:.2f} s at the first start, {wait:.2f} s later (median of {RUNS}).",
        f"Idle PSS {memory:.1f} MB.",
    ]
    figures = {"first_s": first, "again_s": wait, "idle_mb": memory}
    misses = [f"{memory:.1f} MB when idle"] if memory >= IDLE_MB else []
    return Result("start", lines, figures, misses)


def _start(bench: machine.Bench, data: Path) -> tuple[float, float]:
    """Seconds to the first healthy answer, and megabytes two seconds later."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    begin = time.perf_counter()
    process = machine.Process([*bench.serve_command(data), "--port", str(port)], bench.server_cpu)
    try:
        while not _is_healthy(port):
            time.sleep(0.005)
        took = time.perf_counter() - begin
        machine.settle(2.0)
        return took, process.pss_mb
    finally:
        process.stop()


def _is_healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()
