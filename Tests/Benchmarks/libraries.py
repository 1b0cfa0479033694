"""What needs no server: rendering a template beside other engines, and parsing JSON beside other parsers.

All times are those that the processor spent, so that other programs on the machine weigh little.
"""

import os
import shutil
import subprocess
import sys

import programs
from measurements import ProcessorTime
from processes import Failure

TEMPLATES = programs.HERE / "templates"
PACKAGE = programs.BUILT / "libraries"
JAVA = PACKAGE / "java"
JARS = [f"/usr/share/java/{name}.jar" for name in ("velocity", "commons-collections3", "commons-lang")]
AIRSPEED = "airspeed==0.7.1"
SECONDS_MAX = 600

# A package of its own, so that nothing but the libraries is built.
MANIFEST = """// swift-tools-version:6.2
import PackageDescription
let package = Package(
    name: "libraries", platforms: [.macOS(.v15)],
    targets: [
        .target(name: "RegularExpressions"), .target(name: "VTL", dependencies: ["RegularExpressions"]),
        .target(name: "CoreTypes", dependencies: ["RegularExpressions"]),
        .executableTarget(name: "templates", dependencies: ["VTL"]), .executableTarget(name: "json", dependencies: ["CoreTypes"]),
    ])
"""


def build():
    sources = PACKAGE / "Sources"
    sources.mkdir(parents=True, exist_ok=True)
    manifest = PACKAGE / "Package.swift"
    if not manifest.exists() or manifest.read_text() != MANIFEST:
        manifest.write_text(MANIFEST)
    names = ["RegularExpressions", "VTL", "CoreTypes"]
    folders = [*(programs.ROOT / "Sources" / name for name in names), TEMPLATES, programs.HERE / "json"]
    for folder in folders:
        link = sources / folder.name
        if not link.is_symlink():
            link.symlink_to(folder)
    run(["swift", "build", "-c", "release", "--package-path", PACKAGE])


def run(command, **options):
    command = [str(part) for part in command]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX, check=False, **options)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command[:2])} failed: {(done.stderr or done.stdout).strip()[-500:]}")
    return done.stdout


def _program(name, *arguments):
    return run([PACKAGE / ".build" / "release" / name, *arguments])


def template():
    return ProcessorTime(float(_program("templates", TEMPLATES)))


def growth():
    """How many times longer a loop over 100,000 items takes than one over 10,000."""
    ten, hundred = map(float, _program("templates", TEMPLATES, "growth").split())
    return hundred / ten


def velocity():
    """Apache Velocity itself, on a warm virtual machine."""
    if not shutil.which("javac") or not all(map(os.path.exists, JARS)):
        raise Failure("Apache Velocity is not installed: the Debian packages velocity and default-jdk-headless")
    path = ":".join([*JARS, str(JAVA)])
    if not (JAVA / "Warm.class").exists():
        render = programs.ROOT / "Tests" / "VTLTests" / "Reference" / "Render.java"
        run(["javac", "-cp", path, "-d", JAVA, TEMPLATES / "Warm.java", render])
    return ProcessorTime(float(run(["java", "-cp", path, "Warm", TEMPLATES])))


def airspeed():
    """The Python port."""
    target = programs.BUILT / "peers" / AIRSPEED.replace("==", "-")
    if not target.exists():
        try:
            run([sys.executable, "-m", "pip", "install", "--quiet", "--target", target, AIRSPEED])
        except Failure as failure:
            shutil.rmtree(target, ignore_errors=True)
            raise Failure(f"{AIRSPEED} could not be installed with pip") from failure
    return ProcessorTime(float(run(
        [sys.executable, TEMPLATES / "airspeed_bench.py", TEMPLATES], env={**os.environ, "PYTHONPATH": str(target)})))


def parsers():
    """The time for 1 MB of JSON by parser; `here` is ours."""
    lines = (line.split() for line in _program("json").splitlines())
    return {name: ProcessorTime(float(microseconds)) for name, microseconds in lines}
