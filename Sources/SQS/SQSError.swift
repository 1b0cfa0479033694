/// What SQS answers to a request it refuses: a closed set of kinds, each with AWS's shape name, query code and HTTP status
/// (Amazon SQS API Reference, "Common Errors" and the errors of each action), and a message for the person who reads it.
package struct SQSError: Error, Hashable, Sendable {
    package enum Kind: Hashable, Sendable, CaseIterable {
        case queueDoesNotExist, queueNameExists, queueDeletedRecently, purgeQueueInProgress
        case invalidAttributeName, invalidAttributeValue, invalidParameterValue, missingParameter, invalidMessageContents
        case receiptHandleIsInvalid, messageNotInflight, overLimit, unsupportedOperation, resourceNotFound
        case emptyBatchRequest, tooManyEntriesInBatchRequest, batchEntryIDsNotDistinct, invalidBatchEntryID, batchRequestTooLong
        case accessDenied, requestThrottled
        /// Raised by the wire alone.
        case invalidAction, malformedInput, incompleteSignature
    }

    package let kind: Kind
    package let message: String

    package init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    /// `__type` of a JSON answer: namespace and shape, `com.amazonaws.sqs#QueueDoesNotExist`.
    package var type: String { self.kind.row.type }
    /// `Code` of a query answer and the first half of `x-amzn-query-error`.
    package var queryCode: String { self.kind.row.code }
    package var httpStatus: Int { self.kind.row.status }
    /// Whether the sender is at fault; every error here is.
    package var isSenderFault: Bool { true }
}

extension SQSError.Kind {
    fileprivate var row: (type: String, code: String, status: Int) {
        let sqs = "com.amazonaws.sqs#"
        let coral = "com.amazon.coral.service#"
        let prefix = "AWS.SimpleQueueService."
        return switch self {
        case .queueDoesNotExist: (sqs + "QueueDoesNotExist", prefix + "NonExistentQueue", 400)
        case .queueNameExists: (sqs + "QueueNameExists", "QueueAlreadyExists", 400)
        case .queueDeletedRecently: (sqs + "QueueDeletedRecently", prefix + "QueueDeletedRecently", 400)
        case .purgeQueueInProgress: (sqs + "PurgeQueueInProgress", prefix + "PurgeQueueInProgress", 403)
        case .invalidAttributeName: (sqs + "InvalidAttributeName", "InvalidAttributeName", 400)
        case .invalidAttributeValue: (sqs + "InvalidAttributeValue", "InvalidAttributeValue", 400)
        case .invalidParameterValue: (coral + "InvalidParameterValueException", "InvalidParameterValue", 400)
        case .missingParameter: (coral + "MissingRequiredParameterException", "MissingParameter", 400)
        case .invalidMessageContents: (sqs + "InvalidMessageContents", "InvalidMessageContents", 400)
        case .receiptHandleIsInvalid: (sqs + "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", 404)
        case .messageNotInflight: (sqs + "MessageNotInflight", prefix + "MessageNotInflight", 400)
        case .overLimit: (sqs + "OverLimit", "OverLimit", 403)
        case .unsupportedOperation: (sqs + "UnsupportedOperation", prefix + "UnsupportedOperation", 400)
        case .resourceNotFound: (sqs + "ResourceNotFoundException", "ResourceNotFoundException", 404)
        case .emptyBatchRequest: (sqs + "EmptyBatchRequest", prefix + "EmptyBatchRequest", 400)
        case .tooManyEntriesInBatchRequest:
            (sqs + "TooManyEntriesInBatchRequest", prefix + "TooManyEntriesInBatchRequest", 400)
        case .batchEntryIDsNotDistinct: (sqs + "BatchEntryIdsNotDistinct", prefix + "BatchEntryIdsNotDistinct", 400)
        case .invalidBatchEntryID: (sqs + "InvalidBatchEntryId", prefix + "InvalidBatchEntryId", 400)
        case .batchRequestTooLong: (sqs + "BatchRequestTooLong", prefix + "BatchRequestTooLong", 400)
        case .accessDenied: (coral + "AccessDeniedException", "AccessDenied", 403)
        case .requestThrottled: (sqs + "RequestThrottled", "RequestThrottled", 403)
        case .invalidAction: (coral + "UnknownOperationException", "InvalidAction", 400)
        case .malformedInput: (coral + "SerializationException", "MalformedInput", 400)
        case .incompleteSignature: (coral + "IncompleteSignatureException", "IncompleteSignature", 400)
        }
    }
}

extension SQSError {
    package static let queueDoesNotExist = SQSError(.queueDoesNotExist, "The specified queue does not exist.")

    /// `name` is the parameter as the wire spells it: `MessageBody`.
    package static func missing(_ name: String) -> SQSError {
        SQSError(.missingParameter, "The request must contain the parameter \(name).")
    }

    static func invalid(_ name: String, _ value: some CustomStringConvertible, reason: String) -> SQSError {
        SQSError(.invalidParameterValue, "Value \(value) for parameter \(name) is invalid. Reason: \(reason)")
    }
}
