/// Which properties of a resource type are acted on here. Every other one is told to the user, once.
struct PropertyTable {
    /// Acted on.
    var emulated: [String]
    /// Without effect on a local host: permissions, deployment, documentation. Passed over in silence.
    var ignorable: [String] = []
    /// Known to AWS, without effect here, and the user should know.
    var unemulated: [String] = []

    var all: [String] { self.emulated + self.ignorable + self.unemulated }

    // MARK: Functions (SAM developer guide and CloudFormation template reference, read for the fields of 2026)

    static let serverlessFunction = PropertyTable(
        emulated: [
            "Architectures", "AutoPublishAlias", "CodeUri", "DeadLetterQueue", "Description", "Environment", "EphemeralStorage",
            "EventInvokeConfig", "Events", "FunctionName", "FunctionUrlConfig", "Handler", "ImageUri", "InlineCode", "Layers",
            "LoggingConfig", "MemorySize", "PackageType", "ReservedConcurrentExecutions", "Role", "Runtime", "Tags", "Timeout",
            "Tracing",
        ],
        ignorable: [
            "AssumeRolePolicyDocument", "AutoPublishAliasAllProperties", "AutoPublishCodeSha256", "CodeSigningConfigArn",
            "KmsKeyArn",
            "PermissionsBoundary", "Policies", "PropagateTags", "PublishToLatestPublished", "RolePath", "RuntimeManagementConfig",
            "SourceKMSKeyArn", "VersionDeletionPolicy", "VersionDescription",
        ],
        unemulated: [
            "CapacityProviderConfig", "DeploymentPreference", "DurableConfig", "FileSystemConfigs", "FunctionScalingConfig",
            "ImageConfig", "ProvisionedConcurrencyConfig", "RecursiveLoop", "SnapStart", "TenancyConfig", "VpcConfig",
        ])

    static let lambdaFunction = PropertyTable(
        emulated: [
            "Architectures", "Code", "DeadLetterConfig", "Description", "Environment", "EphemeralStorage", "FunctionName",
            "Handler",
            "Layers", "LoggingConfig", "MemorySize", "PackageType", "ReservedConcurrentExecutions", "Role", "Runtime", "Tags",
            "Timeout", "TracingConfig",
        ],
        ignorable: ["CodeSigningConfigArn", "KmsKeyArn", "PublishToLatestPublished", "RuntimeManagementConfig"],
        unemulated: [
            "CapacityProviderConfig", "DurableConfig", "FileSystemConfigs", "FunctionScalingConfig", "ImageConfig",
            "RecursiveLoop",
            "SnapStart", "TenancyConfig", "VpcConfig",
        ])

    static let logging = PropertyTable(emulated: ["LogFormat", "ApplicationLogLevel", "SystemLogLevel", "LogGroup"])
    static let environment = PropertyTable(emulated: ["Variables"])
    static let ephemeralStorage = PropertyTable(emulated: ["Size"])
    static let tracing = PropertyTable(emulated: ["Mode"])
    static let deadLetterQueue = PropertyTable(emulated: ["TargetArn"], ignorable: ["Type"])
    static let eventInvoke = PropertyTable(
        emulated: ["DestinationConfig", "MaximumEventAgeInSeconds", "MaximumRetryAttempts"],
        ignorable: ["FunctionName", "Qualifier"])
    static let destinations = PropertyTable(emulated: ["OnSuccess", "OnFailure"])
    static let destination = PropertyTable(emulated: ["Destination"], ignorable: ["Type"])
    static let functionURL = PropertyTable(
        emulated: ["AuthType", "Cors", "InvokeMode"], ignorable: ["TargetFunctionArn", "Qualifier"])
    static let alias = PropertyTable(
        emulated: ["FunctionName", "Name"], ignorable: ["Description", "FunctionVersion"],
        unemulated: ["ProvisionedConcurrencyConfig", "RoutingConfig"])
    static let layerVersion = PropertyTable(
        emulated: ["Content", "ContentUri", "LayerName"],
        ignorable: [
            "CompatibleArchitectures", "CompatibleRuntimes", "Description", "LicenseInfo", "PublishLambdaVersion",
            "RetentionPolicy",
        ])

