package import CoreTypes

/// What consumers do with a receipt handle.
extension QueueService {
    /// On a standard queue any handle of it is answered alike: the last one deletes, even after its timeout; an older one, and
    /// that of a message which is gone, deletes nothing. A FIFO queue refuses a handle whose timeout is over.
    package mutating func deleteMessage(
        _ request: DeleteMessageRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) {
        try self.onQueue(request.queueURL, .deleteMessage, caller, now, &effects) {
            (service, queue, tally, effects) throws(SQSError) in
            tally.messages = 1
            try service.delete(request.receiptHandle, in: queue, &effects)
        }
    }

    package mutating func deleteMessageBatch(
        _ request: DeleteMessageBatchRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> DeleteMessageBatchResponse {
        try self.onQueue(request.queueURL, .deleteMessageBatch, caller, now, &effects) {
            (service, queue, tally, effects) throws(SQSError) in
            try service.checkBatch(request.entries, "DeleteMessageBatchRequestEntry")
            var response = DeleteMessageBatchResponse()
            for entry in request.entries {
                do throws(SQSError) {
                    try service.delete(entry.content, in: queue, &effects)
                    tally.messages += 1
                    response.successful.append((entry.id, EmptyResponse()))
                } catch {
                    response.failed.append((entry.id, error))
                }
            }
            return response
        }
    }

    /// Sets the timeout anew from now, for any receive of a message that is there; 0 makes it visible at once.
    package mutating func changeMessageVisibility(
        _ request: ChangeMessageVisibilityRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) {
        try self.onQueue(request.queueURL, .changeMessageVisibility, caller, now, &effects) {
            (service, queue, tally, effects) throws(SQSError) in
            guard let timeout = request.change.visibilityTimeoutSeconds else { throw .missing("VisibilityTimeout") }
            tally.messages = 1
            try service.changeVisibility(request.change.receiptHandle, timeout, in: queue, now, &effects)
        }
    }

    package mutating func changeMessageVisibilityBatch(
        _ request: ChangeMessageVisibilityBatchRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> ChangeMessageVisibilityBatchResponse {
        try self.onQueue(request.queueURL, .changeMessageVisibilityBatch, caller, now, &effects) {
            (service, queue, tally, effects) throws(SQSError) in
            try service.checkBatch(request.entries, "ChangeMessageVisibilityBatchRequestEntry")
            var response = ChangeMessageVisibilityBatchResponse()
            for entry in request.entries {
                do throws(SQSError) {
                    let timeout = entry.content.visibilityTimeoutSeconds ?? 0
                    try service.changeVisibility(entry.content.receiptHandle, timeout, in: queue, now, &effects)
                    tally.messages += 1
                    response.successful.append((entry.id, EmptyResponse()))
                } catch {
                    response.failed.append((entry.id, error))
                }
            }
            return response
        }
    }

    private func handle(_ text: String?, in queue: Int) throws(SQSError) -> ReceiptHandle {
        guard let text, !text.isEmpty else { throw .missing("ReceiptHandle") }
        guard let handle = ReceiptHandle(text), handle.queue == self.queues[queue]!.stored.id else {
            throw SQSError(
                .receiptHandleIsInvalid, "The input receipt handle \"\(text)\" is not a valid receipt handle.")
        }
        return handle
    }

    /// The message of a handle, when it is still in the handle's queue.
    func slot(of handle: ReceiptHandle, in queue: Int) -> MessageSlot? {
        guard let slot = self.messages.slot(of: handle.serial.value), Int(self.messages[slot].queue) == queue else { return nil }
        return slot
    }

    private mutating func delete(_ text: String?, in queue: Int, _ effects: inout Effects) throws(SQSError) {
        let handle = try self.handle(text, in: queue)
        guard let slot = self.slot(of: handle, in: queue) else { return }
        let isLast = self.messages[slot].receiveCount == handle.receiveCount
        if self.queues[queue]!.isFIFO, !isLast || self.messages[slot].state != .held {
            throw .invalid("ReceiptHandle", handle.text, reason: "The receipt handle has expired.")
        }
        guard isLast else { return }
        effects.changes.append(.messageDeleted(handle.serial))
        self.discard(slot)
    }

    private mutating func changeVisibility(
        _ text: String?, _ timeout: Int, in queue: Int, _ now: Timestamp, _ effects: inout Effects
    ) throws(SQSError) {
        let handle = try self.handle(text, in: queue)
        guard (0...43_200).contains(timeout) else {
            throw .invalid("VisibilityTimeout", timeout, reason: "Must be >= 0 and <= 43200, if provided.")
        }
        guard let slot = self.slot(of: handle, in: queue) else {
            throw .invalid(
                "ReceiptHandle", handle.text,
                reason: "Message does not exist or is not available for visibility timeout change.")
        }
        let time = now.milliseconds
        let until = time + Int64(timeout) * 1_000
        guard until - self.messages[slot].lastReceivedAt <= 43_200_000 else {
            throw .invalid(
                "VisibilityTimeout", timeout,
                reason: "Total VisibilityTimeout for the message is beyond the limit [43200 seconds]")
        }
        effects.changes.append(.visibilityChanged(handle.serial, until: Timestamp(milliseconds: until)))
        self.setVisibility(slot, until: until, now: time)
    }
}
