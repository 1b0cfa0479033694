/// Attributes are by their names on the wire, values as text, as every client sends them.
package struct CreateQueueRequest: Hashable, Sendable {
    package var queueName: String?
    package var attributes: [String: String]
    package var tags: [String: String]

    package init(queueName: String?, attributes: [String: String] = [:], tags: [String: String] = [:]) {
        self.queueName = queueName
        self.attributes = attributes
        self.tags = tags
    }
}

/// CreateQueue and GetQueueUrl: the wire makes the URL, as its host is the one that the caller used.
package struct QueueURLResponse: Hashable, Sendable {
    package let queue: QueueName
}

package struct GetQueueURLRequest: Hashable, Sendable {
    package var queueName: String?
    package var ownerAccountID: String?

    package init(queueName: String?, ownerAccountID: String? = nil) {
        self.queueName = queueName
        self.ownerAccountID = ownerAccountID
    }
}

package struct ListQueuesRequest: Hashable, Sendable {
    package var prefix: String?
    /// 1 to 1000.
    package var maximumResults: Int?
    package var nextToken: String?

    package init(prefix: String? = nil, maximumResults: Int? = nil, nextToken: String? = nil) {
        self.prefix = prefix
        self.maximumResults = maximumResults
        self.nextToken = nextToken
    }
}

/// ListQueues and ListDeadLetterSourceQueues.
package struct QueueListResponse: Hashable, Sendable {
    package let queues: [QueueName]
    package let nextToken: String?
}

package struct ListDeadLetterSourceQueuesRequest: Hashable, Sendable {
    package var queueURL: String
    package var maximumResults: Int?
    package var nextToken: String?

    package init(queueURL: String, maximumResults: Int? = nil, nextToken: String? = nil) {
        self.queueURL = queueURL
        self.maximumResults = maximumResults
        self.nextToken = nextToken
    }
}

/// DeleteQueue, PurgeQueue and ListQueueTags take nothing but the queue.
package struct QueueRequest: Hashable, Sendable {
    package var queueURL: String

    package init(queueURL: String) { self.queueURL = queueURL }
}

package struct GetQueueAttributesRequest: Hashable, Sendable {
    package var queueURL: String
    package var names: [String]

    package init(queueURL: String, names: [String]) {
        self.queueURL = queueURL
        self.names = names
    }
}

package struct SetQueueAttributesRequest: Hashable, Sendable {
    package var queueURL: String
    package var attributes: [String: String]

    package init(queueURL: String, attributes: [String: String]) {
        self.queueURL = queueURL
        self.attributes = attributes
    }
}

package struct TagQueueRequest: Hashable, Sendable {
    package var queueURL: String
    package var tags: [String: String]

    package init(queueURL: String, tags: [String: String]) {
        self.queueURL = queueURL
        self.tags = tags
    }
}

package struct UntagQueueRequest: Hashable, Sendable {
    package var queueURL: String
    package var keys: [String]

    package init(queueURL: String, keys: [String]) {
        self.queueURL = queueURL
        self.keys = keys
    }
}

package struct AddPermissionRequest: Hashable, Sendable {
    package var queueURL: String
    package var label: String?
    package var accountIDs: [String]
    /// `SendMessage`, …, or `*`.
    package var actions: [String]

    package init(queueURL: String, label: String?, accountIDs: [String], actions: [String]) {
        self.queueURL = queueURL
        self.label = label
        self.accountIDs = accountIDs
        self.actions = actions
    }
}

package struct RemovePermissionRequest: Hashable, Sendable {
    package var queueURL: String
    package var label: String?

    package init(queueURL: String, label: String?) {
        self.queueURL = queueURL
        self.label = label
    }
}
