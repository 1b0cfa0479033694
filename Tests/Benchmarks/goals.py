"""The goals, each a ratio or a bound within one run, and whether the figures meet them."""

import dataclasses
import statistics


class Results:
    """Figures by name, one for each round in which it could be taken, and why others could not."""

    def __init__(self):
        self.samples = {}  # name -> {round: Sample or number}
        self.notes = []

    def add(self, name, index, value):
        self.samples.setdefault(name, {})[index] = value

    def note(self, text):
        if text not in self.notes:
            self.notes.append(text)

    def rates(self, name):
        return {index: sample.rate for index, sample in self.samples.get(name, {}).items()}

    def values(self, name):
        """All numbers of all rounds, of figures that are numbers or lists of them."""
        rounds = self.samples.get(name, {}).values()
        return [number for value in rounds for number in (value if isinstance(value, list) else [value])]

    def ratios(self, name, other):
        """Round by round, so that a slow minute of the machine weighs on both."""
        mine, theirs = self.rates(name), self.rates(other)
        return [mine[index] / theirs[index] for index in mine if index in theirs]

    def faster(self, *names):
        """The name of the series with the highest median, to hold a goal against the better of several."""
        measured = [name for name in names if self.rates(name)]
        return max(measured, key=lambda name: statistics.median(self.rates(name).values()), default=names[0])


@dataclasses.dataclass(frozen=True)
class Verdict:
    what: str
    measured: str
    goal: str
    met: bool = None  # None: not measured

    @property
    def word(self):
        return "not measured" if self.met is None else "met" if self.met else "**not met**"


def spread(numbers, style="{:.2f}"):
    """Median and range."""
    if not numbers:
        return "–"
    middle = style.format(statistics.median(numbers))
    return middle if len(numbers) == 1 else f"{middle} ({style.format(min(numbers))}–{style.format(max(numbers))})"


def at_least(what, ratios, factor, of, strictly=False):
    met = None
    if ratios:
        middle = statistics.median(ratios)
        met = middle > factor if strictly else middle >= factor
    sign = ">" if strictly else "≥"
    return Verdict(what, spread(ratios), f"{sign} {factor:.2f} × {of}", met)


def verdicts(results):
    yield at_least("C bootstrap, 1 caller", results.ratios("martlet c1", "rie c1"), 1.80, "RIE")
    prototype = results.faster("beside martlet prototype 1 c1", "beside martlet prototype 16 c1")
    yield at_least("C bootstrap, 1 caller", results.ratios("beside prototype martlet c1", prototype), 0.85, "prototype")
    yield at_least("C bootstrap, 16 callers", results.ratios("martlet c16", "prototype 16 c16"), 0.70, "prototype")
    yield at_least("C bootstrap, 16 callers", results.ratios("martlet c16", "cargo-lambda c16"), 1.00, "cargo-lambda", True)
    for callers, name in (("1 caller", "c1"), ("16 callers", "c16")):
        ratios = results.ratios(f"martlet swift {name}", f"beside swift martlet {name}")
        yield at_least(f"Swift handler, {callers}", ratios, 0.90, "C bootstrap on martlet")
    megabyte = results.faster("prototype 1 1MB", "prototype 16 1MB")
    yield at_least("1 MB payloads, 1 caller", results.ratios("martlet 1MB", megabyte), 0.80, "prototype")

    mine, bare = results.values("cold martlet Hello"), results.values("cold prototype Hello")
    measured, met = "–", None
    if mine and bare:
        ratio = statistics.median(mine) / statistics.median(bare)
        measured, met = f"{ratio:.2f}", ratio <= 1.5
    yield Verdict("Cold start of Hello", measured, "≤ 1.50 × the same program, driven by the prototype", met)

    for state in ("fresh", "after the load"):
        idle = results.values(f"idle {state}")
        ticks, resident = [each.ticks for each in idle], [each.resident_mb for each in idle]
        yield Verdict(f"Idle host, {state}: CPU ticks in 5 s", spread(ticks, "{:.0f}"), "0", max(ticks) == 0 if ticks else None)
        yield Verdict(
            f"Idle host, {state}: resident MB", spread(resident, "{:.0f}"), "< 60", max(resident) < 60 if resident else None)
    yield at_least(
        "Rendering a request template", results.ratios("template", "template velocity"), 1.00, "Apache Velocity, warm JVM")
    yield at_least("Rendering a request template", results.ratios("template", "template airspeed"), 20.00, "airspeed")
    growth = results.values("template growth")
    yield Verdict(
        "A template's loop, 10 times the items: times the time", spread(growth), "≤ 11.00",
        statistics.median(growth) <= 11 if growth else None)
    fastest = results.faster("json JSONSerialization", "json JSONDecoder")
    yield at_least("Parsing 1 MB of JSON", results.ratios("json here", fastest), 0.67, f"{fastest.removeprefix('json ')}")
    one_shot = results.values("one-shot")
    yield Verdict(
        "`martlet invoke Hello`, milliseconds", spread(one_shot, "{:.0f}"), "< 150",
        statistics.median(one_shot) < 150 if one_shot else None)
