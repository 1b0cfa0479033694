"""Answers with the headers that a web ACL inserted."""

import json


def handler(event, context):
    kept = {name: value for name, value in event["headers"].items() if name.startswith("x-amzn-waf-")}
    return {"statusCode": 200, "body": json.dumps(kept)}
