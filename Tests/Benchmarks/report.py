"""The figures as Markdown."""

import datetime
import pathlib
import statistics

import gateway_goals
import ledger_goals
import programs
import queue_goals
import trigger_goals
from goals import spread, verdicts

BEGIN = "<!-- benchmark results: begin (written by make bench) -->"
END = "<!-- benchmark results: end -->"

RATES = [
    ("martlet", "martlet c1", "C bootstrap", "1"),
    ("prototype, 1 process", "prototype 1 c1", "C bootstrap", "1"),
    ("prototype, 16 processes", "prototype 16 c1", "C bootstrap", "1"),
    ("C broker, 16 processes", "floor c1", "C bootstrap", "1"),
    ("martlet, in turns with", "beside prototype martlet c1", "C bootstrap", "1"),
    ("prototype, 1 process", "beside martlet prototype 1 c1", "C bootstrap", "1"),
    ("prototype, 16 processes", "beside martlet prototype 16 c1", "C bootstrap", "1"),
    ("RIE", "rie c1", "C bootstrap", "1"),
    ("cargo-lambda, 16 processes", "cargo-lambda c1", "C bootstrap", "1"),
    ("martlet, in turns with", "beside swift martlet c1", "C bootstrap", "1"),
    ("martlet", "martlet swift c1", "Swift Echo", "1"),
    ("martlet --freeze", "freeze c1", "C bootstrap", "1"),
    ("martlet", "martlet c16", "C bootstrap", "16"),
    ("prototype, 16 processes", "prototype 16 c16", "C bootstrap", "16"),
    ("C broker, 16 processes", "floor c16", "C bootstrap", "16"),
    ("cargo-lambda, 16 processes", "cargo-lambda c16", "C bootstrap", "16"),
    ("martlet, in turns with", "beside swift martlet c16", "C bootstrap", "16"),
    ("martlet", "martlet swift c16", "Swift Echo", "16"),
    ("martlet --freeze", "freeze c16", "C bootstrap", "16"),
    ("martlet", "martlet 1MB", "C bootstrap, 1 MB", "1"),
    ("prototype, 1 process", "prototype 1 1MB", "C bootstrap, 1 MB", "1"),
    ("prototype, 16 processes", "prototype 16 1MB", "C bootstrap, 1 MB", "1"),
    ("C broker, 16 processes", "floor 1MB", "C bootstrap, 1 MB", "1"),
    ("RIE", "rie 1MB", "C bootstrap, 1 MB", "1"),
    ("cargo-lambda, 16 processes", "cargo-lambda 1MB", "C bootstrap, 1 MB", "1"),
    ("martlet", "ledger on c1", "C bootstrap", "1"),
    ("martlet --ledger off", "ledger off c1", "C bootstrap", "1"),
    ("martlet", "ledger on c16", "C bootstrap", "16"),
    ("martlet --ledger off", "ledger off c16", "C bootstrap", "16"),
]

COLD = [
    ("martlet, on a host without an environment", "cold martlet Hello", "Swift Hello"),
    ("prototype, a process an invocation", "cold prototype Hello", "Swift Hello"),
    ("driven bare: start to response", "cold bare Hello", "Swift Hello"),
    ("RIE, its first invocation", "cold rie Hello", "Swift Hello"),
    ("martlet, on a host without an environment", "cold martlet Bench", "C bootstrap"),
    ("driven bare: start to response", "cold bare Bench", "C bootstrap"),
]


# What one call takes: of a library rather than a host.
LIBRARIES = [
    ("a 40-line request template on a 2 kB body", "VTL", "template"),
    ("a 40-line request template on a 2 kB body", "Apache Velocity 1.7, warm JVM", "template velocity"),
    ("a 40-line request template on a 2 kB body", "airspeed (Python)", "template airspeed"),
    ("1 MB of JSON", "CoreTypes", "json here"),
    ("1 MB of JSON", "Foundation's JSONSerialization", "json JSONSerialization"),
    ("1 MB of JSON", "Foundation's JSONDecoder, to structs", "json JSONDecoder"),
]


def _table(head, rows):
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def _goals(head, verdicts):
    return _table([head, "measured", "goal", ""], [[each.what, each.measured, each.goal, each.word] for each in verdicts])


