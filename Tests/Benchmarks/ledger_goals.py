"""The goals of the ledger and the price function, and the table of their figures."""

import statistics

from goals import Verdict, at_least, spread

PAGE_GOAL_MILLISECONDS = 100
PRICES_GOAL = 1_000_000

FIGURES = [
    ("a page of 100,000 records out of 200,000, ms", "ledger page", "{:,.0f}"),
    ("a page of the 10,000 of one function among them, ms", "ledger filtered", "{:,.0f}"),
    ("the console's page of 1,000 out of 100,000 records, ms", "ledger console", "{:,.2f}"),
    ("the same of those that failed, ms", "ledger console-filtered", "{:,.2f}"),
    ("the sum of a month's usage, ms", "ledger month", "{:,.1f}"),
    ("records priced one by one, records/s", "ledger prices", "{:,.0f}"),
    ("records made into a bill, records/s", "ledger bill", "{:,.0f}"),
    ("handing one record over, ns", "ledger append", "{:,.0f}"),
    ("keeping one for the console, ns", "ledger ring", "{:,.0f}"),
]


def verdicts(results):
    for callers, name in (("1 caller", "c1"), ("16 callers", "c16")):
        yield at_least(
            f"Ledger on, {callers}", results.ratios(f"ledger on {name}", f"ledger off {name}"), 0.95, "martlet --ledger off")
    page = results.values("ledger page")
    yield Verdict(
        "A page of 100,000 records, milliseconds", spread(page, "{:.0f}"), f"< {PAGE_GOAL_MILLISECONDS}",
        statistics.median(page) < PAGE_GOAL_MILLISECONDS if page else None)
    filtered = results.values("ledger console-filtered")
    yield Verdict(
        "A filtered page of the console, milliseconds", spread(filtered, "{:.1f}"), f"< {PAGE_GOAL_MILLISECONDS}",
        statistics.median(filtered) < PAGE_GOAL_MILLISECONDS if filtered else None)
    prices = results.values("ledger prices")
    yield Verdict(
        "Pricing records one by one, records/s", spread(prices, "{:,.0f}"), f"≥ {PRICES_GOAL:,}",
        statistics.median(prices) >= PRICES_GOAL if prices else None)


def rows(results):
    for what, name, style in FIGURES:
        found = results.values(name)
        if found:
            yield [what, spread(found, style)]
