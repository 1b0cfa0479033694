package import CoreTypes

/// The move tasks of a service. Ended ones are kept for ListMessageMoveTasks, a few a source.
struct MoveTaskTable: Sendable {
    /// Newest last, by source.
    private(set) var tasks: [QueueID: [MessageMoveTask]] = [:]
    /// When each running task moves its next message, in nanoseconds: rates are finer than milliseconds.
    var nextMoves: [QueueID: Int64] = [:]

    /// Rounded up to milliseconds, so that a timer that fires then finds something to do.
    var nextDeadline: Int64? { self.nextMoves.values.min().map { ($0 + 999_999) / 1_000_000 } }
    var runningCount: Int { self.nextMoves.count }

    func running(source: QueueID) -> MessageMoveTask? { self.tasks[source]?.last { $0.status == .running } }

    /// - Returns: the tasks that are one too many.
    mutating func save(_ task: MessageMoveTask, endedCountMax: Int) -> [RequestID] {
        var tasks = self.tasks[task.source] ?? []
        if let index = tasks.firstIndex(where: { $0.id == task.id }) { tasks[index] = task } else { tasks.append(task) }
        if task.status != .running { self.nextMoves[task.source] = nil }
        let forgotten = tasks.filter { $0.status != .running }.dropLast(endedCountMax).map(\.id)
        tasks.removeAll { forgotten.contains($0.id) }
        self.tasks[task.source] = tasks
        return forgotten
    }

    mutating func forget(_ id: RequestID) {
        for source in self.tasks.keys { self.tasks[source]?.removeAll { $0.id == id } }
    }

    mutating func removeAll(source: QueueID) {
        self.tasks[source] = nil
        self.nextMoves[source] = nil
    }
}

extension QueueService {
    /// How many messages a task without a rate moves in one step; the next step is due at once.
    static let messagesPerMoveStep = 500
    static let moveRates = 1...500
    /// How long a task may run (developer guide, "Learn how to configure a dead-letter queue redrive"). What it is then is not
    /// documented: here it has failed, and what it has moved stays moved.
    static let moveTaskDurationMax = Duration.seconds(36 * 3_600)
    static let moveTaskOverdue = "TaskExceededMaximumDuration"

