"""Writes NAME.cfn.json for each NAME.yaml beside this file, with the official SAM translator."""

import json
import os
import pathlib

os.environ.setdefault("AWS_DEFAULT_REGION", "us-east-1")

from samtranslator.parser.parser import Parser  # noqa: E402
from samtranslator.translator.transform import transform  # noqa: E402
from samtranslator.yaml_helper import yaml_parse  # noqa: E402


class NoPolicies:
    """The managed policies of IAM are not looked up: no template here names one."""

    def load(self):
        return {}


def main():
    for path in sorted(pathlib.Path(__file__).parent.glob("*.yaml")):
        translated = transform(yaml_parse(path.read_text()), {}, NoPolicies())
        text = json.dumps(translated, indent=2, sort_keys=False, ensure_ascii=False)
        path.with_suffix(".cfn.json").write_text(text + "\n")


if __name__ == "__main__":
    main()
