"""`martlet template` as a person uses it: a process, its two streams and its exit status.

Texts of templates and their results follow the developer guide, "Mapping template and access logging variable reference"; Korean
text is escaped by $util.escapeJavaScript as Java's StringEscapeUtils does.
"""

import json
import pathlib
import subprocess

import pytest

import host as hosts

ROOT = pathlib.Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(not hosts.BINARY, reason="MARTLET_BINARY names no program")


def template(*arguments, stdin=None, status=0):
    result = subprocess.run(
        [hosts.BINARY, "template", *map(str, arguments)], input=stdin, capture_output=True, text=True, cwd=ROOT, timeout=60
    )
    assert result.returncode == status, result.stderr
    return result


def test_a_request_template_is_rendered_from_a_proxy_event():
    event = json.loads((ROOT / "events/api-gateway/proxy.json").read_text())
    output = template("render", "docs/mapping.vtl", "--event", "events/api-gateway/proxy.json").stdout
    rendered = json.loads(output)
    assert rendered["order"] == json.loads(event["body"])
    assert rendered["stage"] == event["requestContext"]["stage"]
    assert rendered["note"] == event["queryStringParameters"]["note"]
    assert "\\uBB38" in output


def test_a_response_template_is_rendered_from_its_parts(tmp_path):
    (tmp_path / "response.vtl").write_text(
        '{"text": $input.json("$.text"), "id": "$context.requestId", "k": "$stageVariables.k"}', encoding="utf-8"
    )
    (tmp_path / "result.json").write_text('{"text": "세계"}', encoding="utf-8")
    (tmp_path / "context.json").write_text('{"requestId": "r-1"}', encoding="utf-8")
    arguments = ["--input", tmp_path / "result.json", "--context", tmp_path / "context.json", "--stage-variables", "k=v"]
    result = template("render", tmp_path / "response.vtl", "--phase", "response", *arguments)
    assert result.stdout == '{"text": "세계", "id": "r-1", "k": "v"}'


def test_overrides_are_shown_beside_the_text(tmp_path):
    (tmp_path / "a.vtl").write_text('#set($context.responseOverride.status = 404)gone')
    result = template("render", tmp_path / "a.vtl", "--output", "json")
    assert json.loads(result.stdout)["output"] == "gone"
    assert "404" in result.stdout


def test_a_template_that_does_not_parse_is_an_error_with_its_place(tmp_path):
    (tmp_path / "a.vtl").write_text("first\n  #set($x = )")
    result = template("check", tmp_path / "a.vtl", status=1)
    assert f"{tmp_path}/a.vtl:2:" in result.stdout + result.stderr


def test_near_misses_are_warnings_in_the_file_that_holds_the_template(tmp_path):
    (tmp_path / "template.yaml").write_text(
        """\
AWSTemplateFormatVersion: "2010-09-09"
Resources:
  Api:
    Type: AWS::ApiGateway::RestApi
    Properties: {Name: a}
  Method:
    Type: AWS::ApiGateway::Method
    Properties:
      RestApiId: !Ref Api
      ResourceId: !GetAtt Api.RootResourceId
      HttpMethod: POST
      AuthorizationType: NONE
      Integration:
        Type: MOCK
        RequestTemplates:
          application/json: |
            {"statusCode": 200}
            $utils.escapeJavaScript("x")
"""
    )
    result = template("check", tmp_path / "template.yaml")
    text = result.stdout + result.stderr
    assert f"{tmp_path}/template.yaml:18:13:" in text
    assert "Did you mean $util?" in text
    template("check", tmp_path / "template.yaml", "--strict", status=1)


def test_cases_are_compared_line_by_line():
    cases = [
        {"name": "right", "template": "$input.json('$.a')", "body": {"a": [1, 2]}, "expected": "[1,2]"},
        {"name": "wrong", "template": "$x", "variables": {"x": "세계"}, "expected": "world"},
        {"name": "open", "template": "#if(true)", "expected": ""},
    ]
    lines = "".join(json.dumps(case, ensure_ascii=False) + "\n" for case in cases)
    result = template("render", "--ndjson", stdin=lines, status=1)
    right, wrong, broken = map(json.loads, result.stdout.splitlines())
    assert (right["output"], right["passed"]) == ("[1,2]", True)
    assert (wrong["output"], wrong["passed"]) == ("세계", False)
    assert "error" in broken
    assert "1 passed" in result.stderr


def test_the_cases_of_the_documentation_pass():
    template("render", "--ndjson", stdin=(ROOT / "docs/mapping-cases.ndjson").read_text(encoding="utf-8"))


def test_an_explanation_names_line_reference_and_value():
    result = template("explain", "docs/mapping.vtl", "--event", "events/api-gateway/proxy.json")
    line = next(line for line in result.stdout.splitlines() if "$stageVariables.table" in line)
    assert line.split()[0].startswith("6:")
    assert "orders-prod" in line


def test_a_missing_file_is_named():
    result = template("render", "none.vtl", status=2)
    assert "none.vtl" in result.stderr
