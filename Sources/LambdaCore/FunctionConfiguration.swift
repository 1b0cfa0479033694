package import CoreTypes

/// What a function is, as CreateFunction and `AWS::Lambda::Function` describe it. One value per version of a function.
package struct FunctionConfiguration: Hashable, Sendable {
    package var name: String
    package var runtime: Runtime
    /// What the runtime calls: `module.function` for Python and Node.js; passed on as `_HANDLER` for the others.
    package var handler: String
    package var code: CodeSource
    /// Folders or zip archives in the order of the template; later ones win where files meet under `/opt`.
    package var layers: [CodeSource] = []
    package var architecture = Architecture.x86_64
    package var memoryMB = FunctionLimits.defaultMemoryMB
    package var timeoutSeconds = FunctionLimits.defaultTimeoutSeconds
    package var ephemeralStorageMB = FunctionLimits.defaultEphemeralStorageMB
    /// The function's own variables. Literal: nothing in them is expanded.
    package var environment: [String: String] = [:]
    package var reservedConcurrency: Int?
    package var logging = LoggingConfiguration()
    package var tracing = TracingMode.passThrough
    package var eventInvoke = EventInvokeConfiguration()
    /// `DeadLetterConfig.TargetArn`
    package var deadLetterTargetARN: String?
    package var functionURL: FunctionURLConfiguration?
    /// `AutoPublishAlias` of SAM: an alias that follows `$LATEST`.
    package var alias: String?
    package var role = "arn:aws:iam::000000000000:role/martlet"
    package var description = ""
    package var tags: [String: String] = [:]

    package init(name: String, runtime: Runtime, handler: String, code: CodeSource) {
        self.name = name
        self.runtime = runtime
        self.handler = handler
        self.code = code
    }
}

/// Where a function's files come from. Paths are absolute.
package enum CodeSource: Hashable, Sendable {
    /// A folder used in place as `/var/task` or `/opt`.
    case folder(String)
    /// A zip archive, unpacked before the first start.
    case archive(String)
    /// A product of a Swift package, built on demand: its executable is the `bootstrap`.
    case swiftProduct(package: String, product: String)
    /// The text of one file, written in the template itself (`InlineCode`, `ZipFile`): `index.py` or `index.js`.
    case inline(text: String, fileName: String)
}

/// A runtime identifier as AWS spells it, such as `provided.al2023` or `python3.13`.
package struct Runtime: Hashable, Sendable, RawRepresentable {
    package let rawValue: String
    package init(rawValue: String) { self.rawValue = rawValue }

    package static let providedAL2023 = Runtime(rawValue: "provided.al2023")
    package static let providedAL2 = Runtime(rawValue: "provided.al2")

    package enum Family: Hashable, Sendable {
        /// The code brings an executable named `bootstrap`.
        case provided
        case python
        case nodejs
    }

    /// `nil` for runtimes that are not emulated (Java, .NET, Ruby).
    package var family: Family? {
        if self == .providedAL2 || self == .providedAL2023 { return .provided }
        if self.rawValue.hasPrefix("python3.") { return .python }
        if self.rawValue.hasPrefix("nodejs"), self.rawValue.hasSuffix(".x") { return .nodejs }
        return nil
    }

    /// The enum of the Lambda API in the order of its error message (as observed in March 2026).
    package static let known = [
        "nodejs24.x", "nodejs22.x", "nodejs20.x", "nodejs18.x", "nodejs16.x", "python3.14", "python3.13", "python3.12",
        "python3.11", "python3.10", "python3.9", "python3.8", "java25", "java21", "java17", "java11", "java8.al2", "dotnet10",
        "dotnet8", "dotnet6", "ruby3.4", "ruby3.3", "ruby3.2", "provided.al2023", "provided.al2",
    ]
}

package enum Architecture: String, Hashable, Sendable {
    case x86_64
    case arm64
}

/// `LoggingConfig`. Level filters work only with the JSON format (Lambda developer guide, "Configuring advanced logging
/// controls").
package struct LoggingConfiguration: Hashable, Sendable {
    package enum Format: String, Hashable, Sendable {
        case text = "Text"
        case json = "JSON"
    }
    package enum ApplicationLevel: String, Hashable, Sendable, CaseIterable {
        case trace = "TRACE", debug = "DEBUG", info = "INFO", warn = "WARN", error = "ERROR", fatal = "FATAL"
    }
    package enum SystemLevel: String, Hashable, Sendable, CaseIterable {
        case debug = "DEBUG", info = "INFO", warn = "WARN"
    }
    package var format = Format.text
    package var applicationLevel = ApplicationLevel.info
    package var systemLevel = SystemLevel.info
    /// `nil` means `/aws/lambda/<name>`.
    package var logGroup: String?
    package init() {}
}

package enum TracingMode: String, Hashable, Sendable {
    case passThrough = "PassThrough"
    case active = "Active"
}

/// How asynchronous invocations are retried and where their results go (`EventInvokeConfig`).
package struct EventInvokeConfiguration: Hashable, Sendable {
    /// 0 to 2; `nil` means 2.
    package var maximumRetryAttempts: Int?
    /// 60 to 21,600; `nil` means 21,600.
    package var maximumEventAgeSeconds: Int?
    /// ARN of a queue, function, topic or bus.
    package var onSuccess: String?
    package var onFailure: String?
    package init() {}
}

package struct FunctionURLConfiguration: Hashable, Sendable {
    package enum AuthType: String, Hashable, Sendable {
        case none = "NONE"
        case iam = "AWS_IAM"
    }
    package enum InvokeMode: String, Hashable, Sendable {
        case buffered = "BUFFERED"
        case responseStream = "RESPONSE_STREAM"
    }
    package var authType = AuthType.none
    package var invokeMode = InvokeMode.buffered
    /// The `Cors` member as the template or the API call gave it.
    package var cors: JSON?
    package init() {}
}

/// The quotas of the Lambda developer guide, "Lambda quotas".
package enum FunctionLimits {
    package static let memoryMB = 128...10_240
    package static let defaultMemoryMB = 128
    package static let timeoutSeconds = 1...900
    package static let defaultTimeoutSeconds = 3
    package static let ephemeralStorageMB = 512...10_240
    package static let defaultEphemeralStorageMB = 512
    package static let layers = 5
    package static let nameLength = 64
    package static let handlerLength = 128
    package static let descriptionLength = 256
    /// Measured as the JSON text of the map.
    package static let environmentBytes = 4_096
    package static let requestBytes = 6_291_456
    package static let responseBytes = 6_291_556
    package static let asynchronousRequestBytes = 1_048_576
    package static let streamedResponseBytes = 209_715_200
    package static let clientContextBytes = 3_583
    package static let accountConcurrency = 1_000
    package static let minimumUnreservedConcurrency = 100
    package static let initSeconds = 10
    package static let extensions = 10
    package static let logTailBytes = 4_096
    package static let zipBytes = 52_428_800
    package static let unzippedBytes = 262_144_000
}

/// Names that Lambda keeps for itself; a function's configuration may not set them (developer guide, "Defined runtime
/// environment variables").
package let reservedEnvironmentVariables: Set<String> = [
    "_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV", "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION", "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN", "AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_LAMBDA_MAX_CONCURRENCY",
    "AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN",
]