    // MARK: APIs

    static let apiEvent = PropertyTable(
        emulated: [
            "Auth", "Method", "Path", "RequestModel", "RequestParameters", "ResponseTransferMode", "RestApiId", "TimeoutInMillis",
        ], ignorable: ["Stage"])
    static let httpAPIEvent = PropertyTable(
        emulated: ["ApiId", "Auth", "Method", "Path", "PayloadFormatVersion", "RouteSettings", "TimeoutInMillis"],
        ignorable: ["Stage"])
    static let api = PropertyTable(
        emulated: [
            "AccessLogSetting", "ApiKeySourceType", "Auth", "BinaryMediaTypes", "CacheClusterEnabled", "CanarySetting", "Cors",
            "DefinitionBody",
            "DefinitionUri", "Description", "DisableExecuteApiEndpoint", "Domain", "EndpointConfiguration", "FailOnWarnings",
            "GatewayResponses", "MergeDefinitions", "MethodSettings", "MinimumCompressionSize", "Models", "Name",
            "OpenApiVersion", "Policy",
            "StageName", "TracingEnabled", "Variables",
        ],
        ignorable: ["AlwaysDeploy", "CacheClusterSize", "Mode", "PropagateTags", "Tags"],
        unemulated: ["EndpointAccessMode", "SecurityPolicy"])
    static let httpAPI = PropertyTable(
        emulated: [
            "AccessLogSettings", "Auth", "CorsConfiguration", "DefaultRouteSettings", "DefinitionBody", "DefinitionUri",
            "Description", "DisableExecuteApiEndpoint", "Domain", "FailOnWarnings", "Name", "RouteSettings", "StageName",
            "StageVariables",
        ], ignorable: ["PropagateTags", "Tags"])
    static let restAPI = PropertyTable(
        emulated: [
            "ApiKeySourceType", "BinaryMediaTypes", "Body", "BodyS3Location", "Description", "DisableExecuteApiEndpoint",
            "EndpointConfiguration", "FailOnWarnings", "MinimumCompressionSize", "Name", "Parameters", "Policy",
        ],
        ignorable: ["Mode", "Tags"],
        unemulated: ["CloneFrom", "EndpointAccessMode", "SecurityPolicy"])
    static let httpAPIResource = PropertyTable(
        emulated: [
            "Basepath", "Body", "BodyS3Location", "CorsConfiguration", "CredentialsArn", "Description",
            "DisableExecuteApiEndpoint", "FailOnWarnings", "IpAddressType", "Name", "ProtocolType", "RouteKey", "Target",
            "Version",
        ],
        ignorable: ["ApiKeySelectionExpression", "DisableSchemaValidation", "RouteSelectionExpression", "Tags"])

    // MARK: Globals (api-gateway facts, section 12.3)

    /// What `Globals` may hold, by section; `nil` for a section whose resources are not emulated.
    static func globals(_ section: String) -> [String]? {
        switch section {
        case "Function":
            let never: Set = [
                "Events", "FunctionName", "ImageUri", "InlineCode", "PackageType", "Policies", "Role", "VersionDescription",
            ]
            return Self.serverlessFunction.all.filter { !never.contains($0) }
        case "Api":
            let never: Set = [
                "ApiKeySourceType", "DefinitionBody", "Description", "DisableExecuteApiEndpoint", "FailOnWarnings", "Mode",
                "Models", "Policy", "StageName", "Tags",
            ]
            return Self.api.all.filter { !never.contains($0) }
        case "HttpApi":
            let never: Set = ["DefinitionBody", "DefinitionUri", "Description", "DisableExecuteApiEndpoint", "Name", "StageName"]
            return Self.httpAPI.all.filter { !never.contains($0) }
        default:
            return nil
        }
    }

    static let globalSections = [
        "Function", "Api", "HttpApi", "SimpleTable", "StateMachine", "LayerVersion", "CapacityProvider", "WebSocketApi",
    ]
}
