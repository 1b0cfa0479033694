/// What the Lambda API answers instead of a result: AWS's code, HTTP status and message (Lambda API reference, "Errors" of
/// each action; shapes of the public service model).
///
/// On the wire: status, header `x-amzn-ErrorType: <code>`, and a body such as
/// `{"Type":"User","Message":"Function not found: arn:…"}`. The service model spells the member `message` for some codes and
/// `Message` for others; SDKs read both.
package struct LambdaAPIError: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Fault: String, Hashable, Sendable {
        case user = "User"
        case service = "Service"
    }

    package var status: Int
    package var code: String
    package var message: String
    /// Whether the member is `Message`.
    package var hasCapitalMessage: Bool
    /// The member `Type`; validation errors carry none.
    package var fault: Fault?
    /// The member `Reason` of a throttled call.
    package var reason: String?

    package init(
        status: Int, code: String, message: String, hasCapitalMessage: Bool = false, fault: Fault? = .user, reason: String? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.hasCapitalMessage = hasCapitalMessage
        self.fault = fault
        self.reason = reason
    }

    package var description: String { "\(self.code): \(self.message)" }
}

// MARK: Codes

extension LambdaAPIError {
    package static func invalidParameter(_ message: String) -> Self {
        Self(status: 400, code: "InvalidParameterValueException", message: message)
    }

    package static func invalidContent(_ message: String) -> Self {
        Self(status: 400, code: "InvalidRequestContentException", message: message)
    }

    /// A member of another JSON type than the model's. The service's serialization layer answers before Lambda sees the call.
    package static func serialization(_ message: String) -> Self {
        Self(status: 400, code: "SerializationException", message: message, hasCapitalMessage: true, fault: nil)
    }

    /// Several violated constraints are counted and joined by "; ".
    package static func validation(_ failures: [String]) -> Self {
        let count = failures.count == 1 ? "1 validation error" : "\(failures.count) validation errors"
        return Self(
            status: 400, code: "ValidationException", message: "\(count) detected: \(failures.joined(separator: "; "))",
            fault: nil)
    }

    package static func notFound(_ message: String) -> Self {
        Self(status: 404, code: "ResourceNotFoundException", message: message, hasCapitalMessage: true)
    }

    package static func conflict(_ message: String) -> Self {
        Self(status: 409, code: "ResourceConflictException", message: message)
    }

    package static func requestTooLarge(_ message: String) -> Self {
        Self(status: 413, code: "RequestEntityTooLargeException", message: message, fault: nil)
    }

    package static func policyTooLong(_ message: String) -> Self {
        Self(status: 400, code: "PolicyLengthExceededException", message: message)
    }

    package static func service(_ message: String) -> Self {
        Self(status: 500, code: "ServiceException", message: message, hasCapitalMessage: true, fault: .service)
    }

    package static let revisionMismatch = Self(
        status: 412, code: "PreconditionFailedException",
        message: "The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve "
            + "the latest Revision Id")

    package static let provisionedConcurrencyNotFound = Self(
        status: 404, code: "ProvisionedConcurrencyConfigNotFoundException",
        message: "No Provisioned Concurrency Config found for this function")

    /// `GetPolicy`, layers, function URLs and event source mappings say no more than this.
    package static let resourceDoesNotExist = Self.notFound("The resource you requested does not exist.")
}

// MARK: Messages with a place in the registry

extension LambdaAPIError {
    /// - Parameter arn: with the qualifier that was asked for, if any.
    package static func functionNotFound(_ arn: String) -> Self { .notFound("Function not found: \(arn)") }

    package static func aliasNotFound(_ arn: String) -> Self { .notFound("Cannot find alias arn: \(arn)") }

    package static func otherRegion(_ asked: String, here: String) -> Self {
        .notFound("Functions from '\(asked)' are not reachable in this region ('\(here)')")
    }

    package static let qualifierMismatch = Self.invalidParameter(
        "The derived qualifier from the function name does not match the specified qualifier.")
}
