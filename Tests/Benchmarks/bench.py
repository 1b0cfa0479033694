#!/usr/bin/env python3
"""Measures martlet beside its peers and its limits, in interleaved rounds, and prints the result as Markdown.

Only the standard library; needs wrk, a C compiler and Swift. See README.md in this folder.
"""

import argparse
import os
import shlex
import sys

import gateway_goals
import gateway_hosts
import hosts
import ledger
import libraries
import measurements
import programs
import queue_measurements
import report
import trigger_measurements
from goals import Results
from measurements import Load
from processes import Failure, adopt_orphans
from queue_measurements import Visit

MEGABYTE = 1 << 20
ONE = Load(1)
SIXTEEN = Load(16)
BIG = Load(1, body_bytes=MEGABYTE)
ONE_SHOTS = 10
TURNS = 4


def say(text):
    print(f"bench: {text}", file=sys.stderr, flush=True)


class Bench:
    def __init__(self, rounds, seconds, only=()):
        self.only = only
        self.rounds = rounds
        self.seconds = seconds
        self.results = Results()
        # Cold starts and one-shots are short; a round takes a few of each.
        self.cold_starts = 10 if seconds >= 1 else 3

    def run(self):
        visits = [
            self.martlet, self.side_by_side, self.prototype_alone, self.emulator, self.prototype, self.cargo_lambda, self.floor,
            self.freeze, self.cold, self.cold_emulator, self.one_shot, self.gateway, self.gateway_proxies, self.queues,
            self.queues_in_memory, self.queues_power, self.bare, self.moto, self.ministack, self.triggers,
            self.ministack_triggers, self.templates, self.velocity, self.airspeed, self.parsers, self.ledger_cost, self.ledger,
        ]
        if self.only:
            visits = [visit for visit in visits if visit.__name__ in self.only]
        for index in range(self.rounds):
            # Turned by one each round, so that nobody always runs first or after the same neighbour.
            turn = index % len(visits)
            for visit in visits[turn:] + visits[:turn]:
                say(f"round {index + 1} of {self.rounds}: {visit.__name__.replace('_', ' ')}")
                self.attempt(visit, index)
        if not self.only:
            self.attempt(self.idle, 0)

    def attempt(self, visit, index):
        """A contestant that can't be measured is named as such, and the others go on."""
        try:
            visit(index)
        except Failure as failure:
            say(f"{visit.__name__}: {failure}")
            self.results.note(f"{visit.__name__.replace('_', ' ')}, in some rounds or all: {failure}")

    def rate(self, name, index, endpoint, load):
        self.results.add(name, index, measurements.rate(endpoint, load, self.seconds))

    def in_turns(self, index, *contestants):
        """Measures hosts that run side by side, or loads of one host, by turns: what waits takes nothing from what is measured,
        and a machine that is now fast and now slow is so for all. There and back, so that a drift weighs on all, too."""
        for turn in range(TURNS):
            for name, endpoint, load in contestants[:: -1 if turn % 2 else 1]:
                self.rate(name, TURNS * index + turn, endpoint, load)

    def side_by_side(self, index):
        """What is held against its limit so closely that a measure of another minute says nothing."""
        with hosts.martlet() as endpoint:
            with hosts.prototype(1) as one, hosts.prototype(16) as sixteen:
                self.in_turns(
                    index, ("beside prototype martlet c1", endpoint, ONE), ("beside martlet prototype 1 c1", one, ONE),
                    ("beside martlet prototype 16 c1", sixteen, ONE))
            for name, callers in (("c1", 1), ("c16", 16)):
                self.in_turns(
                    index, (f"beside swift martlet {name}", endpoint, Load(callers)),
                    (f"martlet swift {name}", endpoint, Load(callers, "BenchSwift")))

    def martlet(self, index):
        with hosts.martlet() as endpoint:
            self.rate("martlet c1", index, endpoint, ONE)
            self.rate("martlet 1MB", index, endpoint, BIG)
            self.rate("martlet c16", index, endpoint, SIXTEEN)
            if index == self.rounds - 1:
                self.results.add("idle after the load", 0, measurements.idle(endpoint))

    def freeze(self, index):
        with hosts.martlet("--freeze") as endpoint:
            self.rate("freeze c1", index, endpoint, ONE)
            self.rate("freeze c16", index, endpoint, SIXTEEN)

    def prototype_alone(self, index):
        with hosts.prototype(1) as endpoint:
            self.rate("prototype 1 c1", index, endpoint, ONE)
            self.rate("prototype 1 1MB", index, endpoint, BIG)

    def prototype(self, index):
        with hosts.prototype(16) as endpoint:
            self.rate("prototype 16 c1", index, endpoint, ONE)
            self.rate("prototype 16 1MB", index, endpoint, BIG)
            self.rate("prototype 16 c16", index, endpoint, SIXTEEN)

    def floor(self, index):
        with hosts.floor(16) as endpoint:
            self.rate("floor c1", index, endpoint, ONE)
            self.rate("floor 1MB", index, endpoint, BIG)
            self.rate("floor c16", index, endpoint, SIXTEEN)

    def emulator(self, index):
        """One caller only: two at once end it with a nil pointer."""
        with hosts.runtime_interface_emulator() as endpoint:
            self.rate("rie c1", index, endpoint, ONE)
            self.rate("rie 1MB", index, endpoint, BIG)

    def cargo_lambda(self, index):
        with hosts.cargo_lambda(16) as endpoint:
            self.rate("cargo-lambda c1", index, endpoint, ONE)
            self.rate("cargo-lambda c16", index, endpoint, SIXTEEN)
            self.rate("cargo-lambda 1MB", index, endpoint, BIG)

    def cold(self, index):
        self.results.add("cold bare Bench", index, measurements.bare_cold_starts(programs.BOOTSTRAP, self.cold_starts))
        if not programs.HELLO.exists():
            raise Failure("the sample Hello has not been built for release: make build")
        self.results.add("cold bare Hello", index, measurements.bare_cold_starts(programs.HELLO, self.cold_starts))
        with hosts.cold_prototype(programs.HELLO) as endpoint:
            self.results.add("cold prototype Hello", index, measurements.cold_prototype_starts(endpoint, self.cold_starts))
        with hosts.martlet() as endpoint:
            self.results.add("cold martlet Hello", index, measurements.cold_starts(endpoint, "Hello", self.cold_starts))
            self.results.add("cold martlet Bench", index, measurements.cold_starts(endpoint, "Bench", self.cold_starts))

    def cold_emulator(self, index):
        found = []
        for _ in range(3):
            with hosts.runtime_interface_emulator(programs.HELLO) as endpoint:
                found.append(measurements.first_answer(endpoint))
        self.results.add("cold rie Hello", index, found)

    def one_shot(self, index):
        if not programs.MARTLET.exists():
            raise Failure("martlet has not been built for release: make build")
        if index == 0:
            measurements.one_shot()  # Not counted: it may build a product, and fills the file cache.
        count = -(-ONE_SHOTS // self.rounds)
        self.results.add("one-shot", index, [measurements.one_shot() for _ in range(count)])

    def each(self, name, index, endpoint, **load):
        for count in gateway_goals.CONNECTIONS:
            self.rate(f"{name} c{count}", index, endpoint, Load(count, **load))

    def gateway(self, index):
        """An Invoke of the very event that the REST route makes is what the route is held against."""
        event = (programs.ROOT / "events" / "api-gateway" / "proxy.json").read_bytes()
        with gateway_hosts.martlet() as (endpoint, apis):
            self.each("gateway invoke", index, endpoint, function="Hello", event=event)
            self.each("gateway rest", index, endpoint, route="/Prod/hello", api=apis["ServerlessRestApi"])
            self.each("gateway http", index, endpoint, route="/hello", api=apis["ServerlessHttpApi"])
            self.each("gateway mock", index, endpoint, route="/Prod/hello", api=apis["Mock"])
            for name, count in (("few", gateway_hosts.FEW), ("many", gateway_hosts.MANY)):
                route = f"/Prod/part{count - 1}/7/items"
                self.each(f"gateway {name}", index, endpoint, route=route, api=apis[name.capitalize()])

    def gateway_proxies(self, index):
        with gateway_hosts.upstream() as upstream:
            self.each("gateway bare", index, upstream, route="/")
            with gateway_hosts.nginx(upstream.port) as endpoint:
                self.each("gateway nginx", index, endpoint, route="/")
            with gateway_hosts.martlet(upstream.port) as (endpoint, apis):
                self.each("gateway proxy", index, endpoint, route="/Prod/hello", api=apis["Proxy"])

    def queues(self, index):
        with hosts.martlet() as endpoint:
            self.queue_rates("queue", endpoint.port, index)
            with queue_measurements.apart(endpoint.process.pid):
                self.results.add("queue send c1", index, queue_measurements.sends(endpoint.port, Visit(self.seconds, callers=1)))
            self.results.add("queue wake", index, queue_measurements.wake_ups(endpoint.port))
            self.results.add("queue commit", index, queue_measurements.commits())

    def queues_in_memory(self, index):
        with hosts.martlet("--in-memory") as endpoint:
            self.queue_rates("queue memory", endpoint.port, index)

    def queues_power(self, index):
        with hosts.martlet("--durability", "power") as endpoint:
            self.results.add("queue power send", index, queue_measurements.sends(endpoint.port, Visit(self.seconds)))

    def bare(self, index):
        with hosts.bare() as endpoint:
            self.results.add("queue bare", index, queue_measurements.bare(endpoint.port, "send", 16, self.seconds))
            with queue_measurements.apart(endpoint.process.pid):
                self.results.add("queue bare c1", index, queue_measurements.bare(endpoint.port, "send", 1, self.seconds))

    def moto(self, index):
        with hosts.moto() as endpoint:
            self.queue_rates("queue moto", endpoint.port, index, queue_measurements.SLOW)

    def ministack(self, index):
        with hosts.ministack() as endpoint:
            # A small backlog: it slows down with it, and filling a large one takes it minutes.
            self.queue_rates("queue ministack", endpoint.port, index, Visit(self.seconds, backlog=3_000))

    def queue_rates(self, name, port, index, visit=None):
        visit = visit or Visit(self.seconds)
        self.results.add(f"{name} send", index, queue_measurements.sends(port, visit))
        self.results.add(f"{name} batch", index, queue_measurements.sends(port, visit, "batch"))
        self.results.add(f"{name} cycle", index, queue_measurements.cycles(port, visit))

    def triggers(self, index):
        with hosts.martlet() as endpoint:
            self.results.add("trigger latency", index, trigger_measurements.latencies(endpoint.port))
            self.results.add("trigger drain 10", index, trigger_measurements.drain(endpoint.port, 10_000))
            self.results.add("trigger serial", index, trigger_measurements.drain_serially(endpoint.port, 2_000))
            self.results.add(
                "trigger drain 1000", index,
                trigger_measurements.drain(endpoint.port, 50_000, BatchSize=1_000, MaximumBatchingWindowInSeconds=1))

    def ministack_triggers(self, index):
        with hosts.ministack() as endpoint:
            self.results.add("trigger ministack", index, trigger_measurements.drain_peer(endpoint.port, 1_000))

    def templates(self, index):
        if index == 0:
            libraries.build()
        self.results.add("template", index, libraries.template())
        self.results.add("template growth", index, libraries.growth())

    def velocity(self, index):
        self.results.add("template velocity", index, libraries.velocity())

    def airspeed(self, index):
        self.results.add("template airspeed", index, libraries.airspeed())

    def parsers(self, index):
        for name, time in libraries.parsers().items():
            self.results.add(f"json {name}", index, time)

    def ledger_cost(self, index):
        """The same host with and without its ledger."""
        with hosts.martlet() as on, hosts.martlet("--ledger", "off") as off:
            for name, load in (("c1", ONE), ("c16", SIXTEEN)):
                self.in_turns(index, (f"ledger on {name}", on, load), (f"ledger off {name}", off, load))

    def ledger(self, index):
        if index == 0:
            ledger.build()
        for name, number in ledger.figures().items():
            self.results.add(f"ledger {name}", index, number)

    def idle(self, index):
        """With an environment that waits, as after a first try."""
        with hosts.martlet() as endpoint:
            measurements.first_answer(endpoint)
            self.results.add("idle fresh", index, measurements.idle(endpoint))


def main():
    quick = os.environ.get("BENCH_QUICK") == "1"
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", default=quick, help="2 rounds of 0.5 s, to see that all works")
    parser.add_argument("--rounds", type=int, help="how often each host is measured (5)")
    parser.add_argument("--seconds", type=float, help="how long each load lasts (2)")
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="VISIT", help="of the contestants, such as queues bare moto; the others stay unmeasured")
    parser.add_argument("--write", action="store_true", help="also put the result into docs/performance.md")
    options = parser.parse_args()
    rounds = options.rounds or int(os.environ.get("BENCH_ROUNDS", 0)) or (2 if options.quick else 5)
    seconds = options.seconds or float(os.environ.get("BENCH_SECONDS", 0)) or (0.5 if options.quick else 2.0)
    if not (1 <= rounds <= 100 and 0.2 <= seconds <= 50):
        parser.error("between 1 and 100 rounds of 0.2 to 50 seconds, please")

    programs.require("wrk")
    adopt_orphans()
    say("building")
    programs.build()
    bench = Bench(rounds, seconds, options.only)
    bench.run()
    command = "make bench" if sys.argv[1:] == ["--write"] else shlex.join(["Tests/Benchmarks/run.sh", *sys.argv[1:]])
    text = report.markdown(bench.results, command, rounds, seconds)
    print(text)
    if options.write:
        report.write(programs.ROOT / "docs" / "performance.md", text)
        say("wrote docs/performance.md")


if __name__ == "__main__":
    main()
