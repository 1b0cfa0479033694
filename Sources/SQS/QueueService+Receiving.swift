package import CoreTypes

/// What a receive asks for, checked: kept while it is parked.
struct ReceiveOptions: Sendable {
    let maximumMessages: Int
    /// `nil`: the queue's, as it stands when messages are handed over.
    let visibilityTimeoutSeconds: Int?
    let waitTimeSeconds: Int
    let systemAttributes: [SystemAttributeName]
    let messageAttributes: AttributeSelection
    let attemptID: String?
}

/// A parked receive.
struct Waiter: Sendable {
    let id: WaiterID
    let queue: QueueID
    let options: ReceiveOptions
    let caller: Caller
}

extension QueueService {
    /// Messages, or a place in the line of waiters when there is none and the request, or else the queue, waits.
    package mutating func receiveMessage(
        _ request: ReceiveMessageRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> ReceiveMessageResponse {
        try self.onQueue(request.queueURL, .receiveMessage, caller, now, &effects) {
            (service, queue, tally, effects) throws(SQSError) in
            let options = try service.options(of: request, on: queue)
            tally.waitTimeSeconds = options.waitTimeSeconds
            let messages = service.take(queue, options, now, &effects)
            if messages.isEmpty {
                let isFull = service.queues[queue]!.heldCount >= service.settings.limits.inFlightMessages
                if isFull, !service.queues[queue]!.isFIFO, options.waitTimeSeconds == 0 {
                    throw SQSError(
                        .overLimit,
                        "Too many messages in flight: the limit is \(service.settings.limits.inFlightMessages) for a queue.")
                }
                if options.waitTimeSeconds > 0 {
                    let parked = try service.park(queue, options, caller, now)
                    tally.isDeferred = true
                    return parked
                }
            }
            tally.add(messages)
            return .messages(messages)
        }
    }

    /// The client of a parked receive has gone. When the waiter was answered already nothing happens: put its messages back.
    package mutating func cancel(_ waiter: WaiterID, now: Timestamp, into effects: inout Effects) {
        if let waiter = self.takeWaiter(waiter) { self.count(waiter, [], now, &effects) }
        self.timePassed(now: now, into: &effects)
    }

    /// An answer of messages could not be written: those that are still held by it are visible again at once. The receive has
    /// counted.
    package mutating func putBack(
        _ messages: [ReceivedMessage], in queue: QueueName, now: Timestamp, into effects: inout Effects
    ) {
        self.advance(to: now, &effects)
        for message in messages {
            guard let handle = ReceiptHandle(message.receiptHandle), let queue = self.slots[queue],
                let slot = self.slot(of: handle, in: queue), self.messages[slot].state == .held,
                self.messages[slot].receiveCount == handle.receiveCount
            else { continue }
            let time = Timestamp(milliseconds: now.milliseconds)
            effects.changes.append(.visibilityChanged(handle.serial, until: time))
            self.setVisibility(slot, until: time.milliseconds, now: time.milliseconds)
        }
        self.serveAwakeQueues(now, &effects)
    }

    /// Answers every parked receive with nothing.
    package mutating func shutDown(now: Timestamp, into effects: inout Effects) {
        for id in self.waiters.keys.sorted(by: { $0.value < $1.value }) {
            if let waiter = self.takeWaiter(id) { self.answer(waiter, [], now, &effects) }
        }
    }

    private func options(of request: ReceiveMessageRequest, on queue: Int) throws(SQSError) -> ReceiveOptions {
        let count = request.maximumMessages ?? 1
        guard (1...10).contains(count) else {
            throw .invalid("MaxNumberOfMessages", count, reason: "Must be between 1 and 10, if provided.")
        }
        let wait = request.waitTimeSeconds ?? self.queues[queue]!.attributes.receiveMessageWaitTimeSeconds
        guard (0...20).contains(wait) else {
            throw .invalid("WaitTimeSeconds", wait, reason: "Must be >= 0 and <= 20, if provided.")
        }
        if let timeout = request.visibilityTimeoutSeconds, !(0...43_200).contains(timeout) {
            throw .invalid("VisibilityTimeout", timeout, reason: "Must be >= 0 and <= 43200, if provided.")
        }
        if let attempt = request.attemptID, self.queues[queue]!.isFIFO, !CharacterRules.isID(attempt) {
            throw .invalid(
                "ReceiveRequestAttemptId", attempt,
                reason: "ReceiveRequestAttemptId can only include alphanumeric and punctuation characters. 1 to 128 in length.")
        }
        return ReceiveOptions(
            maximumMessages: count, visibilityTimeoutSeconds: request.visibilityTimeoutSeconds, waitTimeSeconds: wait,
            systemAttributes: try Self.systemAttributes(request.systemAttributeNames),
            messageAttributes: AttributeSelection(request.messageAttributeNames), attemptID: request.attemptID)
    }

    private static func systemAttributes(_ names: [String]) throws(SQSError) -> [SystemAttributeName] {
        if names.isEmpty { return [] }
        if names.contains("All") { return SystemAttributeName.allCases }
        var wanted: Set<SystemAttributeName> = []
        for name in names {
            guard let known = SystemAttributeName(rawValue: name) else {
                throw SQSError(.invalidAttributeName, "Unknown Attribute \(name).")
            }
            wanted.insert(known)
        }
        return SystemAttributeName.allCases.filter(wanted.contains)
    }

    // MARK: - Waiters

    private mutating func park(
        _ queue: Int, _ options: ReceiveOptions, _ caller: Caller, _ now: Timestamp
    ) throws(SQSError) -> ReceiveMessageResponse {
        guard self.waiters.count < self.settings.limits.parkedReceives else {
            throw SQSError(
                .requestThrottled,
                "More than \(self.settings.limits.parkedReceives) receives wait for messages: end some, or ask with a WaitTimeSeconds of 0."
            )
        }
        let waiter = Waiter(
            id: WaiterID(value: self.nextWaiter), queue: self.queues[queue]!.stored.id, options: options, caller: caller)
        self.nextWaiter += 1
        self.waiters[waiter.id] = waiter
        self.queues[queue]!.waiters.append(waiter.id)
        self.queues[queue]!.waiterCount += 1
        let deadline = now.milliseconds + Int64(options.waitTimeSeconds) * 1_000
        self.waiterTimes.push(waiter.id, at: deadline)
        // A receive may have stopped at the number of dead letters that it moves: the rest goes on at once.
        if self.queues[queue]!.hasReadyMessages { self.wake(queue) }
        return .parked(waiter.id, deadline: Timestamp(milliseconds: deadline))
    }

    /// Takes a waiter out of its line; `nil` when it was answered already.
    mutating func takeWaiter(_ id: WaiterID) -> Waiter? {
        guard let waiter = self.waiters.removeValue(forKey: id) else { return nil }
        if let queue = self.slotsByID[waiter.queue] {
            self.queues[queue]!.waiterCount -= 1
            if self.queues[queue]!.waiters.count > 64 + 2 * self.queues[queue]!.waiterCount {
                let waiters = self.waiters
                self.queues[queue]!.waiters.removeAll { waiters[$0] == nil }
            }
        }
        if self.waiterTimes.count > 1_024 + 2 * self.waiters.count {
            let waiters = self.waiters
            self.waiterTimes.removeAll { waiters[$0] == nil }
        }
        return waiter
    }

    /// Hands what has become visible to those who wait, the oldest first, spread over as many of them as there are messages (on
    /// a FIFO queue: groups).
    mutating func serveAwakeQueues(_ now: Timestamp, _ effects: inout Effects) {
        guard !self.awake.isEmpty else { return }
        let awake = self.awake
        self.awake.removeAll(keepingCapacity: true)
        for queue in awake where self.queues[queue] != nil {
            self.queues[queue]!.isAwake = false
            self.serve(queue, now, &effects)
        }
    }

    private mutating func serve(_ queue: Int, _ now: Timestamp, _ effects: inout Effects) {
        while self.queues[queue]!.waiterCount > 0, self.queues[queue]!.hasReadyMessages,
            self.queues[queue]!.heldCount < self.settings.limits.inFlightMessages
        {
            guard let id = self.queues[queue]!.waiters.first else { return }
            guard let waiter = self.waiters[id] else {
                self.queues[queue]!.waiters.removeFirst()
                continue
            }
            let available = self.queues[queue]!.isFIFO ? self.queues[queue]!.groups.readyCount : self.queues[queue]!.visibleCount
            let share = (available + self.queues[queue]!.waiterCount - 1) / self.queues[queue]!.waiterCount
            let messages = self.take(queue, waiter.options, share: share, now, &effects)
            if messages.isEmpty {
                if self.queues[queue]!.hasReadyMessages { self.wake(queue) }
                return
            }
            self.queues[queue]!.waiters.removeFirst()
            _ = self.takeWaiter(id)
            self.answer(waiter, messages, now, &effects)
        }
    }

    mutating func answer(_ waiter: Waiter, _ messages: [ReceivedMessage], _ now: Timestamp, _ effects: inout Effects) {
        effects.deliveries.append(Delivery(waiter: waiter.id, messages: messages))
        self.count(waiter, messages, now, &effects)
    }

    private func count(_ waiter: Waiter, _ messages: [ReceivedMessage], _ now: Timestamp, _ effects: inout Effects) {
        var tally = Tally()
        tally.waitTimeSeconds = waiter.options.waitTimeSeconds
        tally.add(messages)
        let queue = self.slotsByID[waiter.queue].flatMap { self.queues[$0] }
        self.count(
            .receiveMessage, queue?.stored.name.name, isFIFO: queue?.isFIFO ?? false, waiter.caller, tally, now, &effects)
    }
}

extension Tally {
    mutating func add(_ received: [ReceivedMessage]) {
        self.messages += received.count
        self.isEmptyReceive = received.isEmpty
        for message in received { self.bytes += message.billedBytes }
        if received.contains(where: \.isFair) { self.isFair = true }
    }
}

/// `MessageAttributeNames` of a receive.
struct AttributeSelection: Sendable {
    private var isAll = false
    private var names: Set<String> = []
    private var prefixes: [String] = []

    init(_ names: [String]) {
        for name in names {
            if name == "All" || name == ".*" || name == "*" {
                self.isAll = true
            } else if name.hasSuffix(".*") {
                self.prefixes.append(String(name.dropLast(2)))
            } else {
                self.names.insert(name)
            }
        }
    }

    func select(from attributes: [MessageAttribute]) -> [MessageAttribute] {
        if self.isAll || attributes.isEmpty { return attributes }
        return attributes.filter { attribute in
            self.names.contains(attribute.name) || self.prefixes.contains { attribute.name.hasPrefix($0) }
        }
    }
}
