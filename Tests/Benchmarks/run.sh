#!/usr/bin/env bash
# Measures martlet beside its peers and its limits; see README.md in this folder.
# usage: Tests/Benchmarks/run.sh [--write] [--quick] [--rounds N] [--seconds S]
set -euo pipefail
exec python3 "$(dirname "$0")/bench.py" "$@"
