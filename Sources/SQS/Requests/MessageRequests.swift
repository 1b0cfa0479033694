package import CoreTypes

/// One message to send: SendMessage, or an entry of SendMessageBatch.
package struct OutgoingMessage: Hashable, Sendable {
    /// `MessageBody` in UTF-8; `nil` when the parameter is absent.
    package var body: [UInt8]?
    package var delaySeconds: Int?
    package var attributes: [MessageAttribute]
    /// `MessageSystemAttributes`; the wire adds the header `X-Amzn-Trace-Id` as `AWSTraceHeader` where it is not given.
    package var systemAttributes: [MessageAttribute]
    package var deduplicationID: String?
    package var groupID: String?

    package init(
        body: [UInt8]?, delaySeconds: Int? = nil, attributes: [MessageAttribute] = [], systemAttributes: [MessageAttribute] = [],
        deduplicationID: String? = nil, groupID: String? = nil
    ) {
        self.body = body
        self.delaySeconds = delaySeconds
        self.attributes = attributes
        self.systemAttributes = systemAttributes
        self.deduplicationID = deduplicationID
        self.groupID = groupID
    }
}

package struct SendMessageRequest: Hashable, Sendable {
    package var queueURL: String
    package var message: OutgoingMessage

    package init(queueURL: String, message: OutgoingMessage) {
        self.queueURL = queueURL
        self.message = message
    }
}

package struct SendMessageResponse: Hashable, Sendable {
    package let messageID: RequestID
    package let bodyMD5: MD5.Digest
    /// Only when the request had such attributes; the same for the next.
    package let attributesMD5: MD5.Digest?
    package let systemAttributesMD5: MD5.Digest?
    /// 20 digits; only on FIFO queues.
    package let sequenceNumber: String?
}

/// A batch entry with the id that the answer names it by.
package struct BatchEntry<Content: Hashable & Sendable>: Hashable, Sendable {
    package var id: String
    package var content: Content

    package init(id: String, content: Content) {
        self.id = id
        self.content = content
    }
}

package struct BatchRequest<Content: Hashable & Sendable>: Hashable, Sendable {
    package var queueURL: String
    package var entries: [BatchEntry<Content>]

    package init(queueURL: String, entries: [BatchEntry<Content>]) {
        self.queueURL = queueURL
        self.entries = entries
    }
}

/// What became of each entry, in the order of the request. The wire leaves an empty list out.
package struct BatchResponse<Success: Hashable & Sendable>: Hashable, Sendable {
    package internal(set) var successful: [(id: String, result: Success)] = []
    /// `Code` is the error's query code, `SenderFault` true.
    package internal(set) var failed: [(id: String, error: SQSError)] = []

    package static func == (left: Self, right: Self) -> Bool {
        left.successful.elementsEqual(right.successful, by: ==) && left.failed.elementsEqual(right.failed, by: ==)
    }

    package func hash(into hasher: inout Hasher) {
        for entry in self.successful { hasher.combine(entry.result) }
        for entry in self.failed { hasher.combine(entry.error) }
    }
}

/// The result of an action that has none.
package struct EmptyResponse: Hashable, Sendable {
    package init() {}
}

package typealias SendMessageBatchRequest = BatchRequest<OutgoingMessage>
package typealias SendMessageBatchResponse = BatchResponse<SendMessageResponse>

package struct ReceiveMessageRequest: Hashable, Sendable {
    package var queueURL: String
    /// `MaxNumberOfMessages`, 1 to 10; 1 when absent.
    package var maximumMessages: Int?
    /// 0 to 43200; the queue's when absent.
    package var visibilityTimeoutSeconds: Int?
    /// 0 to 20; the queue's `ReceiveMessageWaitTimeSeconds` when absent.
    package var waitTimeSeconds: Int?
    /// `MessageSystemAttributeNames`, or `AttributeNames` where only the old one is given; `All` for all.
    package var systemAttributeNames: [String]
    /// `All`, `.*` or `*`, exact names and `prefix.*`.
    package var messageAttributeNames: [String]
    package var attemptID: String?

    package init(
        queueURL: String, maximumMessages: Int? = nil, visibilityTimeoutSeconds: Int? = nil, waitTimeSeconds: Int? = nil,
        systemAttributeNames: [String] = [], messageAttributeNames: [String] = [], attemptID: String? = nil
    ) {
        self.queueURL = queueURL
        self.maximumMessages = maximumMessages
        self.visibilityTimeoutSeconds = visibilityTimeoutSeconds
        self.waitTimeSeconds = waitTimeSeconds
        self.systemAttributeNames = systemAttributeNames
        self.messageAttributeNames = messageAttributeNames
        self.attemptID = attemptID
    }
}

/// A message as ReceiveMessage hands it over.
package struct ReceivedMessage: Hashable, Sendable {
    package let messageID: RequestID
    package let receiptHandle: String
    package let bodyMD5: MD5.Digest
    package let body: [UInt8]
    /// The system attributes that were asked for and apply, in the order of ``SystemAttributeName``.
    package let systemAttributes: [SystemAttribute]
    /// The message attributes that were asked for, in the order of the send.
    package let attributes: [MessageAttribute]
    /// Over ``attributes``; `nil` when there are none.
    package let attributesMD5: MD5.Digest?
    /// Body and all attributes, returned or not.
    let billedBytes: Int
    /// Of a group on a standard queue.
    let isFair: Bool
}

package struct SystemAttribute: Hashable, Sendable {
    package let name: SystemAttributeName
    package let value: String
}

/// A parked receive.
package struct WaiterID: Hashable, Sendable {
    package let value: UInt64
}

package enum ReceiveMessageResponse: Hashable, Sendable {
    /// Answer now; no message is an empty receive.
    case messages([ReceivedMessage])
    /// Answer when a ``Delivery`` names the waiter, which happens at the deadline at the latest.
    case parked(WaiterID, deadline: Timestamp)
}

package struct DeleteMessageRequest: Hashable, Sendable {
    package var queueURL: String
    package var receiptHandle: String?

    package init(queueURL: String, receiptHandle: String?) {
        self.queueURL = queueURL
        self.receiptHandle = receiptHandle
    }
}

/// The content of an entry is its receipt handle.
package typealias DeleteMessageBatchRequest = BatchRequest<String?>
package typealias DeleteMessageBatchResponse = BatchResponse<EmptyResponse>

package struct VisibilityChange: Hashable, Sendable {
    package var receiptHandle: String?
    /// 0 to 43200; required, but in a batch entry, where it is 0 when absent.
    package var visibilityTimeoutSeconds: Int?

    package init(receiptHandle: String?, visibilityTimeoutSeconds: Int?) {
        self.receiptHandle = receiptHandle
        self.visibilityTimeoutSeconds = visibilityTimeoutSeconds
    }
}

package struct ChangeMessageVisibilityRequest: Hashable, Sendable {
    package var queueURL: String
    package var change: VisibilityChange

    package init(queueURL: String, change: VisibilityChange) {
        self.queueURL = queueURL
        self.change = change
    }
}

package typealias ChangeMessageVisibilityBatchRequest = BatchRequest<VisibilityChange>
package typealias ChangeMessageVisibilityBatchResponse = BatchResponse<EmptyResponse>
