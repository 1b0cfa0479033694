"""A headless Chromium, driven by the DevTools protocol (https://chromedevtools.github.io/devtools-protocol/)."""

import base64
import json
import os
import shutil
import subprocess
import tempfile
import urllib.request
from pathlib import Path

import pytest

from host import DEADLINE_SECONDS, eventually

PROGRAMS = ["chromium", "chromium-headless-shell", "chromium-browser", "google-chrome", "google-chrome-stable"]
PLACES = ["/usr/lib/chromium/chromium-headless-shell", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"]


def program():
    """The browser; without one the test is skipped, and fails on continuous integration, unless MARTLET_BROWSER is "none"."""
    chosen = os.environ.get("MARTLET_BROWSER")
    if chosen == "none":
        pytest.skip("MARTLET_BROWSER is none")
    found = chosen or next((path for name in PROGRAMS if (path := shutil.which(name))), None)
    found = found or next((path for path in PLACES if Path(path).exists()), None)
    if found:
        return found
    reason = "no Chromium or Chrome is installed: .ci/dependencies test installs one on Debian; elsewhere name it with MARTLET_BROWSER"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


class Browser:
    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(prefix="martlet-browser-")
        command = [program(), "--headless", "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "--no-first-run"]
        command += ["--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking", "--hide-scrollbars"]
        # As root, as containers of continuous integration are, there is no sandbox.
        command += ["--no-sandbox"] if os.geteuid() == 0 else []
        self.log = open(Path(self.folder) / "log", "wb")
        self.process = subprocess.Popen([*command, *options, "about:blank"], stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)
        port_file = Path(self.folder) / "DevToolsActivePort"
        try:
            eventually(lambda: self.process.poll() is not None or port_file.exists() and "\n" in port_file.read_text(), "a browser")
            assert self.process.poll() is None, (Path(self.folder) / "log").read_text(errors="replace")
            self.port = port_file.read_text().split("\n")[0]
        except BaseException:
            self.stop()
            raise

    def page(self, width=1280, height=860, language="en", scheme="light"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(request, timeout=DEADLINE_SECONDS) as answer:
            target = json.load(answer)
        return Page(target["webSocketDebuggerUrl"], width, height, language, scheme)

    def stop(self):
        self.process.kill()
        self.process.wait()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


class Navigated(AssertionError):
    """The page went to another document while it was asked something."""


# What Chromium says then: before the new document is there, and once it is.
NAVIGATED = ("Inspected target navigated or closed", "Cannot find context with specified id", "Execution context was destroyed")


class Page:
    """One tab. `faults` are scripts' exceptions and what the browser refused or complained of."""

    def __init__(self, address, width, height, language, scheme):
        from websockets.sync.client import connect

        self.socket = connect(address, max_size=None, open_timeout=DEADLINE_SECONDS)
        self.last = 0
        self.faults = []
        self.requests = []
        for domain in ["Page", "Runtime", "Log", "Network"]:
            self.send(f"{domain}.enable")
        self.size(width, height)
        self.send("Emulation.setLocaleOverride", locale=language)
        self.send("Network.setUserAgentOverride", userAgent="Chromium", acceptLanguage=language)
        self.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])

    def send(self, method, **parameters):
        self.last += 1
        self.socket.send(json.dumps({"id": self.last, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.recv(timeout=DEADLINE_SECONDS))
            if message.get("id") == self.last:
                error = message.get("error")
                if error and error["message"].startswith(NAVIGATED):
                    raise Navigated(f"{method}: {error}")
                assert not error, f"{method}: {error}"
                return message["result"]
            self.note(message)

    def note(self, event):
        parameters = event.get("params", {})
        if event.get("method") == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.faults.append(details.get("exception", {}).get("description") or details["text"])
        elif event.get("method") == "Log.entryAdded" and parameters["entry"]["level"] == "error":
            self.faults.append(f"{parameters['entry']['text']} {parameters['entry'].get('url', '')}")
        elif event.get("method") == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def size(self, width, height, scale=1):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)

    def open(self, address):
        self.send("Page.navigate", url=address)
        self.wait("document.readyState === 'complete'")

    def reload(self):
        """Loads the document anew: until it is gone, the old one would still answer."""
        self.js("window.isOld = true")
        self.send("Page.reload")
        self.wait("!window.isOld && document.readyState === 'complete'")

    def js(self, expression):
        """The value of an expression; a promise's when it has one."""
        result = self.send("Runtime.evaluate", expression=expression, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in result, f"{expression}: {result['exceptionDetails']}"
        return result["result"].get("value")

    def wait(self, expression):
        def value():
            try:
                return self.js(expression)
            except Navigated:
                return None  # The next document is asked.

        return eventually(value, lambda: f"{expression}; the page says:\n{self.text()[:3000]}")

    def text(self):
        return self.js("document.body ? document.body.innerText : ''")

    def click(self, selector):
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        self.js(f"document.querySelector({json.dumps(selector)}).click()")

    def click_text(self, text, within="main"):
        """The button or link that says exactly this."""
        nodes = f"[...document.querySelector({json.dumps(within)}).querySelectorAll('button, a')]"
        find = f"{nodes}.find((node) => node.innerText.trim() === {json.dumps(text)} && !node.disabled && node.offsetParent)"
        self.wait(f"!!{find}")
        self.js(f"{find}.click()")

    def fill(self, selector, value):
        """As if it was typed: the page hears of it."""
        self.wait(f"!!document.querySelector({json.dumps(selector)})")
        self.js(
            f"(() => {{ const node = document.querySelector({json.dumps(selector)}); node.value = {json.dumps(value)};"
            "node.dispatchEvent(new Event('input', {bubbles: true})); node.dispatchEvent(new Event('change', {bubbles: true})); })()"
        )

    def press(self, key):
        self.send("Input.dispatchKeyEvent", type="keyDown", key=key, text=key if len(key) == 1 else "")
        self.send("Input.dispatchKeyEvent", type="keyUp", key=key)

    def picture(self, path):
        data = self.send("Page.captureScreenshot", format="png")["data"]
        Path(path).write_bytes(base64.b64decode(data))

    def close(self):
        """Closes the tab: a browser has six connections to an address, and each page holds one."""
        self.send("Page.close")
        self.socket.close()
