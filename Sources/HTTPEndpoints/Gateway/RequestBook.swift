import APIGateway
import CoreTypes
import NIOCore
import Synchronization

/// What one loop of the gateway writes down of its requests: the latest of them, for those who look, and what is still to be told
/// to the loop that keeps the books of the host. That one is told in batches, as it would be woken for each request that another
/// loop answers; and the requests themselves stay where they were made, as memory that one thread takes and another gives back
/// costs both. A request is written down before its answer leaves, so whoever has the answer and asks sees it.
final class RequestBook: Sendable {
    enum Report: Sendable {
        /// The lines of a request whose answer begins.
        case lines(access: String?, execution: String?, GatewayOutcome?)
        /// A request is over; `nil` where it meant no API.
        case ended(GatewayOutcome?)
    }

    static let requestsMax = 1_000
    /// Of all together, with what is kept beside bodies.
    static let bytesMax = 4 * 1024 * 1024
    private static let tellingTime = TimeAmount.milliseconds(5)
    /// So many reports are told without waiting for the time.
    private static let reportsMax = 512

    private struct Contents: Sendable {
        var records = CircularBuffer<AnsweredRequest>()
        var bytes = 0
        var reports: [Report] = []
        /// Room of reports that have been told.
        var spare: [Report] = []

        mutating func keep(_ record: AnsweredRequest) {
            self.records.append(record)
            self.bytes += record.bytes
            while self.records.count > RequestBook.requestsMax || self.bytes > RequestBook.bytesMax {
                guard let oldest = self.records.popFirst() else { break }
                self.bytes -= oldest.bytes
            }
        }
    }

    private let contents = Mutex(Contents())
    private let teller: RequestTeller

    init(teller: RequestTeller) { self.teller = teller }

    func note(_ record: AnsweredRequest) {
        let report = Report.ended(record.outcome)
        let count = self.contents.withLock {
            $0.keep(record)
            $0.reports.append(report)
            return $0.reports.count
        }
        self.added(count)
    }

    func note(access: String?, execution: String?, _ outcome: GatewayOutcome?) {
        let count = self.contents.withLock {
            $0.reports.append(.lines(access: access, execution: execution, outcome))
            return $0.reports.count
        }
        self.added(count)
    }

    private func added(_ count: Int) {
        switch count {
        case 1: self.teller.eventLoop.scheduleTask(in: Self.tellingTime) { self.tell() }
        case Self.reportsMax: self.teller.eventLoop.execute { self.tell() }
        default: break
        }
    }

    /// Tells what has not been told. On the loop that is told.
    func tell() {
        var reports = self.contents.withLock { contents in
            let reports = contents.reports
            contents.reports = contents.spare
            contents.spare = []
            return reports
        }
        guard !reports.isEmpty else { return }
        for report in reports { self.teller.onReport.value(report) }
        reports.removeAll(keepingCapacity: reports.count <= Self.reportsMax)
        self.contents.withLock { [reports] in $0.spare = reports }
    }

    /// From the oldest on.
    var records: CircularBuffer<AnsweredRequest> { self.contents.withLock { $0.records } }

    func removeRecords() {
        self.contents.withLock {
            $0.records.removeAll()
            $0.bytes = 0
        }
    }
}

/// Who is told of requests, and where.
final class RequestTeller: Sendable {
    let eventLoop: any EventLoop
    let onReport: NIOLoopBoundBox<(RequestBook.Report) -> Void>

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.onReport = NIOLoopBoundBox.makeBoxSendingValue({ _ in }, eventLoop: eventLoop)
    }
}
