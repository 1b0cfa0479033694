"""Templates that tests write for hosts of their own."""

import json

import host as hosts


def function(product, events=None, **properties):
    """A sample function of this build as a resource."""
    resource = {
        "Type": "AWS::Serverless::Function",
        "Metadata": {"BuildMethod": "swift"},
        "Properties": {"CodeUri": str(hosts.PROJECT), "Handler": product, "Runtime": "provided.al2023", "Timeout": 3, **properties},
    }
    if events:
        resource["Properties"]["Events"] = events
    return resource


def write(path, **resources):
    """A template, JSON as CloudFormation also takes it."""
    document = {"AWSTemplateFormatVersion": "2010-09-09", "Transform": "AWS::Serverless-2016-10-31", "Resources": resources}
    path.write_text(json.dumps(document, ensure_ascii=False, indent=1))
    return path
