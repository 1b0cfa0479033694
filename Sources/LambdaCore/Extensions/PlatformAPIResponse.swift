package import CoreTypes

/// An answer of the Extensions, Telemetry, Logs or Runtime API, ready to be sent: JSON text and a line break, as AWS's own
/// implementation encodes them.
package struct PlatformAPIResponse: Hashable, Sendable {
    package var status: Int
    /// Beside `Content-Type` and `Content-Length`.
    package var headers: [Header]
    package var body: [UInt8]

    package struct Header: Hashable, Sendable {
        package let name: String
        package let value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    package static let contentType = "application/json"

    package init(status: Int, headers: [Header] = [], json: JSON) {
        self.status = status
        self.headers = headers
        self.body = json.bytes + [UInt8(ascii: "\n")]
    }

    /// 202 `{"status":"OK"}`
    package static let accepted = PlatformAPIResponse(status: 202, json: ["status": "OK"])

    /// `{"errorMessage":…,"errorType":…}`
    package static func error(status: Int = 403, _ type: String, _ message: String) -> PlatformAPIResponse {
        PlatformAPIResponse(status: status, json: ["errorMessage": .string(message), "errorType": .string(type)])
    }
}

/// The refusals of the Extensions API, each a 403 with `{"errorMessage":…,"errorType":…}`. Types are documented ("Extensions
/// API", responses); texts are those of AWS's Runtime Interface Emulator.
package enum ExtensionsAPIError: Error, Hashable, Sendable {
    case missingIdentifier
    case invalidIdentifier
    case unknownIdentifier(String)
    case emptyName
    case registrationClosed
    case nameTaken
    case tooManyExtensions
    case invalidEvent(String, reason: String)
    case invalidRequest(String)
    case missingHeader(String)
    case invalidTransition(from: String, to: String, extensionName: String)
    case subscriptionClosed(TelemetrySchema.API)

    package var response: PlatformAPIResponse {
        switch self {
        case .missingIdentifier:
            .error("Extension.MissingExtensionIdentifier", "Missing Lambda-Extension-Identifier header")
        case .invalidIdentifier: .error("Extension.InvalidExtensionIdentifier", "Invalid Lambda-Extension-Identifier")
        case .unknownIdentifier(let id): .error("Extension.UnknownExtensionIdentifier", "Unknown extension \(id)")
        case .emptyName: .error("Extension.InvalidExtensionName", "Empty extension name")
        case .registrationClosed: .error("Extension.RegistrationClosed", "Extension registration closed already")
        case .nameTaken: .error("Extension.InvalidExtensionState", "Extension with this name already registered")
        case .tooManyExtensions:
            .error("Extension.TooManyExtensions", "Extension limit (\(FunctionLimits.extensions)) reached")
        case .invalidEvent(let event, let reason): .error("Extension.InvalidEventType", "\(event): \(reason)")
        case .invalidRequest(let reason): .error("InvalidRequestFormat", reason)
        case .missingHeader(let name): .error("Extension.MissingHeader", "\(name) not found")
        case .invalidTransition(let from, let to, let name):
            .error(
                "Extension.InvalidExtensionState",
                "State transition from \(from) to \(to) failed for extension \(name). Error: State transition is not allowed")
        case .subscriptionClosed(.telemetry):
            .error("Telemetry.SubscriptionClosed", "Telemetry API subscription is closed")
        case .subscriptionClosed(.logs): .error("Logs.SubscriptionClosed", "Logs API subscription is closed")
        }
    }
}
