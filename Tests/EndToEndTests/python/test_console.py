"""The console in a real browser: headless Chromium drives it against a running host."""

import concurrent.futures
import http.client
import json
import os
import time
import urllib.request
from pathlib import Path

import pytest

import browser as browsers
import host as hosts
import template
from queue_wire import ACCOUNT

pytestmark = pytest.mark.skipif(not hosts.BINARY, reason="MARTLET_BINARY names no program")

# Markup that runs when it is taken for HTML, in the ways in which pages are made to.
HOSTILE = "<img src=x onerror=\"window.pwned=1\"><script>window.pwned=1</script><svg onload='window.pwned=1'>\"'javascript:"
HOSTILE_FUNCTION = f"""
TEXT = {HOSTILE!r}

def handler(event, context):
    print(TEXT)
    if event.get("fail"):
        raise ValueError(TEXT)
    return {{TEXT: TEXT}}
"""
VIEWS = ["overview", "functions", "apis/requests", "apis/try", "apis/routes", "apis/playground", "queues", "triggers", "bill"]
PHONE = (375, 740)


def written(folder):
    events = {"Name": {"Type": "Api", "Properties": {"Path": "/hello/{name}", "Method": "get"}}}
    queue_event = {"Work": {"Type": "SQS", "Properties": {"Queue": {"Fn::GetAtt": ["Work", "Arn"]}, "BatchSize": 10}}}
    redrive = {"deadLetterTargetArn": {"Fn::GetAtt": ["Dead", "Arn"]}, "maxReceiveCount": 1}
    return template.write(
        folder / "template.json",
        Hello=template.function("Hello", events),
        Echo=template.function("Echo", queue_event),
        Misbehave=template.function("Misbehave"),
        Hostile={
            "Type": "AWS::Serverless::Function",
            "Properties": {"Runtime": "python3.13", "Handler": "index.handler", "InlineCode": HOSTILE_FUNCTION},
        },
        Orders={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders", "RedrivePolicy": redrive, "VisibilityTimeout": 1}},
        Dead={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders-dead"}},
        Work={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "work"}},
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    folder = tmp_path_factory.mktemp("console")
    with hosts.Host(folder / "host", template=written(folder)) as host:
        yield host


@pytest.fixture(scope="module")
def browser():
    found = browsers.Browser()
    yield found
    found.stop()


@pytest.fixture
def page(browser, server):
    page = browser.page()
    page.open(server.aws + "/")
    page.wait("document.querySelector('.live') && !document.querySelector('.live').classList.contains('away')")
    yield page
    was_run = page.js("window.pwned !== undefined")
    page.close()
    assert page.faults == [] and not was_run
    foreign = [url for url in page.requests if not url.startswith((server.aws, "about:", "data:"))]
    assert foreign == [], "the page asks nobody but its host"


def go(page, view):
    page.js(f"location.hash = '#/{view}'")


def test_a_browser_gets_the_console_and_clients_do_not(server):
    def headers(accept):
        request = urllib.request.Request(server.aws + "/", headers={"Accept": accept})
        with urllib.request.urlopen(request, timeout=hosts.DEADLINE_SECONDS) as answer:
            return answer.headers

    found = headers("text/html,application/xhtml+xml,*/*;q=0.8")
    assert found["content-type"].startswith("text/html")
    policy = found["content-security-policy"]
    assert "default-src 'none'" in policy and "script-src 'self'" in policy and "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy and "frame-ancestors 'none'" in policy
    with pytest.raises(urllib.error.HTTPError):
        headers("application/json")
    ready = json.loads((server.folder / "ready.json").read_text())
    assert ready["console"] == server.aws + "/" and ready["console"] in server.log()


def test_an_invocation_appears_by_itself_and_opens(page, server):
    page.wait("document.querySelectorAll('.tile').length === 6")
    id = server.client().invoke(FunctionName="Hello", Payload=b'{"name":"appears"}')["ResponseMetadata"]["RequestId"]
    page.click(f"a.row[href='#/functions/{id}']")
    page.wait("document.querySelector('.detail h2')?.innerText === 'Hello'")
    assert "Hello, appears!" in page.text() and f"REPORT RequestId: {id}" in page.text()
    assert page.js("document.querySelectorAll('.waterfall .step').length") >= 1


def test_a_function_is_invoked_again_and_with_another_event(page, server):
    go(page, "functions")
    page.wait("document.querySelector('.composer select').options.length === 4")
    page.fill(".composer select", "Hello")
    page.fill("textarea[data-key=event]", '{"name":"first"}')
    page.click_text("Invoke")
    page.wait("document.querySelector('.detail')?.innerText.includes('Hello, first!')")
    first = page.js("location.hash")
    page.click_text("Invoke again")
    page.wait(f"location.hash !== {json.dumps(first)} && document.querySelector('.detail').innerText.includes('Hello, first!')")
    page.click_text("Edit and invoke")
    assert json.loads(page.js("document.querySelector('textarea[data-key=event]').value")) == {"name": "first"}
    page.fill("textarea[data-key=event]", '{"name":"second"}')
    page.click_text("Invoke")
    page.wait("document.querySelector('.detail').innerText.includes('Hello, second!')")
    page.fill("textarea[data-key=event]", "no json")
    page.click_text("Invoke")
    page.wait("document.querySelector('.composer .problem').innerText.includes('Could not parse')")
    # What the browser itself says of the refused call.
    page.faults = [fault for fault in page.faults if "400" not in fault]


def test_a_streamed_response_is_there_with_its_size(page, server):
    go(page, "functions")
    answer = server.client().invoke_with_response_stream(FunctionName="Misbehave", Payload=b'{"do":"stream","count":4,"milliseconds":1}')
    assert sum("PayloadChunk" in event for event in answer["EventStream"]) > 0
    go(page, f"functions/{answer['ResponseMetadata']['RequestId']}")
    page.wait("document.querySelector('.detail').innerText.match(/It was streamed, \\d+ B/) !== null")


def test_a_long_list_shows_what_is_scrolled_to_and_stays_where_it_is(page, server):
    request = urllib.request.Request(server.aws + "/_martlet/reset", data=b'{"parts": ["invocations"]}')
    urllib.request.urlopen(request, timeout=hosts.DEADLINE_SECONDS).close()
    client = server.client()
    ids = [client.invoke(FunctionName="Echo", Payload=b"{}")["ResponseMetadata"]["RequestId"] for _ in range(250)]
    go(page, "functions")
    page.wait("document.querySelector('.count')?.innerText === '250 in all'")
    page.js("document.querySelector('.scroller').scrollTop = 1e9")
    page.wait(f"!!document.querySelector('.row[data-id=\"{ids[0]}\"]')")
    assert page.js("document.querySelectorAll('.scroller .row').length") < 60
    place = f"document.querySelector('.row[data-id=\"{ids[0]}\"]').getBoundingClientRect().top"
    before = page.js(place)
    client.invoke(FunctionName="Echo", Payload=b"{}")
    page.wait("!document.querySelector('.newer').hidden && document.querySelector('.newer').innerText.includes('1 newer')")
    assert page.js(place) == before
    page.click(".newer")
    page.wait("document.querySelector('.count').innerText === '251 in all' && document.querySelector('.scroller').scrollTop === 0")


def test_nothing_a_function_says_becomes_part_of_the_page(page, server):
    for event in [b"{}", b'{"fail": true}']:
        # With the log: answered when the invocation has ended, and is recorded.
        answer = server.client().invoke(FunctionName="Hostile", Payload=event, LogType="Tail")
        id = answer["ResponseMetadata"]["RequestId"]
        go(page, f"functions/{id}")
        page.wait(f"document.querySelector('.detail')?.innerText.includes({json.dumps(id)})")
        assert "onerror=" in page.js("document.querySelector('.detail').innerText")
    server.client("sqs").send_message(QueueUrl=f"{server.aws}/{ACCOUNT}/orders", MessageBody=HOSTILE)
    go(page, "queues/orders")
    page.wait("document.querySelector('.message')?.innerText.includes('onerror=')")
    assert page.js("document.querySelectorAll('main img, main script').length") == 0
    # The browser itself holds the rule: text can't be made into HTML, by whatever fault of the page.
    refused = "(() => { try { document.body.innerHTML = '<i>x</i>'; return 'made' } catch (error) { return error.name } })()"
    assert page.js(refused) == "TypeError"
    page.faults = [fault for fault in page.faults if "TrustedHTML" not in fault]
    server.client("sqs").purge_queue(QueueUrl=f"{server.aws}/{ACCOUNT}/orders")


def test_a_request_is_tried_and_explained_step_by_step(page, server):
    go(page, "apis/try")
    page.wait("document.querySelector('select[aria-label=Route]')?.options.length > 0")
    page.fill("input[aria-label=Path]", "/Prod/hello/세계")
    page.click_text("Send")
    page.wait("document.querySelector('.detail')?.innerText.includes('Hello, 세계!')")
    steps = page.js("[...document.querySelectorAll('.steps li')].map((node) => node.innerText)")
    assert steps[0].startswith("Starting execution for request") and "200" in steps[-1]
    go(page, "apis/requests")
    page.click(".requests .row")
    page.wait("document.querySelectorAll('.steps li').length > 5")
    go(page, "apis/routes")
    page.wait("document.querySelector('main table')?.innerText.includes('/Prod/hello/{name}')")


def test_a_template_is_rendered_as_it_is_typed(page):
    go(page, "apis/playground")
    page.wait("document.querySelector('.output')?.innerText.includes('Ann')")
    page.fill("textarea[data-name=template]", "#set($n = $input.path('$.n'))sum $n.size()")
    page.fill("textarea[data-name=body]", '{"n": [1, 2, 3]}')
    page.wait("document.querySelector('.output').innerText.trim() === 'sum 3'")
    page.fill("textarea[data-name=template]", "line one\n#if(")
    page.wait("document.querySelector('.output').innerText.includes('Line 2')")


def test_messages_are_sent_seen_purged_and_redriven(page, server):
    sqs = server.client("sqs")
    go(page, "queues/orders")
    page.wait("document.querySelector('.detail h2')?.innerText === 'orders'")
    page.fill(".detail textarea", "sent by the console")
    page.click_text("Send")
    page.wait("document.querySelector('.message')?.innerText.includes('sent by the console')")
    page.wait("[...document.querySelectorAll('.entry')].some((node) => /^orders\\s*1/.test(node.innerText))")
    # Received once and not deleted: the next receive moves it to the dead letters.
    url = f"{server.aws}/{ACCOUNT}/orders"
    assert len(sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"]) == 1
    assert "Messages" not in sqs.receive_message(QueueUrl=url)
    go(page, "queues/orders-dead")
    page.wait("document.querySelector('.detail h2')?.innerText === 'orders-dead'")
    page.wait("document.querySelector('.message')?.innerText.includes('sent by the console')")
    page.click_text("Redrive")
    page.wait("document.querySelectorAll('.message').length === 0")
    go(page, "queues/orders")
    page.wait("document.querySelector('.detail h2')?.innerText === 'orders'")
    page.wait("document.querySelectorAll('.message').length === 1")
    page.js("window.confirm = () => true")
    sqs.send_message(QueueUrl=f"{server.aws}/{ACCOUNT}/work", MessageBody="to the function")
    go(page, "queues/orders-dead")
    page.wait("document.querySelector('.detail h2')?.innerText === 'orders-dead'")
    sqs.send_message(QueueUrl=f"{server.aws}/{ACCOUNT}/orders-dead", MessageBody="to be purged")
    page.wait("document.querySelectorAll('.message').length === 1")
    page.click_text("Purge")
    page.wait("document.querySelectorAll('.message').length === 0")
    assert page.js("document.querySelector('.chart.depth path')?.getAttribute('d').length") > 20
    go(page, "triggers")
    page.wait("document.querySelector('.trigger')?.innerText.includes('work → Echo')")


def test_queues_of_another_account_and_region_are_the_ones_that_are_meant(browser, tmp_path):
    account = "123456789012"
    path = template.write(tmp_path / "template.json", Orders={"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "orders"}})
    with hosts.Host(tmp_path / "host", "--account-id", account, template=path) as host:
        boto3 = pytest.importorskip("boto3")
        keys = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
        boto3.client("sqs", endpoint_url=host.aws, region_name="eu-west-1", **keys).create_queue(QueueName="orders")
        page = browser.page()
        depths = {"orders": 0, "orders/eu-west-1": 0}
        for number, place in enumerate([*depths, "orders/eu-west-1"]):
            page.open(f"{host.aws}/#/queues/{place}")
            page.reload()
            page.wait(f"document.querySelector('.entry[aria-current]')?.hash === '#/queues/{place}'")
            page.fill(".detail textarea", f"message {number}")
            page.click_text("Send")
            page.wait("document.querySelector('.said').innerText === 'Sent'")
            depths[place] += 1
            with urllib.request.urlopen(f"{host.aws}/_martlet/queues", timeout=hosts.DEADLINE_SECONDS) as answer:
                rows = json.load(answer)["queues"]
            assert {row["name"] + ("" if row["region"] == "us-east-1" else "/" + row["region"]): row["visible"] for row in rows} == depths
        assert page.faults == []
        page.close()


def test_the_bill_agrees_with_the_host(page, server):
    server.client().invoke(FunctionName="Hello", Payload=b"{}")
    go(page, "bill")
    page.wait("document.querySelector('main table')?.innerText.includes('Lambda requests')")
    with urllib.request.urlopen(server.aws + "/_martlet/bill", timeout=hosts.DEADLINE_SECONDS) as answer:
        bill = json.load(answer)["bill"]
    count = next(item["quantity"] for item in bill["items"] if item["item"] == "lambda.requests")
    rows = "[...document.querySelectorAll('main table tbody tr')]"
    page.wait(f"{rows}.find((row) => row.innerText.startsWith('Lambda requests'))?.innerText.includes('{count:,} ')")
    page.fill("main input[type=number]", "50")
    page.wait("document.querySelector('main').innerText.includes('at 50 requests a second')")


def test_the_bill_is_in_the_readers_words_and_whole_at_every_width(browser, server):
    server.client("sqs").list_queues()
    server.client().invoke(FunctionName="Hello", Payload=b"{}")
    for language, consumer, item in [
        ("en", "SQS: requests that name no queue", "Lambda requests"), ("ko-KR", "SQS: 큐를 지정하지 않은 요청", "Lambda 요청")
    ]:
        for width, height in [(1280, 860), PHONE]:
            page = browser.page(width, height, language=language)
            page.open(server.aws + "/#/bill")
            names = "[...document.querySelectorAll('.share .name')]"
            page.wait(f"{names}.some((name) => name.innerText === {json.dumps(consumer)})")
            assert page.js(f"{names}.every((name) => name.scrollWidth <= name.clientWidth)")
            page.wait(f"[...document.querySelectorAll('main td')].some((cell) => cell.innerText === {json.dumps(item)})")
            assert page.faults == []
            page.close()


@pytest.mark.skipif(not os.environ.get("MARTLET_SOAK"), reason="MARTLET_SOAK: 100,000 invocations take a minute")
def test_a_hundred_thousand_records_are_shown_a_window_at_a_time(browser, tmp_path):
    """How long each view takes is printed; the figures of docs/performance.md are made with a release build."""
    count, callers = 100_000, 8
    with hosts.Host(tmp_path / "host", template=written(tmp_path)) as host:

        def call(number):
            connection = http.client.HTTPConnection(*host.aws.removeprefix("http://").split(":"), timeout=hosts.DEADLINE_SECONDS)
            for index in range(number, count, callers):
                name = "Misbehave" if index % 100 == 7 else "Echo"
                event = b'{"do": "throw"}' if name == "Misbehave" else b"{}"
                connection.request("POST", f"/2015-03-31/functions/{name}/invocations", event)
                answer = connection.getresponse()
                assert answer.status == 200, answer.read()
                answer.read()
            connection.close()

        with concurrent.futures.ThreadPoolExecutor(callers) as pool:
            list(pool.map(call, range(callers)))
        page = browser.page()
        took = {}

        def timed(view, condition):
            start = time.monotonic()
            page.open(f"{host.aws}/#/{view}")
            page.reload()
            page.wait(condition)
            took[view] = round(time.monotonic() - start, 2)

        timed("overview", f"document.querySelector('.tile.bad')?.innerText.includes('{count // 100:,}')")
        timed("functions", f"document.querySelector('.count')?.innerText === '{count:,} in all'")
        assert page.js("document.querySelectorAll('.scroller .row').length") < 60
        oldest = "[...document.querySelectorAll('.scroller .row')].at(-1)?.dataset.id"
        with urllib.request.urlopen(f"{host.aws}/_martlet/invocations?offset={count - 1}&limit=1", timeout=hosts.DEADLINE_SECONDS) as answer:
            first = json.load(answer)["invocations"][0]["requestId"]
        start = time.monotonic()
        page.js("document.querySelector('.scroller').scrollTop = 1e9")
        page.wait(f"{oldest} === {json.dumps(first)}")
        took["to the oldest"] = round(time.monotonic() - start, 2)
        start = time.monotonic()
        page.fill("[aria-label=Status]", "error")
        page.wait(f"document.querySelector('.count')?.innerText === '{count // 100:,} in all'")
        took["errors alone"] = round(time.monotonic() - start, 2)
        timed("bill", f"document.querySelector('main table')?.innerText.includes('{count:,} requests')")
        assert page.faults == []
        page.close()
    print(f"seconds: {took}")


@pytest.mark.parametrize("language, word", [("en", "Overview"), ("ko-KR", "개요")])
def test_every_view_fits_a_phone_and_speaks_the_readers_language(browser, server, language, word):
    page = browser.page(*PHONE, language=language, scheme="dark")
    page.open(server.aws + "/")
    page.wait(f"document.querySelector('nav').innerText.includes({json.dumps(word)})")
    assert page.js("document.documentElement.lang") == language[:2]
    for view in VIEWS:
        go(page, view)
        page.wait(f"location.hash === '#/{view}' && document.querySelector('main').innerText.length > 20")
        page.wait("document.documentElement.scrollWidth <= innerWidth")
        assert page.js("!document.body.innerText.includes('undefined') && !document.body.innerText.includes('NaN')"), page.text()
    assert page.faults == []
    page.close()


def test_keys_lead_through_the_page(page):
    page.press("4")
    page.wait("location.hash === '#/queues'")
    page.press("2")
    page.wait("location.hash === '#/functions'")
    page.wait("!!document.querySelector('.scroller .row')")
    page.press("j")
    page.wait("location.hash.startsWith('#/functions/') && !!document.querySelector('.row[aria-selected=true]')")
    page.press("e")
    page.wait("document.activeElement === document.querySelector('textarea[data-key=event]')")
    page.press("Escape")
    page.press("?")
    page.wait("document.querySelector('dialog').open")


@pytest.mark.skipif(not os.environ.get("MARTLET_PICTURES"), reason="MARTLET_PICTURES names the folder for pictures of the console")
def test_pictures(browser, tmp_path):
    """The pictures of the documentation, of the sample project under some load."""
    folder = Path(os.environ["MARTLET_PICTURES"])
    with hosts.Host(tmp_path / "host") as host:
        ids = load(host)
        for name, view, size, scheme, language in [
            ("overview", "overview", (1280, 800), "light", "en"), ("function", f"functions/{ids[0]}", (1280, 900), "light", "en"),
            ("request", "apis/requests/2", (1280, 900), "dark", "en"), ("playground", "apis/playground", (1280, 860), "light", "en"),
            ("queues", "queues/OrdersDLQ", (1280, 900), "dark", "en"), ("triggers", "triggers", (1280, 560), "light", "en"), ("bill", "bill", (1280, 900), "light", "ko"),
            ("try", "apis/try/0", (1280, 860), "light", "en"), ("routes", "apis/routes", (1280, 600), "light", "en"),
            ("phone", "overview", PHONE, "dark", "ko"), ("phone-function", f"functions/{ids[0]}", PHONE, "light", "en"),
        ]:
            page = browser.page(*size, language=language, scheme=scheme)
            page.open(f"{host.aws}/#/{view}")
            page.wait("document.querySelector('main').innerText.length > 120")
            more(host)
            page.wait("!document.querySelector('.live').classList.contains('away')")
            if name == "try":
                page.click_text("Send")
                page.wait("!!document.querySelector('.steps')")
            page.js("new Promise((done) => setTimeout(done, 700))")
            page.picture(folder / f"console-{name}.png")
            page.close()


def load(host):
    page_of = lambda path, **more: urllib.request.urlopen(urllib.request.Request(host.gateway + path, **more), timeout=30).read()
    with urllib.request.urlopen(urllib.request.Request(host.aws + "/_martlet/events"), timeout=30) as following:
        page_of("/Prod/hello/%EC%84%B8%EA%B3%84")
        page_of("/Prod/hello/Ann")
        page_of("/python")
        page_of("/echo", data=b'{"a": 1}')
        following.close()
    client, sqs = host.client(), host.client("sqs")
    ids = []
    for second in range(20):
        for _ in range(1 + second * 7 % 9):
            ids.append(client.invoke(FunctionName="Hello", Payload=json.dumps({"name": "세계"}).encode())["ResponseMetadata"]["RequestId"])
        client.invoke(FunctionName="Orders", Payload=b'{"id": 7}')
        if second % 5 == 3:
            client.invoke(FunctionName="Misbehave", Payload=b'{"do": "throw"}')
        for name in ["OrdersQueue"] + ["OrdersDLQ"] * (second % 3):
            sqs.send_message(QueueUrl=f"{host.aws}/{ACCOUNT}/{name}", MessageBody=json.dumps({"order": second, "sku": "tea"}))
        if second == 15:
            dead = f"{host.aws}/{ACCOUNT}/OrdersDLQ"
            for message in sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=7, VisibilityTimeout=120)["Messages"][:4]:
                sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
        time.sleep(1)
    return ids


def more(host):
    host.client().invoke(FunctionName="Hello", Payload=b'{"name": "now"}')
