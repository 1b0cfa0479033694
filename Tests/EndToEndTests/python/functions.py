"""Functions that the tests make, each for another way to speak the Runtime API, all with the same manners.

The event {"do": …} says what to do, in the words of the sample function Misbehave; an event without it comes back as it is:
throw (message), exit (code), hang, stderr (message, count), huge (bytes).
"""

import importlib.metadata
import importlib.util
import io
import json
import shutil
import sys
import zipfile

import host as hosts


def zipped(files):
    """A zip of {path: text or bytes}; `bootstrap` is executable."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            info = zipfile.ZipInfo(path, (2026, 1, 31, 12, 0, 0))
            info.create_system = 3
            info.external_attr = (0o100755 if path == "bootstrap" or ".so" in path else 0o100644) << 16
            archive.writestr(info, content)
    return buffer.getvalue()


def swift(product):
    """A sample function of this build, with no copy of its megabytes."""
    return {"bootstrap": f"#!/bin/sh\nexec '{hosts.products()}/{product}'\n"}


PYTHON_HANDLER = '''
import os
import sys
import time


class OrderError(Exception):
    pass


def handler(event, context):
    do = event.get("do")
    if do == "throw":
        raise OrderError(event["message"])
    if do == "exit":
        os._exit(event["code"])
    if do == "hang":
        time.sleep(3600)
    if do == "stderr":
        for number in range(1, event["count"] + 1):
            print(f"{event['message']} {number}", file=sys.stderr)
        return "written"
    if do == "huge":
        return "x" * (event["bytes"] - 2)
    return event
'''

PYTHON = {"app.py": PYTHON_HANDLER}

# As AWS's tutorial "Building a custom runtime" has it, made to survive large events and any byte.
SHELL_BOOTSTRAP = """#!/bin/sh
api="http://$AWS_LAMBDA_RUNTIME_API/2018-06-01/runtime"
folder=$(mktemp -d)
while true; do
    curl -sS -D "$folder/headers" -o "$folder/event" "$api/invocation/next" || exit 1
    id=$(tr -d '\\r' < "$folder/headers" | sed -n 's/^[Ll]ambda-[Rr]untime-[Aa]ws-[Rr]equest-[Ii]d: *//p')
    order=$(head -c 400 "$folder/event")
    text=$(printf %s "$order" | sed -n 's/.*"message": *"\\([^"]*\\)".*/\\1/p')
    number=$(printf %s "$order" | sed -n 's/.*"\\(code\\|count\\|bytes\\)": *\\([0-9]*\\).*/\\2/p')
    answer="$folder/event"
    case "$order" in
        *'"do": "throw"'*)
            printf '{"errorType":"OrderError","errorMessage":"%s"}' "$text" > "$folder/error"
            curl -sS -o "$folder/accepted" -H 'Content-Type: application/json' -H 'Lambda-Runtime-Function-Error-Type: OrderError' \\
                --data-binary "@$folder/error" "$api/invocation/$id/error"
            continue ;;
        *'"do": "exit"'*) exit "$number" ;;
        *'"do": "hang"'*) sleep 3600 ;;
        *'"do": "stderr"'*)
            line=1
            while [ "$line" -le "$number" ]; do echo "$text $line" >&2; line=$((line + 1)); done
            printf '"written"' > "$folder/answer"; answer="$folder/answer" ;;
        *'"do": "huge"'*)
            { printf '"'; head -c $((number - 2)) /dev/zero | tr '\\0' x; printf '"'; } > "$folder/answer"; answer="$folder/answer" ;;
    esac
    curl -sS -o "$folder/accepted" -H 'Content-Type: application/json' -H 'Expect:' --data-binary "@$answer" \\
        "$api/invocation/$id/response"
done
"""

SHELL = {"bootstrap": SHELL_BOOTSTRAP}


def shell_misses():
    """Why the shell client can't run here, or None."""
    return None if shutil.which("curl") else "curl is not installed"


def awslambdaric_misses():
    if importlib.util.find_spec("awslambdaric") is None:
        return "awslambdaric is not installed for this Python (requirements-runtime-client.txt)"
    return None


def awslambdaric():
    """AWS's Python client with what it needs, zipped in as `pip install --target` would lay it."""
    files = dict(PYTHON)
    for distribution in ["awslambdaric", "simplejson", "snapshot-restore-py"]:
        for file in importlib.metadata.files(distribution):
            if not file.parts[0].startswith("..") and file.suffix != ".pyc":
                files[file.as_posix()] = file.read_binary()
    files["bootstrap"] = (
        '#!/bin/sh\ncd "$LAMBDA_TASK_ROOT" && PYTHONPATH="$LAMBDA_TASK_ROOT" '
        f"exec '{sys.executable}' -m awslambdaric \"$_HANDLER\"\n"
    )
    return files


def event(**members):
    """JSON with unescaped text, with one blank after colons, which the shell's patterns count on."""
    return json.dumps(members, ensure_ascii=False).encode()
