"""Renders the request template with airspeed and prints the microseconds of processor time that one takes. usage: airspeed_bench.py FOLDER"""

import json
import pathlib
import sys
import time

import airspeed

folder = pathlib.Path(sys.argv[1])
body = json.loads((folder / "body.json").read_text())
PARAMETERS = {"customerId": "c-1001", "User-Agent": 'Mozilla/5.0 ("test")'}


class Input:
    def path(self, path):
        value = body
        for name in path.split(".")[1:]:
            value = value.get(name, "")
        return value

    def json(self, path):
        return json.dumps(self.path(path))

    def params(self, name):
        return PARAMETERS.get(name, "")


class Util:
    def escapeJavaScript(self, text):
        return json.dumps(text)[1:-1].replace("'", "\\'")


template = airspeed.Template((folder / "request.vtl").read_text())
names = {"input": Input(), "util": Util(), "context": {"requestId": "6f9c1a52", "stage": "prod"}}
best = None
for _ in range(3):
    start = time.process_time()
    for _ in range(20):
        template.merge(dict(names))
    elapsed = (time.process_time() - start) / 20 * 1e6
    best = elapsed if best is None else min(best, elapsed)
print(f"{best:.2f}")
