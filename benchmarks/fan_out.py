"""The server at thousands of clients: delay, fairness, memory, and CPU per delivered update against others.

500 instruments, each client follows 20 of its own, conflated at 100 ms. Server and clients are processes of
their own; what is compared is measured in alternating rounds. CPU is that of user and kernel, above what the same
process uses for the same ticks while nobody follows; what a held loop had no time for is not ticked.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from math import inf
from typing import Any

from msgspec import Struct

from benchmarks.control_line import Steered, steered
from benchmarks.figures import Goal, machine, report

IDLE_S = 1.5
SETTLED_S = 1.5
MEASURED_S = 4.0
BROADCAST_TICKS_PER_S = 1_000
COMPARED_S = 2.5
STALLED_WITHIN_S = 20
BACK_WITHIN_S = 5.0


class Measured(Struct, frozen=True):
    """One stretch of time, as both sides saw it."""

    server: dict[str, Any]
    clients: dict[str, Any]
    tick_s: float
    """CPU that a tick costs the same process while nobody follows: the engine and its one reader."""

    @property
    def us_per_update(self) -> float:
        """Microseconds of CPU for each message that arrived, above what the ticks cost without followers."""
        above_s = self.server["cpu_s"] - self.server["ticks"] * self.tick_s
        return float(above_s / max(1, self.clients["updates"]) * 1e6)

    @property
    def gross_us_per_update(self) -> float:
        """The same with the engine."""
        return float(self.server["cpu_s"] / max(1, self.clients["updates"]) * 1e6)

    @property
    def cpu_pct(self) -> float:
        """Share of one core that the server used."""
        return float(self.server["cpu_s"] / self.clients["elapsed_s"] * 100)


class Scene(Struct, frozen=True):
    """A server and its clients."""

    server: Steered
    clients: Steered
    idle: dict[str, Any]
    connecting: dict[str, Any]

    def measured(self, seconds: float) -> Measured:
        """What happens in the next seconds."""
        self.server.ask("measure")
        self.clients.ask("measure")
        time.sleep(seconds)
        tick_s = self.idle["cpu_s"] / self.idle["ticks"] if self.idle["ticks"] else 0.0
        return Measured(self.server.ask("measure"), self.clients.ask("measure"), tick_s)


@contextmanager
def scene(kind: str, clients: int, ticks_per_s: int) -> Iterator[Scene]:
    """A server of a kind with so many clients, all of them following."""
    with steered("benchmarks.fan_out_servers", kind, ticks_per_s) as server:
        port = server.ask("port")
        server.ask("measure")
        time.sleep(IDLE_S)
        idle = server.ask("measure")
        with steered("benchmarks.fan_out_clients", port, clients) as crowd:
            connecting = crowd.ask("connect")
            time.sleep(SETTLED_S)
            yield Scene(server, crowd, idle, connecting)


def main() -> None:
    """Print all of it."""
    print(machine())
    serve_many(1_000, Goal(200, "ms"))
    serve_many(2_000, Goal(200, "ms"))
    misbehave()
    come_back()
    compare(1_000, Goal(1 / 2.5, "x"), rounds=2)
    compare(10_000, Goal(1 / 8, "x"), rounds=1)


def serve_many(clients: int, goal: Goal) -> None:
    """So many clients at 1,000 ticks/s."""
    print(f"\n{clients:,} clients, 1,000 ticks/s")
    with scene("hub", clients, 1_000) as running:
        report("connected and told everything", [running.connecting["took_s"]], "s")
        seen = running.measured(MEASURED_S)
        server, crowd = seen.server, seen.clients
        report("tick to client p50", [crowd["p50_ms"]], "ms")
        report("tick to client p99", [crowd["p99_ms"]], "ms", goal)
        report("tick to client, the longest", [crowd["max_ms"]], "ms")
        report("longest silence of any client", [crowd["worst_silence_ms"]], "ms")
        report("least updates of a client against the median", [_least(crowd)], "%")
        report("clients lost", [crowd["gone"]], "", Goal(0, ""))
        report("updates delivered", [crowd["updates"] / crowd["elapsed_s"]], "/s")
        report("server's CPU of one core", [seen.cpu_pct], "%")
        report("server's loop late p99", [server["lag_p99_ms"]], "ms", Goal(20, "ms"))
        report("server's loop late, the longest", [server["lag_max_ms"]], "ms")
        report("longest garbage collection", [server["longest_collection_ms"]], "ms")
        report(
            "memory over idle", [server["rss_mb"] - running.idle["rss_mb"]], "MB", Goal(clients * 0.06, "MB")
        )


def misbehave() -> None:
    """One that has stopped reading and one that reads 1 KB/s among 200."""
    print("\n200 clients, then a stalled one and one of 1 KB/s among them")
    with scene("hub", 200, 1_000) as running:
        before = running.measured(MEASURED_S)
        running.clients.ask("misbehave")
        during = running.measured(MEASURED_S)
        report("fast clients' p99 before", [before.clients["p99_ms"]], "ms")
        report("fast clients' p99 with the slow ones", [during.clients["p99_ms"]], "ms")
        report("stalled one gone after", [_stalled_ended_s(running.clients)], "s", Goal(15, "s"))
        running.clients.ask("misbehave")
        time.sleep(4)
        report("shutdown with others stalled", [running.server.ask("stop")], "s", Goal(5, "s"))


def come_back() -> None:
    """All clients drop at once and resume."""
    print("\n1,000 clients dropped at once")
    with scene("hub", 1_000, 1_000) as running:
        returning = running.clients.ask("return")
        report("all back and up to date after", [returning["took_s"]], "s", Goal(BACK_WITHIN_S, "s"))
        report("of them resumed without a gap", [returning["recovered"]], "")
        report(
            "queries of the engine or its store", [running.server.ask("measure")["queries"]], "", Goal(0, "")
        )
        seen = running.measured(2)
        report("tick to client p99 afterwards", [seen.clients["p99_ms"]], "ms")


def compare(ticks_per_s: int, goal: Goal, rounds: int) -> None:
    """CPU per delivered update of the server, the library's broadcast and a bare write."""
    print(f"\n1,000 clients, {ticks_per_s:,} ticks/s: CPU per delivered update")
    runs: dict[str, list[Measured]] = {"hub": [], "broadcast": [], "bare": []}
    for _ in range(rounds):
        for kind, seen in runs.items():
            # What a message costs a broadcast does not depend on the rate; at 10,000 it would only drown.
            rate = min(ticks_per_s, BROADCAST_TICKS_PER_S) if kind == "broadcast" else ticks_per_s
            with scene(kind, 1_000, rate) as running:
                seen.append(running.measured(COMPARED_S))
                _print_load(kind, seen[-1])
    with_engine = {kind: [one.gross_us_per_update for one in seen] for kind, seen in runs.items()}
    above_it = {kind: [one.us_per_update for one in seen] for kind, seen in runs.items()}
    for name, spent in (("with the engine", with_engine), ("above the engine", above_it)):
        report(f"hub {name}", spent["hub"], "µs")
        for kind, most in (("broadcast", goal), ("bare", Goal(1.5, "x"))):
            ratios = [own / other for own, other in zip(spent["hub"], spent[kind], strict=True)]
            report(f"… against {kind}", ratios, "x", most)


def _print_load(kind: str, seen: Measured) -> None:
    rate = seen.clients["updates"] / seen.clients["elapsed_s"]
    ticks_per_s = seen.server["ticks"] / seen.clients["elapsed_s"]
    print(
        f"  {kind}: {ticks_per_s:,.0f} ticks/s, {rate:,.0f} updates/s, {seen.cpu_pct:.0f} % of a core, "
        f"{seen.gross_us_per_update:.2f} µs an update with the engine",
        flush=True,
    )


def _least(crowd: dict[str, Any]) -> float:
    return float(crowd["least_updates"] / max(1, crowd["median_updates"]) * 100)


def _stalled_ended_s(clients: Steered) -> float:
    for _ in range(STALLED_WITHIN_S * 2):
        ended_s = clients.ask("look")["stalled_ended_s"]
        if ended_s is not None:
            return float(ended_s)
        time.sleep(0.5)
    return inf


if __name__ == "__main__":
    main()
