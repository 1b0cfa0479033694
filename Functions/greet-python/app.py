"""Greets, in Python: the same answers as Hello gives, from a handler file without any package."""

import json


def handler(event, context):
    name = (event.get("pathParameters") or {}).get("name") or event.get("name") or "world"
    print(f"greeting {name} for {context.aws_request_id}, {context.get_remaining_time_in_millis()} ms left")
    greeting = f"Hello, {name}!"
    if event.get("version") == "2.0" or "httpMethod" in event:
        body = json.dumps({"message": greeting}, ensure_ascii=False)
        return {"statusCode": 200, "headers": {"content-type": "application/json; charset=utf-8"}, "body": body}
    return {"message": greeting}
