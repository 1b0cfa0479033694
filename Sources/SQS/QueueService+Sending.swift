package import CoreTypes

extension QueueService {
    /// Stores a message, or answers with the one that it repeats (FIFO, within five minutes).
    package mutating func sendMessage(
        _ request: SendMessageRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> SendMessageResponse {
        try self.onQueue(request.queueURL, .sendMessage, caller, now, &effects) {
            (service, queue, tally, effects) throws(SQSError) in
            let message = request.message
            try MessageValidation.check(message, limits: service.settings.limits)
            let byteCount = MessageValidation.byteCount(of: message)
            let limit = service.queues[queue]!.attributes.maximumMessageSize
            if byteCount > limit {
                throw SQSError(
                    .invalidParameterValue,
                    "One or more parameters are invalid. Reason: Message must be shorter than \(limit) bytes.")
            }
            try service.checkGroup(of: message, on: queue, isBatch: false)
            tally.add(byteCount, message, isFIFO: service.queues[queue]!.isFIFO)
            return service.store(message, in: queue, caller, now, &effects)
        }
    }

    /// Stores the entries in their order; each fails alone.
    package mutating func sendMessageBatch(
        _ request: SendMessageBatchRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> SendMessageBatchResponse {
        try self.onQueue(request.queueURL, .sendMessageBatch, caller, now, &effects) {
            (service, queue, tally, effects) throws(SQSError) in
            try service.checkBatch(request.entries, "SendMessageBatchRequestEntry")
            let byteCount = request.entries.reduce(0) { $0 + MessageValidation.byteCount(of: $1.content) }
            let limit = service.settings.limits.messageBytes
            if byteCount > limit {
                throw SQSError(
                    .batchRequestTooLong,
                    "Batch requests cannot be longer than \(limit) bytes. You have sent \(byteCount) bytes.")
            }
            for entry in request.entries { try service.checkGroup(of: entry.content, on: queue, isBatch: true) }
            var response = SendMessageBatchResponse()
            for entry in request.entries {
                do throws(SQSError) {
                    let byteCount = try service.checkEntry(entry.content, on: queue)
                    tally.add(byteCount, entry.content, isFIFO: service.queues[queue]!.isFIFO)
                    response.successful.append((entry.id, service.store(entry.content, in: queue, caller, now, &effects)))
                } catch {
                    response.failed.append((entry.id, error))
                }
            }
            return response
        }
    }

    private func checkEntry(_ message: OutgoingMessage, on queue: Int) throws(SQSError) -> Int {
        try MessageValidation.check(message, limits: self.settings.limits)
        let byteCount = MessageValidation.byteCount(of: message)
        let limit = self.queues[queue]!.attributes.maximumMessageSize
        if byteCount > limit {
            throw SQSError(
                .invalidParameterValue,
                "One or more parameters cannot be validated. Reason: Message must be shorter than \(limit) bytes.")
        }
        try self.checkDelay(of: message, on: queue)
        return byteCount
    }

    private func checkDelay(of message: OutgoingMessage, on queue: Int) throws(SQSError) {
        guard let delay = message.delaySeconds else { return }
        if self.queues[queue]!.isFIFO {
            if delay != 0 {
                throw .invalid(
                    "DelaySeconds", delay, reason: "The request include parameter that is not valid for this queue type.")
            }
        } else if !(0...900).contains(delay) {
            throw .invalid("DelaySeconds", delay, reason: "DelaySeconds must be >= 0 and <= 900.")
        }
    }

    /// Group and deduplication id. In a batch a fault of these is one of the whole request, a wrong delay one of its entry.
    private func checkGroup(of message: OutgoingMessage, on queue: Int, isBatch: Bool) throws(SQSError) {
        if !isBatch { try self.checkDelay(of: message, on: queue) }
        func check(_ text: String?, _ name: String) throws(SQSError) {
            guard let text, !CharacterRules.isID(text) else { return }
            throw .invalid(
                name, text,
                reason: "\(name) can only include alphanumeric and punctuation characters. 1 to 128 in length.")
        }
        guard let fifo = self.queues[queue]!.attributes.fifo else {
            if let id = message.deduplicationID {
                throw .invalid(
                    "MessageDeduplicationId", id,
                    reason: "The request include parameter that is not valid for this queue type.")
            }
            return try check(message.groupID, "MessageGroupId")
        }
        if message.groupID == nil {
            throw isBatch
                ? SQSError(.invalidParameterValue, "The request must contain the parameter MessageGroupId.")
                : .missing("MessageGroupId")
        }
        try check(message.groupID, "MessageGroupId")
        try check(message.deduplicationID, "MessageDeduplicationId")
        if message.deduplicationID == nil, !fifo.contentBasedDeduplication {
            throw SQSError(
                .invalidParameterValue,
                "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly")
        }
    }

    /// A message that has passed every check.
    private mutating func store(
        _ message: OutgoingMessage, in queue: Int, _ caller: Caller, _ now: Timestamp, _ effects: inout Effects
    ) -> SendMessageResponse {
        let body = message.body ?? []
        let bodyMD5 = MD5.digest(of: body)
        let time = Timestamp(milliseconds: now.milliseconds)
        let fifo = self.queues[queue]!.attributes.fifo
        let deduplicationID = fifo == nil ? nil : message.deduplicationID ?? SHA256.hexadecimal(of: body)
        func response(_ messageID: RequestID, _ serial: MessageSerial) -> SendMessageResponse {
            SendMessageResponse(
                messageID: messageID, bodyMD5: bodyMD5, attributesMD5: AttributeDigest.md5(of: message.attributes),
                systemAttributesMD5: AttributeDigest.md5(of: message.systemAttributes),
                sequenceNumber: fifo == nil ? nil : serial.sequenceNumber)
        }
        var key: DeduplicationMemory.Key?
        if let fifo, let deduplicationID {
            let groupID = fifo.deduplicationScope == .messageGroup ? message.groupID : nil
            key = DeduplicationMemory.Key(groupID: groupID, deduplicationID: deduplicationID)
            if let key, let first = self.queues[queue]!.deduplication.find(key, now: time) {
                return response(first.messageID, first.serial)
            }
        }
        let serial = MessageSerial(self.takeSerial(&effects))
        let delay = (fifo == nil ? message.delaySeconds : nil) ?? self.queues[queue]!.attributes.delaySeconds
        let stored = StoredMessage(
            serial: serial, queue: self.queues[queue]!.stored.id, messageID: self.ids.next(), body: body, bodyMD5: bodyMD5,
            sentAt: time, visibleAt: time + .seconds(delay),
            details: self.details(of: message, deduplicationID: deduplicationID, caller))
        effects.changes.append(.messageAdded(stored))
        self.place(stored, in: queue, now: time.milliseconds)
        if let key {
            let record = DeduplicationRecord(
                queue: stored.queue, groupID: key.groupID, deduplicationID: key.deduplicationID, messageID: stored.messageID,
                serial: serial, expiresAt: time + .milliseconds(DeduplicationMemory.windowMilliseconds))
            self.queues[queue]!.deduplication.remember(record)
            effects.changes.append(.deduplicationSaved(record))
        }
        return response(stored.messageID, serial)
    }

    /// Messages without anything of their own share the details of their sender.
    private mutating func details(of message: OutgoingMessage, deduplicationID: String?, _ caller: Caller) -> MessageDetails {
        let traceHeader = message.systemAttributes.first { $0.name == SystemAttributeName.traceHeader.rawValue }
        var traceText: String?
        if case .string(let text) = traceHeader?.value { traceText = text }
        guard message.attributes.isEmpty, traceText == nil, deduplicationID == nil, message.groupID == nil else {
            return MessageDetails(
                senderID: caller.senderID, attributes: message.attributes, traceHeader: traceText, groupID: message.groupID,
                deduplicationID: deduplicationID)
        }
        if self.lastDetails.senderID != caller.senderID { self.lastDetails = MessageDetails(senderID: caller.senderID) }
        return self.lastDetails
    }
}

extension Tally {
    mutating func add(_ byteCount: Int, _ message: OutgoingMessage, isFIFO: Bool) {
        self.bytes += byteCount
        self.messages += 1
        if !isFIFO, message.groupID != nil { self.isFair = true }
    }
}

extension QueueService {
    /// What every batch must be (API Reference, errors of SendMessageBatch, DeleteMessageBatch, ChangeMessageVisibilityBatch).
    func checkBatch(_ entries: [BatchEntry<some Any>], _ name: String) throws(SQSError) {
        if entries.isEmpty {
            throw SQSError(.emptyBatchRequest, "There should be at least one \(name) in the request.")
        }
        let limit = self.settings.limits.batchEntries
        if entries.count > limit {
            throw SQSError(
                .tooManyEntriesInBatchRequest,
                "Maximum number of entries per request are \(limit). You have sent \(entries.count).")
        }
        for (index, entry) in entries.enumerated() {
            guard (1...80).contains(entry.id.utf8.count), entry.id.utf8.allSatisfy(CharacterRules.isNameCharacter) else {
                throw SQSError(
                    .invalidBatchEntryID,
                    "A batch entry id can only contain alphanumeric characters, hyphens and underscores. It can be at most 80 letters long."
                )
            }
            if entries[..<index].contains(where: { $0.id == entry.id }) {
                throw SQSError(.batchEntryIDsNotDistinct, "Id \(entry.id) repeated.")
            }
        }
    }
}
