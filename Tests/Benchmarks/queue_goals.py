"""The goals of queues, and the table of their rates."""

import statistics

from goals import Verdict, spread

BATCH_MESSAGES_GOAL = 90_000
WAKE_UP_GOAL_MICROSECONDS = 2_000

RATES = [
    ("martlet, durable", "queue send", "send", "16", 1),
    ("martlet, durable", "queue batch", "send, batches of ten", "16", 10),
    ("martlet, durable", "queue cycle", "receive one + delete", "16", 1),
    ("martlet, durable", "queue send c1", "send", "1", 1),
    ("martlet --in-memory", "queue memory send", "send", "16", 1),
    ("martlet --in-memory", "queue memory batch", "send, batches of ten", "16", 10),
    ("martlet --in-memory", "queue memory cycle", "receive one + delete", "16", 1),
    ("martlet --durability power", "queue power send", "send", "16", 1),
    ("bare NIO server", "queue bare", "the same request and as many bytes back", "16", 1),
    ("bare NIO server", "queue bare c1", "the same request and as many bytes back", "1", 1),
    ("moto server", "queue moto send", "send", "4", 1),
    ("moto server", "queue moto batch", "send, batches of ten", "4", 10),
    ("moto server", "queue moto cycle", "receive one + delete", "4", 1),
    ("MiniStack", "queue ministack send", "send", "16", 1),
    ("MiniStack", "queue ministack batch", "send, batches of ten", "16", 10),
    ("MiniStack", "queue ministack cycle", "receive one + delete", "16", 1),
]


def _ratio(what, ratios, factor, of):
    met = statistics.median(ratios) >= factor if ratios else None
    return Verdict(what, spread(ratios), f"≥ {factor:g} × {of}", met)


def _median(results, name):
    rates = list(results.rates(name).values())
    return statistics.median(rates) if rates else None


def verdicts(results):
    yield _ratio("Durable sends", results.ratios("queue send", "queue bare"), 0.4, "bare NIO server")
    batches, send = _median(results, "queue batch"), _median(results, "queue send")
    messages = batches * 10 if batches else None
    goal = min(BATCH_MESSAGES_GOAL, 3 * send) if send else BATCH_MESSAGES_GOAL
    yield Verdict(
        "Batches of ten, messages/s", f"{messages:,.0f}" if messages else "–",
        f"≥ {goal:,.0f}: the less of {BATCH_MESSAGES_GOAL:,} and 3 × single sends", messages >= goal if messages and send else None)
    yield _ratio("Receive one + delete, backlog of 50,000", results.ratios("queue cycle", "queue send"), 0.5, "single sends")
    wakes = results.values("queue wake")
    middle = statistics.median(wakes) if wakes else None
    yield Verdict(
        "Long-poll wake-up, median ms", f"{middle / 1e3:.2f}" if wakes else "–", "< 2",
        middle < WAKE_UP_GOAL_MICROSECONDS if wakes else None)
    latency = [sample.p50 for sample in results.samples.get("queue send c1", {}).values()]
    floor = [
        commit + results.samples["queue bare c1"][index].p50
        for index, commit in results.samples.get("queue commit", {}).items() if index in results.samples.get("queue bare c1", {})]
    measured, met = "–", None
    if latency and floor:
        ratio = statistics.median(latency) / statistics.median(floor)
        measured, met = f"{ratio:.2f}", ratio <= 1.5
    yield Verdict("Median send at one connection", measured, "≤ 1.5 × (one SQLite commit + one bare round trip)", met)
    for peer, factor in (("moto", 50), ("ministack", 10)):
        for kind in ("send", "batch", "cycle"):
            yield _ratio(
                f"Against {peer}, {kind}", results.ratios(f"queue {kind}", f"queue {peer} {kind}"), factor, f"{peer}, in memory")


def rows(results):
    for host, name, what, callers, messages in RATES:
        samples = list(results.samples.get(name, {}).values())
        if samples:
            p50, p99 = (statistics.median(getattr(sample, each) for sample in samples) for each in ("p50", "p99"))
            rate = spread([sample.rate * messages for sample in samples], "{:,.0f}")
            yield [host, what, callers, rate, f"{p50:,.0f}", f"{p99:,.0f}"]
