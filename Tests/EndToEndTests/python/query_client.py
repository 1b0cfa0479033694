"""A process of its own with an older botocore, which speaks SQS's Query protocol: calls come in and answers go out, a line of JSON each."""

import base64
import json
import subprocess
import sys
from pathlib import Path

import pytest

FOLDER = Path(sys.prefix) / "query-client"


class QueryClient:
    def __init__(self, endpoint, region):
        if not (FOLDER / "botocore").is_dir():
            pytest.skip("there is no older botocore in .venv/query-client (requirements-query-client.txt)")
        command = [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(FOLDER)!r}); import runpy; "
                   f"sys.argv = ['', {endpoint!r}, {region!r}]; runpy.run_path({__file__!r}, run_name='serve')"]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.version, self.protocol, self.operations = json.loads(self.process.stdout.readline())

    def call(self, operation, **parameters):
        """The answer, or the error's code, status and text as a tuple."""
        self.process.stdin.write(json.dumps([operation, parameters], default=packed) + "\n")
        self.process.stdin.flush()
        kind, answer = json.loads(self.process.stdout.readline(), object_hook=unpacked)
        return answer if kind == "answer" else tuple(answer)

    def close(self):
        self.process.stdin.close()
        self.process.wait(10)


def packed(value):
    if isinstance(value, bytes):
        return {"\0bytes": base64.b64encode(value).decode()}
    return str(value)


def unpacked(value):
    return base64.b64decode(value["\0bytes"]) if set(value) == {"\0bytes"} else value


def serve(endpoint, region):
    import botocore
    import botocore.session
    from botocore.config import Config
    from botocore.exceptions import ClientError

    session = botocore.session.Session()
    model = session.get_service_model("sqs")
    client = session.create_client(
        "sqs", region_name=region, endpoint_url=endpoint, aws_access_key_id="test", aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, read_timeout=60, parameter_validation=False))
    names = {model.operation_model(name).name: method for method, name in client.meta.method_to_api_mapping.items()}
    print(json.dumps([botocore.__version__, model.protocol, sorted(model.operation_names)]), flush=True)
    for line in sys.stdin:
        operation, parameters = json.loads(line, object_hook=unpacked)
        try:
            answer = getattr(client, names[operation])(**parameters)
            del answer["ResponseMetadata"]
            result = ["answer", answer]
        except ClientError as error:
            told = error.response["Error"]
            result = ["error", [told["Code"], error.response["ResponseMetadata"]["HTTPStatusCode"], told["Message"]]]
        print(json.dumps(result, default=packed), flush=True)


if __name__ == "serve":
    serve(*sys.argv[1:])
