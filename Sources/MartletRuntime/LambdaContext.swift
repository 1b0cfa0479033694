/// What an invocation brings besides its event.
public struct LambdaContext: Sendable, CustomDebugStringConvertible {
    /// Shared, so that a context is one word to pass along.
    private final class Storage: Sendable {
        let requestID: String
        let traceID: String
        let tenantID: String?
        let invokedFunctionARN: String
        let deadline: LambdaClock.Instant
        let cognitoIdentity: String?
        let clientContext: ClientContext?
        let clientContextJSON: String?
        let logger: LambdaLogger

        init(
            requestID: String, traceID: String, tenantID: String?, invokedFunctionARN: String, deadline: LambdaClock.Instant,
            cognitoIdentity: String?, clientContext: ClientContext?, clientContextJSON: String?, logger: LambdaLogger
        ) {
            self.requestID = requestID
            self.traceID = traceID
            self.tenantID = tenantID
            self.invokedFunctionARN = invokedFunctionARN
            self.deadline = deadline
            self.cognitoIdentity = cognitoIdentity
            self.clientContext = clientContext
            self.clientContextJSON = clientContextJSON
            self.logger = logger
        }
    }

    private let storage: Storage

    /// The id of the invocation; retries of an asynchronous invocation keep it.
    public var requestID: String { self.storage.requestID }

    /// The X-Ray header, `Root=1-…;Parent=…;Sampled=0`; empty if the host sends none.
    public var traceID: String { self.storage.traceID }

    /// The tenant that this environment is for, with tenant isolation.
    public var tenantID: String? { self.storage.tenantID }

    /// The ARN as invoked: with the version or the alias only if the invoker gave one.
    public var invokedFunctionARN: String { self.storage.invokedFunctionARN }

    /// When the host ends the invocation.
    public var deadline: LambdaClock.Instant { self.storage.deadline }

    /// `{"cognitoIdentityId":…,"cognitoIdentityPoolId":…}`, for invocations through the mobile SDK.
    public var cognitoIdentity: String? { self.storage.cognitoIdentity }

    /// A logger whose lines carry the request id.
    public var logger: LambdaLogger { self.storage.logger }

    /// The client context as the invoker sent it, JSON.
    var clientContextJSON: String? { self.storage.clientContextJSON }

    /// The client context a test gave.
    var givenClientContext: ClientContext? { self.storage.clientContext }

    /// The log group, `/aws/lambda/name` by default.
    public var logGroupName: String { Lambda.env("AWS_LAMBDA_LOG_GROUP_NAME") ?? "" }

    /// The log stream of this execution environment.
    public var logStreamName: String { Lambda.env("AWS_LAMBDA_LOG_STREAM_NAME") ?? "" }

    /// A context for calling a handler in a test.
    public init(
        requestID: String, traceID: String, tenantID: String? = nil, invokedFunctionARN: String, deadline: LambdaClock.Instant,
        cognitoIdentity: String? = nil, clientContext: ClientContext? = nil, logger: LambdaLogger = LambdaLogger(label: "Lambda")
    ) {
        var logger = logger
        logger.requestID = requestID
        self.storage = Storage(
            requestID: requestID, traceID: traceID, tenantID: tenantID, invokedFunctionARN: invokedFunctionARN,
            deadline: deadline,
            cognitoIdentity: cognitoIdentity, clientContext: clientContext, clientContextJSON: nil, logger: logger)
    }

    init(_ invocation: Invocation, logger: LambdaLogger) {
        var logger = logger
        logger.requestID = invocation.requestID
        self.storage = Storage(
            requestID: invocation.requestID, traceID: invocation.traceID, tenantID: invocation.tenantID,
            invokedFunctionARN: invocation.invokedFunctionARN, deadline: invocation.deadline,
            cognitoIdentity: invocation.cognitoIdentity, clientContext: nil, clientContextJSON: invocation.clientContext,
            logger: logger)
    }

    /// How long the handler may still run; negative after the deadline.
    public func getRemainingTime() -> Duration { LambdaClock().now.duration(to: self.deadline) }

    /// All of it on one line, for log messages.
    public var debugDescription: String {
        "LambdaContext(requestID: \(self.requestID), traceID: \(self.traceID), invokedFunctionARN: \(self.invokedFunctionARN), "
            + "cognitoIdentity: \(self.cognitoIdentity ?? "nil"), deadline: \(self.deadline))"
    }
}

/// What the AWS Mobile SDK, or any caller that sends `X-Amz-Client-Context`, says of itself.
public struct ClientContext: Codable, Sendable {
    /// The application.
    public let client: ClientApplication?
    /// Whatever the application adds.
    public let custom: [String: String]?
    /// Its environment; `env` in the JSON.
    public let environment: [String: String]?

    /// A client context for a test.
    public init(client: ClientApplication? = nil, custom: [String: String]? = nil, environment: [String: String]? = nil) {
        self.client = client
        self.custom = custom
        self.environment = environment
    }

    private enum CodingKeys: String, CodingKey {
        case client
        case custom
        case environment = "env"
    }
}

/// The application part of a client context.
public struct ClientApplication: Codable, Sendable {
    /// `installation_id`
    public let installationID: String?
    /// `app_title`
    public let appTitle: String?
    /// `app_version_name`
    public let appVersionName: String?
    /// `app_version_code`
    public let appVersionCode: String?
    /// `app_package_name`
    public let appPackageName: String?

    /// An application for a test.
    public init(
        installationID: String? = nil, appTitle: String? = nil, appVersionName: String? = nil, appVersionCode: String? = nil,
        appPackageName: String? = nil
    ) {
        self.installationID = installationID
        self.appTitle = appTitle
        self.appVersionName = appVersionName
        self.appVersionCode = appVersionCode
        self.appPackageName = appPackageName
    }

    private enum CodingKeys: String, CodingKey {
        case installationID = "installation_id"
        case appTitle = "app_title"
        case appVersionName = "app_version_name"
        case appVersionCode = "app_version_code"
        case appPackageName = "app_package_name"
    }
}
