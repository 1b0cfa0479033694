"""The goals of triggers, and the table of their drain rates."""

import statistics

from goals import Verdict, spread

LATENCY_GOAL_MILLISECONDS = 20

RATES = [
    ("martlet, batches of 10", "trigger drain 10"),
    ("martlet, batches of 1,000, window of 1 s", "trigger drain 1000"),
    ("one poller in a loop, batches of 10", "trigger serial"),
    ("MiniStack, batches of 10, to a Python function", "trigger ministack"),
]


def verdicts(results):
    found = results.values("trigger latency")
    middle = statistics.median(found) if found else None
    yield Verdict(
        "Send to a warm handler, median ms at most", f"{middle:.1f}" if found else "–", f"< {LATENCY_GOAL_MILLISECONDS}",
        middle < LATENCY_GOAL_MILLISECONDS if found else None)
    mine, loop = results.samples.get("trigger drain 10", {}), results.samples.get("trigger serial", {})
    ratios = [mine[index] / loop[index] for index in mine if index in loop]
    yield Verdict(
        "Drain, batches of 10", spread(ratios), "≥ 2 × one poller in a loop", statistics.median(ratios) >= 2 if ratios else None)


def rows(results):
    for what, name in RATES:
        rates = results.values(name)
        if rates:
            yield [what, spread(rates, "{:,.0f}")]