def markdown(results, command, rounds, seconds):
    parts = [
        f"Measured {datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC with `{command}` on {programs.machine()}: "
        f"{rounds} interleaved rounds of {seconds:g} s, client wrk with one thread, everything on 127.0.0.1. "
        "Medians, with the range in parentheses. A ratio is taken within each round, or of two turns that follow each other.\n",
        _goals("goal for", verdicts(results)),
        "Warm invocations, echoing the 7-byte payload `\"world\"` unless 1 MB is named:\n",
        _rates(results),
    ]
    for callers, name in ((1, "c1"), (16, "c16")):
        ratios = results.ratios(f"freeze {name}", f"martlet {name}")
        if ratios:
            parts.append(f"With `--freeze`, {callers} caller{'s' if callers > 1 else ''}: {spread(ratios)} × the rate without.\n")
    gateway = list(gateway_goals.rows(results))
    if gateway:
        parts.append("The gateway, GET requests:\n")
        parts.append(_table(["host", "what", "connections", "requests/s", "median µs", "99 % µs"], gateway))
        parts.append(_goals("goal for the gateway", gateway_goals.verdicts(results)))
    queues = list(queue_goals.rows(results))
    if queues:
        parts.append("Queues, messages of 200 bytes (rates are of messages; a receive with its delete is one):\n")
        parts.append(_table(["host", "what", "connections", "messages/s", "median µs", "99 % µs"], queues))
        parts.append(_goals("goal for queues", queue_goals.verdicts(results)))
    triggers = list(trigger_goals.rows(results))
    if triggers:
        parts.append("Triggers, a backlog of messages of 200 bytes to the C bootstrap:\n")
        parts.append(_table(["what", "messages/s"], triggers))
        parts.append(_goals("goal for triggers", trigger_goals.verdicts(results)))
    ledger = list(ledger_goals.rows(results))
    if ledger:
        parts.append("The ledger and the price function:\n")
        parts.append(_table(["what", "measured"], ledger))
    if ledger or "ledger on c1" in results.samples:
        parts.append(_goals("goal for the ledger", ledger_goals.verdicts(results)))
    cold = [
        [who, program, *(f"{figure:.2f}" for figure in _quantiles(results.values(name))), str(len(results.values(name)))]
        for who, name, program in COLD if results.values(name)]
    if cold:
        parts.append("Cold starts, milliseconds from the call to the answer:\n")
        parts.append(_table(["host", "function", "median", "90 %", "worst", "samples"], cold))
    libraries = [
        [what, who, spread([sample.microseconds for sample in results.samples[name].values()], "{:,.1f}")]
        for what, who, name in LIBRARIES if name in results.samples]
    if libraries:
        parts.append("Templates and JSON, microseconds of processor time for one rendering or parse:\n")
        parts.append(_table(["what", "by", "µs"], libraries))
    if results.notes:
        parts.append("Not measured, and why:\n\n" + "\n".join(f"- {note}" for note in results.notes) + "\n")
    return "\n".join(parts)


def _rates(results):
    rows = []
    for host, name, function, callers in RATES:
        samples = list(results.samples.get(name, {}).values())
        if samples:
            p50, p99 = (statistics.median(getattr(sample, each) for sample in samples) for each in ("p50", "p99"))
            rates = spread([sample.rate for sample in samples], "{:,.0f}")
            rows.append([host, function, callers, rates, f"{p50:,.0f}", f"{p99:,.0f}"])
    return _table(["host", "function", "callers", "invocations/s", "median µs", "99 % µs"], rows)


def _quantiles(microseconds):
    ordered = sorted(value / 1e3 for value in microseconds)
    return statistics.median(ordered), ordered[int(len(ordered) * 0.9) if len(ordered) > 9 else -1], ordered[-1]


def write(path: pathlib.Path, text):
    """Replaces what stands between the marks; the rest of the document stays as it is."""
    document = path.read_text(encoding="utf-8") if path.exists() else "# Performance\n"
    if BEGIN not in document or END not in document:
        document = f"{document.rstrip()}\n\n{BEGIN}\n{END}\n"
    before, _, rest = document.partition(BEGIN)
    after = rest.partition(END)[2]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{before}{BEGIN}\n\n{text}\n{END}{after}", encoding="utf-8")
