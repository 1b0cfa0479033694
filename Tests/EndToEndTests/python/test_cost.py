"""`martlet cost` and `martlet tune`, as a shell sees them.

Expected figures are computed by hand from the prices that docs/billing.md names: see each test.
"""

import json
import subprocess
import xml.etree.ElementTree as ElementTree
from decimal import Decimal

import pytest

import host as hosts

pytestmark = pytest.mark.skipif(not hosts.BINARY, reason="MARTLET_BINARY names no program")


def martlet(*arguments, status=0, **variables):
    done = subprocess.run(
        [hosts.BINARY, *map(str, arguments)], env=hosts.environment(**variables), capture_output=True, text=True,
        timeout=hosts.DEADLINE_SECONDS * 4, stdin=subprocess.DEVNULL,
    )
    assert done.returncode == status, f"{done.returncode}: {done.stdout}\n{done.stderr}"
    return done


def bill(*arguments, **variables):
    """The bill of an estimate, its numbers exact."""
    answer = json.loads(martlet("cost", *arguments, "--output", "json", **variables).stdout, parse_float=Decimal)
    return answer["bill"]


def test_the_textbook():
    # 1,100,000 GB-s above the free tier × $0.0000166667, and 2 M requests × $0.20 a million.
    answer = bill("lambda", "--memory", 512, "--requests", "3M", "--duration", "1s")
    assert [item["amount"] for item in answer["items"]] == [Decimal("0.4"), Decimal("18.33337")]
    assert answer["total"] == Decimal("18.73337")
    assert answer["gross"] - answer["credit"] == answer["total"]


@pytest.mark.parametrize(
    ("arguments", "receives"),
    [
        (["--pollers", "1", "--wait", "0", "--sleep", "1s"], 2_592_000),
        (["--pollers", "1", "--wait", "20"], 129_600),
        (["--wait", "20"], 129_600),
        (["--pollers", "5", "--wait", "20"], 648_000),
        (["--requests", "4583293"], 4_583_293),
        # Two loops that sleep a second, with a round trip of 131 ms: 2 × 2,592,000 s ÷ 1.1310644 s.
        (["--pollers", "2", "--wait", "0", "--sleep", "1s", "--round-trip", "131.0644ms"], 4_583_293),
        (["--pollers", "2", "--wait", "20"], 259_200),
    ],
)
def test_requests_to_queues(arguments, receives):
    answer = bill("sqs", *arguments)
    assert answer["items"][0]["quantity"] == receives
    assert answer["total"] == max(0, receives - 1_000_000) * Decimal("0.4") / 1_000_000


def test_a_balancer_in_won():
    # 720 × $0.0225 = $16.20 × 1,100, as published.
    text = martlet("cost", "network", "--nlb", 1, "--hours", 720, "--region", "ap-northeast-2", "--currency", "KRW=1100").stdout
    assert "Total  16.20 USD a month = 17,820 KRW" in text


def test_where_lines_cross(tmp_path):
    # (n − 1 M) × 0.0000002 + (n ÷ 2 − 400,000) × 0.0000166667 = 16.2 at n = 2,703,121.3.
    drawing = tmp_path / "lines.svg"
    arguments = ["compare", "--requests", "3M", "--memory", "512", "--duration", "1s", "nlb", "lambda"]
    answer = json.loads(martlet("cost", *arguments, "--svg", drawing, "--output", "json").stdout)
    assert [(crossing["requests"], crossing["after"]) for crossing in answer["crossings"]] == [(2_703_122, "nlb")]
    assert ElementTree.parse(drawing).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    assert "From 2,703,122 requests on nlb is cheaper than lambda" in martlet("cost", *arguments).stdout


def test_prices_of_a_file(tmp_path):
    prices = tmp_path / "mine.json"
    prices.write_text('{"pricesOf": "2026-11-01", "regions": {"us-east-1": {"prices": {"nlb.hours": 0.5}}}}')
    assert bill("network", "--nlb", 1, "--hours", 2, "--prices", prices)["total"] == 1
    prices.write_text('{"regions": {"us-east-1": {"prices": {\n"nlb.hour": 0.5}}}}')
    error = martlet("cost", "network", "--nlb", 1, "--prices", prices, status=2).stderr
    assert f"{prices}:2:13: 'nlb.hour' is no member of prices" in error


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lambda", "--requests", "3X", "--duration", "1s"], "'3X' should be a whole number"),
        (["lambda", "--duration", "1s"], "give --requests (3M) or --at (50rps)"),
        (["sqs", "--pollers", "1"], "nothing slows this loop down"),
        (["compare", "--requests", "1", "alb"], "'alb' is no way to answer requests"),
        (["compare", "--requests", "1", "nlb", "nlb"], "'nlb' is given twice"),
        (["compare", "--requests", "1", "nlb", "--svg", "/"], "can't write /: Is a directory"),
        (["prices", "--region", "mars-1"], "there are no prices of mars-1"),
        (["prices", "--region", ""], "--region names a region"),
        (["prices", "--prices", "/"], "can't read the prices /: Is a directory"),
    ],
)
def test_wrong_usage(arguments, message):
    assert message in martlet("cost", *arguments, status=2).stderr


def test_tune(tmp_path):
    arguments = ["tune", "Hello", "--no-build", "--quiet", "--memory", "256,128", "--runs", "2"]
    arguments += ["--template", hosts.TEMPLATE, "--state-dir", tmp_path / "state"]
    answer = json.loads(martlet(*arguments, "--output", "json").stdout)
    assert [size["memoryMB"] for size in answer["sizes"]] == [128, 256]
    assert answer["cheapestMB"] in (128, 256)
    assert all(size["failure"] is None and size["initDurationMs"] > 0 and size["usdPerMillion"] > 0.2 for size in answer["sizes"])
    assert "--runs is 1 to 1000" in martlet("tune", "Hello", "--runs", "0", status=2).stderr
