import Billing
import CoreTypes

/// All queues of one account, over all regions, as a value: it decides, its owner acts.
///
/// Every verb takes the present time and puts what follows from it into an ``Effects``: changes to be written before the answer,
/// answers to parked receives, and usage. A verb first lets time pass, so that its caller sees what is true now. Verbs cost O(1),
/// or O(log n) for timers, whatever the backlog; those that end a whole queue cost what it holds.
///
/// A message:
/// ```
/// send ──► delayed ──► visible ──► held ──► deleted
///             (DelaySeconds)  ▲      │  └──► visible in the dead-letter queue
///                             └──────┘ visibility timeout, change to 0
/// ```
package struct QueueService: Sendable {
    package let settings: QueueSettings
    var ids: IDSource
    var messages = MessageTable()
    var wheel = TimerWheel()
    /// By slot; `nil` where a queue was deleted.
    var queues: [QueueState?] = []
    var slots: [QueueName: Int] = [:]
    var slotsByID: [QueueID: Int] = [:]
    var vacantSlots: [Int] = []
    /// When queues were deleted, for the wait before their name can be used again.
    var deletions: [QueueName: Timestamp] = [:]
    var deletionTimes = Line<(name: QueueName, time: Timestamp)>()
    /// When the oldest message of a queue is over its retention, by queue.
    var expiries = DeadlineHeap<QueueID>()
    var waiters: [WaiterID: Waiter] = [:]
    var waiterTimes = DeadlineHeap<WaiterID>()
    var nextWaiter: UInt64 = 1
    /// Queues that may have messages for their waiters.
    var awake: [Int] = []
    var moveTasks = MoveTaskTable()
    /// The details of messages that have nothing but a sender.
    var lastDetails = MessageDetails(senderID: "")
    var nextSerial: UInt64 = 1
    var reservedSerial: UInt64 = 0

    /// How many serials are reserved by one change.
    static let serialReservation: UInt64 = 65_536
    /// How many messages one receive moves to the dead-letter queue at most; the rest waits for the next.
    static let redrivesPerReceive = 1_000
    /// How many timers one step ends; the rest is due at once.
    static let timersPerStep = 20_000

    /// - Parameter seed: random bits, new for each start: message ids are made of them.
    package init(settings: QueueSettings, seed: (UInt64, UInt64)) {
        self.settings = settings
        self.ids = IDSource(seed: seed)
    }
}

/// What a request adds up to, for its usage event.
struct Tally {
    var bytes = 0
    var messages = 0
    var isFair = false
    var isEmptyReceive = false
    var waitTimeSeconds: Int?
    /// A parked receive is counted when it is answered.
    var isDeferred = false

    var units: Int { QueueRequests.units(forBytes: self.bytes) }
}

extension QueueService {
    /// Runs a verb on the queue that a URL names, for a caller who may, and counts it.
    mutating func onQueue<Response>(
        _ queueURL: String, _ action: QueueAction, _ caller: Caller, _ now: Timestamp, _ effects: inout Effects,
        body: (inout QueueService, Int, inout Tally, inout Effects) throws(SQSError) -> Response
    ) throws(SQSError) -> Response {
        self.advance(to: now, &effects)
        var tally = Tally()
        let slot: Int
        do throws(SQSError) {
            slot = try self.slot(ofURL: queueURL, caller)
        } catch {
            self.count(action, nil, caller, tally, isRefused: true, now, &effects)
            throw error
        }
        // A caller that is turned away is not billed.
        try self.authorize(action, on: slot, caller)
        let name = self.queues[slot]!.stored.name.name
        let isFIFO = action.hasFIFORate && self.queues[slot]!.isFIFO
        do throws(SQSError) {
            let response = try body(&self, slot, &tally, &effects)
            self.serveAwakeQueues(now, &effects)
            if !tally.isDeferred { self.count(action, name, isFIFO: isFIFO, caller, tally, now, &effects) }
            return response
        } catch {
            self.serveAwakeQueues(now, &effects)
            self.count(action, name, isFIFO: isFIFO, caller, tally, isRefused: true, now, &effects)
            throw error
        }
    }

    /// Runs a verb that names no queue by URL.
    mutating func onAccount<Response>(
        _ action: QueueAction, _ caller: Caller, _ now: Timestamp, _ effects: inout Effects,
        body: (inout QueueService, inout Tally, inout Effects) throws(SQSError) -> Response
    ) throws(SQSError) -> Response {
        self.advance(to: now, &effects)
        if self.settings.enforcesPolicies, caller.principal.account != self.settings.account {
            throw SQSError(.accessDenied, "Access to the resource https://sqs.\(caller.region).amazonaws.com/ is denied.")
        }
        var tally = Tally()
        do throws(SQSError) {
            let response = try body(&self, &tally, &effects)
            self.serveAwakeQueues(now, &effects)
            self.count(action, nil, caller, tally, now, &effects)
            return response
        } catch {
            self.count(action, nil, caller, tally, isRefused: true, now, &effects)
            throw error
        }
    }

    func count(
        _ action: QueueAction, _ queue: String?, isFIFO: Bool = false, _ caller: Caller, _ tally: Tally, isRefused: Bool = false,
        _ now: Timestamp, _ effects: inout Effects
    ) {
        effects.usage.append(
            UsageEvent(
                time: now, region: caller.region, queue: queue, action: action, isFIFO: isFIFO, units: tally.units,
                bytes: tally.bytes, messages: tally.messages, isEmptyReceive: tally.isEmptyReceive, isFair: tally.isFair,
                source: caller.source,
                waitTimeSeconds: tally.waitTimeSeconds, isRefused: isRefused))
    }

    private func slot(ofURL queueURL: String, _ caller: Caller) throws(SQSError) -> Int {
        guard let name = QueueName(queueURL: queueURL, region: caller.region, account: self.settings.account),
            let slot = self.slots[name]
        else { throw .queueDoesNotExist }
        return slot
    }

    func slot(ofARN arn: String) -> Int? {
        QueueName(arn: arn, account: self.settings.account).flatMap { self.slots[$0] }
    }

    /// The owner may do all that no statement denies; others, what a statement allows, and never what is the owner's alone.
    private func authorize(_ action: QueueAction, on slot: Int, _ caller: Caller) throws(SQSError) {
        guard self.settings.enforcesPolicies else { return }
        let isOwner = caller.principal.account == self.settings.account
        let queue = self.queues[slot]!
        if isOwner, queue.policy == nil { return }
        var decision = PolicyDocument.Decision.implicitDeny
        if let policy = queue.policy {
            decision = policy.decision(
                for: PolicyRequest(
                    principal: caller.principal, action: action.permission, resource: queue.arn, context: caller.conditions))
        }
        let isAllowed =
            switch decision {
            case .explicitDeny: false
            case .allow: isOwner || !action.isOwnerOnly
            case .implicitDeny: isOwner
            }
        if !isAllowed { throw SQSError(.accessDenied, "Access to the resource \(queue.arn) is denied.") }
    }

    mutating func takeSerial(_ effects: inout Effects) -> UInt64 {
        if self.nextSerial > self.reservedSerial {
            self.reservedSerial = self.nextSerial + Self.serialReservation
            effects.changes.append(.serialsReserved(upTo: self.reservedSerial))
        }
        defer { self.nextSerial += 1 }
        return self.nextSerial
    }
}
