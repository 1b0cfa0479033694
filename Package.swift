// swift-tools-version:6.2
import PackageDescription

/// Every target is held to the same rules: Swift 6 mode, the upcoming features that make dependencies and isolation visible,
/// and no warning left standing.
let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableUpcomingFeature("InferIsolatedConformances"),
    .treatAllWarnings(as: .error),
]

/// The host's own modules see into each other when they are built for release: an invocation and a request cross several of them,
/// and pay for generic code and copied structures at each border otherwise (docs/performance.md has the measure). That nobody
/// else uses a variable while it changes is checked by all tests, which are debug builds, and no more in a release. Not for what
/// other packages link: theirs must be free of unsafe flags.
let joined: [SwiftSetting] =
    strict + [.unsafeFlags(["-cross-module-optimization", "-enforce-exclusivity=unchecked"], .when(configuration: .release))]

let nio: [Target.Dependency] = [
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
]
let nioTLS: Target.Dependency = .product(name: "NIOTLS", package: "swift-nio")
let crypto: Target.Dependency = .product(name: "Crypto", package: "swift-crypto")
let cryptoExtras: Target.Dependency = .product(name: "CryptoExtras", package: "swift-crypto")
let security: [Target.Dependency] = [
    .product(name: "NIOSSL", package: "swift-nio-ssl"), .product(name: "NIOHTTP2", package: "swift-nio-http2"),
    .product(name: "X509", package: "swift-certificates"), .product(name: "SwiftASN1", package: "swift-asn1"),
]
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let httpClient: Target.Dependency = .product(name: "AsyncHTTPClient", package: "async-http-client")
let sqlite: [Target.Dependency] = [
    .product(name: "GRDB", package: "GRDB.swift"), .product(name: "GRDBSQLite", package: "GRDB.swift"),
]

