package import CoreTypes

/// Queues as a whole: made, found, set and ended.
extension QueueService {
    /// Makes a queue, or names the one that exists where each given attribute is the same.
    package mutating func createQueue(
        _ request: CreateQueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> QueueURLResponse {
        try self.onAccount(.createQueue, caller, now, &effects) { (service, _, effects) throws(SQSError) in
            guard let text = request.queueName else { throw .missing("QueueName") }
            let isFIFO = request.attributes[QueueAttributes.Name.fifoQueue.rawValue]?.lowercased() == "true"
            try QueueName.check(text, isFIFO: isFIFO)
            let name = QueueName(region: caller.region, name: text)
            let attributes = try QueueAttributes(creating: request.attributes)
            if let slot = service.slots[name] {
                try service.compare(request.attributes, attributes, with: slot)
                return QueueURLResponse(queue: name)
            }
            if service.deletions[name] != nil, service.settings.limits.recreateIntervalSeconds > 0 {
                throw SQSError(
                    .queueDeletedRecently,
                    "You must wait \(service.settings.limits.recreateIntervalSeconds) seconds after deleting a queue "
                        + "before you can create another with the same name."
                )
            }
            try service.checkTags(request.tags)
            try service.checkTarget(of: attributes, source: name)
            let time = Timestamp(milliseconds: now.milliseconds)
            let stored = StoredQueue(
                id: QueueID(service.takeSerial(&effects)), name: name, attributes: attributes, tags: request.tags,
                createdAt: time,
                modifiedAt: time)
            effects.changes.append(.queueSaved(stored))
            service.add(stored)
            return QueueURLResponse(queue: name)
        }
    }

    private func compare(
        _ given: [String: String], _ wanted: QueueAttributes, with slot: Int
    ) throws(SQSError) {
        let present = self.queues[slot]!.attributes.wireValues
        let wanted = wanted.wireValues
        for name in given.keys.sorted() where wanted[name] != present[name] {
            throw SQSError(
                .queueNameExists,
                "A queue already exists with the same name and a different value for attribute \(name)")
        }
    }

    /// The queue goes with all it holds, at once; its parked receives end empty.
    package mutating func deleteQueue(
        _ request: QueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) {
        try self.onQueue(request.queueURL, .deleteQueue, caller, now, &effects) {
            (service, queue, _, effects) throws(SQSError) in
            let stored = service.queues[queue]!.stored
            while let id = service.queues[queue]!.waiters.first {
                service.queues[queue]!.waiters.removeFirst()
                if let waiter = service.takeWaiter(id) { service.answer(waiter, [], now, &effects) }
            }
            effects.changes.append(.queueDeleted(stored.id, stored.name, at: now))
            service.remove(queue, at: now)
        }
    }

    package mutating func getQueueURL(
        _ request: GetQueueURLRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> QueueURLResponse {
        guard let name = request.queueName else {
            return try self.onAccount(.getQueueURL, caller, now, &effects) { (_, _, _) throws(SQSError) in
                throw .missing("QueueName")
            }
        }
        let owner = request.ownerAccountID ?? self.settings.account
        let path = "/\(owner)/\(name)"
        return try self.onQueue(path, .getQueueURL, caller, now, &effects) { (service, queue, _, _) in
            QueueURLResponse(queue: service.queues[queue]!.stored.name)
        }
    }

    /// The queues of the caller's region, by name: all up to 1000, or as many as asked for and the token of the next page.
    package mutating func listQueues(
        _ request: ListQueuesRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> QueueListResponse {
        try self.onAccount(.listQueues, caller, now, &effects) { (service, _, _) throws(SQSError) in
            let prefix = request.prefix ?? ""
            let names = service.slots.keys.filter { $0.region == caller.region && $0.name.hasPrefix(prefix) }
            return try Self.page(of: Array(names), request.maximumResults, request.nextToken)
        }
    }

    /// The queues whose redrive policy names this one.
    package mutating func listDeadLetterSourceQueues(
        _ request: ListDeadLetterSourceQueuesRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> QueueListResponse {
        try self.onQueue(request.queueURL, .listDeadLetterSourceQueues, caller, now, &effects) {
            (service, queue, _, _) throws(SQSError) in
            try Self.page(of: service.sources(of: queue), request.maximumResults, request.nextToken)
        }
    }

    func sources(of queue: Int) -> [QueueName] {
        let arn = self.queues[queue]!.arn
        return self.queues.compactMap { source in
            source?.attributes.redrivePolicy?.deadLetterTargetARN == arn ? source?.stored.name : nil
        }
    }

    private static let pageCountMax = 1_000

    /// The token is the base64 of the last name of the former page.
    private static func page(of names: [QueueName], _ maximum: Int?, _ token: String?) throws(SQSError) -> QueueListResponse {
        if let maximum, !(1...self.pageCountMax).contains(maximum) {
            throw .invalid("MaxResults", maximum, reason: "Must be between 1 and 1000, if provided.")
        }
        var names = names.sorted { $0.name < $1.name }
        if let token {
            guard let bytes = Base64.decode(token), !bytes.isEmpty else {
                throw .invalid("NextToken", token, reason: "It is not a token of a former answer.")
            }
            let last = String(decoding: bytes, as: UTF8.self)
            names.removeAll { $0.name <= last }
        }
        let page = Array(names.prefix(maximum ?? self.pageCountMax))
        let hasMore = maximum != nil && names.count > page.count
        return QueueListResponse(queues: page, nextToken: hasMore ? page.last.map { Base64.encode(Array($0.name.utf8)) } : nil)
    }

    /// Drops visible, delayed and held messages and the memory of deduplication; once in 60 s.
    package mutating func purgeQueue(
        _ request: QueueRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) {
        try self.onQueue(request.queueURL, .purgeQueue, caller, now, &effects) {
            (service, queue, _, effects) throws(SQSError) in
            let stored = service.queues[queue]!.stored
            let interval = service.settings.limits.purgeIntervalSeconds
            if let last = service.queues[queue]!.purgedAt, now.milliseconds - last < Int64(interval) * 1_000 {
                throw SQSError(
                    .purgeQueueInProgress,
                    "Only one PurgeQueue operation on \(stored.name.name) is allowed every \(interval) seconds.")
            }
            effects.changes.append(.queuePurged(stored.id, at: now))
            service.purge(queue, at: now.milliseconds)
        }
    }

    /// Drops all messages of a queue as PurgeQueue does, but of the host's own accord: no request, no usage, and as often as wanted.
    package mutating func empty(_ queue: QueueName, now: Timestamp, into effects: inout Effects) {
        guard let slot = self.slots[queue] else { return }
        let purgedAt = self.queues[slot]!.purgedAt
        effects.changes.append(.queuePurged(self.queues[slot]!.stored.id, at: now))
        self.purge(slot, at: now.milliseconds)
        // A client may purge as if this had not been.
        self.queues[slot]!.purgedAt = purgedAt
    }

    // MARK: - Bookkeeping, shared with replay

    mutating func add(_ stored: StoredQueue) {
        let state = QueueState(stored, account: self.settings.account)
        let slot: Int
        if let vacant = self.vacantSlots.popLast() {
            slot = vacant
            self.queues[slot] = state
        } else {
            slot = self.queues.count
            self.queues.append(state)
        }
        self.slots[stored.name] = slot
        self.slotsByID[stored.id] = slot
    }

    mutating func remove(_ queue: Int, at now: Timestamp) {
        let stored = self.queues[queue]!.stored
        self.discardAll(in: queue)
        self.moveTasks.removeAll(source: stored.id)
        self.queues[queue] = nil
        self.slots[stored.name] = nil
        self.slotsByID[stored.id] = nil
        self.vacantSlots.append(queue)
        self.awake.removeAll { $0 == queue }
        self.deletions[stored.name] = now
        self.deletionTimes.append((stored.name, now))
    }

    mutating func purge(_ queue: Int, at time: Int64) {
        self.discardAll(in: queue)
        self.queues[queue]!.deduplication = DeduplicationMemory()
        self.queues[queue]!.attempts = [:]
        self.queues[queue]!.attemptTimes = Line()
        self.queues[queue]!.latestSentAt = .min
        self.queues[queue]!.purgedAt = time
    }

    private mutating func discardAll(in queue: Int) {
        while self.queues[queue]!.arrivals.first != .none { self.discard(self.queues[queue]!.arrivals.first) }
        self.queues[queue]!.lateArrivals = DeadlineHeap()
    }
}
