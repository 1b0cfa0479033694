"""The ledger and the price function, in a package of their own: what a page, a sum and a price take."""

import tempfile

import programs
from libraries import run
from processes import Failure

PACKAGE = programs.BUILT / "ledger-package"
TARGETS = ["RegularExpressions", "CoreTypes", "SQS", "Billing", "Storage"]
# What the console's pages are read from: plain values, measured without the host around them.
RING = ["InvocationQuery", "InvocationBlock", "InvocationRing"]

# GRDB as the main package has fetched it, and the sources as they are compiled there.
MANIFEST = """// swift-tools-version:6.2
import PackageDescription
let sqlite: [Target.Dependency] = [
    .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
]
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"), .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
]
let package = Package(
    name: "ledger-package", platforms: [.macOS(.v15)],
    dependencies: [.package(path: "%s")],
    targets: [
        .target(name: "RegularExpressions", swiftSettings: strict),
        .target(name: "CoreTypes", dependencies: ["RegularExpressions"], swiftSettings: strict),
        .target(name: "SQS", dependencies: ["CoreTypes"], swiftSettings: strict),
        .target(name: "Billing", dependencies: ["CoreTypes"], resources: [.embedInCode("Prices")], swiftSettings: strict),
        .target(name: "Storage", dependencies: ["CoreTypes", "SQS", "Billing"] + sqlite, swiftSettings: strict),
        .executableTarget(name: "ledger", dependencies: ["Storage", "Billing", "CoreTypes"], swiftSettings: strict),
    ])
"""


def build():
    checkout = programs.ROOT / ".build" / "checkouts" / "GRDB.swift"
    if not checkout.exists():
        raise Failure("GRDB has not been fetched: make build")
    sources = PACKAGE / "Sources"
    sources.mkdir(parents=True, exist_ok=True)
    manifest, text = PACKAGE / "Package.swift", MANIFEST % checkout
    if not manifest.exists() or manifest.read_text() != text:
        manifest.write_text(text)
    for name in TARGETS:
        link(sources / name, programs.ROOT / "Sources" / name)
    program = sources / "ledger"
    if program.is_symlink():
        program.unlink()
    program.mkdir(exist_ok=True)
    link(program / "main.swift", programs.HERE / "ledger" / "main.swift")
    for name in RING:
        link(program / f"{name}.swift", programs.ROOT / "Sources" / "HTTPEndpoints" / "Console" / f"{name}.swift")
    run(["swift", "build", "-c", "release", "--package-path", PACKAGE])


def link(path, target):
    if not path.is_symlink():
        path.symlink_to(target)


def figures():
    """By name: see ledger/main.swift."""
    if not (PACKAGE / ".build" / "release" / "ledger").exists():
        raise Failure("its program is not there")
    with tempfile.TemporaryDirectory(prefix="martlet-bench-") as folder:
        lines = run([PACKAGE / ".build" / "release" / "ledger", folder]).splitlines()
    return {name: float(number) for name, number in (line.split() for line in lines)}
