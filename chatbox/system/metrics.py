"""What is counted while the server runs, and the page that Prometheus reads.

One object that `app` hands to whoever has something to report. Counting is cheap and happens once a
request or turn, never once a piece of text.
"""

import os
import platform
import time
from collections.abc import Callable, Iterator

import msgspec

from chatbox import __version__
from chatbox.db import SQLITE_VERSION
from chatbox.system.machine import Machine
from chatbox.system.meters import Counter, Histogram, Names, family, gauge
from chatbox.web.exchange import Exchange

REQUEST_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
FIRST_TOKEN_BOUNDS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 300.0)
TURN_BOUNDS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0, 120.0, 300.0, 900.0)
LAG_BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0)
MOST_PROVIDERS, MOST_MODELS = 50, 200
STORAGE_STATES = ("ok", "full", "broken")


class TurnReport(msgspec.Struct, frozen=True):
    """How a turn went, for the log and the metrics; nothing of what was said."""

    turn_id: str
    provider: str
    model: str
    status: str
    code: str | None
    seconds: float
    first_token_seconds: float | None
    input_tokens: int
    output_tokens: int
    retries: int


class Metrics:
    """All of it; `watch` adds numbers that are read when somebody asks."""

    def __init__(self) -> None:
        self.started = time.time()
        self.requests = Counter(
            "chatbox_http_requests_total",
            "Requests that were answered, by the route's template.",
            ("method", "route", "status"),
        )
        self.request_seconds = Histogram(
            "chatbox_http_request_duration_seconds",
            "From a request's arrival to the beginning of its answer.",
            REQUEST_BOUNDS,
            ("method", "route"),
        )
        self.response_bytes = Counter(
            "chatbox_http_response_bytes_total", "Bytes of bodies that were sent."
        )
        self.turns = Counter("chatbox_turns_total", "Turns that ended.", ("status",))
        self.turn_errors = Counter(
            "chatbox_turn_errors_total",
            "Turns that ended with an error, by its code.",
            ("provider", "code"),
        )
        self.retries = Counter(
            "chatbox_provider_retries_total", "Calls that were tried again.", ("provider",)
        )
        self.tokens = Counter(
            "chatbox_tokens_total",
            "Tokens as the provider counted them, else as estimated.",
            ("direction", "provider", "model"),
        )
        self.first_token = Histogram(
            "chatbox_turn_first_token_seconds",
            "From the beginning of a turn to its first text.",
            FIRST_TOKEN_BOUNDS,
            ("provider",),
        )
        self.turn_seconds = Histogram(
            "chatbox_turn_duration_seconds",
            "From the beginning of a turn to its end.",
            TURN_BOUNDS,
            ("provider",),
        )
        self.lag = Histogram(
            "chatbox_event_loop_lag_seconds",
            "How much later than asked the event loop woke up.",
            LAG_BOUNDS,
        )
        self._providers = Names(MOST_PROVIDERS)
        self._models = Names(MOST_MODELS)
        self._watched: list[tuple[str, str, Callable[[], float]]] = []

    def watch(self, name: str, help_text: str, read: Callable[[], float]) -> None:
        """Add a gauge."""
        self._watched.append((name, help_text, read))

    def request(self, exchange: Exchange) -> None:
        """Count a request that has been answered."""
        method, route = exchange.method, exchange.route
        self.requests.add(method, route, str(exchange.status))
        if exchange.seconds_to_answer is not None:
            self.request_seconds.observe(exchange.seconds_to_answer, method, route)
        self.response_bytes.add(by=exchange.sent)

    def turn(self, report: TurnReport) -> None:
        """Count a turn that has ended."""
        (provider,) = self._providers.bound(report.provider)
        self.turns.add(report.status)
        self.turn_seconds.observe(report.seconds, provider)
        if report.first_token_seconds is not None:
            self.first_token.observe(report.first_token_seconds, provider)
        if report.code is not None:
            self.turn_errors.add(provider, report.code)
        if report.retries:
            self.retries.add(provider, by=report.retries)
        model = self._models.bound(report.provider, report.model)
        self.tokens.add("input", *model, by=report.input_tokens)
        self.tokens.add("output", *model, by=report.output_tokens)

    def page(self, machine: Machine, storage: str) -> str:
        """Write everything as it is now."""
        meters = (
            self.requests,
            self.request_seconds,
            self.response_bytes,
            self.turns,
            self.turn_errors,
            self.retries,
            self.tokens,
            self.first_token,
            self.turn_seconds,
            self.lag,
        )
        lines = [line for meter in meters for line in meter.lines()]
        for name, help_text, read in self._watched:
            lines += gauge(name, help_text, read())
        lines += self._of_the_server(storage)
        lines += _of_the_machine(machine)
        return "\n".join(lines) + "\n"

    def _of_the_server(self, storage: str) -> Iterator[str]:
        yield from family(
            "chatbox_storage_state",
            "gauge",
            "1 for the state that the database is in.",
            ("state",),
            [((state,), int(state == storage)) for state in STORAGE_STATES],
        )
        build = (__version__, commit() or "", platform.python_version(), SQLITE_VERSION)
        yield from family(
            "chatbox_build_info",
            "gauge",
            "Always 1; what this server was built from.",
            ("version", "commit", "python", "sqlite"),
            [(build, 1)],
        )
        up = time.time() - self.started
        yield from gauge("chatbox_uptime_seconds", "How long the server has run.", up)
        started = "When the process started, in seconds since 1970."
        yield from gauge("process_start_time_seconds", started, self.started)


def commit() -> str | None:
    """The commit that was built, if it is known."""
    return os.environ.get("CHATBOX_COMMIT")


def _of_the_machine(machine: Machine) -> Iterator[str]:
    yield from gauge("chatbox_database_bytes", "The database file.", machine.database_bytes)
    yield from gauge("chatbox_database_wal_bytes", "Its write-ahead log.", machine.wal_bytes)
    yield from gauge("chatbox_disk_free_bytes", "Free where the data is.", machine.free_bytes)
    yield from gauge("chatbox_disk_bytes", "The disk where the data is.", machine.disk_bytes)
    last, good = machine.backups.last, machine.backups.last_good
    made = None if good is None else good.at / 1000
    failed = None if last is None else float(not last.is_good)
    yield from gauge("chatbox_backup_timestamp_seconds", "When the last good backup began.", made)
    yield from gauge("chatbox_backup_failed", "Whether the last try at one failed.", failed)
    yield from gauge(
        "process_resident_memory_bytes", "Memory of the process.", machine.memory_bytes
    )
    yield from gauge("process_open_fds", "Open files and sockets.", machine.open_files)
    yield from gauge("process_max_fds", "How many may be open.", machine.most_open_files)
    yield from gauge("process_threads", "Threads of the process.", machine.threads)
    cpu = [((), machine.cpu_seconds)]
    yield from family("process_cpu_seconds_total", "counter", "Processor time used.", (), cpu)
    for name, help_text, numbers in (
        ("python_gc_collections_total", "Garbage collections.", machine.collections),
        ("python_gc_objects_collected_total", "Objects that these freed.", machine.collected),
    ):
        samples = [((str(generation),), number) for generation, number in enumerate(numbers)]
        yield from family(name, "counter", help_text, ("generation",), samples)
