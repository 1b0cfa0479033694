#!/usr/bin/env bash
# Prints the microseconds that one rendering of request.vtl takes here, in Apache Velocity on a warm virtual machine and in airspeed,
# and how the time of a loop grows from 10,000 to 100,000 items, as one line of JSON. What is not installed is null.
# usage: Tests/Benchmarks/templates/run.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work="$root/.build/template-benchmark"

# A package of its own, so that nothing but the library is built.
mkdir -p "$work/Sources/templates"
ln -sfn "$root/Sources/VTL" "$work/Sources/VTL"
ln -sfn "$here/main.swift" "$work/Sources/templates/main.swift"
cat >"$work/Package.swift" <<'PACKAGE'
// swift-tools-version:6.2
import PackageDescription
let package = Package(
    name: "templates", platforms: [.macOS(.v15)],
    targets: [.target(name: "VTL"), .executableTarget(name: "templates", dependencies: ["VTL"])])
PACKAGE
swift build --package-path "$work" -c release --quiet >&2
program="$work/.build/release/templates"
own=$("$program" "$here")
ten=$("$program" "$here" items 10000)
hundred=$("$program" "$here" items 100000)

velocity=null
jars=/usr/share/java/velocity.jar:/usr/share/java/commons-collections3.jar:/usr/share/java/commons-lang.jar
if command -v javac >/dev/null && [ -e /usr/share/java/velocity.jar ]; then
    javac -cp "$jars" -d "$work/java" "$here/Warm.java" "$root/Tests/VTLTests/Reference/Render.java"
    velocity=$(java -cp "$jars:$work/java" Warm "$here")
fi
airspeed=null
if python3 -c 'import airspeed' 2>/dev/null; then airspeed=$(python3 "$here/airspeed_bench.py" "$here"); fi
printf '{"here": %s, "velocity": %s, "airspeed": %s, "items10000": %s, "items100000": %s}\n' \
    "$own" "$velocity" "$airspeed" "$ten" "$hundred"