    /// Begins to move what is visible in a dead-letter queue to a destination, or each message to the queue that it came from.
    package mutating func startMessageMoveTask(
        _ request: StartMessageMoveTaskRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> StartMessageMoveTaskResponse {
        try self.onAccount(.startMessageMoveTask, caller, now, &effects) { (service, _, effects) throws(SQSError) in
            guard let sourceARN = request.sourceARN else { throw .missing("SourceArn") }
            let source = try service.queue(ofARN: sourceARN, "SourceArn")
            if service.sources(of: source).isEmpty {
                throw SQSError(.invalidParameterValue, "Source queue must be configured as a Dead Letter Queue.")
            }
            if let rate = request.maximumMessagesPerSecond, !Self.moveRates.contains(rate) {
                throw .invalid("MaxNumberOfMessagesPerSecond", rate, reason: "Must be between 1 and 500, if provided.")
            }
            try service.checkDestination(request.destinationARN, source: source)
            let queue = service.queues[source]!.stored.id
            if service.moveTasks.running(source: queue) != nil {
                throw SQSError(
                    .invalidParameterValue,
                    "There is already a task running. Only one active task is allowed for a source queue arn at a given time.")
            }
            guard service.moveTasks.runningCount < service.settings.limits.activeMoveTasks else {
                throw SQSError(
                    .overLimit, "\(service.settings.limits.activeMoveTasks) message move tasks are active, which is the maximum.")
            }
            let time = Timestamp(milliseconds: now.milliseconds)
            let task = MessageMoveTask(
                id: service.ids.next(), source: queue, sourceARN: sourceARN, destinationARN: request.destinationARN,
                maximumMessagesPerSecond: request.maximumMessagesPerSecond, startedAt: time,
                messagesToMove: service.queues[source]!.visibleCount)
            service.moveTasks.nextMoves[queue] = time.nanoseconds
            service.save(task, &effects)
            return StartMessageMoveTaskResponse(taskHandle: Self.handle(of: task))
        }
    }

    private func queue(ofARN arn: String, _ parameter: String) throws(SQSError) -> Int {
        guard let slot = self.slot(ofARN: arn) else {
            throw SQSError(
                .resourceNotFound, "The resource that you specified for the \(parameter) parameter doesn't exist.")
        }
        return slot
    }

    private func checkDestination(_ arn: String?, source: Int) throws(SQSError) {
        guard let arn else { return }
        let destination = try self.queue(ofARN: arn, "DestinationArn")
        if destination == source {
            throw SQSError(.invalidParameterValue, "Source queue arn and destination queue arn cannot be the same.")
        }
        if self.queues[destination]!.isFIFO != self.queues[source]!.isFIFO {
            throw SQSError(
                .invalidParameterValue, "Source queue and destination queue must be of the same type.")
        }
    }

    /// Ends a task that runs; what it has moved stays moved.
    package mutating func cancelMessageMoveTask(
        _ request: CancelMessageMoveTaskRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> CancelMessageMoveTaskResponse {
        try self.onAccount(.cancelMessageMoveTask, caller, now, &effects) { (service, _, effects) throws(SQSError) in
            guard let text = request.taskHandle else { throw .missing("TaskHandle") }
            guard let bytes = Base64.decode(text), let handle = JSONText.object(String(decoding: bytes, as: UTF8.self)),
                let id = handle["taskId"]?.stringValue, let sourceARN = handle["sourceArn"]?.stringValue, ARN(sourceARN) != nil
            else { throw SQSError(.invalidParameterValue, "Value for parameter TaskHandle is invalid.") }
            let source = try service.queue(ofARN: sourceARN, "SourceArn")
            let queue = service.queues[source]!.stored.id
            guard var task = service.moveTasks.running(source: queue), task.id == RequestID(id) else {
                throw SQSError(.resourceNotFound, "Task does not exist.")
            }
            task.status = .cancelled
            service.save(task, &effects)
            return CancelMessageMoveTaskResponse(messagesMoved: task.messagesMoved)
        }
    }

    /// The tasks of a source, the newest first.
    package mutating func listMessageMoveTasks(
        _ request: ListMessageMoveTasksRequest, from caller: Caller, now: Timestamp, into effects: inout Effects
    ) throws(SQSError) -> ListMessageMoveTasksResponse {
        try self.onAccount(.listMessageMoveTasks, caller, now, &effects) { (service, _, _) throws(SQSError) in
            guard let sourceARN = request.sourceARN else { throw .missing("SourceArn") }
            let count = request.maximumResults ?? 1
            guard (1...10).contains(count) else {
                throw .invalid("MaxResults", count, reason: "Must be between 1 and 10, if provided.")
            }
            let source = try service.queue(ofARN: sourceARN, "SourceArn")
            let tasks = service.moveTasks.tasks[service.queues[source]!.stored.id] ?? []
            return ListMessageMoveTasksResponse(
                results: tasks.suffix(count).reversed().map {
                    ListMessageMoveTasksResponse.Entry(taskHandle: $0.status == .running ? Self.handle(of: $0) : nil, task: $0)
                })
        }
    }

    private static func handle(of task: MessageMoveTask) -> String {
        let object: JSON = .object(["taskId": .string(task.id.description), "sourceArn": .string(task.sourceARN)])
        return Base64.encode(object.bytes)
    }

    private mutating func save(_ task: MessageMoveTask, _ effects: inout Effects) {
        effects.changes.append(.moveTaskSaved(task))
        for id in self.moveTasks.save(task, endedCountMax: self.settings.limits.endedMoveTasks) {
            effects.changes.append(.moveTaskForgotten(id))
        }
    }

    // MARK: - Moving

    /// Lets each task move what its rate allows by now.
    mutating func runMoveTasks(_ now: Timestamp, _ effects: inout Effects) {
        let due = self.moveTasks.nextMoves.filter { $0.value <= now.nanoseconds }.keys.sorted()
        for source in due {
            guard let task = self.moveTasks.running(source: source) else { continue }
            self.run(task, now, &effects)
        }
    }

    private mutating func run(_ running: MessageMoveTask, _ now: Timestamp, _ effects: inout Effects) {
        var task = running
        guard let source = self.slotsByID[task.source] else { return }
        guard now - task.startedAt < Self.moveTaskDurationMax else {
            task.status = .failed
            task.failureReason = Self.moveTaskOverdue
            return self.save(task, &effects)
        }
        let interval = task.maximumMessagesPerSecond.map { 1_000_000_000 / Int64($0) } ?? 0
        // A timer that comes late is caught up with, but no more than a second of it.
        var next = max(self.moveTasks.nextMoves[task.source] ?? 0, now.nanoseconds - 1_000_000_000)
        var budget = Self.messagesPerMoveStep
        while task.status == .running, next <= now.nanoseconds, budget > 0 {
            guard task.messagesMoved < task.messagesToMove, let slot = self.firstVisible(in: source) else {
                task.status = .completed
                break
            }
            switch self.destination(of: slot, task) {
            case .success(let destination):
                self.moveAnew(slot, to: destination, now, &effects)
                task.messagesMoved += 1
            case .failure(let reason):
                task.status = .failed
                task.failureReason = reason.code
            }
            next += interval
            budget -= 1
        }
        self.moveTasks.nextMoves[task.source] = interval == 0 ? now.nanoseconds : next
        if task.messagesMoved >= task.messagesToMove, task.status == .running { task.status = .completed }
        self.save(task, &effects)
    }

    private func firstVisible(in queue: Int) -> MessageSlot? {
        if !self.queues[queue]!.isFIFO {
            let first = self.queues[queue]!.ready.first
            return first == .none ? nil : first
        }
        let group = self.queues[queue]!.groups.firstReady
        guard group != .max else { return nil }
        var slot = self.queues[queue]!.groups[group].messages.first
        while slot != .none, self.messages[slot].state != .visible { slot = self.messages[slot].order.next }
        return slot == .none ? nil : slot
    }

    private struct MoveFailure: Error { let code: String }

    private func destination(of slot: MessageSlot, _ task: MessageMoveTask) -> Result<Int, MoveFailure> {
        guard let arn = task.destinationARN ?? self.messages[slot].details.deadLetterSourceARN else {
            // A message that was sent to the dead-letter queue itself has no source to go back to.
            return .failure(MoveFailure(code: "CouldNotDetermineMessageSource"))
        }
        guard let destination = self.slot(ofARN: arn),
            self.queues[destination]!.isFIFO == self.queues[Int(self.messages[slot].queue)]!.isFIFO
        else { return .failure(MoveFailure(code: SQSError.queueDoesNotExist.queryCode)) }
        return .success(destination)
    }

    /// A redriven message is a new one: new id, new send time, no receive.
    private mutating func moveAnew(_ slot: MessageSlot, to queue: Int, _ now: Timestamp, _ effects: inout Effects) {
        let record = self.messages[slot]
        let old = record.details
        let time = Timestamp(milliseconds: now.milliseconds)
        let stored = StoredMessage(
            serial: MessageSerial(self.takeSerial(&effects)), queue: self.queues[queue]!.stored.id, messageID: self.ids.next(),
            body: record.body, bodyMD5: record.bodyMD5, sentAt: time,
            visibleAt: time + .seconds(self.queues[queue]!.attributes.delaySeconds),
            details: MessageDetails(
                senderID: old.senderID, attributes: old.attributes, traceHeader: old.traceHeader, groupID: old.groupID,
                deduplicationID: record.deduplicationID))
        effects.changes.append(.messageDeleted(MessageSerial(record.serial)))
        self.discard(slot)
        effects.changes.append(.messageAdded(stored))
        self.place(stored, in: queue, now: time.milliseconds)
    }
}
