"""Ships orders from a queue. What can't be read is reported, so that only it comes again, and in the end goes to the dead letters."""

import json


def handler(event, context):
    failures = []
    for record in event["Records"]:
        try:
            order = json.loads(record["body"])
            print(f"shipping order {order['order']}: {order['item']}")
        except (ValueError, TypeError, KeyError) as error:
            print(f"{record['messageId']} is no order: {error}")
            failures.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failures}
