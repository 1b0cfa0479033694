package import CoreTypes

extension QueueService {
    /// By their names on the wire. `All` for all; none asked for, none answered.
    package mutating func getQueueAttributes(
        _ request: GetQueueAttributesRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> [String: String] {
        try self.onQueue(request.queueURL, .getQueueAttributes, caller, now, &effects) {
            (service, queue, _, _) throws(SQSError) in
            let known = Set(QueueAttributes.Name.allCases.map(\.rawValue))
            for name in request.names where name != "All" && !known.contains(name) {
                throw SQSError(.invalidAttributeName, "Unknown Attribute \(name).")
            }
            if request.names.isEmpty { return [:] }
            let values = service.values(of: queue)
            if request.names.contains("All") { return values }
            let wanted = Set(request.names)
            return values.filter { wanted.contains($0.key) }
        }
    }

    func values(of queue: Int) -> [String: String] {
        let state = self.queues[queue]!
        var values = state.attributes.wireValues
        let read: [(QueueAttributes.Name, String)] = [
            (.approximateNumberOfMessages, String(state.visibleCount)),
            (.approximateNumberOfMessagesNotVisible, String(state.heldCount)),
            (.approximateNumberOfMessagesDelayed, String(state.delayedCount)),
            (.createdTimestamp, String(state.stored.createdAt.seconds)),
            (.lastModifiedTimestamp, String(state.stored.modifiedAt.seconds)), (.queueARN, state.arn),
        ]
        for (name, value) in read { values[name.rawValue] = value }
        return values
    }

    /// Takes effect at once: retention for waiting messages as well, the delay of a FIFO queue for those still delayed.
    package mutating func setQueueAttributes(
        _ request: SetQueueAttributesRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) {
        try self.onQueue(request.queueURL, .setQueueAttributes, caller, now, &effects) {
            (service, queue, _, effects) throws(SQSError) in
            if request.attributes.isEmpty { throw .missing("Attribute.Name") }
            var stored = service.queues[queue]!.stored
            try stored.attributes.set(request.attributes)
            if request.attributes[QueueAttributes.Name.redrivePolicy.rawValue] != nil {
                try service.checkTarget(of: stored.attributes, source: stored.name)
            }
            service.save(stored, in: queue, now, &effects)
        }
    }

    mutating func save(_ stored: StoredQueue, in queue: Int, _ now: Timestamp, _ effects: inout Effects) {
        var stored = stored
        stored.modifiedAt = Timestamp(milliseconds: now.milliseconds)
        let oldDelay = self.queues[queue]!.attributes.delaySeconds
        effects.changes.append(.queueSaved(stored))
        self.replace(stored, in: queue)
        if stored.attributes.isFIFO, stored.attributes.delaySeconds != oldDelay { self.delayAnew(queue, now, &effects) }
    }

    mutating func replace(_ stored: StoredQueue, in queue: Int) {
        let isOtherRetention =
            stored.attributes.messageRetentionPeriodSeconds != self.queues[queue]!.attributes.messageRetentionPeriodSeconds
        self.queues[queue]!.stored = stored
        self.queues[queue]!.readPolicy()
        if isOtherRetention {
            self.queues[queue]!.scheduledExpiry = .max
            self.scheduleExpiry(of: queue)
        }
        self.wake(queue)
    }

    private mutating func delayAnew(_ queue: Int, _ now: Timestamp, _ effects: inout Effects) {
        let delay = Int64(self.queues[queue]!.attributes.delaySeconds) * 1_000
        var next = self.queues[queue]!.arrivals.first
        while next != .none {
            let slot = next
            next = self.messages[slot].arrival.next
            guard self.messages[slot].state == .delayed else { continue }
            let time = self.messages[slot].sentAt + delay
            effects.changes.append(
                .visibilityChanged(MessageSerial(self.messages[slot].serial), until: Timestamp(milliseconds: time)))
            self.setVisibility(slot, until: time, now: now.milliseconds)
        }
    }

    /// The target of a redrive policy: there, of the same type, account and region, and willing.
    func checkTarget(of attributes: QueueAttributes, source: QueueName) throws(SQSError) {
        guard let policy = attributes.redrivePolicy else { return }
        func refused(_ reason: String) -> SQSError { .invalid("RedrivePolicy", policy.text, reason: reason) }
        guard let target = QueueName(arn: policy.deadLetterTargetARN, account: self.settings.account),
            target.region == source.region
        else { throw refused("Invalid value for deadLetterTargetArn.") }
        let targetAttributes: QueueAttributes
        if target == source {
            targetAttributes = attributes
        } else if let slot = self.slots[target] {
            targetAttributes = self.queues[slot]!.attributes
        } else {
            throw refused("Dead letter target does not exist.")
        }
        guard targetAttributes.isFIFO == attributes.isFIFO else {
            throw refused("Dead-letter queue must be same type of queue as the source.")
        }
        let sourceARN = source.arn(account: self.settings.account).description
        guard targetAttributes.redriveAllowPolicy?.allows(sourceARN: sourceARN) ?? true else {
            throw refused("Queue does not have permission to use \(policy.deadLetterTargetARN) as its dead letter queue.")
        }
    }

    // MARK: - Tags

    package mutating func tagQueue(
        _ request: TagQueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) {
        try self.onQueue(request.queueURL, .tagQueue, caller, now, &effects) {
            (service, queue, _, effects) throws(SQSError) in
            var stored = service.queues[queue]!.stored
            stored.tags.merge(request.tags) { $1 }
            try service.checkTags(stored.tags)
            service.save(stored, in: queue, stored.modifiedAt, &effects)
        }
    }

    /// Keys that the queue has not are passed over.
    package mutating func untagQueue(
        _ request: UntagQueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) {
        try self.onQueue(request.queueURL, .untagQueue, caller, now, &effects) {
            (service, queue, _, effects) throws(SQSError) in
            var stored = service.queues[queue]!.stored
            for key in request.keys { stored.tags[key] = nil }
            service.save(stored, in: queue, stored.modifiedAt, &effects)
        }
    }

    package mutating func listQueueTags(
        _ request: QueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> [String: String] {
        try self.onQueue(request.queueURL, .listQueueTags, caller, now, &effects) { (service, queue, _, _) in
            service.queues[queue]!.stored.tags
        }
    }

    func checkTags(_ tags: [String: String]) throws(SQSError) {
        let limit = self.settings.limits.tags
        if tags.count > limit {
            throw SQSError(.invalidParameterValue, "A queue can have \(limit) tags, not \(tags.count).")
        }
        for (key, value) in tags.sorted(by: { $0.key < $1.key }) {
            guard (1...128).contains(key.unicodeScalars.count) else {
                throw .invalid("Tag.Key", key, reason: "Tag keys must be 1 to 128 characters long.")
            }
            guard value.unicodeScalars.count <= 256 else {
                throw .invalid("Tag.Value", value, reason: "Tag values must be at most 256 characters long.")
            }
        }
    }
}
