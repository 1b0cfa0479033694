"""A browser on a page of another origin calls the APIs: whether it lets the page see the answer is the browser's own judgement of
preflights and headers (Fetch Standard, "CORS protocol").
"""

import http.server
import json
import os
import shutil
import subprocess
import threading

import pytest

import host as hosts
import template

if not hosts.BINARY:
    pytest.skip("MARTLET_BINARY names no program", allow_module_level=True)

NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]
BROWSER = os.environ.get("MARTLET_BROWSER") or next(filter(None, map(shutil.which, NAMES)), None)
if BROWSER in (None, "none"):
    pytest.skip("no Chromium is installed; MARTLET_BROWSER names one", allow_module_level=True)

PAGE = """<!doctype html><meta charset="utf-8"><script>
async function ask([url, options]) {
    try {
        const answer = await fetch(url, options);
        return {status: answer.status, own: answer.headers.get("x-own"), body: await answer.text()};
    } catch (error) {
        return {refused: error.name};
    }
}
(async () => {
    const results = [];
    for (const request of %s) results.push(await ask(request));
    await fetch("/results", {method: "POST", body: JSON.stringify(results)});
})();
</script>"""

CODE = """
def handler(event, context):
    headers = {"Access-Control-Allow-Origin": ORIGIN, "Access-Control-Expose-Headers": "x-own", "X-Own": "값"}
    return {"statusCode": 200, "headers": headers, "body": "안녕 " + event["httpMethod"]}
"""


class Page:
    """Serves the page and takes what its script found out."""

    def __init__(self):
        self.requests = []
        self.results = None
        page = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                body = (PAGE % json.dumps(page.requests)).encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self):
                page.results = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def visit(self, folder, requests):
        """What a browser makes of the requests."""
        self.requests, self.results = requests, None
        command = [BROWSER, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"]
        command += [f"--user-data-dir={folder / 'profile'}", "--remote-debugging-port=0", f"{self.origin}/"]
        with open(folder / "browser.log", "wb") as log:
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        try:
            return hosts.eventually(lambda: self.results, lambda: (folder / "browser.log").read_text(errors="replace"), seconds=90)
        finally:
            process.terminate()
            process.wait(hosts.DEADLINE_SECONDS)


def test_a_page_calls_apis_of_another_origin(tmp_path):
    page = Page()
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "app.py").write_text(CODE.replace("ORIGIN", repr(page.origin)).replace("값", "value"))
    function = {"CodeUri": "code", "Handler": "app.handler", "Runtime": "python3.13", "Timeout": 10}

    def event(kind, api, path, method):
        key = "RestApiId" if kind == "Api" else "ApiId"
        return {"Type": kind, "Properties": {"Path": path, "Method": method, key: {"Ref": api}, **({"PayloadFormatVersion": "1.0"} if kind == "HttpApi" else {})}}

    events = {
        "Get": event("Api", "Rest", "/thing", "GET"),
        "Put": event("Api", "Rest", "/thing", "PUT"),
        "Bare": event("Api", "Plain", "/thing", "PUT"),
        "Http": event("HttpApi", "Http", "/http/thing", "ANY"),
    }
    path = template.write(
        tmp_path / "template.json",
        Rest={
            "Type": "AWS::Serverless::Api",
            "Properties": {
                "StageName": "v1",
                "Cors": {"AllowOrigin": f"'{page.origin}'", "AllowHeaders": "'content-type,x-asked'", "AllowMethods": "'GET,PUT'"},
            },
        },
        Plain={"Type": "AWS::Serverless::Api", "Properties": {"StageName": "plain"}},
        Http={
            "Type": "AWS::Serverless::HttpApi",
            "Properties": {"CorsConfiguration": {"AllowOrigins": [page.origin], "AllowMethods": ["PUT"], "AllowHeaders": ["x-asked"], "ExposeHeaders": ["x-own"]}},
        },
        Function={"Type": "AWS::Serverless::Function", "Properties": {**function, "Events": events}},
    )
    put = {"method": "PUT", "headers": {"Content-Type": "application/json", "X-Asked": "1"}, "body": "{}"}
    simple = {"method": "PUT", "headers": {"X-Asked": "1"}}
    with hosts.Host(tmp_path, template=path) as host:
        results = page.visit(
            tmp_path,
            [
                [f"{host.gateway}/v1/thing", {}],
                # A preflight, which SAM's MOCK method answers.
                [f"{host.gateway}/v1/thing", put],
                # A header that it doesn't allow.
                [f"{host.gateway}/v1/thing", {"method": "PUT", "headers": {"X-Other": "1"}}],
                # A method that it doesn't allow.
                [f"{host.gateway}/v1/thing", {"method": "DELETE"}],
                # No OPTIONS method at all: the preflight is 403.
                [f"{host.gateway}/plain/thing", put],
                # The service's own answer to preflights.
                [f"{host.gateway}/http/thing", simple],
                [f"{host.gateway}/http/thing", put],
                [f"{host.gateway}/http/thing", {"method": "DELETE"}],
            ],
        )
    page.server.shutdown()
    served = {"status": 200, "own": "value", "body": "안녕 PUT"}
    refused = {"refused": "TypeError"}
    assert results == [{**served, "body": "안녕 GET"}, served, refused, refused, refused, served, refused, refused]
