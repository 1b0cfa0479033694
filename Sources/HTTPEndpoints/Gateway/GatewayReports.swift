import APIGateway
import CoreTypes
import NIOCore
import Synchronization

/// What endpoints tell of their requests, gathered for the loop that keeps the books: one by one it would wake that loop for each
/// request that another loop answers. A request is told of before its answer leaves, so whoever has the answer and asks sees it.
final class GatewayReports: Sendable {
    enum Report: Sendable {
        /// The lines of a request whose answer begins.
        case lines(access: String?, execution: String?, GatewayOutcome?)
        case ended(EndedExchange)
    }

    /// JUSTIFICATION of `@unchecked Sendable`: an exchange that is over belongs to whoever takes the report; its conversation
    /// doesn't touch it again.
    struct EndedExchange: @unchecked Sendable {
        let exchange: GatewayExchange
        let response: GatewayResponse
        /// What followed the head of a stream.
        let streamedBytes: Int
        let answeredAt: Timestamp
    }

    private static let gatheringTime = TimeAmount.milliseconds(5)
    /// So many are taken without waiting for the time.
    private static let gatheredMax = 512

    private let eventLoop: any EventLoop
    private let gathered = Mutex<[Report]>([])
    /// Takes the reports, in the order in which they came.
    let onReports: NIOLoopBoundBox<([Report]) -> Void>

    init(eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
        self.onReports = NIOLoopBoundBox.makeBoxSendingValue({ _ in }, eventLoop: eventLoop)
    }

    /// On any loop.
    func add(_ report: Report) {
        let count = self.gathered.withLock {
            $0.append(report)
            return $0.count
        }
        switch count {
        case 1: self.eventLoop.scheduleTask(in: Self.gatheringTime) { self.settle() }
        case Self.gatheredMax: self.eventLoop.execute { self.settle() }
        default: break
        }
    }

    /// Hands over what has been told so far. On the loop that takes it.
    func settle() {
        let reports = self.gathered.withLock { gathered in
            let reports = gathered
            gathered = []
            return reports
        }
        if !reports.isEmpty { self.onReports.value(reports) }
    }
}