let package = Package(
    name: "martlet",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "martlet", targets: ["martlet"]),
        .library(name: "MartletRuntime", targets: ["MartletRuntime"]),
        .library(name: "LambdaEvents", targets: ["LambdaEvents"]),
        .library(name: "VTL", targets: ["VTL"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-http2.git", from: "1.46.0"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-certificates.git", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-asn1.git", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0"),
    ],
    targets: [
        // The core: plain values, no package, no input or output, no clock, no randomness.
        .target(name: "RegularExpressions", swiftSettings: strict),
        .target(name: "CoreTypes", dependencies: ["RegularExpressions"], swiftSettings: joined),
        .target(name: "VTL", dependencies: ["RegularExpressions"], swiftSettings: strict),
        .target(name: "LambdaEvents", swiftSettings: strict),
        .target(name: "APIGateway", dependencies: ["CoreTypes", "RegularExpressions", "VTL"], swiftSettings: joined),
        .target(name: "SQS", dependencies: ["CoreTypes", "Billing"], swiftSettings: joined),
        .target(
            name: "Billing", dependencies: ["CoreTypes"], resources: [.embedInCode("Prices")], swiftSettings: joined),
        .target(name: "LambdaCore", dependencies: ["CoreTypes", "Billing"], swiftSettings: joined),
        .target(name: "Monitoring", dependencies: ["CoreTypes", "RegularExpressions"], swiftSettings: joined),

        // The edges.
        .target(
            name: "Templates", dependencies: ["CoreTypes", "APIGateway", "SQS", "LambdaCore", yams], swiftSettings: joined),
        .target(name: "HTTPServing", dependencies: nio, swiftSettings: joined),
        // TLS and certificates: apart, so that only the emulator waits for them.
        .target(
            name: "TransportSecurity",
            dependencies: ["CoreTypes", "HTTPServing", nioTLS, crypto, cryptoExtras] + security + nio, swiftSettings: joined),
        .target(name: "CProcess"),
        .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
        .target(
            name: "ExecutionEnvironments",
            dependencies: ["CoreTypes", "LambdaCore", "Billing", "HTTPServing", "CProcess", "CZlib", crypto] + nio,
            resources: [.embedInCode("Bootstraps")], swiftSettings: joined),
        .target(name: "Storage", dependencies: ["CoreTypes", "SQS", "Billing"] + sqlite, swiftSettings: joined),
        .target(
            name: "HTTPEndpoints",
            dependencies: [
                "CoreTypes", "LambdaCore", "APIGateway", "SQS", "Billing", "Monitoring", "ExecutionEnvironments", "HTTPServing",
                "CZlib", nioTLS, crypto, cryptoExtras,
            ] + nio,
            resources: [.embedInCode("Console/Page")], swiftSettings: joined),
        // Queues elsewhere, with all that HTTPS needs: apart, so that nothing else waits for it.
        .target(
            name: "RemoteQueues",
            dependencies: ["CoreTypes", "LambdaCore", "ExecutionEnvironments", "HTTPEndpoints", crypto, httpClient] + nio,
            swiftSettings: joined),
        .target(
            name: "Emulator",
            dependencies: [
                "CoreTypes", "LambdaCore", "APIGateway", "SQS", "Billing", "Monitoring", "Templates", "ExecutionEnvironments",
                "Storage", "HTTPEndpoints", "HTTPServing", "RemoteQueues", "TransportSecurity",
            ] + nio,
            swiftSettings: joined),
        .executableTarget(
            name: "martlet",
            dependencies: [
                "CoreTypes", "VTL", "LambdaCore", "APIGateway", "SQS", "Billing", "Monitoring", "Templates",
                "ExecutionEnvironments",
                "Storage", "Emulator", arguments,
            ],
            swiftSettings: joined,
            // Nobody links the host or looks its symbols up: 56,000 names that the loader would read at each start.
            linkerSettings: [
                .unsafeFlags(["-Xlinker", "--no-export-dynamic"], .when(platforms: [.linux], configuration: .release))
            ]),

        // What a Swift function links; knows nothing of the host.
        .target(name: "MartletRuntime", swiftSettings: strict),

        // The sample functions, as people write them.
        .executableTarget(name: "Hello", dependencies: ["MartletRuntime"], path: "Functions/Hello", swiftSettings: strict),
        .executableTarget(name: "Echo", dependencies: ["MartletRuntime"], path: "Functions/Echo", swiftSettings: strict),
        .executableTarget(name: "Orders", dependencies: ["MartletRuntime"], path: "Functions/Orders", swiftSettings: strict),
        .executableTarget(
            name: "Misbehave", dependencies: ["MartletRuntime"], path: "Functions/Misbehave", swiftSettings: strict),

        .testTarget(name: "RegularExpressionsTests", dependencies: ["RegularExpressions"], swiftSettings: strict),
        .testTarget(name: "CoreTypesTests", dependencies: ["CoreTypes"], exclude: ["Vectors"], swiftSettings: strict),
        .testTarget(name: "VTLTests", dependencies: ["VTL"], exclude: ["Reference", "Vectors"], swiftSettings: strict),
        .testTarget(name: "LambdaEventsTests", dependencies: ["LambdaEvents"], swiftSettings: strict),
        .testTarget(
            name: "APIGatewayTests", dependencies: ["APIGateway", "CoreTypes", "VTL", "LambdaEvents"],
            exclude: ["Mapping/Vectors"], swiftSettings: strict),
        .testTarget(name: "SQSTests", dependencies: ["SQS", "CoreTypes"], swiftSettings: strict),
        .testTarget(name: "BillingTests", dependencies: ["Billing", "CoreTypes"], swiftSettings: strict),
        .testTarget(name: "LambdaCoreTests", dependencies: ["LambdaCore", "Billing", "CoreTypes"], swiftSettings: strict),
        .testTarget(
            name: "StorageTests", dependencies: ["Storage", "SQS", "Billing", "CoreTypes"] + sqlite, swiftSettings: strict),
        .testTarget(name: "MonitoringTests", dependencies: ["Monitoring", "CoreTypes"], swiftSettings: strict),
        .testTarget(
            name: "TemplatesTests", dependencies: ["Templates", "CoreTypes", "APIGateway", "LambdaCore"], exclude: ["sam"],
            swiftSettings: strict),
        .testTarget(
            name: "HTTPServingTests",
            dependencies: ["HTTPServing", .product(name: "NIOEmbedded", package: "swift-nio")] + nio, swiftSettings: strict),
        .testTarget(
            name: "TransportSecurityTests",
            dependencies: ["TransportSecurity", "HTTPServing", "CoreTypes"] + security + nio, exclude: ["Vectors"],
            swiftSettings: strict),
        .testTarget(
            name: "ExecutionEnvironmentsTests",
            dependencies: [
                "ExecutionEnvironments", "LambdaCore", "CoreTypes", "Billing", "HTTPServing",
                .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio, swiftSettings: strict),
        .testTarget(
            name: "HTTPEndpointsTests",
            dependencies: [
                "HTTPEndpoints", "HTTPServing", "LambdaCore", "CoreTypes", "APIGateway", "Monitoring", "Billing", "SQS",
                "ExecutionEnvironments", .product(name: "NIOEmbedded", package: "swift-nio"),
            ] + nio, swiftSettings: strict),
        .testTarget(
            name: "MartletRuntimeTests", dependencies: ["MartletRuntime", "Hello", "Echo", "Orders", "Misbehave"],
            exclude: ["bootstraps_test.py"], swiftSettings: strict),
        .testTarget(
            name: "RemoteQueuesTests", dependencies: ["RemoteQueues", "CoreTypes"], swiftSettings: strict),
        .testTarget(name: "SimulationTests", dependencies: ["LambdaCore", "SQS", "CoreTypes"], swiftSettings: strict),
        .testTarget(
            name: "EndToEndTests", dependencies: ["martlet", "Hello", "Echo", "Orders", "Misbehave"],
            exclude: ["python", "requirements.txt", "requirements-query-client.txt", "requirements-runtime-client.txt"],
            swiftSettings: strict),
        .testTarget(name: "TidyTests", swiftSettings: strict),
    ]
)
