package import LambdaCore

/// The environment of a function's processes: exactly what the Lambda developer guide documents ("Defined runtime environment
/// variables") and the function's own variables. Nothing of the host's environment is passed on, so that no secret of its user
/// is.
package struct EnvironmentVariables {
    package var configuration: FunctionConfiguration
    /// `$LATEST` or a number.
    package var version: String
    package var region: String
    package var runtimeAPI: String
    package var logStream: String
    /// What a request to the metadata endpoint must carry.
    package var metadataToken: String
    package var credentials: Credentials
    /// Where the code lies: `/var/task` on AWS.
    package var taskRoot: String
    /// Where the runtime's own files lie: `/var/runtime` on AWS.
    package var runtimeFolder: String
    /// Where the layers lie, if there are any: `/opt` on AWS.
    package var layersRoot: String?
    /// The environment's writable folder: `/tmp` on AWS.
    package var temporaryFolder: String
    package var initializationType = "on-demand"

    /// What the function's role would give it. Local values: they open nothing.
    package struct Credentials: Hashable, Sendable {
        package var accessKeyID: String
        package var secretAccessKey: String
        package var sessionToken: String
        /// Where SDKs in the function find the services: `AWS_ENDPOINT_URL`, so that a function's own calls stay on this host.
        package var endpointURL: String?

        package init(accessKeyID: String, secretAccessKey: String, sessionToken: String, endpointURL: String?) {
            self.accessKeyID = accessKeyID
            self.secretAccessKey = secretAccessKey
            self.sessionToken = sessionToken
            self.endpointURL = endpointURL
        }
    }

    /// `NAME=value` texts, in the precedence of the service: customer < unreserved platform < credentials < runtime.
    package func texts() -> [String] { self.values().map { "\($0.key)=\($0.value)" }.sorted() }

    /// What an extension sees: without what belongs to the runtime alone (Lambda developer guide, "Extensions API").
    package func extensionTexts() -> [String] {
        self.values().filter { name, _ in
            !name.hasPrefix("_") && !Self.hiddenFromExtensions.contains(name)
        }.map { "\($0.key)=\($0.value)" }.sorted()
    }

    private static let hiddenFromExtensions: Set<String> = [
        "AWS_EXECUTION_ENV", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT",
    ]

    package func values() -> [String: String] {
        let configuration = self.configuration
        var values = self.unreserved()
        values.merge(configuration.environment) { _, own in own }
        values.merge([
            "AWS_ACCESS_KEY_ID": self.credentials.accessKeyID,
            "AWS_ACCESS_KEY": self.credentials.accessKeyID,
            "AWS_LAMBDA_METADATA_API": self.runtimeAPI,
            "AWS_LAMBDA_METADATA_TOKEN": self.metadataToken,
            "AWS_SECRET_ACCESS_KEY": self.credentials.secretAccessKey,
            "AWS_SESSION_TOKEN": self.credentials.sessionToken,
            "AWS_REGION": self.region,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_LAMBDA_FUNCTION_NAME": configuration.name,
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": String(configuration.memoryMB),
            "AWS_LAMBDA_FUNCTION_VERSION": self.version,
            "AWS_LAMBDA_INITIALIZATION_TYPE": self.initializationType,
            "AWS_LAMBDA_LOG_GROUP_NAME": configuration.logging.logGroup ?? "/aws/lambda/\(configuration.name)",
            "AWS_LAMBDA_LOG_STREAM_NAME": self.logStream,
            "AWS_LAMBDA_RUNTIME_API": self.runtimeAPI,
            "LAMBDA_TASK_ROOT": self.taskRoot,
            "LAMBDA_RUNTIME_DIR": self.runtimeFolder,
            "_HANDLER": configuration.handler,
        ]) { _, platform in platform }
        if configuration.runtime.family != .provided {
            values["AWS_EXECUTION_ENV"] = "AWS_Lambda_\(configuration.runtime.rawValue)"
        }
        if configuration.logging.format == .json {
            values["AWS_LAMBDA_LOG_FORMAT"] = "JSON"
            values["AWS_LAMBDA_LOG_LEVEL"] = configuration.logging.applicationLevel.rawValue
        }
        return values
    }

    /// Defaults that a function may override.
    private func unreserved() -> [String: String] {
        let layers = self.layersRoot ?? "/opt"
        var values = [
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PATH": "/var/lang/bin:/usr/local/bin:/usr/bin:/bin:\(layers)/bin",
            "LD_LIBRARY_PATH":
                "/var/lang/lib:/lib64:/usr/lib64:\(self.runtimeFolder):\(self.taskRoot):\(self.taskRoot)/lib:\(layers)/lib",
            "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
            "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
            "TMPDIR": self.temporaryFolder,
        ]
        if let endpoint = self.credentials.endpointURL { values["AWS_ENDPOINT_URL"] = endpoint }
        switch self.configuration.runtime.family {
        case .python: values["PYTHONPATH"] = [self.runtimeFolder, "\(layers)/python"].joined(separator: ":")
        case .nodejs:
            values["NODE_PATH"] = ["\(layers)/nodejs/node_modules", "\(self.runtimeFolder)/node_modules"].joined(separator: ":")
        case .provided, nil: break
        }
        return values
    }
}
