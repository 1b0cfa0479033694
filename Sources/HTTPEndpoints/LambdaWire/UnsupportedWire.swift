package import CoreTypes
import LambdaCore

/// Answers for what is not emulated: an AWS error in the protocol of the service that was called, which names service and action.
///
/// The code is `UnsupportedOperation` with HTTP status 501. A 501 is what the call means, SDKs do not try it again (they repeat
/// 500, 502, 503 and 504), and boto3 raises it as a `ClientError` with code and message. A path that is no action at all is
/// `UnknownOperationException`, 404, as AWS's own front ends answer.
package enum UnsupportedWire {
    private static let code = "UnsupportedOperation"

    /// An action of Lambda itself.
    static func lambda(_ operation: LambdaOperation) -> LambdaAPIError {
        LambdaAPIError(
            status: 501, code: Self.code, message: "The action \(operation.rawValue) of the service lambda is not emulated.")
    }

    /// A request to another service, or to no known action of Lambda.
    /// - Parameter requestID: shown as AWS shows it, in headers and XML.
    package static func response(to request: AWSRequest, requestID: RequestID) -> AWSResponse {
        let service = SigningScope(request)?.service
        let response =
            if let target = request.header("x-amz-target") {
                // awsJson: `DynamoDB_20120810.PutItem`.
                Self.json(Self.message(service ?? Self.before(".", target), Self.after(".", target)))
            } else if let action = Self.queryAction(request) {
                // AWS Query: form parameters `Action` and `Version`; its errors are XML.
                Self.xml(Self.message(service, action), requestID)
            } else if service == "s3" {
                Self.s3(Self.message(service, "\(request.method) \(request.path)"), requestID)
            } else if service == "lambda" {
                AWSResponse(
                    error: LambdaAPIError(
                        status: 404, code: "UnknownOperationException",
                        message: "\(request.method) \(request.path) is no action of the service lambda.", fault: nil))
            } else {
                Self.json(Self.message(service, "\(request.method) \(request.path)"))
            }
        return response.adding("x-amzn-RequestId", requestID.description)
    }

    /// The action of a Query protocol call, from the form or the query string.
    static func queryAction(_ request: AWSRequest) -> String? {
        if let action = request.parameter("Action") { return action }
        guard request.method == "POST",
            request.header("content-type")?.lowercased().hasPrefix("application/x-www-form-urlencoded") == true,
            request.body.count <= Self.formBytes
        else { return nil }
        return AWSRequest.parameters(String(decoding: request.body, as: UTF8.self)).first { $0.name == "Action" }?.value
    }

    /// No form that names an action here is larger.
    private static let formBytes = 1_048_576

    private static func message(_ service: String?, _ action: String) -> String {
        guard let service else { return "\(action) is not emulated, and the request is not signed for any service." }
        return "The action \(action) of the service \(service) is not emulated."
    }

    private static func json(_ message: String) -> AWSResponse {
        AWSResponse(status: 501, json: ["__type": .string(Self.code), "message": .string(message)])
            .adding("x-amzn-ErrorType", Self.code)
    }

    private static func xml(_ message: String, _ requestID: RequestID) -> AWSResponse {
        Self.markup(
            "<ErrorResponse><Error><Type>Sender</Type><Code>\(Self.code)</Code><Message>\(Self.escaped(message))</Message></Error>"
                + "<RequestId>\(requestID)</RequestId></ErrorResponse>")
    }

    private static func s3(_ message: String, _ requestID: RequestID) -> AWSResponse {
        Self.markup(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>\(Self.code)</Code>"
                + "<Message>\(Self.escaped(message))</Message><RequestId>\(requestID)</RequestId></Error>")
    }

    private static func markup(_ text: String) -> AWSResponse {
        AWSResponse(status: 501, headers: [AWSRequest.Header("Content-Type", "text/xml")], body: Array(text.utf8))
    }

    /// Text for the content of an XML element; characters that XML 1.0 has no spelling for become U+FFFD.
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
            case _ where scalar.value < 0x20 || scalar.value & 0xFFFE == 0xFFFE: result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func before(_ mark: Character, _ text: String) -> String { String(text.prefix { $0 != mark }) }
    private static func after(_ mark: Character, _ text: String) -> String {
        text.firstIndex(of: mark).map { String(text[text.index(after: $0)...]) } ?? text
    }
}
