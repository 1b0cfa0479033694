"""The goals of the gateway, and the table of its rates."""

import statistics

from goals import Verdict, spread

CONNECTIONS = (1, 16, 64)

SERIES = [
    ("martlet, direct Invoke", "gateway invoke", "Swift Hello, the event of the REST route"),
    ("martlet, REST API", "gateway rest", "Swift Hello, proxy integration"),
    ("martlet, HTTP API", "gateway http", "Swift Hello, proxy integration 2.0"),
    ("martlet, REST API", "gateway mock", "MOCK with a response template"),
    ("bare NIO server", "gateway bare", "the same bytes to each request"),
    ("martlet, REST API", "gateway proxy", "HTTP_PROXY to the bare server"),
    ("nginx", "gateway nginx", "proxy_pass to the bare server"),
    ("martlet, REST API", "gateway few", "the last of 10 routes, MOCK"),
    ("martlet, REST API", "gateway many", "the last of 1,000 routes, MOCK"),
]

GOALS = [
    ("REST proxy route to a warm Swift handler", "gateway rest", "gateway invoke", 0.75, "a direct Invoke"),
    ("HTTP API route to a warm Swift handler", "gateway http", "gateway invoke", 0.75, "a direct Invoke"),
    ("MOCK route", "gateway mock", "gateway bare", 0.40, "bare NIO server"),
    ("HTTP_PROXY route", "gateway proxy", "gateway nginx", 0.50, "nginx's proxy_pass"),
    ("1,000 routes", "gateway many", "gateway few", 1 / 1.2, "10 routes"),
]


def verdicts(results):
    for what, mine, other, factor, of in GOALS:
        for count in CONNECTIONS:
            ratios = results.ratios(f"{mine} c{count}", f"{other} c{count}")
            if ratios:
                met = statistics.median(ratios) >= factor
                yield Verdict(f"{what}, {count} connection{'s'[:count - 1]}", spread(ratios), f"≥ {factor:.2f} × {of}", met)


def rows(results):
    for host, name, what in SERIES:
        for count in CONNECTIONS:
            samples = list(results.samples.get(f"{name} c{count}", {}).values())
            if samples:
                p50, p99 = (statistics.median(getattr(sample, each) for sample in samples) for each in ("p50", "p99"))
                rate = spread([sample.rate for sample in samples], "{:,.0f}")
                yield [host, what, str(count), rate, f"{p50:,.0f}", f"{p99:,.0f}"]
